"""The base of transformers whose output is token lists, for the next step."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import TransformerMixin

from skmeta._estimator._base import Estimator

__all__ = ["TokenListTransformer"]


class TokenListTransformer(  # type: ignore[call-arg]
    TransformerMixin, Estimator, auto_wrap_output_keys=None
):
    """Base class: what it transforms to is one column of token lists."""

    def __init_subclass__(cls, **settings: Any) -> None:
        """Leave the output of subclasses unwrapped, whatever scikit-learn's settings.

        scikit-learn decides it anew for each class, not only for the base class.
        """
        super().__init_subclass__(**{"auto_wrap_output_keys": None, **settings})

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Any:
        """Name the one column of token lists.

        Parameters
        ----------
        input_features : array-like of str, default=None

        Returns
        -------
        names : object ndarray of shape (1,)
        """
        names = ["tokens"] if input_features is None else input_features
        return np.asarray(names, dtype=object)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Do nothing: token lists are no table, the next step makes one of them.

        Parameters
        ----------
        transform : ignored

        Returns
        -------
        self : TokenListTransformer
        """
        return self
