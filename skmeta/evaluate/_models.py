"""What is evaluated: models by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._messages import count_of
from skmeta._meta._embeddings import name_sources

__all__ = ["name_models"]


def name_models(
    models: Any, parameter: str = "models", *, fewest: int = 1, may_be_one: bool = True
) -> dict[str, Any]:
    """Return models by name: one, several, or those of a dict.

    Parameters
    ----------
    models : model, list of models, or dict of str to model
    parameter : str, default="models"
        The name of the parameter, for messages.
    fewest : int, default=1
        The minimum number of models.
    may_be_one : bool, default=True
        Whether a single model may be passed without a list.
    """
    if isinstance(models, Mapping):
        if any(isinstance(model, list | np.ndarray) for model in models.values()):
            raise TypeError(
                f"Found {parameter}={short_repr(models)}, a dict of words and their "
                f"vectors; expected a dict of names and {parameter}. Put one that is a "
                "dict into a list, [{word: vector}]."
            )
        named = {str(name): model for name, model in models.items()}
    elif isinstance(models, list | tuple):
        named = dict(zip(name_sources(models), models))
    elif may_be_one:
        named = dict(zip(name_sources([models]), [models]))
    else:
        raise TypeError(
            f"Found {parameter}={short_repr(models)}, expected a dict of names and "
            f"{parameter} or a list of {parameter}. Put a single one into a list."
        )
    if len(named) < fewest:
        raise ValueError(
            f"Found {count_of(len(named), parameter.removesuffix('s'))}, expected at "
            f"least {fewest}. Add some."
        )
    return named
