"""What goes wrong with files of word vectors."""

from __future__ import annotations

__all__ = ["UnsafeVectorFileError", "VectorFormatError"]


class VectorFormatError(ValueError):
    """A file is not what a file of word vectors should be.

    The message names the file, the row where there is one, what was found, what was
    expected and what to do.

    Examples
    --------
    >>> from skmeta import VectorFormatError
    >>> issubclass(VectorFormatError, ValueError)
    True
    """


class UnsafeVectorFileError(VectorFormatError):
    """A file would run code when it is loaded; nothing of it was run."""
