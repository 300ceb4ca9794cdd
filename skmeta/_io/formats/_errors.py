"""Errors of files of word vectors."""

from __future__ import annotations

__all__ = ["UnsafeVectorFileError", "VectorFormatError"]


class VectorFormatError(ValueError):
    """A file is not a valid file of word vectors.

    The message names the file, the row if there is one, what was found, what was
    expected and what to do.

    Examples
    --------
    >>> from skmeta import VectorFormatError
    >>> issubclass(VectorFormatError, ValueError)
    True
    """


class UnsafeVectorFileError(VectorFormatError):
    """Loading a file could run code; no code was run."""
