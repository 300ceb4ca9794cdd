"""Locally linear meta-embedding: rows as combinations of their neighbors."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import Interval, StrOptions

from skmeta._messages import count_of
from skmeta._progress import progress
from skmeta._warnings import warn_user
from skmeta.combine._combiner import Combiner, Weights
from skmeta.combine._local_weights import Mixes, Neighborhood, mix_neighbors, name_rows
from skmeta.combine._smooth_vectors import find_smooth_vectors
from skmeta.combine._views import Views

__all__ = ["LocallyLinear"]


class LocallyLinear(Combiner):
    """Find vectors that are the same combinations of neighbors as in all views.

    Locally linear meta-embedding [1]_ first approximates each row by a linear
    combination of its nearest rows in any view, with the weights that fit all views
    best; then it finds the vectors that the same combinations approximate best. Only
    neighbors matter: the views need not share every neighbor's word, nor a space.

    Parameters
    ----------
    n_components : int, default=None
        The number of output columns. None: that of the widest view, or as many as
        possible.
    n_neighbors : int, default=30
        The number of neighbors of a row in each view. On real word vectors 60 were
        hardly better than 30 and took more than twice as long; 10 were worse.
    regularization : float, default=0.1
        Regularization of the weights towards equal ones, relative to the size of the
        residuals. 1e-3, which is usual for manifolds of few dimensions, gave much worse
        word vectors: in many dimensions neighbors are far away, and an exact fit
        follows their noise. It also leaves eigenvalues so close to 0 that the
        eigenvectors of many rows may not be found.
    multiplicity : {"none", "paper"}, default="none"
        "paper" multiplies, in the second step, the weight of a neighbor by the number
        of views in which it is one, as published. The weights of a row then no longer
        sum to 1, and identical views no longer give the result of one of them. On real
        word vectors it was worse with 300 columns, better with 100.
    weights : sequence of float, or dict of source name to float, default=None
        The weight of each view's squared error. None: all 1. A view of weight 0 is left
        out.
    verbose : int, default=0
        1 shows a progress bar over the rows.

    Attributes
    ----------
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each view.
    n_features_out_ : int
        The number of columns of ``embedding_``.
    embedding_ : float32 ndarray of shape (n_distinct_rows, ``n_features_out_``)
        The vectors of the rows that some view knows; rows that are equal in all views
        count as one. The mean square of each column is 1, whatever the number of rows;
        the smoothest come first.
    neighborhoods_ : list of Neighborhood
        The rows of each view.

    Raises
    ------
    ValueError
        In ``fit``, if fewer than two rows have a neighbor in some view.
    RuntimeError
        In ``fit``, if the eigenvectors are not found in reasonable time.

    Warns
    -----
    UserWarning
        If there are fewer columns than ``n_components``.

    See Also
    --------
    Concatenate : Faster, and closer to human judgement of words that all views know.
    sklearn.manifold.LocallyLinearEmbedding : The same for one view.

    Notes
    -----
    The method is meant for the rows that it was fitted to, up to some 50,000, which are
    kept in memory. A row that equals one of them in all views gets its vector. Another
    row is approximated by its neighbors among them, and its vector is the same
    combination of their vectors.

    A row has no neighbor in a view that knows no other row; if it has none in any
    view, its vector is zeros. If no chain of neighbors connects some rows with others,
    as with views that share no row, both get vectors, but their relative position is
    arbitrary.

    References
    ----------
    .. [1] D. Bollegala, K. Hayashi, K. Kawarabayashi (2018). Think globally, embed
       locally: locally linear meta-embedding of words. IJCAI.

    Examples
    --------
    >>> import numpy as np
    >>> from skmeta.combine import LocallyLinear
    >>> angles = np.linspace(0, 3, 50)
    >>> views = [np.c_[np.cos(angles), np.sin(angles)], angles[:, np.newaxis] + 1]
    >>> combined = LocallyLinear(n_components=1, n_neighbors=4).fit_transform(views)
    >>> bool(np.all(np.diff(combined[:, 0]) > 0) or np.all(np.diff(combined[:, 0]) < 0))
    True
    """

    _adds_views = False  # it is not linear
    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "regularization": [Interval(Real, 0, None, closed="neither")],
        "multiplicity": [StrOptions({"none", "paper"})],
        "weights": "no_validation",  # by check_weights
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_components: int | None = None,
        *,
        n_neighbors: int = 30,
        regularization: float = 0.1,
        multiplicity: Literal["none", "paper"] = "none",
        weights: Weights = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(weights=weights)
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.regularization = regularization
        self.multiplicity = multiplicity
        self.verbose = verbose

    @property
    def n_features_out_(self) -> int:
        """The number of output columns."""
        return self.embedding_.shape[1]

    def _fit(self, views: Views, y: ArrayLike | None) -> None:
        self._validate_params()
        blocks, present = self._gather(views)
        self.neighborhoods_ = [
            Neighborhood(block, known, self.n_neighbors)
            for block, known in zip(blocks, present.T)
        ]
        mixes = self._mix(blocks, present, np.arange(len(present)), self.verbose)
        linked = np.unique(mixes.rows)
        if len(linked) < 2:
            raise ValueError(
                f"Found {count_of(len(present), 'distinct row')} that some view knows, "
                f"of which {len(linked)} have neighbors there, expected at least 2. "
                "Pass more rows to fit, or views that know more of them."
            )
        matrix = mixes.to_sparse((len(present),) * 2, self.multiplicity == "paper")
        vectors = find_smooth_vectors(
            matrix[linked][:, linked], self.n_components or max(self.dimensions_)
        )
        self.embedding_ = np.zeros((len(present), vectors.shape[1]), np.float32)
        self.embedding_[linked] = vectors
        if vectors.shape[1] < (self.n_components or 0):
            warn_user(
                f"Found {count_of(len(linked), 'distinct row')} with neighbors, too "
                f"few for n_components={self.n_components}: "
                f"{count_of(vectors.shape[1], 'column')} come out. Set it lower, or "
                "fit to more rows."
            )

    def _gather(self, views: Views) -> tuple[list[np.ndarray], np.ndarray]:
        """Copy the distinct rows that some view knows, with their mask of presence."""
        self._places: dict[bytes, int] = {}  # of the distinct rows, by their names
        widths = self.dimensions_
        parts = [[*(np.empty((0, d), np.float32) for d in widths)]]
        parts[0].append(np.empty((0, len(widths)), bool))
        for _, blocks, present in views.blocks():
            blocks, present = self._leave_out(blocks, present)
            names = name_rows(np.hstack(blocks))
            new = []
            for row in np.flatnonzero(present.any(axis=1)).tolist():
                if names[row] not in self._places:
                    self._places[names[row]] = len(self._places)
                    new.append(row)
            parts.append([block[new] for block in [*blocks, present]])
        *gathered, known = map(np.concatenate, zip(*parts))
        return gathered, known

    def _leave_out(
        self, blocks: list[np.ndarray], present: np.ndarray
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """Mark views of weight 0 as absent from every row."""
        counts = self.weights_ > 0
        if not counts.all():
            blocks = [block * np.float32(c) for block, c in zip(blocks, counts)]
        return blocks, present & counts

    def _mix(
        self,
        blocks: list[np.ndarray],
        present: np.ndarray,
        places: np.ndarray,
        verbose: int = 0,
    ) -> Mixes:
        """Approximate rows by their neighbors; places are -1 for new rows."""
        with progress("Finding neighbors", len(present), verbose, "rows") as advance:
            return mix_neighbors(
                self.neighborhoods_,
                blocks,
                present,
                places,
                self.weights_,
                self.regularization,
                advance,
            )

    def _combine(self, blocks: list[np.ndarray], present: np.ndarray) -> np.ndarray:
        blocks, present = self._leave_out(blocks, present)
        names = name_rows(np.hstack(blocks))
        places = np.array([self._places.get(name, -1) for name in names], dtype=int)
        combined = self.embedding_[places]
        combined[~present.any(axis=1)] = 0
        new = np.flatnonzero((places < 0) & present.any(axis=1))
        if len(new):
            mixes = self._mix(
                [block[new] for block in blocks], present[new], places[new]
            )
            shares = mixes.to_sparse(
                (len(new), len(self.embedding_)), self.multiplicity == "paper"
            )
            combined[new] = shares @ self.embedding_
        return combined
