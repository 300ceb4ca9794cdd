"""What is evaluated: models by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._meta._embeddings import name_sources

__all__ = ["name_models"]


def name_models(models: Any) -> dict[str, Any]:
    """Return models by name: one, several, or those of a dict."""
    if isinstance(models, Mapping):
        if any(isinstance(model, list | np.ndarray) for model in models.values()):
            raise TypeError(
                f"Found models={short_repr(models)}, a dict of words and their "
                "vectors; expected a dict of names and models. Put a model that is a "
                "dict into a list: [model]."
            )
        named = {str(name): model for name, model in models.items()}
    else:
        several = list(models) if isinstance(models, list | tuple) else [models]
        named = dict(zip(name_sources(several), several))
    if not named:
        raise ValueError(
            f"Found models={short_repr(models)}, expected at least one model."
        )
    return named
