"""Retrofitting: words that a lexicon relates are drawn to each other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skmeta._io.formats._types import VectorSource
from skmeta._meta._embeddings import open_source
from skmeta._progress import progress
from skmeta._vectors._word_vectors import WordVectors
from skmeta.postprocess._gauss_seidel import plan_steps, sweep
from skmeta.postprocess._lexicon import neighbours_of
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
    """Draw each word to its neighbours in a lexicon, and keep it near where it was.

    Every iteration goes over the words in their order and makes each the mean of its
    first vector, which counts ``alpha``, and its neighbours' present vectors, of which
    each counts ``beta`` [1]_.

    Parameters
    ----------
    word_vectors : WordVectors, gensim model, path, dict, DataFrame or MetaEmbeddings
        Whatever :func:`skmeta.load_vectors` takes; it is left as it is.
    lexicon : dict of str to iterable of str, list of pairs of str, or path
        Which words are neighbours. A file is UTF-8 text, plain or compressed, with a
        word and its neighbours on each line, separated by spaces, as the paper's are.
        Words without a vector are ignored, and so are words given as their own
        neighbours; a pair that stands there twice counts once. Words are taken as they
        are written: the paper's program lower-cases all of them first.
    n_iterations : int, default=10
        As many as the paper found to be enough. None: until no number is further than
        a millionth of the largest from where the iterations lead; then the order of
        the words does not matter.
    alpha : float, default=1.0
        How much a word's first vector counts; above 0.
    beta : float, default=None
        How much each neighbour counts. None, as published: one over the number of
        neighbours, so that all together count 1. A number lets words with many
        neighbours move further, and takes more iterations.
    normalize : bool, default=True
        Scale the vectors of all words to unit length first, as published; those that
        come out are not scaled again.
    directed : bool, default=False
        Whether a word is drawn only to the neighbours that are listed for it. By
        default neighbours are such of each other, which the paper supposes; its program
        takes the lists as they are.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    retrofitted : WordVectors of n_words x vector_size
        The same words and counts, without subwords. Words without neighbours keep their
        (scaled) vectors. Zeros, which say that nothing is known about a word, stay
        zeros, and no word is drawn to them.

    Raises
    ------
    FileNotFoundError
        If there is no file at the lexicon's path.
    TypeError
        If the lexicon is of none of these kinds, or something in it is no word.
    ValueError
        If the lexicon relates no two words of the vocabulary, or cannot be read, or a
        number is out of its range.

    Notes
    -----
    The iterations lead to the one solution of the linear equations that make every word
    that mean. Each brings all vectors closer to it: where alpha is 1 and beta None, at
    least by half, so that after 10 a thousandth of the way is left at most.

    Where ``directed=False``, the solution has the smallest sum of two things: the
    squared distances of all neighbours, each pair once, and ``alpha / beta`` times the
    squared way of each word from its first vector. No iteration makes this sum larger.
    Where beta is None, this is not the sum that the paper writes down, in which a
    word's way counts the same however many neighbours it has: the published update,
    which is used here, may make that one larger.

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
    weights = neighbours_of(lexicon, known, len(source), directed)
    n_neighbours = np.diff(weights.indptr)
    pull = np.sign(n_neighbours) if beta is None else beta * n_neighbours
    stay = alpha / (alpha + pull)  # the share of a word's first vector
    weights.data[:] = np.repeat((1 - stay) / np.maximum(n_neighbours, 1), n_neighbours)
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
        nearer = min(stay.min(), 0.999)  # an iteration leaves 1 - nearer of the way
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
    """Refuse what cannot be meant."""
    if n_iterations is not None and (
        not isinstance(n_iterations, int | np.integer) or n_iterations < 1
    ):
        raise ValueError(
            f"Found n_iterations={n_iterations!r}, expected a whole number from 1 up, "
            "or None. Leave it out for the 10 of the paper."
        )
    for name, value in {"alpha": alpha, "beta": beta}.items():
        if name == "beta" and value is None:
            continue
        if not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
            raise ValueError(
                f"Found {name}={value!r}, expected a number above 0. Leave it out for "
                "the published weights."
            )
