"""Word vectors from anywhere: gensim models, files, folders, dicts, data frames."""

from skmeta._formats._load import SOURCE_KINDS, load_once, load_vectors

__all__ = ["SOURCE_KINDS", "load_once", "load_vectors"]
