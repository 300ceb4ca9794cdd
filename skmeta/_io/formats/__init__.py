"""Load and save word vectors: files, folders, models, dicts, data frames."""

from typing import TYPE_CHECKING

from skmeta._lazy_imports import import_lazily

if TYPE_CHECKING:
    from skmeta._io.formats._doc2vec_file import ROW_MAP, load_doc2vec
    from skmeta._io.formats._errors import UnsafeVectorFileError, VectorFormatError
    from skmeta._io.formats._format_to_save import FORMATS_TO_SAVE, format_of_name
    from skmeta._io.formats._load import (
        SOURCE_KINDS,
        detect_format,
        load_once,
        load_token_vectors,
        load_vectors,
    )
    from skmeta._io.formats._save import save_vectors

__all__ = [
    "FORMATS_TO_SAVE",
    "ROW_MAP",
    "SOURCE_KINDS",
    "UnsafeVectorFileError",
    "VectorFormatError",
    "detect_format",
    "format_of_name",
    "load_doc2vec",
    "load_once",
    "load_token_vectors",
    "load_vectors",
    "save_vectors",
]

# Imported at first use: files are opened and decompressed without gensim.
_HOMES = {
    "FORMATS_TO_SAVE": "skmeta._io.formats._format_to_save",
    "ROW_MAP": "skmeta._io.formats._doc2vec_file",
    "SOURCE_KINDS": "skmeta._io.formats._load",
    "UnsafeVectorFileError": "skmeta._io.formats._errors",
    "VectorFormatError": "skmeta._io.formats._errors",
    "detect_format": "skmeta._io.formats._load",
    "format_of_name": "skmeta._io.formats._format_to_save",
    "load_doc2vec": "skmeta._io.formats._doc2vec_file",
    "load_once": "skmeta._io.formats._load",
    "load_token_vectors": "skmeta._io.formats._load",
    "load_vectors": "skmeta._io.formats._load",
    "save_vectors": "skmeta._io.formats._save",
}

__getattr__, __dir__ = import_lazily(globals(), _HOMES)
