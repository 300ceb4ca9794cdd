"""Vectorizers that have word vectors: a document's row is pooled from its words'."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Callable, Container
from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._batches import iter_batches
from skmeta._documents._check import check_tokens, list_documents
from skmeta._documents._coverage import count_known
from skmeta._documents._stream import DocumentStream, read_documents
from skmeta._documents._types import Documents
from skmeta._pooling._common_components import (
    ROWS_BLOCK_SIZE,
    CommonComponents,
    count_to_remove,
    learn_common_components,
)
from skmeta._pooling._cross_fit import pool_cross_fitted
from skmeta._pooling._fit_partitions import fit_partitions
from skmeta._pooling._partition import Partition
from skmeta._pooling._pool import (
    POOLINGS,
    Vectors,
    check_poolings,
    count_columns,
    pool,
)
from skmeta._pooling._row_scale import SCALE, find_scale
from skmeta._pooling._unknown_words import (
    UNKNOWN,
    refuse_lack_of_subwords,
    refuse_unknown_words,
    warn_of_unknown_tokens,
)
from skmeta._vectorizers._base import Vectorizer
from skmeta._vectors._lookup import find_vectors
from skmeta._vectors._word_index import TokenTypeError, WordIndex
from skmeta._vectors._word_vectors import WordVectors
from skmeta.weighting import LabelWeighting, Weighting
from skmeta.weighting._by_name import WEIGHTINGS, get_weighting

__all__ = ["PoolingVectorizer", "find_arrow_documents"]


_LOOKED_AT = 256  # documents: all zeros there, and transform looks for the reason


class PoolingVectorizer(Vectorizer):
    """Base class: rows are pooled from word vectors.

    A subclass comes by word vectors in ``_fit_words``, having called
    ``_check_pooling`` first, and hands them to ``_set_word_vectors``.

    Attributes
    ----------
    word_vectors_ : WordVectors of n_words x vector_size
    word_weights_ : float32 ndarray of shape (n_words,), or None
    common_components_ : float32 ndarray of shape (n_components, n_features), or None
    scale_ : float32
    """

    _advice_on_unknown = (
        "See coverage(X). Take vectors of the documents' language and spelling."
    )
    _parameter_constraints: dict = {
        "pooling": [
            StrOptions({*POOLINGS, "partition"}),
            Real,
            tuple,
            list,
            Partition,
        ],
        "weighting": [StrOptions(set(WEIGHTINGS)), Weighting, None],
        "remove_components": [
            StrOptions({"auto"}),
            Interval(Integral, 0, None, closed="left"),
        ],
        "scale": SCALE,
        "unknown": [StrOptions(set(UNKNOWN))],
        "n_jobs": [Integral, None],
    }

    def coverage(self, X: Documents) -> pd.DataFrame:
        """Return the share of the documents' tokens and words with a vector.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        coverage : DataFrame with one row
            Columns ``tokens``, ``known_tokens``, ``token_share``, ``words`` (distinct
            tokens), ``known_words``, ``word_share``. Shares go from 0 to 1. With
            ``unknown="subword"`` also ``subword_tokens`` and ``subword_words``: those
            that are not known, but have a vector of their n-grams.
        """
        check_is_fitted(self)
        name = type(self).__name__.lower()
        makes = {name: self._has_subword_vector} if self.unknown == "subword" else None
        return count_known(read_documents(X), {name: self.word_vectors_}, makes)

    def _transform(self, X: Any, first_number: int = 0) -> np.ndarray:
        """Turn documents into rows; look-up sees whether tokens are strings.

        It refuses those that are none; a second look then says which, and takes those
        of derived types.
        """
        documents = find_arrow_documents(X)
        if documents is None:
            documents = list_documents(X, first_number)
            if self.unknown != "ignore" or not self._pools_words:
                documents = check_tokens(documents, first_number)
        try:
            rows = self._embed(documents)
        except TokenTypeError:
            documents = check_tokens(list(documents), first_number)
            rows = self._embed(documents)
        if self._pools_words and not first_number and not rows[:_LOOKED_AT].any():
            self._warn_of_unknown(documents[:_LOOKED_AT])
        return self._rescale(rows)

    @property
    def _pools_words(self) -> bool:
        """Tell whether rows are pooled from word vectors."""
        return True

    def _known_words(self) -> Container[str]:
        """Give what tells whether a word is known."""
        return self.word_vectors_

    @property
    def _vectors(self) -> Vectors:
        """Give the vectors that are pooled."""
        return self.word_vectors_.vectors

    @property
    def _index(self) -> WordIndex:
        """Give the row of each word."""
        return self.word_vectors_.index

    @property
    def _has_subwords(self) -> bool:
        """Tell whether there are n-grams to make vectors of unknown words with."""
        return self.word_vectors_.subwords is not None

    def _has_subword_vector(self, word: str) -> bool:
        """Tell whether a vector is made of an unknown word's n-grams."""
        subwords = self.word_vectors_.subwords
        return self.unknown == "subword" and subwords is not None and word in subwords

    def _compose(self, words: list[str]) -> np.ndarray:
        """Make the vectors of unknown words, zeros where there are none."""
        return find_vectors(words, self.word_vectors_)

    def _compose_and_weigh(
        self, weighting: Weighting | None, words: list[str]
    ) -> tuple:
        """Give vectors of unknown words, their weights, and which have a vector."""
        vectors, weights = self._compose(words), None
        if weighting is not None:
            weights = weighting.weigh_unknown(words)
        return vectors, weights, vectors.any(axis=1)

    def _check_unknown(self, has_subwords: bool) -> None:
        """Refuse to make vectors of n-grams where there are none."""
        if self.unknown == "subword" and not has_subwords:
            refuse_lack_of_subwords(type(self).__name__)

    def _refuse_unknown(self, documents: list[list[str]]) -> None:
        """Refuse unknown words where that is asked for."""
        if self.unknown == "error":
            refuse_unknown_words(documents, self._known_words())

    def _warn_of_unknown(self, documents: list[list[str]] | DocumentStream) -> None:
        """Warn where nearly no token is known; what is read anew is not read for it."""
        if self.unknown != "subword" and isinstance(documents, list):
            advice = self._advice_on_unknown
            warn_of_unknown_tokens(documents, self._known_words(), advice)

    def _check_pooling(self) -> None:
        """Refuse unsound poolings before any work is done."""
        for pooling in check_poolings(self.pooling, partitions=True):
            if isinstance(pooling, Partition):
                pooling._validate_params()

    @property
    def _poolings(self) -> tuple:
        """The poolings side by side; partitions as they were fitted."""
        poolings = check_poolings(self.pooling, partitions=True)
        fitted = getattr(self, "_partitions", [])
        if sum(isinstance(p, Partition) for p in poolings) != len(fitted):
            raise NotFittedError(
                f"Found pooling={self.pooling!r}, which was set after fit; a partition "
                "is learned there. Call fit again."
            )
        left = iter(fitted)
        return tuple(next(left) if isinstance(p, Partition) else p for p in poolings)

    def _fit_partitions(self, documents: list[list[str]]) -> None:
        """Divide the words into parts, where they are pooled by them."""
        self._partitions = fit_partitions(
            check_poolings(self.pooling, partitions=True),
            documents,
            self._vectors,
            self._index,
            lambda batch, partition: self._pool(batch, poolings=(partition,)),
        )

    def _set_word_vectors(
        self, word_vectors: WordVectors, documents: list, y: Any
    ) -> None:
        """Keep the word vectors, and learn the words' weights from the documents."""
        self.word_vectors_ = word_vectors
        self._weigh_words(documents, word_vectors.index, word_vectors.counts, y)

    def _weigh_words(
        self,
        documents: list[list[str]],
        words: WordIndex,
        counts: np.ndarray | None,
        y: Any,
    ) -> None:
        """Learn the words' weights from the documents; keep what weighs others too."""
        self._word_weighting = get_weighting(self.weighting)
        self.word_weights_ = None
        if self._word_weighting is not None:
            self._word_weighting.fit(
                documents,
                words.key_to_index,
                counts,
                y=y,
                keep_unknown=self.unknown == "subword",
            )
            self.word_weights_ = self._word_weighting.word_weights_

    @abstractmethod
    def _fit_words(self, documents: list[list[str]], y: Any) -> None:
        """Come by word vectors and their weights."""

    def _fit(self, documents: list[list[str]], y: Any) -> None:
        self._fit_words(documents, y)
        self._fit_partitions(documents)
        self._warn_of_unknown(documents)
        if not isinstance(documents, DocumentStream):
            self._common_components = self._find_common_components(
                lambda block: self._pool(documents[block]), len(documents)
            )
        else:
            self._common_components = self._find_common_in_stream(documents)
        rows = (
            self._remove_components(self._pool(batch))
            for batch in iter_batches(documents, ROWS_BLOCK_SIZE)
        )
        self.scale_ = find_scale(self.scale, rows)

    def _find_common_in_stream(
        self, documents: DocumentStream
    ) -> CommonComponents | None:
        """Find what rows of documents that are read anew have in common."""
        n_documents = documents.count() if self._n_to_remove else 0
        batches = iter_batches(documents, ROWS_BLOCK_SIZE)

        def pool_next(block: slice) -> np.ndarray:
            batch: list = next(batches, [])
            if len(batch) < block.stop - block.start:
                raise ValueError(
                    f"Found {block.start + len(batch):,} documents in a later pass "
                    f"over X, expected the {n_documents:,} of the first. Give "
                    "documents that are the same in each pass, or a list of them."
                )
            return self._pool(batch)

        return self._find_common_components(pool_next, n_documents)

    def _fit_embed(self, documents: list[list[str]], y: Any) -> np.ndarray:
        if isinstance(documents, DocumentStream):
            return super()._fit_embed(documents, y)
        if self._uses_labels:
            self._fit(documents, y)
            self._refuse_unknown(documents)
            return self._remove_components(self._pool_cross_fitted(documents, y))
        self._fit_words(documents, y)
        self._refuse_unknown(documents)
        self._fit_partitions(documents)
        self._warn_of_unknown(documents)
        rows = self._pool(documents)
        self._common_components = self._find_common_components(
            rows.__getitem__, len(rows)
        )
        rows = self._remove_components(rows)
        blocks = range(0, len(rows), ROWS_BLOCK_SIZE)
        some = (rows[start : start + ROWS_BLOCK_SIZE] for start in blocks)
        self.scale_ = find_scale(self.scale, some)
        return rows

    def _embed(self, documents: list[list[str]]) -> np.ndarray:
        self._refuse_unknown(documents)
        return self._remove_components(self._pool(documents))

    @property
    def common_components_(self) -> np.ndarray | None:
        """The directions that are removed from pooled rows."""
        found = self._common_components
        return None if found is None else found.directions

    @property
    def _n_to_remove(self) -> int:
        """How many common components to remove, once words are weighed."""
        return count_to_remove(self.remove_components, self._word_weighting)

    def _find_common_components(
        self, rows_of: Callable[[slice], np.ndarray], n_rows: int
    ) -> CommonComponents | None:
        """Find what pooled rows have in common; the weighting says how much goes."""
        return learn_common_components(
            self.remove_components, self._word_weighting, rows_of, n_rows
        )

    def _remove_components(self, rows: np.ndarray) -> np.ndarray:
        """Take the common components out of new rows."""
        found = self._common_components
        return rows if found is None else found.remove(rows)

    @property
    def _uses_labels(self) -> bool:
        """Tell whether words are weighted by labels."""
        weighting = self.weighting
        if isinstance(weighting, str) and weighting in WEIGHTINGS:
            weighting = WEIGHTINGS[weighting]
        return getattr(weighting, "uses_labels", False)

    @property
    def _streams(self) -> bool:
        return not self._uses_labels  # folds are drawn of all documents

    def _pool_cross_fitted(self, documents: list[list[str]], y: Any) -> np.ndarray:
        """Pool each fold of the documents with weights that the others gave."""
        assert isinstance(self._word_weighting, LabelWeighting)
        return pool_cross_fitted(
            self._word_weighting,
            documents,
            y,
            self._index.key_to_index,
            self.unknown == "subword",
            self._pool,
        )

    def _pool(
        self,
        documents: list[list[str]],
        weighting: Weighting | None = None,
        poolings: tuple | None = None,
    ) -> np.ndarray:
        """Pool the vectors of the documents' words; others' weights, others' ways."""
        weighting = weighting or self._word_weighting
        unknown = None
        if self.unknown == "subword":
            self._check_unknown(self._has_subwords)
            unknown = partial(self._compose_and_weigh, weighting)
        return pool(
            documents,
            self._vectors,
            self._index,
            poolings or self._poolings,
            None if weighting is None else weighting.word_weights_,
            unknown=unknown,
            n_jobs=self.n_jobs,
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = self._uses_labels
        return tags

    @property
    def _n_features_out(self) -> int:
        vector_size = self.word_vectors_.vector_size
        return count_columns(self._poolings, vector_size)


def find_arrow_documents(X: Any) -> Any:
    """Give documents in Arrow's memory, None if X is something else."""
    if "pyarrow" not in sys.modules:
        return None
    from skmeta._documents._arrow import as_arrow_documents

    return as_arrow_documents(X)
