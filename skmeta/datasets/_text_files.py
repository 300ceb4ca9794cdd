"""Texts in files as documents that are read anew at each pass."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from skmeta._documents._check import short_repr
from skmeta._io.formats._streams import open_stream
from skmeta._reading._budget import Budget, check_max_bytes
from skmeta._reading._guard import reading

__all__ = ["TextFiles"]

_PER = ("line", "file")


class TextFiles:
    r"""Documents in text files, read anew at each pass and never all in memory.

    Vectorizers train from it in memory that does not grow with the text. A pass takes
    the time to read and tokenize the files; training makes one more than there are
    epochs.

    Parameters
    ----------
    paths : path, or list of paths
        Files in UTF-8, in this order; those that are compressed (gzip, bz2, xz, a zip
        archive of one file) are decompressed on the way. Bytes that are no UTF-8
        become the letter U+FFFD.
    tokenizer : callable, default=str.split
        Turns a text into a list of tokens.
    per : {"line", "file"}, default="line"
        Whether each line is a document, an empty line one without tokens, or each file.
    max_bytes : int, default=None
        Bytes that each file may decompress to. None allows 64 MiB, and 50 times its
        size, which text hardly needs.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TypeError
        If the tokenizer is no function.
    ValueError
        If there is no path, or ``per`` is something else; in a pass, if a file is
        damaged.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skmeta.datasets import TextFiles
    >>> file = pathlib.Path(tempfile.mkdtemp(), "fruit.txt")
    >>> _ = file.write_text("an apple\na pear\n")
    >>> documents = TextFiles(file)
    >>> list(documents)
    [['an', 'apple'], ['a', 'pear']]
    >>> list(documents) == list(documents)
    True
    """

    def __init__(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        tokenizer: Callable[[str], list[str]] = str.split,
        per: str = "line",
        max_bytes: int | None = None,
    ) -> None:
        check_max_bytes(max_bytes)
        if isinstance(paths, str | os.PathLike):
            paths = [paths]
        self.paths = [Path(path) for path in paths]
        self.tokenizer = tokenizer
        self.per = per
        self.max_bytes = max_bytes
        if not self.paths:
            raise ValueError(
                "Found no path, expected at least one text file. Check the pattern "
                "that was to find them."
            )
        if not callable(tokenizer):
            raise TypeError(
                f"Found tokenizer={short_repr(tokenizer)}, expected a function of a "
                "text that gives a list of tokens, e.g. str.split."
            )
        if per not in _PER:
            raise ValueError(
                f"Found per={per!r}, expected 'line' or 'file': what is a document."
            )
        for path in self.paths:
            if not path.is_file():
                raise FileNotFoundError(
                    f"Found no file '{path}', expected a text file. For all files of a "
                    "folder pass sorted(Path(folder).glob('*.txt'))."
                )

    def __iter__(self) -> Iterator[list[str]]:
        for path in self.paths:
            for text in self._texts(path):
                yield self.tokenizer(text)

    def _texts(self, path: Path) -> Iterator[str]:
        """Yield the texts of a file, in memory that grows with the longest."""
        budget = Budget(path, max_bytes=self.max_bytes)
        with reading(path, "a text file"), open_stream(path, budget) as stream:
            file = io.TextIOWrapper(cast(Any, stream), "utf-8", "replace")
            if self.per == "file":
                yield file.read()
            else:
                for line in file:
                    yield line.rstrip("\n")

    def __repr__(self) -> str:
        return f"TextFiles({len(self.paths)} files, per={self.per!r})"
