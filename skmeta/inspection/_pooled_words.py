"""Scores of pooled rows, split into those of the documents' words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from skmeta._meta._word_level import WordLevel
from skmeta._pooling._document_pooler import DocumentPooler
from skmeta._pooling._lazy_concatenation import LazyConcatenation
from skmeta._pooling._parameters import PoolingParameters
from skmeta._pooling._partition import Partition, Parts
from skmeta._pooling._pool import compose_unknown, count_columns, kind_of
from skmeta._pooling._pooled_words import PooledWords
from skmeta.inspection._ledger import Ledger
from skmeta.inspection._score import Score

__all__ = ["TOGETHER", "explain_pooled"]

TOGETHER = "(together)"  # of words whose sources cannot be told apart


class _Words(NamedTuple):
    """The distinct words of some documents, and how much each counts there."""

    words: list[str]
    rows: np.ndarray  # of the vectors; from n_known on of the composed ones
    n_known: int
    composed: np.ndarray | None  # float32 vectors of others
    amounts: csr_array  # float64 of shape (n_documents, n_words)

    def take(self, rows_of: Any, columns: slice) -> np.ndarray:
        """Return the words' vectors in some columns.

        Parameters
        ----------
        rows_of : callable
            Returns the vectors of known words, by their rows.
        columns : slice
        """
        known = self.rows < self.n_known
        width = columns.stop - columns.start
        taken = np.zeros((len(self.rows), width), np.float32)
        taken[known] = rows_of(self.rows[known])
        if self.composed is not None:
            others = self.composed[self.rows[~known] - self.n_known]
            taken[~known] = others[:, columns]
        return taken


class _Slot(NamedTuple):
    """What one source gives the distinct words, in some columns of their vectors."""

    source: str
    vectors: np.ndarray  # of shape (n_words, n_columns)
    columns: slice
    present: np.ndarray  # bool ndarray of shape (n_words,)


def explain_pooled(
    documents: list[list[str]],
    pooler: DocumentPooler,
    words: PooledWords,
    parameters: PoolingParameters,
    score: Score,
    ledger: Ledger,
    *,
    name: str,
    source: str,
    rows: Any = None,
    level: WordLevel | None = None,
) -> None:
    """Write down what the words of documents contribute to a score of pooled rows.

    Parameters
    ----------
    documents : list of lists of str
    pooler, words, parameters
        How they are pooled.
    score : Score
        Of the pooled rows.
    ledger : Ledger
    name : str
        Of the vectorizer, for messages.
    source : str
        What the source is called; of several, what stands before their names.
    rows : ndarray of shape (n_documents, n_features)
        The pooled rows, needed where components are removed.
    level : WordLevel, default=None
        What combined the words of several sources.
    """
    poolings = pooler.poolings(parameters)
    _check_poolings(poolings, name)
    coef = pooler.row_map.pull_back(score.coef)
    factors = score.factors
    if pooler.components is not None:
        directions = pooler.components.directions.astype(np.float64)
        shares = pooler.components.shares.astype(np.float64)[:, np.newaxis]
        coef = coef - directions.T @ (shares * (directions @ coef))
        factors = np.where(np.any(rows, axis=1), factors, 0.0)
    counted = (factors != 0).tolist()
    documents = [doc if counts else [] for doc, counts in zip(documents, counted)]
    found = _find_words(documents, pooler, words, parameters)
    if not found.words:
        return
    amounts = found.amounts
    of = np.repeat(np.arange(len(documents)), np.diff(amounts.indptr))
    totals = np.asarray(amounts.sum(axis=1)).ravel()
    totals[totals == 0] = 1
    for slot in _find_slots(found, words, level, source):
        contributions = np.zeros((len(of), coef.shape[1]))
        start = 0
        for pooling in poolings:
            stop = start + count_columns((pooling,), words.vectors.shape[1])
            its_scores = _score_words(
                pooling, slot, found, coef[start:stop], words.vectors.shape[1]
            )
            shares_of = amounts.data * factors[of]
            if isinstance(pooling, Partition) or kind_of(pooling)[0] == "mean":
                shares_of = shares_of / totals[of]
            contributions += shares_of[:, np.newaxis] * its_scores[amounts.indices]
            start = stop
        kept = slot.present[amounts.indices]
        ledger.add_words(
            slot.source, found.words, of[kept], amounts.indices[kept],
            contributions[kept],
        )  # fmt: skip


def _check_poolings(poolings: tuple, name: str) -> None:
    """Raise for a pooling that is not a sum over words."""
    for pooling in poolings:
        if isinstance(pooling, Partition):
            continue
        kind, power = kind_of(pooling)
        if kind not in ("mean", "sum"):
            found = f"a power mean (pooling={power:g})" if kind == "power" else kind
            found = f"pooling={kind!r}" if kind != "power" else found
            raise ValueError(
                f"Found {found} in {name}, which is not a sum over words, expected "
                "poolings that are. Use pooling='mean', 'sum' or 'partition'."
            )


def _find_words(
    documents: list[list[str]],
    pooler: DocumentPooler,
    words: PooledWords,
    parameters: PoolingParameters,
) -> _Words:
    """Find the distinct words of documents that are pooled, and their weights."""
    composes = parameters.unknown == "subword"
    rows, ends = words.index.find_rows(documents, keep_unknown=True)
    weights, composed = pooler.word_weights, None
    n_known = len(words.vectors)
    if composes and len(rows) and rows.min() < 0:
        composer = pooler.policy.composer("subword", words.compose, pooler.weighting)
        assert composer is not None
        shape = words.vectors.shape
        composed, more = compose_unknown(documents, rows, shape, composer)
        if weights is not None and more is not None:
            weights = np.concatenate([weights, more])
    places = np.flatnonzero(rows >= 0)
    distinct, first, numbers = np.unique(
        rows[places], return_index=True, return_inverse=True
    )
    tokens = list(chain.from_iterable(documents))
    found = [str(tokens[place]) for place in places[first].tolist()]
    values = np.ones(len(places)) if weights is None else weights[rows[places]]
    indptr = np.searchsorted(places, ends)
    amounts = csr_array(
        (values.astype(np.float64), numbers.ravel(), indptr),
        shape=(len(documents), len(distinct)),
    )
    amounts.sum_duplicates()
    return _Words(found, distinct, n_known, composed, amounts)


def _find_slots(
    found: _Words, words: PooledWords, level: WordLevel | None, source: str
) -> Iterator[_Slot]:
    """Yield what each source gives the distinct words."""
    everywhere = np.ones(len(found.words), bool)
    all_columns = slice(0, words.vectors.shape[1])
    if level is None:
        vectors = found.take(words.vectors.__getitem__, all_columns)
        yield _Slot(source, vectors, all_columns, everywhere)
        return
    names = [f"{source}__{name}" if source else name for name in level.sources]
    if isinstance(words.vectors, LazyConcatenation):
        start = 0
        for name, (matrix, rows, scales) in zip(names, words.vectors.parts):
            columns = slice(start, start + matrix.shape[1])
            start = columns.stop

            def rows_of(
                places: np.ndarray,
                matrix: np.ndarray = matrix,
                rows: np.ndarray = rows,
                scales: np.ndarray = scales,
            ) -> np.ndarray:
                return matrix[rows[places]] * scales[places, np.newaxis]

            vectors = found.take(rows_of, columns)
            present: np.ndarray = np.any(vectors, axis=1)
            yield _Slot(name, vectors, columns, present)
        return
    split = _split_words(found, level)
    if split is None:
        vectors = found.take(words.vectors.__getitem__, all_columns)
        together = f"{source}__{TOGETHER}" if source else TOGETHER
        yield _Slot(together, vectors, all_columns, everywhere)
        return
    for name, vectors, present in zip(names, *split):
        yield _Slot(name, vectors, all_columns, present)


def _split_words(
    found: _Words, level: WordLevel
) -> tuple[list[np.ndarray], np.ndarray] | None:
    """Split combined words into what sources add; None where that is not possible."""
    size = level.combination.combiner_.n_features_out_
    n_words = len(found.words)
    added = [np.zeros((n_words, size), np.float32) for _ in level.sources]
    presence = np.zeros((len(level.sources), n_words), bool)
    is_known = found.rows < found.n_known
    for which, composed in ((is_known, False), (~is_known, True)):
        places = np.flatnonzero(which)
        if not len(places):
            continue
        views = level.view_words([found.words[i] for i in places], composed)
        split = level.combination.split(views)
        if split is None:
            return None
        for whole, part in zip(added, split[0]):
            whole[places] = part
        presence[:, places] = split[1].T
    return added, presence


def _score_words(
    pooling: Any, slot: _Slot, found: _Words, coef: np.ndarray, vector_size: int
) -> np.ndarray:
    """Return the scores of distinct words, float64 of shape (n_words, n_outputs)."""
    vectors = slot.vectors.astype(np.float64)
    if not isinstance(pooling, Partition):
        return vectors @ coef[slot.columns]
    if pooling.projection_ is not None:
        coef = pooling.projection_.astype(np.float64) @ coef
    coef = coef.reshape(-1, vector_size, coef.shape[1])[:, slot.columns]
    parts = pooling.words_parts
    if found.composed is not None:
        parts = Parts(*map(np.concatenate, zip(parts, pooling.assign(found.composed))))
    scores = np.zeros((len(vectors), coef.shape[2]))
    numbers, shares = parts.numbers[found.rows], parts.shares[found.rows]
    for part in np.unique(numbers).tolist():
        words, nearest = np.nonzero(numbers == part)
        its_shares = shares[words, nearest].astype(np.float64)
        scores[words] += its_shares[:, np.newaxis] * (vectors[words] @ coef[part])
    return scores
