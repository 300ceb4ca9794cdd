"""Learn word vectors from Dask collections by summing the counts of partitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

import dask
import numpy as np
from dask import delayed
from scipy.sparse import csr_array

from skmeta._counts._cooccurrences import count_dtype
from skmeta._counts._learn import Settings, count_corpus, factorize_counts
from skmeta._counts._memory import Memory
from skmeta._counts._sparse_rows import SparseRows
from skmeta._counts._vocabulary import choose_words
from skmeta._documents._check import check_documents, short_repr
from skmeta._training._corpus import Corpus, read_corpus
from skmeta._vectorizers._ppmi import PPMIVectorizer, settings_of
from skmeta._vectors._word_vectors import WordVectors
from skmeta.dask._collections import choose_column
from skmeta.tokenize import Tokenizer

__all__ = ["fit_ppmi"]

_COUNTS_BLOCK_SIZE = 8  # added up in one task: as many are in memory


def fit_ppmi(
    vectorizer: PPMIVectorizer,
    collection: Any,
    column: str | None = None,
    *,
    tokenizer: Callable[[str], list[str]] | Tokenizer | None = None,
) -> WordVectors:
    """Learn the word vectors of a PPMIVectorizer from a Dask collection.

    Words, then co-occurrences, are counted in each partition where it is. The counts
    are added up, and decomposed here. They are whole numbers, so that the vectors are
    those that ``vectorizer.fit`` learns from all documents in memory, to the bit.

    Parameters
    ----------
    vectorizer : PPMIVectorizer
        How to count and decompose. It stays as it is.
    collection : Dask bag, Series or DataFrame
        Bags of token lists or texts; columns of Arrow lists, of Python lists or arrays
        of tokens, or of strings. Its partitions are computed twice.
    column : str, default=None
        The column of a DataFrame that holds the documents.
    tokenizer : Tokenizer, or callable, default=None
        Makes token lists of texts: a :class:`skmeta.Tokenizer`, or a function that
        takes a text and gives its tokens.

    Returns
    -------
    word_vectors : WordVectors of n_words x vector_size
        With counts. Pool them with :class:`skmeta.PretrainedVectorizer`, whose
        weightings and scale are learned from a sample of the documents.

    Raises
    ------
    TypeError
        If the vectorizer is no PPMIVectorizer, or the collection is none of Dask's.
    ValueError
        If the column is not there or not named, or no word is frequent enough.

    See Also
    --------
    skmeta.dask.transform : Documents to vectors, lazily.

    Examples
    --------
    >>> import dask.bag as db
    >>> from gensim.test.utils import common_texts
    >>> from skmeta import PPMIVectorizer
    >>> from skmeta.dask import fit_ppmi
    >>> documents = db.from_sequence(common_texts, npartitions=3)
    >>> fit_ppmi(PPMIVectorizer(vector_size=8, min_count=1), documents)
    WordVectors(12 words x 8)
    """
    if not isinstance(vectorizer, PPMIVectorizer):
        raise TypeError(
            f"Found {short_repr(vectorizer)}, which does not learn by counting, "
            "expected a PPMIVectorizer. Train others on documents in memory."
        )
    vectorizer._validate_params()
    settings = settings_of(vectorizer)
    collection = choose_column(collection, column, "vectorizer.fit(documents)")
    if tokenizer is not None and not hasattr(tokenizer, "transform"):
        tokenizer = Tokenizer(tokenizer=tokenizer, lowercase=False)
    parts = [delayed(_read, pure=False)(p, tokenizer) for p in collection.to_delayed()]
    words = [delayed(_count_words, pure=False)(part) for part in parts]
    total, sizes = dask.compute(
        _add_up(words), [delayed(_measure, pure=False)(part) for part in parts]
    )
    n_tokens, n_documents, longest = np.array(sizes, np.int64).T
    chosen, counts = choose_words(
        list(total),
        np.array(list(total.values()), np.int64),
        int(n_documents.sum()),
        min_count=settings.min_count,
        max_vocab=settings.max_vocab,
    )
    dtype = count_dtype(
        counts, int(longest.max()), settings.window, settings.dynamic_window
    )
    task = delayed(_Task(chosen, counts, replace(settings, verbose=0), dtype))
    firsts = np.cumsum(n_tokens) - n_tokens
    found = [
        delayed(_count_part, pure=False)(part, task, int(first))
        for part, first in zip(parts, firsts)
    ]
    rows = _add_up(found).compute()
    with Memory(settings.max_memory) as memory:
        cooccurrences = SparseRows(len(chosen), memory)
        cooccurrences.append_csr(rows)
        del rows
        return factorize_counts(cooccurrences, chosen, counts, settings, memory)[0]


class _Task:
    """The settings of each partition, which Dask passes on unchanged."""

    def __init__(
        self, words: list[str], counts: np.ndarray, settings: Settings, dtype: Any
    ) -> None:
        self.words, self.counts = words, counts
        self.settings, self.dtype = settings, dtype


def _read(documents: Any, tokenizer: Tokenizer | None) -> Corpus:
    """Read a partition's documents as numbers of words."""
    documents = list(documents)
    if not documents:
        return Corpus([], np.empty(0, np.int32), np.zeros(1, np.int64))
    if tokenizer is not None:
        documents = tokenizer.transform(documents)
    return read_corpus(check_documents(documents))


def _count_words(corpus: Corpus) -> Counter[str]:
    """Return how often each word occurs, in the order of first occurrence."""
    return Counter(dict(zip(corpus.words, corpus.counts.tolist())))


def _measure(corpus: Corpus) -> tuple[int, int, int]:
    """Return the numbers of tokens, of documents, and of tokens of the longest."""
    longest = np.diff(corpus.offsets).max(initial=0)
    return len(corpus.tokens), corpus.n_documents, int(longest)


def _count_part(corpus: Corpus, task: _Task, first_token: int) -> csr_array:
    """Count the co-occurrences in a partition."""
    with Memory(np.inf) as memory:
        found = count_corpus(
            Corpus(corpus.words, corpus.tokens.copy(), corpus.offsets),
            task.words,
            task.counts,
            task.settings,
            task.dtype,
            memory,
            first_token,
        )
    return found.rows(0, len(task.words))


def _add_up(parts: list[Any]) -> Any:
    """Return the lazy sum of delayed counts, in their order."""
    add_some = delayed(_add_some, pure=False)
    while len(parts) > 1:
        starts = range(0, len(parts), _COUNTS_BLOCK_SIZE)
        parts = [add_some(parts[s : s + _COUNTS_BLOCK_SIZE]) for s in starts]
    return parts[0]


def _add_some(parts: list[Any]) -> Any:
    """Sum some counts."""
    return reduce(add, parts)
