"""Show sources in a notebook, as scikit-learn shows a FeatureUnion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.pipeline import FeatureUnion

from skmeta._estimator._display import display_text

__all__ = ["show_side_by_side"]


def show_side_by_side(
    sources: Sequence[tuple[str, Any]], fitted: Mapping[str, Any]
) -> Any:
    """Return the parallel boxes that scikit-learn draws.

    Parameters
    ----------
    sources : sequence of (str, source) tuples
    fitted : dict of str to vectorizer
        The fitted sources, shown if they still match the sources.

    Returns
    -------
    block : object
        For an estimator's ``_sk_visual_block_``.
    """
    boxes = [(name, _box_of(source, fitted.get(name))) for name, source in sources]
    return FeatureUnion(boxes)._sk_visual_block_()


def _box_of(source: Any, fitted: Any) -> Any:
    """Return the vectorizer of a source if there is one, else a short text."""
    if hasattr(source, "get_params"):
        return fitted if repr(fitted) == repr(source) else source
    if fitted is not None and getattr(fitted, "word_vectors", None) is source:
        return fitted
    return source if isinstance(source, str) else display_text(source)
