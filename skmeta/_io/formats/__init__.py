"""Load and save word vectors: files, folders, models, dicts, data frames."""

from skmeta._io.formats._doc2vec_file import ROW_MAP, load_doc2vec
from skmeta._io.formats._errors import UnsafeVectorFileError, VectorFormatError
from skmeta._io.formats._load import (
    SOURCE_KINDS,
    detect_format,
    load_once,
    load_token_vectors,
    load_vectors,
)
from skmeta._io.formats._save import FORMATS_TO_SAVE, format_of_name, save_vectors

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
