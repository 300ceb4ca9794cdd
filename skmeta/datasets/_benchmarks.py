"""Load benchmarks: similarity of words, similarity of texts, analogies."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from skmeta._documents._check import short_repr
from skmeta._io.formats._streams import open_stream
from skmeta._messages import count_of, verb_of
from skmeta._reading._budget import Budget
from skmeta._reading._guard import reading
from skmeta.datasets._csv import parse_table
from skmeta.datasets._pair_files import check_text_file

__all__ = ["load_analogies", "load_sts", "load_word_pairs"]

_TEXTS = ["text1", "text2", "score"]
_STS_BENCHMARK = 7  # minimum of fields: genre, file, year, number, score, two texts
_BYTES_PER_LINE = 100  # string and fields
_MATRIX = "similarities"  # prefix of the name of Lee's matrix


def load_word_pairs(
    path: str | os.PathLike[str], *, max_bytes: int | None = None
) -> pd.DataFrame:
    r"""Load pairs of words with human scores of similarity.

    Parameters
    ----------
    path : path
        A text file in UTF-8, plain or compressed, with one pair per line: two words,
        and their score, which is the first numeric column. Fields are separated by
        tabs, commas, semicolons or blanks, as in the first line, which may be a header.
        Lines that begin with ``#`` are skipped. WordSim-353, SimLex-999, MEN, RG-65,
        MTurk and rare words have this format.
    max_bytes : int, default=None
        Bytes that the file may decompress to and its lines take. None allows 64 MiB,
        and 50 times its size.

    Returns
    -------
    pairs : DataFrame with columns ``word1``, ``word2`` and ``score``

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a line is not such a pair, or there are no pairs.

    See Also
    --------
    skmeta.evaluate.word_similarity : Evaluate word vectors on the pairs.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skmeta.datasets import load_word_pairs
    >>> file = pathlib.Path(tempfile.mkdtemp(), "fruit.tsv")
    >>> _ = file.write_text("first\tsecond\tscore\napple\tpear\t8.5\napple\tcar\t0.5\n")
    >>> load_word_pairs(file)["score"].to_list()
    [8.5, 0.5]
    """
    lines = [
        (n, line) for n, line in _lines(path, max_bytes) if not line.startswith("#")
    ]
    first = lines[0][1] if lines else ""
    separator = next((mark for mark in "\t,;" if mark in first), None)
    column, rows = None, []
    for number, line in lines:
        fields = [field.strip().strip('"') for field in line.split(separator)]
        if column is None:
            numbers = [i for i in range(2, len(fields)) if _is_number(fields[i])]
            if not numbers and number == lines[0][0]:
                continue  # a header
            column = numbers[0] if numbers else 2
        if len(fields) <= column or not all((*fields[:2], _is_number(fields[column]))):
            raise ValueError(
                f"Line {number} of '{path}' is {short_repr(line)}, expected two words "
                "and a number as their score. Fix the line, or begin it with '#'."
            )
        rows.append((fields[0], fields[1], float(fields[column])))
    _check_any(rows, path, "two words and their score")
    return pd.DataFrame(rows, columns=["word1", "word2", "score"])


def load_sts(
    path: str | os.PathLike[str], *, max_bytes: int | None = None
) -> pd.DataFrame:
    r"""Load pairs of texts with human scores of similarity (STS).

    Parameters
    ----------
    path : path
        A text file in UTF-8, plain or compressed, in one of these layouts: score and
        two texts, separated by tabs (SemEval 2012 and later); the STS benchmark's;
        columns with the header ``text1``, ``text2``, ``score``; or Lee's matrix
        ``similarities0-1.txt``, with the documents, ``lee.cor``, in the same folder.
    max_bytes : int, default=None
        Bytes that the file may decompress to and its lines take. None allows 64 MiB,
        and 50 times its size.

    Returns
    -------
    pairs : DataFrame with columns ``text1``, ``text2`` and ``score``

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a line is not such a pair, or no pair has a score.

    Warns
    -----
    UserWarning
        If pairs without a score are dropped: SemEval's files of 2015 and later contain
        such pairs.

    See Also
    --------
    skmeta.evaluate.document_similarity : Evaluate document vectors on the pairs.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skmeta.datasets import load_sts
    >>> file = pathlib.Path(tempfile.mkdtemp(), "news.tsv")
    >>> _ = file.write_text("4.5\tA cat sat.\tA cat was sitting.\n0\tA cat.\tStocks.\n")
    >>> load_sts(file)["text2"].to_list()
    ['A cat was sitting.', 'Stocks.']
    """
    if Path(path).name.startswith(_MATRIX):
        return _load_lee(Path(path).expanduser(), max_bytes)
    lines = list(_lines(path, max_bytes))
    _check_any(lines, path, "a score and two texts")
    header = lines[0][1]
    separator = "\t" if "\t" in header else ","
    if set(_TEXTS) <= {name.strip('" ') for name in header.split(separator)}:
        return _load_table(path, [line for _, line in lines], separator)
    rows, n_unjudged = [], 0
    for number, line in lines:
        fields = line.split("\t")
        first = 4 if len(fields) >= _STS_BENCHMARK else 0
        if len(fields) >= 3 and not fields[first].strip():
            n_unjudged += 1
            continue
        if len(fields) < 3 or not _is_number(fields[first]):
            raise ValueError(
                f"Line {number} of '{path}' is {short_repr(line)}, expected a score "
                "and two texts, separated by tabs, or a first line that names the "
                f"columns {', '.join(_TEXTS)}. Fix the line."
            )
        rows.append((*map(str.strip, fields[first + 1 : first + 3]), fields[first]))
    _warn_of_unjudged(path, n_unjudged, len(lines))
    return pd.DataFrame(rows, columns=_TEXTS).astype({"score": float})


def load_analogies(
    path: str | os.PathLike[str], *, max_bytes: int | None = None
) -> dict[str, list[tuple[str, str, str, str]]]:
    r"""Load analogies: "Athens is to Greece as Baghdad is to Iraq".

    Parameters
    ----------
    path : path
        A text file in UTF-8, plain or compressed, in the format of Google's
        questions-words.txt: four words per line, and ``: name`` before each section.
    max_bytes : int, default=None
        Bytes that the file may decompress to and its lines take. None allows 64 MiB,
        and 50 times its size.

    Returns
    -------
    questions : dict of str to list of tuples of four words
        The questions of each section.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a line is neither four words nor a section's name, or there are no questions.

    See Also
    --------
    skmeta.evaluate.analogies : Evaluate word vectors on the questions.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skmeta.datasets import load_analogies
    >>> file = pathlib.Path(tempfile.mkdtemp(), "questions.txt")
    >>> _ = file.write_text(": capitals\nAthens Greece Baghdad Iraq\n")
    >>> load_analogies(file)
    {'capitals': [('Athens', 'Greece', 'Baghdad', 'Iraq')]}
    """
    questions: dict[str, list[tuple[str, str, str, str]]] = {}
    section = "questions"
    for number, line in _lines(path, max_bytes):
        if line.startswith(":"):
            section = line[1:].strip()
            continue
        words = line.split()
        if len(words) != 4:
            raise ValueError(
                f"Line {number} of '{path}' is {short_repr(line)}, expected four "
                "words, or ': name' before a section. Fix the line."
            )
        a, b, c, expected = words
        questions.setdefault(section, []).append((a, b, c, expected))
    _check_any(questions, path, "four words")
    return questions


def _lines(
    path: str | os.PathLike[str],
    max_bytes: int | None = None,
    encoding: str = "utf-8-sig",
) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file that are not blank, with their numbers."""
    file = check_text_file(path)
    budget = Budget(file, max_bytes=max_bytes)
    with reading(file, "text in UTF-8"), open_stream(file, budget) as stream:
        lines = io.TextIOWrapper(cast(Any, stream), encoding, newline="\n")
        for number, line in enumerate(lines, 1):
            if line.strip():
                budget.spend(_BYTES_PER_LINE + len(line))
                yield number, line.rstrip("\r\n")


def _is_number(text: str) -> bool:
    """Return whether a text is a finite number."""
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _check_any(found: object, path: str | os.PathLike[str], what: str) -> None:
    """Raise if a file holds no entries."""
    if not found:
        raise ValueError(
            f"'{path}' holds no line to read, expected {what} in every line. Check "
            "the file."
        )


def _warn_of_unjudged(
    path: str | os.PathLike[str], n_unjudged: int, n_pairs: int, stacklevel: int = 3
) -> None:
    """Warn of pairs without a score, and raise if no others are left."""
    if not n_unjudged:
        return
    if n_unjudged == n_pairs:
        raise ValueError(
            f"'{path}' holds {count_of(n_pairs, 'pair')} and no score, expected scores "
            "of some. Get the file with the gold standard."
        )
    warnings.warn(
        f"{n_unjudged:,} of {count_of(n_pairs, 'pair')} of '{path}' "
        f"{verb_of(n_unjudged, 'has no score and is', 'have no score and are')} left "
        "out.",
        stacklevel=stacklevel,
    )


def _load_table(
    path: str | os.PathLike[str], lines: list[str], separator: str
) -> pd.DataFrame:
    """Read a table with a header."""
    text = "\n".join(lines)
    with reading(path, f"a table with the columns {', '.join(_TEXTS)}"):
        table = parse_table(lambda: io.StringIO(text), path, separator)[_TEXTS]
    is_judged = table["score"].str.strip() != ""
    _warn_of_unjudged(path, int((~is_judged).sum()), len(table), stacklevel=4)
    table = table[is_judged].reset_index(drop=True)
    for text in table["score"]:
        if not _is_number(text):
            raise ValueError(
                f"'{path}' has {short_repr(text)} in the column 'score', expected "
                "numbers only. Fix or drop the row."
            )
    return table.astype({"score": float})


def _load_lee(path: Path, max_bytes: int | None) -> pd.DataFrame:
    """Read Lee's matrix of similarities, and the documents beside it."""
    beside = sorted(path.parent.glob("lee.cor*"))
    if not beside:
        raise FileNotFoundError(
            f"There are no documents 'lee.cor' beside '{path}', expected them in the "
            "same folder. Put them there."
        )
    texts = [line.strip() for _, line in _lines(beside[0], max_bytes, "latin-1")]
    with reading(path, "a matrix of numbers"):
        lines = _lines(path, max_bytes)
        scores = np.array([line.split() for _, line in lines], dtype=float)
    if scores.shape != (len(texts), len(texts)):
        raise ValueError(
            f"'{path}' is a matrix of shape {scores.shape} for the "
            f"{count_of(len(texts), 'document')} of '{beside[0]}', expected one row "
            "and column for each. Get the files again."
        )
    firsts, seconds = np.triu_indices(len(texts), 1)
    pairs = zip(firsts, seconds)
    rows = [(texts[i], texts[j], float(scores[i, j])) for i, j in pairs]
    return pd.DataFrame(rows, columns=_TEXTS)
