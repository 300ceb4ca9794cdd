"""Write word vectors to files that other tools read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Literal

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._io._atomic import atomic_write
from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._format_to_save import (
    FORMATS_TO_SAVE,
    FormatToSave,
    format_of_name,
)
from skmeta._io.formats._safetensors import write_safetensors
from skmeta._io.formats._text_rows import is_writable
from skmeta._progress import progress
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["save_vectors"]

_ROWS_BLOCK_SIZE = 4_096


def save_vectors(
    word_vectors: WordVectors,
    path: str | os.PathLike[str],
    *,
    format: FormatToSave | Literal["auto"] = "auto",
    precision: int = 9,
    verbose: int = 0,
) -> None:
    """Write word vectors to a file or a folder.

    The file is written under another name and renamed at the end: whenever the write
    stops, the path has either its old content or the new. :func:`load_vectors` restores
    the same numbers, bit by bit.

    Parameters
    ----------
    word_vectors : WordVectors
    path : path
        A file, or a folder for "skmeta". It is replaced if it exists.
    format : {"auto", "word2vec", "word2vec_binary", "gensim", "safetensors", \
"skmeta"}, default="auto"
        "auto": inferred from the suffix of the path.
        "word2vec" (.txt, .vec): text with a header line; "word2vec_binary" (.bin):
        word2vec's binary format; "gensim" (.kv, .model): what ``KeyedVectors.load``
        reads, in one file; "safetensors": one file with the tensors "vectors" and
        "words" (a JSON list, in bytes); "skmeta" (no suffix): the folder of
        :meth:`WordVectors.save`.
        "gensim", "safetensors" and "skmeta" keep counts, "skmeta" keeps subwords.
    precision : int, default=9
        Significant digits of numbers in text; 9 suffice to restore every float32.
    verbose : int, default=0
        1 shows a progress bar.

    Raises
    ------
    TypeError
        If ``word_vectors`` is not a WordVectors.
    ValueError
        If a word cannot be written in the format, or the format is unknown. Text cannot
        represent a word that contains a line end or a tab, or a space followed by a
        number ("route 66"); the binary format none that contains a space.

    See Also
    --------
    load_vectors : Read word vectors.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skmeta import load_vectors, save_vectors
    >>> fruit = load_vectors({"apple": [1.0, 0.0], "pear": [0.6, 0.8]})
    >>> path = pathlib.Path(tempfile.mkdtemp(), "fruit.txt")
    >>> save_vectors(fruit, path)
    >>> print(path.read_text())
    2 2
    apple 1 0
    pear 0.600000024 0.800000012
    """
    path = Path(path).expanduser()
    if not isinstance(word_vectors, WordVectors):
        raise TypeError(
            f"Found {short_repr(word_vectors)} of type {type(word_vectors).__name__}, "
            "expected WordVectors. Make them with skmeta.load_vectors(...)."
        )
    if format == "auto":
        format = format_of_name(path)
    if format not in FORMATS_TO_SAVE:
        raise ValueError(
            f"Found format={format!r}, expected one of {', '.join(FORMATS_TO_SAVE)}."
        )
    if not 1 <= precision <= 17:
        raise ValueError(
            f"Found precision={precision!r}, expected a number of digits from 1 to 17."
        )
    if format == "skmeta":
        word_vectors.save(path)
    elif path.is_dir():
        raise VectorFormatError(
            f"'{path}' is a folder, expected the name of a file to write."
        )
    elif format == "safetensors":
        write_safetensors(word_vectors, path)
    elif format == "gensim":
        with atomic_write(path) as tmp_path:  # in one file, replaced at once
            word_vectors.to_gensim().save(str(tmp_path), sep_limit=2**62)
    else:
        _check_words(word_vectors, path, format)
        total = len(word_vectors)
        with (
            atomic_write(path) as tmp_path,
            open(tmp_path, "wb") as file,
            progress(f"Writing {path.name}", total, verbose, "words") as advance,
        ):
            file.write(f"{total} {word_vectors.vector_size}\n".encode())
            for start in range(0, total, _ROWS_BLOCK_SIZE):
                rows = slice(start, min(start + _ROWS_BLOCK_SIZE, total))
                words = word_vectors.words[rows]
                vectors = np.asarray(word_vectors.vectors[rows])
                if format == "word2vec":
                    _write_text(file, words, vectors, precision)
                else:
                    _write_binary(file, words, vectors)
                advance(len(words))


def _check_words(word_vectors: WordVectors, path: Path, format: str) -> None:
    """Raise for words that would be read back differently."""
    for row, word in enumerate(word_vectors.words):
        if format == "word2vec":
            is_sound = is_writable(word)
        else:
            is_sound = bool(word) and not set(word) & set(" \n")
            is_sound = is_sound and not word.startswith(("\r", "\ufeff"))
        if not is_sound:
            raise VectorFormatError(
                f"The word {word!r} in row {row:,} cannot be written to '{path}': "
                f"{format} has no way to tell where it starts and ends. Save as "
                "'safetensors' or 'skmeta', which take any word."
            )
        try:
            word.encode("utf-8")
        except UnicodeEncodeError as error:
            raise VectorFormatError(
                f"The word {word!r} in row {row:,} cannot be written to '{path}': "
                f"{error}. Save as 'safetensors' or 'skmeta', which take any word."
            ) from None


def _write_text(
    file: IO[bytes], words: tuple[str, ...], vectors: np.ndarray, precision: int
) -> None:
    """Write rows as text."""
    numbers = " ".join([f"%.{precision}g"] * vectors.shape[1])
    lines = [
        f"{word} {numbers % tuple(row)}\n"
        for word, row in zip(words, vectors.tolist(), strict=True)
    ]
    file.write("".join(lines).encode("utf-8"))


def _write_binary(file: IO[bytes], words: tuple[str, ...], vectors: np.ndarray) -> None:
    """Write rows as raw numbers."""
    rows = vectors.astype("<f4", copy=False)
    parts = [
        b"%b %b" % (word.encode("utf-8"), row.tobytes())
        for word, row in zip(words, rows, strict=True)
    ]
    file.write(b"".join(parts))
