"""The parts of a trained gensim model that inference needs."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack

from skmeta._doc2vec.inference._newton import Preconditioner
from skmeta._doc2vec.inference._noise import cluster_noise_distribution, second_moment
from skmeta._vectors._word_index import WordIndex

__all__ = ["FrozenModel"]

_POINTS_OF_BAGS = 256  # two ways to infer then differ as two runs of gensim's do
_POINTS_OF_WINDOWS = 64  # each costs its time at every position
# The prior's variance, in lengths of gensim's steps: about 1 in theory. With this the
# cosines to gensim's vectors are .003 higher on the average of R8, 20 newsgroups and
# imdb, and classifiers are as good or better.
_VARIANCE_OF_STEPS = 0.7


class FrozenModel:
    """The word and output vectors of a Doc2Vec model, prepared for inference.

    Parameters
    ----------
    model : gensim Doc2Vec
        Trained; with ``dm_concat=0`` or ``dm=0``. Its vectors are used, not copied,
        but for those of hierarchical softmax.
    epochs, alpha : as in gensim's ``infer_vector``
    n_points : int, default=None
        How many points stand for the words that negative sampling may draw.

    Attributes
    ----------
    kept : float32 ndarray of shape (n_words,)
        The probability that an occurrence of the word is not skipped.
    targets : float32 ndarray of shape (n_targets, vector_size)
        What words are predicted with: their own output vectors with negative sampling,
        with hierarchical softmax the vectors of nodes, and those with minus.
    paths : csr_array of shape (n_words, n_targets), or None
        The targets of each word; None where word i has target i alone.
    points, points_transposed, point_shares : ndarray
        Stand for the words drawn as noise, so often for every position in a text.
    variance : float
        Of the prior. Gradient ascent that ends after steps of some length in all has
        gone about as far as with a normal prior of about this variance.
    """

    def __init__(
        self, model: Any, epochs: int, alpha: float, n_points: int | None = None
    ) -> None:
        self.words = WordIndex(model.wv.key_to_index)
        self.dm, self.dm_mean = bool(model.dm), bool(model.cbow_mean)
        self.window, self.shrink_windows = model.window, model.shrink_windows
        self.word_vectors = model.wv.vectors if self.dm else None
        self.kept = np.ones(len(model.wv), np.float32)
        if model.sample:
            kept = model.wv.expandos["sample_int"] / np.iinfo(np.uint32).max
            self.kept = kept.astype(np.float32)
        last_alpha = model.min_alpha if epochs > 1 else alpha
        self.variance = _VARIANCE_OF_STEPS * epochs * (alpha + last_alpha) / 2
        if n_points is None:
            n_points = _POINTS_OF_WINDOWS if self.dm else _POINTS_OF_BAGS
        self._take_targets(model)
        self._take_noise(model, n_points)
        self.points_transposed = np.ascontiguousarray(self.points.T, np.float32)
        self._learn_preconditioner(model)

    def _take_targets(self, model: Any) -> None:
        """Keep the output vectors that predict words."""
        tables, paths = [], []
        if model.negative:
            tables.append(model.syn1neg)
            ones, each = np.ones(len(model.wv), np.float32), np.arange(len(model.wv))
            paths.append(csr_array((ones, (each, each))))
        if model.hs:
            tables += [model.syn1, -model.syn1]  # code 0 wants a node's yes, 1 its no
            nodes = model.wv.expandos["point"]
            signed = [
                node + len(model.syn1) * code.astype(np.int64)
                for node, code in zip(nodes, model.wv.expandos["code"])
            ]
            ends = np.cumsum([0, *map(len, signed)])
            ones = np.ones(ends[-1], np.float32)
            shape = (len(model.wv), 2 * len(model.syn1))
            paths.append(csr_array((ones, np.concatenate(signed), ends), shape))
        self.targets = tables[0] if len(tables) == 1 else np.vstack(tables)
        self.paths = hstack(paths, format="csr") if model.hs else None

    def _take_noise(self, model: Any, n_points: int) -> None:
        """Keep the cluster means that approximate the noise distribution."""
        if not model.negative:
            self.points = np.zeros((0, self.targets.shape[1]), np.float32)
            self.point_shares = np.zeros(0, np.float32)
            self.spread = np.float32(0)
            return
        shares = np.diff(model.cum_table.astype(np.float64), prepend=0)
        self.points, self.point_shares, spread = cluster_noise_distribution(
            model.syn1neg, shares / shares.sum(), n_points
        )
        self.point_shares = self.point_shares * np.float32(model.negative)
        self.spread = np.float32(spread)

    def _learn_preconditioner(self, model: Any) -> None:
        """Average the outer products of the vectors that predict a position."""
        shares = self.kept * np.asarray(model.wv.expandos["count"], np.float64)
        shares /= shares.sum()
        if self.paths is not None:
            shares = shares @ self.paths
        moment = second_moment(self.targets, shares)
        moment += second_moment(self.points, self.point_shares)
        self.preconditioner = Preconditioner(moment, self.variance)
