"""Word vectors learned by counting: from documents to vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skmeta._counts._block_krylov import decompose
from skmeta._counts._cooccurrences import count_cooccurrences, count_dtype
from skmeta._counts._memory import Memory
from skmeta._counts._norms import compute_norms, set_norms
from skmeta._counts._ppmi import compute_ppmi
from skmeta._counts._sparse_rows import SparseRows
from skmeta._counts._vocabulary import choose_words, kept_shares
from skmeta._messages import count_of
from skmeta._progress import progress
from skmeta._training._corpus import Corpus, read_corpus
from skmeta._training._random import mix_key
from skmeta._vectors._word_vectors import WordVectors
from skmeta._warnings import warn_user

__all__ = ["Settings", "count_corpus", "factorize_counts", "learn_by_counting"]


@dataclass(frozen=True)
class Settings:
    """The parameters of PPMIVectorizer that control counting and factorization."""

    vector_size: int
    window: int
    dynamic_window: bool
    min_count: int
    max_vocab: int | None
    sample: float
    smoothing: float
    shift: float
    eigenvalue_weighting: float
    add_context: bool
    norm: str | None
    n_iter: int
    max_memory: float
    seed: int
    n_threads: int = 1
    verbose: int = 0


def learn_by_counting(
    documents: Any, settings: Settings
) -> tuple[WordVectors, np.ndarray]:
    """Learn word vectors from documents.

    Parameters
    ----------
    documents : list of lists of str, ArrowDocuments or DocumentStream
    settings : Settings

    Returns
    -------
    word_vectors : WordVectors of n_words x vector_size
        With counts.
    singular_values : float32 ndarray of shape (vector_size,)
    """
    corpus = read_corpus(documents)
    words, counts = choose_words(
        corpus.words,
        corpus.counts,
        corpus.n_documents,
        min_count=settings.min_count,
        max_vocab=settings.max_vocab,
    )
    longest = int(np.diff(corpus.offsets).max(initial=0))
    dtype = count_dtype(counts, longest, settings.window, settings.dynamic_window)
    with Memory(settings.max_memory) as memory:
        found = count_corpus(corpus, words, counts, settings, dtype, memory)
        del corpus
        return factorize_counts(found, words, counts, settings, memory)


def count_corpus(
    corpus: Corpus,
    words: list[str],
    counts: np.ndarray,
    settings: Settings,
    dtype: type[np.signedinteger],
    memory: Memory,
    first_token: int = 0,
) -> SparseRows:
    """Count the co-occurrences of words in a corpus, which is thinned and renumbered.

    Parameters
    ----------
    corpus : Corpus
    words : list of str
        Those to count, row by row.
    counts : int64 ndarray of shape (n_words,)
        How often they occur, here and elsewhere.
    settings : Settings
    dtype : int32 or int64
    memory : Memory
    first_token : int, default=0
        How many tokens came before, elsewhere.

    Returns
    -------
    cooccurrences : SparseRows of n_words x n_words
    """
    row_of = {word: row for row, word in enumerate(words)}
    if settings.sample:
        shares = np.append(kept_shares(counts, settings.sample), 0)  # of other words
        rows = np.fromiter((row_of.get(word, -1) for word in corpus.words), np.int64)
        corpus.subsample(shares[rows], mix_key(settings.seed), first_token)
    corpus.renumber(row_of)
    n_tokens, verbose = len(corpus.tokens), settings.verbose
    with progress("Counting words", n_tokens, verbose, "tokens") as advance:
        return count_cooccurrences(
            corpus.tokens,
            corpus.offsets,
            len(counts),
            window=settings.window,
            dynamic=settings.dynamic_window,
            dtype=dtype,
            memory=memory,
            n_threads=settings.n_threads,
            advance=advance,
        )


def factorize_counts(
    cooccurrences: SparseRows,
    words: list[str],
    counts: np.ndarray,
    settings: Settings,
    memory: Memory,
) -> tuple[WordVectors, np.ndarray]:
    """Factorize co-occurrences into word vectors, and empty them.

    Returns
    -------
    word_vectors : WordVectors of n_words x vector_size
    singular_values : float32 ndarray of shape (vector_size,)
    """
    if not any(len(values) for values, _, _ in cooccurrences.blocks):
        warn_user(
            f"Found no two of the {count_of(len(words), 'word')} near each other in a "
            "document, expected some to count: all vectors are zeros. Pass longer "
            "documents."
        )
    matrix, transposed, gains = compute_ppmi(
        cooccurrences, settings.smoothing, settings.shift, memory
    )
    n_steps = settings.n_iter + 1
    with progress("Decomposing", n_steps, settings.verbose, "steps") as advance:
        vectors, values, contexts = decompose(
            matrix,
            transposed,
            settings.vector_size,
            n_iter=settings.n_iter,
            seed=settings.seed,
            n_threads=settings.n_threads,
            advance=advance,
        )
    if settings.add_context:
        vectors += contexts
    del contexts
    vectors *= np.where(values > 0, values**settings.eigenvalue_weighting, 0).astype(
        np.float32
    )
    if settings.norm == "information":
        set_norms(vectors, compute_norms(gains, counts))
    return WordVectors(words, vectors, counts), values.astype(np.float32)
