"""What rows a fitted vectorizer or pipeline gives, before there are any."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline

from skmeta._documents._check import short_repr

__all__ = ["OutputSchema", "infer_output_schema"]


class OutputSchema(NamedTuple):
    """The names of the columns, and their dtype."""

    names: list[str]
    dtype: np.dtype

    @property
    def nothing(self) -> np.ndarray:
        """No row."""
        return np.zeros((0, len(self.names)), self.dtype)

    def transform(self, vectorizer: Any, documents: Any) -> np.ndarray:
        """Turn documents into rows, none into none.

        Returns
        -------
        rows : ndarray of shape (n_documents, n_features), of the dtype
        """
        if not len(documents):
            return self.nothing
        return np.asarray(vectorizer.transform(documents))

    def as_frame(self, rows: np.ndarray, index: Any = None) -> pd.DataFrame:
        """Return rows as a DataFrame with the names of the columns."""
        return pd.DataFrame(rows, index=index, columns=self.names, copy=False)


def infer_output_schema(
    vectorizer: Any, takes_text: bool | None = None
) -> OutputSchema:
    """Infer the output schema of a vectorizer from its row of an empty document.

    Parameters
    ----------
    vectorizer : fitted estimator
        A vectorizer, or a pipeline that ends in a transformer.
    takes_text : bool, default=None
        Whether documents are texts. None: whichever the vectorizer takes.

    Raises
    ------
    TypeError
        If it does not transform, or not such documents.
    ValueError
        If it gives sparse rows.
    """
    if not hasattr(vectorizer, "transform"):
        raise TypeError(
            f"Found {short_repr(vectorizer)}, which has no transform, expected a "
            "vectorizer or a pipeline that ends in one. Leave the classifier out, "
            "e.g. pipeline[:-1]."
        )
    try:
        document: Any = "" if takes_text else []
        row = vectorizer.transform([document])
    except TypeError:
        if takes_text is None:
            return infer_output_schema(vectorizer, takes_text=True)
        raise
    if issparse(row):
        raise ValueError(
            f"{short_repr(vectorizer)} gives sparse rows, expected dense ones. Put "
            "sklearn.decomposition.TruncatedSVD after it, in a pipeline."
        )
    row = np.asarray(row)
    return OutputSchema(_name_columns(vectorizer, row.shape[1]), row.dtype)


def _name_columns(vectorizer: Any, n_columns: int) -> list[str]:
    """Return the feature names; of a pipeline, those of its last step if necessary."""
    last = vectorizer[-1] if isinstance(vectorizer, Pipeline) else vectorizer
    for estimator in (vectorizer, last):
        try:
            names = list(map(str, estimator.get_feature_names_out()))
        except (AttributeError, NotFittedError, TypeError, ValueError):
            continue
        if len(names) == n_columns:
            return names
    return [f"{type(last).__name__.lower()}{i}" for i in range(n_columns)]
