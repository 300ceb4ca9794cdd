"""Autoencoders: a code of all views, from which each view can be reconstructed."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions

from skmeta._progress import progress
from skmeta._warnings import warn_user
from skmeta.combine._autoencoder_encode import (
    ACTIVATIONS,
    encode_sources,
    join_codes,
)
from skmeta.combine._autoencoder_start import start_decoders, start_encoders
from skmeta.combine._combiner import Combiner, Weights
from skmeta.combine._views import Views

__all__ = ["Autoencoder"]

_INT32_MAX = 2**31 - 1


class Autoencoder(Combiner):
    """Encode the views by a network that learns to reconstruct them from the code.

    Each source has an encoding layer and a linear decoding layer, trained to
    reconstruct complete rows from rows with some entries set to zero [1]_. Needs torch
    to fit, ``pip install "skmeta[autoencoder]"``, not to transform.

    Parameters
    ----------
    kind : {"aaeme", "caeme", "daeme"}, default="aaeme"
        The result, and what sources are reconstructed from. "aaeme" (averaged): the
        mean of the codes of the sources that know the row. "caeme" (concatenated): the
        concatenated codes. "daeme" (decoupled): the concatenated codes, but each source
        is reconstructed from its own code, and the codes of any two sources must be
        close. "aaeme" has the fewest columns.
    n_components : int, default=None
        The number of columns of each source's code, and so of the result of "aaeme";
        the other kinds concatenate the codes. None: the number of columns of the
        source, for "aaeme" of the widest source.
    activation : {"tanh", "identity", "relu"}, default="tanh"
        The activation of the encoding layer. "tanh" keeps signs; "relu", the choice of
        [1]_, makes all codes non-negative, so that cosines distinguish less. "identity"
        makes the network linear.
    loss : {"squared_error", "cosine"}, default="squared_error"
        The reconstruction error of a row: the squared distance, or 1 minus the cosine,
        which ignores lengths [2]_.
    noise : float, default=0.05
        The share of the entries that are set to zero in training, drawn anew in each
        step; 0.05 is the choice of [1]_.
    normalize_code : bool, default=False
        Whether to scale the joint code to unit length, also in training if sources are
        reconstructed from it ("aaeme" and "caeme"), as in the authors' program. Off by
        default, because codes then agreed less with word similarity in our experiments.
    weights : sequence of float, or dict of source name to float, default=None
        The weight of each source's error. None: equal weights. 0 leaves a source out,
        as if it knew no row.
    max_iter : int, default=50
        The maximum number of epochs. The learning rate decreases to 0 over that many.
    batch_size : int, default=256
        The number of rows in each step.
    learning_rate : float, default=0.001
        The initial learning rate of the optimizer, Adam.
    validation_fraction : float, default=0.1
        The share of the rows held out to monitor the error. 0: all rows are used for
        both training and monitoring.
    n_iter_no_change : int, default=10
        Stop if the error has not decreased for that many epochs.
    tol : float, default=1e-4
        The relative decrease of the error that counts as a decrease.
    device : {"cpu", "cuda"}, default="cpu"
        The device to train on. A CPU is fast enough for some ten thousand rows.
    random_state : int, RandomState instance or None, default=None
        Seed of shuffling, held-out rows and noise. An int makes the training repeatable
        on the same machine and version of torch.
    verbose : int, default=0
        1 shows a progress bar over the epochs.

    Attributes
    ----------
    encoders_ : list of n_views (weights, biases)
        float32 ndarrays of shape (d_i, k_i) and (k_i,).
    losses_ : list of float
        The error before training and after each epoch, on the held-out rows.
    n_iter_ : int
        The number of epochs.
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each view.
    n_features_out_ : int
        The number of output columns.

    See Also
    --------
    Concatenate : A strong baseline without training.

    Notes
    -----
    The training minimizes the mean over rows of the weighted sum of the losses of the
    sources that know the row; "daeme" adds the squared distances of their codes, over
    the columns that both have. A source that does not know a row does not contribute to
    its code.

    Training starts at the principal components of the sources (for "aaeme": of their
    concatenation) and the optimal decoders for these; with ``activation="identity"``,
    all rows known and no noise, that is the minimum of the squared error. Such a start
    is less random than random weights, and needs fewer epochs. The result is the best
    state, including the initial one.

    Each source is first divided by the root mean square length of its rows, so that
    its scale does not matter. The sources' rows, in float32, are held in memory once.

    References
    ----------
    .. [1] C. Bao, D. Bollegala (2018). Learning word meta-embeddings by autoencoding.
       COLING.
    .. [2] J. O'Neill, D. Bollegala (2018). Angular-based word meta-embedding learning.
       https://arxiv.org/abs/1808.04334

    Examples
    --------
    >>> import numpy as np
    >>> from skmeta.combine import Autoencoder
    >>> rng = np.random.default_rng(0)
    >>> views = [rng.standard_normal((30, 5)), rng.standard_normal((30, 4))]
    >>> Autoencoder(max_iter=3, random_state=0).fit_transform(views).shape
    (30, 5)
    """

    _adds_views = False  # it is not linear
    _needs = ("torch", "autoencoder")
    _parameter_constraints: dict = {
        **Combiner._parameter_constraints,
        "kind": [StrOptions({"aaeme", "caeme", "daeme"})],
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "loss": [StrOptions({"squared_error", "cosine"})],
        "noise": [Interval(Real, 0, 1, closed="left")],
        "normalize_code": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "device": [StrOptions({"cpu", "cuda"})],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        kind: Literal["aaeme", "caeme", "daeme"] = "aaeme",
        *,
        n_components: int | None = None,
        activation: Literal["identity", "relu", "tanh"] = "tanh",
        loss: Literal["squared_error", "cosine"] = "squared_error",
        noise: float = 0.05,
        normalize_code: bool = False,
        weights: Weights = None,
        max_iter: int = 50,
        batch_size: int = 256,
        learning_rate: float = 0.001,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        tol: float = 1e-4,
        device: Literal["cpu", "cuda"] = "cpu",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(weights=weights)
        self.kind = kind
        self.n_components = n_components
        self.activation = activation
        self.loss = loss
        self.noise = noise
        self.normalize_code = normalize_code
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @property
    def n_features_out_(self) -> int:
        """The number of columns that come out."""
        widths = self._widths()
        return widths[0] if self.kind == "aaeme" else sum(widths)

    def _fit(self, views: Views, y: ArrayLike | None) -> None:
        from skmeta._device import find_device
        from skmeta.combine._autoencoder_network import Network, train

        device = find_device(self.device)
        seed = check_random_state(self.random_state).randint(_INT32_MAX)
        blocks, present = self._gather(views)
        scales = [
            _divide_by_length(block, n) for block, n in zip(blocks, present.sum(0))
        ]
        encoders = start_encoders(
            blocks,
            present,
            self.weights_,
            self._widths(),
            together=self.kind == "aaeme",
            rng=np.random.default_rng(seed),
        )

        def encode(blocks: Sequence[np.ndarray], present: np.ndarray) -> list:
            codes = encode_sources(blocks, present, encoders, self.activation)
            return (
                codes
                if self.kind == "daeme"
                else [self._join(codes, present)] * len(blocks)
            )

        decoders = start_decoders(blocks, present, encode)
        network = Network(encoders, decoders, self, self.weights_, device)
        self.losses_ = [0.0]
        if len(present):
            with progress(
                "Training autoencoder", self.max_iter, self.verbose, "epochs"
            ) as advance:
                self.losses_ = train(network, blocks, present, seed, device, advance)
        self.n_iter_ = len(self.losses_) - 1
        self.encoders_ = [
            (weights / scale, biases)
            for (weights, biases), scale in zip(network.encoders(), scales)
        ]
        if not np.isfinite(self.losses_).all():
            warn_user(
                f"Found an error of {self.losses_[-1]} after epoch {self.n_iter_}, "
                "expected a finite number; the best state before it was kept. Lower "
                f"learning_rate={self.learning_rate}.",
                ConvergenceWarning,
            )

    def _combine(self, blocks: list[np.ndarray], present: np.ndarray) -> np.ndarray:
        present = present & (self.weights_ > 0)
        # In float64, and rounded: float32 products of a row and a matrix differ in the
        # last bit by how many rows there are.
        rows = [block.astype(np.float64) for block in blocks]
        codes = encode_sources(rows, present, self.encoders_, self.activation)
        return self._join(codes, present).astype(np.float32)

    def _join(self, codes: list[np.ndarray], present: np.ndarray) -> np.ndarray:
        """Combine the sources' codes to one."""
        return join_codes(codes, present, self.kind == "aaeme", self.normalize_code)

    def _widths(self) -> list[int]:
        """Return the number of columns of each source's code."""
        if self.n_components is not None:
            return [self.n_components] * len(self.dimensions_)
        if self.kind == "aaeme":
            return [max(self.dimensions_)] * len(self.dimensions_)
        return list(self.dimensions_)

    def _gather(self, views: Views) -> tuple[list[np.ndarray], np.ndarray]:
        """Copy the rows that some source knows, with a mask of the sources that do."""
        present = views.present() & (self.weights_ > 0)
        known = np.flatnonzero(present.any(axis=1))
        blocks = [np.empty((len(known), size), np.float32) for size in views.dimensions]
        start = 0
        for places, parts, _ in views.blocks():
            stop = int(np.searchsorted(known, places.stop))
            for block, part in zip(blocks, parts):
                block[start:stop] = part[known[start:stop] - places.start]
            start = stop
        present = present[known]
        for block, rows in zip(blocks, present.T):
            block[~rows] = 0
        return blocks, present


def _divide_by_length(block: np.ndarray, n_known: int) -> np.float32:
    """Divide rows in place by the root mean square of their lengths, and return it."""
    squares = sum(float(np.vdot(row, row)) for row in block.astype(np.float64))
    scale = np.float32(np.sqrt(squares / max(n_known, 1))) or np.float32(1)
    block /= scale
    return scale
