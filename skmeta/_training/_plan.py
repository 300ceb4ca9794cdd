"""The plan of training, which is the same for any number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
from gensim.models.word2vec import MAX_WORDS_IN_BATCH

from skmeta._native import training_kernels
from skmeta._training import _numpy_rounds
from skmeta._training._corpus import Corpus
from skmeta._training._random import alias_table

__all__ = ["N_STREAMS", "make_rounds"]

# More streams serve more threads, longer rounds and shared noise save memory traffic.
# With these the vectors are as good as gensim's: see benchmarks/RESULTS.md.
N_STREAMS, _N_WINDOWS, _N_SHARED = 8, 64, 8
_TOKENS_PER_STREAM = 2_048  # at least: streams of a few documents would learn the same
_MOST_REPEATS = 16  # of one word in a round: it would be trained too often at once
_MOST_NOISE = 128  # words; each counts for several where more are asked for
_MOST_TAGS = 600  # of a document in the kernels, which number rows in 16 bits
_LIMIT = 6.0  # pairs with larger scores stay as they are, as in gensim's word2vec


def make_rounds(model: Any, corpus: Corpus, tags: list[list[int]] | None) -> Any:
    """Make what trains a gensim model, in C or in NumPy.

    Parameters
    ----------
    model : gensim Word2Vec, FastText or Doc2Vec
        Its arrays are trained in place.
    corpus : Corpus
        Numbered by the rows of the model.
    tags : list of lists of int, or None
        The rows of the documents' tags; None: each document has its own.

    Returns
    -------
    rounds : Rounds
        See _numpy_rounds.py.
    """
    segments, segment_documents = _cut_documents(corpus.offsets)
    n_noise = min(model.negative, _MOST_NOISE)
    counts = np.asarray(model.wv.expandos["count"], np.float64)
    exponents = model.ns_exponent * np.log(counts)
    shares, aliases = alias_table(np.exp(exponents - exponents.max()))
    given = {
        "words": model.wv.vectors,
        "outputs": model.syn1neg,
        "tokens": corpus.tokens,
        "segments": segments,
        "segment_documents": segment_documents,
        "bounds": _cut_into_streams(segments, _largest_share(model, counts)),
        "kept": model.wv.expandos["sample_int"] if model.sample else None,
        "shares": shares,
        "aliases": aliases,
        "is_each": bool(model.sg),
        "is_mean": bool(model.cbow_mean),
        "shrink": bool(model.shrink_windows),
        "window": int(model.window),
        "n_noise": n_noise,
        "n_windows": _N_WINDOWS,
        "n_shared": _count_shared(model, corpus),
        "n_together": _count_together(model),
        "noise_weight": model.negative / n_noise,
        "limit": _LIMIT,
        "longest": int(np.diff(segments).max(initial=1)),
        **_describe_tags(model, corpus, tags),
        **_describe_ngrams(model),
    }
    is_native = training_kernels is not None and given["most_tags"] <= _MOST_TAGS
    module: Any = training_kernels if is_native else _numpy_rounds
    return module.Rounds(**given)


def _cut_documents(offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut long documents; return where parts begin and end, and whose they are."""
    lengths = np.diff(offsets)
    n_parts = -(-lengths // MAX_WORDS_IN_BATCH)
    documents = np.repeat(np.arange(len(lengths), dtype=np.int32), n_parts)
    number = np.arange(len(documents)) - np.repeat(
        np.cumsum(n_parts) - n_parts, n_parts
    )
    starts = offsets[documents] + number * MAX_WORDS_IN_BATCH
    return np.append(starts, offsets[-1]).astype(np.int64), documents


def _count_together(model: Any) -> int:
    """Return how many windows train at once: few where all move one document's row."""
    if not hasattr(model, "dv"):
        return 8
    return 2 if model.dm else 4


def _count_shared(model: Any, corpus: Corpus) -> int:
    """Return how many windows share their noise: few if all are of one document."""
    is_dbow = hasattr(model, "dv") and not model.dm
    is_long = len(corpus.tokens) > _N_WINDOWS * corpus.n_documents
    return _count_together(model) if is_dbow and is_long else _N_SHARED


def _largest_share(model: Any, counts: np.ndarray) -> float:
    """Return the share that the most frequent word has of the tokens trained on."""
    if model.sample:
        counts = counts * (model.wv.expandos["sample_int"] / 2.0**32)
    return float(counts.max() / counts.sum())


def _cut_into_streams(segments: np.ndarray, largest_share: float) -> np.ndarray:
    """Cut segments into streams of about as many tokens each."""
    n_tokens = segments[-1] - segments[0]
    most = min(
        n_tokens / _TOKENS_PER_STREAM, _MOST_REPEATS / largest_share / _N_WINDOWS
    )
    n_streams = int(np.clip(most, 1, N_STREAMS))
    ends = segments[0] + n_tokens * np.arange(n_streams + 1) // n_streams
    return np.searchsorted(segments, ends).astype(np.int64)


def _describe_tags(
    model: Any, corpus: Corpus, tags: list[list[int]] | None
) -> dict[str, Any]:
    """Return what rounds need to know of documents."""
    if not hasattr(model, "dv"):
        return {
            "use_words": True,
            "is_spread": True,
            "documents": None,
            "tag_ends": None,
            "tags": None,
            "most_tags": 0,
        }
    if tags is None:
        rows = np.arange(corpus.n_documents, dtype=np.int32)
        ends = np.arange(corpus.n_documents + 1, dtype=np.int64)
    else:
        rows = np.array([row for own in tags for row in own], np.int32)
        ends = np.cumsum([0, *map(len, tags)], dtype=np.int64)
    use_words = bool(model.dm or model.dbow_words)
    return {
        "use_words": use_words,
        "is_spread": use_words,  # one tag's windows are alike wherever they are
        "documents": model.dv.vectors,
        "tag_ends": ends,
        "tags": rows,
        "most_tags": int(np.diff(ends).max(initial=0)),
    }


def _describe_ngrams(model: Any) -> dict[str, Any]:
    """Return what rounds need to know of n-grams."""
    if not getattr(model.wv, "bucket", 0):
        return {
            "ngrams": None,
            "ngram_ends": None,
            "ngram_rows": None,
            "most_ngrams": 0,
        }
    buckets = model.wv.buckets_word
    return {
        "words": model.wv.vectors_vocab,
        "ngrams": model.wv.vectors_ngrams,
        "ngram_ends": np.cumsum([0, *map(len, buckets)], dtype=np.int64),
        "ngram_rows": np.concatenate(buckets).astype(np.int32),
        "most_ngrams": max(map(len, buckets)),
    }
