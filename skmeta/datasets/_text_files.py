"""Documents in text files, read again in each pass."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, cast

from skmeta._disk._fingerprint import file_state
from skmeta._documents._check import short_repr
from skmeta._documents._encodings import find_wide_encoding
from skmeta._io.formats._streams import open_stream
from skmeta._messages import count_of
from skmeta._reading._budget import Budget, check_max_bytes
from skmeta._reading._guard import reading

__all__ = ["TextFiles"]

_PER = ("line", "file")
_N_BYTES_SEEN = 1_000  # to detect UTF-16


class TextFiles:
    r"""Documents in text files, read again in each pass and never all in memory.

    Vectorizers train on it in memory that does not grow with the text. A pass takes the
    time to read and tokenize the files; training makes one more pass than epochs.

    Parameters
    ----------
    paths : path, or list of paths
        Text files, in this order; compressed ones (gzip, bz2, xz, a zip archive of one
        file) are decompressed. Bytes that are invalid in the encoding are replaced by
        U+FFFD.
    tokenizer : callable, default=str.split
        A function that returns the list of tokens of a text.
    per : {"line", "file"}, default="line"
        Whether each line is a document (an empty line one without tokens), or each
        file.
    encoding : str, default="utf-8"
        The encoding of the files, any that Python knows. Byte order marks are dropped.
    max_bytes : int, default=None
        Bytes that each file may decompress to. None allows 64 MiB, and 50 times its
        size, which text hardly needs.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TypeError
        If the tokenizer is not callable.
    ValueError
        If there is no path, or ``per`` or ``encoding`` is invalid; in a pass, if a file
        is damaged, or is UTF-16 or UTF-32 and ``encoding`` is not.

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
        per: Literal["line", "file"] = "line",
        encoding: str = "utf-8",
        max_bytes: int | None = None,
    ) -> None:
        check_max_bytes(max_bytes)
        if isinstance(paths, str | os.PathLike):
            paths = [paths]
        self.paths = [Path(path) for path in paths]
        self.tokenizer = tokenizer
        self.per = per
        self.encoding = encoding
        self.max_bytes = max_bytes
        if not self.paths:
            raise ValueError(
                "Found no path, expected at least one text file. Check the pattern "
                "that lists them."
            )
        if not callable(tokenizer):
            raise TypeError(
                f"Found tokenizer={short_repr(tokenizer)}, expected a function of a "
                "text that gives a list of tokens, e.g. str.split."
            )
        if per not in _PER:
            raise ValueError(
                f"Found per={per!r}, expected 'line' or 'file', what a document is."
            )
        try:
            "a".encode(encoding)
        except (LookupError, TypeError):
            raise ValueError(
                f"Found encoding={short_repr(encoding)}, expected the name of an "
                "encoding that Python knows, e.g. 'utf-8' or 'latin-1'."
            ) from None
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
        """Yield the texts of a file, in the memory of the longest."""
        budget = Budget(path, max_bytes=self.max_bytes)
        with reading(path, "a text file"), open_stream(path, budget) as stream:
            _check_encoding(cast(Any, stream), path, self.encoding)
            file = io.TextIOWrapper(cast(Any, stream), self.encoding, "replace")
            if self.per == "file":
                yield file.read().removeprefix("\ufeff")
                return
            for number, line in enumerate(file):
                text = line.rstrip("\n")
                yield text if number else text.removeprefix("\ufeff")

    def __getstate__(self) -> dict[str, Any]:
        """Return the state with sizes and times of the files, for hashes of caches."""
        files = [file_state(p) if p.is_file() else None for p in self.paths]
        return {**vars(self), "_files": files}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update((n, value) for n, value in state.items() if n != "_files")

    def __repr__(self) -> str:
        return f"TextFiles({count_of(len(self.paths), 'file')}, per={self.per!r})"


def _check_encoding(stream: io.BufferedReader, path: Path, encoding: str) -> None:
    """Raise if a file seems to be in another encoding, of wide characters."""
    if _decodes_wide(encoding):
        return
    found = find_wide_encoding(stream.peek(_N_BYTES_SEEN)[:_N_BYTES_SEEN])
    if found:
        raise ValueError(
            f"'{path}' seems to be text in {found}, expected {encoding}. Pass "
            f"encoding={found.lower()!r}, or convert the file."
        )


def _decodes_wide(encoding: str) -> bool:
    """Return whether an encoding has several bytes for each ASCII character."""
    return len("aa".encode(encoding)) - len("a".encode(encoding)) > 1
