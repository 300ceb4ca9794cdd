"""Read fastText's .bin files: words, their vectors, and those of n-grams."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import IO

import numpy as np

from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._options import Options
from skmeta._io.formats._streams import open_stream, read_exactly, size_to_read
from skmeta._io.formats._subword_limits import check_ngrams
from skmeta._messages import count_of, verb_of
from skmeta._progress import progress
from skmeta._reading._budget import Budget
from skmeta._vectors._subwords import Subwords
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["FASTTEXT_MAGIC", "looks_like_old_fasttext", "read_fasttext"]

FASTTEXT_MAGIC = struct.pack("<i", 793712314)
_ARGUMENTS = struct.Struct("<12id")  # dim ... minn, maxn (9, 10) ... t
_SIZES = struct.Struct("<3iq")  # entries, words, labels, tokens
_LONGEST_WORD = _WORDS_BLOCK_SIZE = 1 << 16
_BYTES_PER_WORD = 200  # string, key, count and row


def looks_like_old_fasttext(start: bytes) -> bool:
    """Return whether a file starts as those of fastText before the magic number."""
    if len(start) < _ARGUMENTS.size + _SIZES.size:
        return False
    arguments = _ARGUMENTS.unpack_from(start)
    entries, words, labels, tokens = _SIZES.unpack_from(start, _ARGUMENTS.size)
    dimension, window = arguments[:2]
    loss, model = arguments[6:8]
    return (
        0 < dimension < 10_000
        and 0 < window < 10_000
        and loss in (1, 2, 3, 4)
        and model in (1, 2, 3)
        and 0 < entries == words + labels
        and labels >= 0
        and tokens > 0
    )


def read_fasttext(path: Path, start: bytes, options: Options) -> WordVectors:
    """Read word vectors and n-grams from a binary file of fastText.

    Parameters
    ----------
    path : Path
    start : bytes
        The beginning of the file.
    options : Options
        ``limit`` and ``wanted`` are applied later; n-grams are kept.
    """
    is_new = start.startswith(FASTTEXT_MAGIC)
    total = size_to_read(path)
    budget = Budget(path, max_bytes=options.max_bytes)
    with (
        open_stream(path, budget) as stream,
        progress(f"Reading {path.name}", total, options.verbose, "B") as advance,
    ):
        file = _Lookahead(stream)
        if is_new:
            read_exactly(file, 8, path)  # magic and version
        arguments = _ARGUMENTS.unpack(read_exactly(file, _ARGUMENTS.size, path))
        dimension, min_n, max_n = arguments[0], arguments[9], arguments[10]
        rows, counts, n_words = _read_dictionary(file, path, is_new, options, budget)
        words = list(rows)
        if is_new and read_exactly(file, 1, path) != b"\x00":
            raise VectorFormatError(
                f"'{path}' is a quantized fastText model (.ftz), expected a .bin file. "
                "Download or train the model without quantization."
            )
        n_rows, n_columns = struct.unpack("<qq", read_exactly(file, 16, path))
        if n_columns != dimension or dimension <= 0 or n_rows < n_words:
            raise VectorFormatError(
                f"'{path}' has a matrix of {n_rows:,} x {n_columns:,} for "
                f"{count_of(n_words, 'word')} of {count_of(dimension, 'dimension')}, "
                "expected a row for each word at least. It is damaged: get it again."
            )
        data = read_exactly(file, 4 * n_rows * n_columns, path)
        if total is not None:
            advance(total)  # the output layer follows, which is not read
    matrix = np.frombuffer(data, "<f4").reshape(n_rows, n_columns)
    own, ngram_vectors = matrix[:n_words], matrix[n_words:]
    if len(words) < n_words:
        own = own[list(rows.values())]
        n_repeated = n_words - len(words)
        repeat = verb_of(n_repeated, "repeats a word and was", "repeat a word and were")
        warnings.warn(
            f"{count_of(n_repeated, 'row')} of '{path}' {repeat} left out; the first "
            "of each is kept.",
            stacklevel=2,
        )
    if not len(ngram_vectors) or not 0 < min_n <= max_n:
        return WordVectors(words, own, counts)
    check_ngrams(words, min_n, max_n, budget)
    subwords = Subwords(ngram_vectors, min_n, max_n)
    return WordVectors(words, subwords.compose(words, own), counts, subwords)


def _read_dictionary(
    file: _Lookahead, path: Path, is_new: bool, options: Options, budget: Budget
) -> tuple[dict[str, int], list[int], int]:
    """Read words with their rows, their counts, and the number of rows.

    Labels of a classifier are skipped. Words that decoding made equal are kept once.
    """
    sizes = _SIZES.unpack(read_exactly(file, _SIZES.size, path))
    n_entries, n_words = sizes[:2]
    n_pruned = struct.unpack("<q", read_exactly(file, 8, path))[0] if is_new else -1
    words: dict[str, int] = {}
    counts: list[int] = []
    n_found = 0
    for number in range(1, n_entries + 1):
        raw = file.read_word()
        if raw is None:
            raise VectorFormatError(
                f"Row {number:,} of '{path}' has a word without an end, expected a "
                "zero byte. It was cut off or damaged: get it again."
            )
        count, kind = struct.unpack("<qb", read_exactly(file, 9, path))
        if kind != 0:
            continue
        try:
            word = raw.decode(options.encoding, options.text_errors)
        except UnicodeDecodeError as error:
            if options.errors != "skip":
                raise VectorFormatError(
                    f"Row {number:,} of '{path}' has the word {raw[:60]!r}, no "
                    f"{options.encoding}: {error}; expected text. Name its encoding "
                    "with encoding=, or let errors='replace' mark what is wrong."
                ) from None
            word = raw.decode(options.encoding, "backslashreplace")
        if word not in words:
            budget.spend(_BYTES_PER_WORD + len(word))
            words[word] = n_found
            counts.append(max(count, 0))
        n_found += 1
    if n_found != n_words or not words:
        raise VectorFormatError(
            f"'{path}' declares {count_of(n_words, 'word')} but holds {n_found:,}. It "
            "is damaged: get it again."
        )
    for _ in range(max(n_pruned, 0)):
        read_exactly(file, 8, path)
    return words, counts, n_words


class _Lookahead:
    """A stream that can also be read up to the next zero byte."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._data, self._at = b"", 0

    def read(self, n_bytes: int) -> bytes:
        """Read at most that many bytes; none only at the end."""
        if self._at == len(self._data):
            return self._file.read(n_bytes)
        part = self._data[self._at : self._at + n_bytes]
        self._at += len(part)
        return part

    def read_word(self) -> bytes | None:
        """Return the bytes before the next zero byte; None if it is too far."""
        while (end := self._data.find(b"\x00", self._at)) < 0:
            more = b""
            if len(self._data) - self._at <= _LONGEST_WORD:
                more = self._file.read(_WORDS_BLOCK_SIZE)
            if not more:
                return None
            self._data, self._at = self._data[self._at :] + more, 0
        word = self._data[self._at : end]
        self._at = end + 1
        return word
