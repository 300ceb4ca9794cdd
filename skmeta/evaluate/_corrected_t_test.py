"""Corrected resampled t-test of two vectorizers on the same folds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t

__all__ = ["corrected_t_test"]


def corrected_t_test(differences: ArrayLike) -> float:
    """Test whether the mean of differences over folds of cross-validation is zero.

    The training sets of folds overlap, so that scores are not independent: for k folds
    the variance of their mean is that of independent ones, multiplied by
    1 + k / (k - 1) [1]_.

    Parameters
    ----------
    differences : array-like of shape (n_folds,)
        Differences of two scores on the same fold.

    Returns
    -------
    p_value : float
        Two-sided; 1 if all differences are 0, NaN for a single fold.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio (2003). Inference for the generalization error. Machine
       Learning 52.

    Examples
    --------
    >>> from skmeta.evaluate import corrected_t_test
    >>> round(corrected_t_test([0.02, 0.03, 0.02, 0.04, 0.03]), 3)
    0.008
    """
    values = np.asarray(differences, dtype=np.float64)
    n_folds = len(values)
    if n_folds < 2:
        return float("nan")
    variance = values.var(ddof=1) * (1 / n_folds + 1 / (n_folds - 1))
    if variance == 0:
        return 0.0 if values.mean() else 1.0
    return float(2 * t.sf(abs(values.mean()) / np.sqrt(variance), n_folds - 1))
