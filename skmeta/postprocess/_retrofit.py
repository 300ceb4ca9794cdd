"""Retrofitting: move words closer to their neighbors in a lexicon."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skmeta._io.formats._types import VectorSource
from skmeta._meta._embeddings import open_source
from skmeta._progress import progress
from skmeta._vectors._word_vectors import WordVectors
from skmeta.postprocess._gauss_seidel import plan_steps, sweep
from skmeta.postprocess._lexicon import neighbors_of
from skmeta.postprocess._rows import blocks, row_norms

__all__ = ["retrofit"]

_CLOSE_ENOUGH = 1e-6


def retrofit(
    word_vectors: VectorSource,
    lexicon: Any,
    *,
    n_iterations: int | None = 10,
    alpha: float = 1.0,
    beta: float | None = None,
    normalize: bool = True,
    directed: bool = False,
    verbose: int = 0,
) -> WordVectors:
    """Move each word closer to its neighbors in a lexicon.

    Each iteration goes over the words in their order and replaces each vector by the
    weighted mean of its original vector, of weight ``alpha``, and its neighbors'
    current vectors, of weight ``beta`` each [1]_.

    Parameters
    ----------
    word_vectors : WordVectors, gensim model, path, dict, DataFrame or MetaEmbeddings
        Whatever :func:`skmeta.load_vectors` takes; it is left as it is.
    lexicon : dict of str to iterable of str, list of pairs of str, or path
        The neighbors of words. A file is UTF-8 text, plain or compressed, with a word
        and its neighbors on each line, separated by spaces, as in the paper's files.
        Words without a vector, and words listed as their own neighbors, are ignored;
        repeated pairs count once. Words are not lower-cased, as they are in the paper's
        program.
    n_iterations : int, default=10
        The paper found 10 to suffice. None: until no number is further from the limit
        than a millionth of the largest number; then the order of the words does not
        matter.
    alpha : float, default=1.0
        The weight of a word's original vector; positive.
    beta : float, default=None
        The weight of each neighbor. None, as published: one over the number of
        neighbors, so that their weights sum to 1. With a number, words with many
        neighbors move further, and more iterations are needed.
    normalize : bool, default=True
        Whether to scale all vectors to unit length first, as published. The result is
        not scaled again.
    directed : bool, default=False
        Whether a word is moved only to the neighbors listed for it. By default the
        relation is symmetric, as the paper assumes; its program uses the lists as they
        are.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    retrofitted : WordVectors of n_words x vector_size
        The same words and counts, without subwords. Words without neighbors keep their
        (scaled) vectors. Rows of zeros, of words about which nothing is known, stay
        zeros, and no word is moved towards them.

    Raises
    ------
    FileNotFoundError
        If the lexicon's path does not exist.
    TypeError
        If the lexicon is of another kind, or an entry is not a word.
    ValueError
        If the lexicon relates no two words of the vocabulary, cannot be read, or a
        number is out of range.

    Notes
    -----
    The iterations converge to the unique solution of the linear equations that make
    each vector that weighted mean. With alpha=1 and beta=None each at least halves the
    distance, so that after 10 at most a thousandth is left.

    With ``directed=False``, the solution minimizes the sum of the squared distances of
    all neighbors, each pair once, and ``alpha / beta`` times the squared distance of
    each word from its original vector. No iteration increases this sum. With beta=None
    it is not the objective in the paper, in which a word's distance from its original
    vector counts the same however many neighbors it has: the published update, which
    is used here, may increase that objective.

    References
    ----------
    .. [1] M. Faruqui, J. Dodge, S. K. Jauhar, C. Dyer, E. Hovy, N. A. Smith (2015).
       Retrofitting word vectors to semantic lexicons. NAACL.

    Examples
    --------
    >>> from skmeta.postprocess import retrofit
    >>> colors = {"red": [1.0, 0.0], "crimson": [0.0, 1.0], "blue": [0.6, 0.8]}
    >>> retrofit(colors, {"crimson": ["red", "scarlet"]}).vectors.round(2)
    array([[0.67, 0.33],
           [0.33, 0.67],
           [0.6 , 0.8 ]], dtype=float32)
    """
    _check_numbers(n_iterations, alpha, beta)
    source = open_source(word_vectors)
    norms = row_norms(source.vectors)
    known = source.key_to_index
    if not norms.all():
        known = {word: row for word, row in known.items() if norms[row]}
    weights = neighbors_of(lexicon, known, len(source), directed)
    n_neighbors = np.diff(weights.indptr)
    pull = np.sign(n_neighbors) if beta is None else beta * n_neighbors
    stay = alpha / (alpha + pull)  # the share of a word's original vector
    weights.data[:] = np.repeat((1 - stay) / np.maximum(n_neighbors, 1), n_neighbors)
    steps = plan_steps(weights)

    scales = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
    if not normalize:
        scales = np.sign(norms)
    vectors = np.empty(source.vectors.shape, dtype=np.float32)
    for block in blocks(vectors):
        vectors[block] = source.vectors[block] * scales[block, np.newaxis]
    largest = max(vectors.max(), -vectors.min())
    enough = 0.0
    if n_iterations is None:
        nearer = min(stay.min(), 0.999)  # an iteration leaves 1 - nearer of the rest
        enough = _CLOSE_ENOUGH * largest * nearer / (1 - nearer)
        n_iterations = math.ceil(math.log(_CLOSE_ENOUGH / 2) / math.log1p(-nearer))
    with progress("Retrofitting", n_iterations, verbose) as advance:
        for _ in range(n_iterations):
            change = sweep(vectors, source.vectors, stay * scales, steps)
            advance()
            if change <= enough:
                break
    return WordVectors(source.words, vectors, source.counts)


def _check_numbers(n_iterations: int | None, alpha: float, beta: float | None) -> None:
    """Raise if a number is out of range."""
    if n_iterations is not None and (
        not isinstance(n_iterations, int | np.integer) or n_iterations < 1
    ):
        raise ValueError(
            f"Found n_iterations={n_iterations!r}, expected a positive integer, "
            "or None. Leave it out for the paper's 10."
        )
    for name, value in {"alpha": alpha, "beta": beta}.items():
        if name == "beta" and value is None:
            continue
        if not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
            raise ValueError(
                f"Found {name}={value!r}, expected a positive number. Leave it out for "
                "the published weights."
            )
