"""Solve many analogies at once, by the words nearest to b - a + c."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from skmeta._vectors._unit_rows import unit_rows
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["count_blocks", "solve"]

_QUESTIONS_BLOCK_SIZE = 512
_WORDS_BLOCK_SIZE = 8_192


def count_blocks(n_questions: int, n_words: int) -> int:
    """Count the blocks of the search."""
    return -(-n_questions // _QUESTIONS_BLOCK_SIZE) * -(-n_words // _WORDS_BLOCK_SIZE)


def solve(
    word_vectors: WordVectors,
    questions: Sequence[tuple[str, ...]],
    rows_of_words: Mapping[str, int],
    ignore_case: bool,
    limit: int | None,
    advance: Callable[[], None],
) -> list[bool]:
    """Return which questions are solved.

    Parameters
    ----------
    word_vectors : WordVectors
    questions : sequence of tuples of four words
    rows_of_words : mapping of str to int
        The rows of their words.
    ignore_case : bool
        Whether words that differ in case only are the same.
    limit : int or None
        Restrict answers to that many first words.
    advance : callable
        Called after each block.
    """
    if not questions:
        return []
    spell = str.lower if ignore_case else str
    words = word_vectors.words[:limit]
    spelled = [[spell(word) for word in question] for question in questions]
    answers = _nearest_to_offsets(
        word_vectors.vectors[: len(words)],
        np.array([[rows_of_words[word] for word in q[:3]] for q in questions]),
        _rows_alike(words, [question[:3] for question in spelled], spell),
        advance,
    )
    return [
        row >= 0 and spell(words[row]) == right
        for row, (*_, right) in zip(answers, spelled)
    ]


def _rows_alike(
    words: Sequence[str], questions: list[list[str]], spell: Callable[[str], str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of all spellings of each question's words, with its index."""
    rows_of: dict[str, list[int]] = {w: [] for question in questions for w in question}
    for row, word in enumerate(words):
        spelled = spell(word)
        if spelled in rows_of:
            rows_of[spelled].append(row)
    alike = [
        (number, row)
        for number, question in enumerate(questions)
        for word in question
        for row in rows_of[word]
    ]
    numbers, rows = np.array(alike, dtype=np.int64).T
    return numbers, rows


def _nearest_to_offsets(
    vectors: np.ndarray,
    questions: np.ndarray,
    excluded: tuple[np.ndarray, np.ndarray],
    advance: Callable[[], None],
) -> np.ndarray:
    """Find the row with the largest cosine with b - a + c (3CosAdd).

    Parameters
    ----------
    vectors : float32 ndarray of shape (n_words, vector_size)
        Of any length; rows of zeros are excluded.
    questions : int ndarray of shape (n_questions, 3)
        The rows of a, b and c, which are not zeros.
    excluded : two int ndarrays of shape (n_excluded,)
        Indices of questions, and the rows excluded from their answers.
    advance : callable
        Called after each block.

    Returns
    -------
    answers : int64 ndarray of shape (n_questions,)
        -1 if all rows are excluded.
    """
    targets = unit_rows(vectors[questions[:, 1]])
    targets -= unit_rows(vectors[questions[:, 0]])
    targets += unit_rows(vectors[questions[:, 2]])
    numbers, rows = excluded
    answers = np.full(len(questions), -1)
    largest = np.full(len(questions), -np.inf, dtype=np.float32)
    for first in range(0, len(vectors), _WORDS_BLOCK_SIZE):
        block = unit_rows(vectors[first : first + _WORDS_BLOCK_SIZE])
        is_empty = ~block.any(axis=1)
        here = (rows >= first) & (rows < first + len(block))
        numbers_here, rows_here = numbers[here], rows[here] - first
        for start in range(0, len(questions), _QUESTIONS_BLOCK_SIZE):
            some = slice(start, start + _QUESTIONS_BLOCK_SIZE)
            cosines = targets[some] @ block.T
            of_some = (numbers_here >= start) & (numbers_here < some.stop)
            cosines[numbers_here[of_some] - start, rows_here[of_some]] = -np.inf
            cosines[:, is_empty] = -np.inf
            best = cosines.argmax(axis=1)
            values = cosines[np.arange(len(best)), best]
            is_larger = values > largest[some]
            answers[some][is_larger] = best[is_larger] + first
            largest[some][is_larger] = values[is_larger]
            advance()
    return answers
