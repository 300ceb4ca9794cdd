"""Evaluate models on the items that they cover."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skmeta._messages import count_of
from skmeta._warnings import warn_user

__all__ = ["tabulate"]


def tabulate(
    known: Mapping[str, np.ndarray],
    models: Sequence[str],
    evaluate: Callable[[str, np.ndarray, np.ndarray], Mapping[str, np.ndarray]],
    *,
    common: bool,
    items: str,
    level: str,
    fewest: int,
) -> pd.DataFrame:
    """Evaluate models on the items that they cover, set by set.

    Parameters
    ----------
    known : dict of str to bool ndarray of shape (n_models, n_items)
        Which model covers which items of each set.
    models : sequence of str
    evaluate : callable
        Takes the name of a set, the indices of some models and of some items; returns
        columns with a value for each of these models.
    common : bool
        Whether all models are evaluated on the items that all cover.
    items, level : str
        The names of items and sets.
    fewest : int
        The minimum number of items.

    Returns
    -------
    table : DataFrame with one row a set and model
    """
    used = {name: _count_used(part, common) for name, part in known.items()}
    lacking = [name for name, n_used in used.items() if n_used.min() < fewest]
    if lacking:
        name, n_others = lacking[0], len(lacking) - 1
        message = _coverage_message(
            name, known[name], n_others, models, common, items, fewest
        )
        if all(n_used.max() < fewest for n_used in used.values()):
            raise ValueError(message)
        warn_user(message)
    tables = {}
    numbers = np.arange(len(models))
    for name, part in known.items():
        columns: Any
        if common:
            columns = evaluate(name, numbers, np.flatnonzero(part.all(axis=0)))
        else:
            one_by_one = [
                pd.DataFrame(evaluate(name, numbers[[i]], np.flatnonzero(part[i])))
                for i in numbers
            ]
            columns = pd.concat(one_by_one, ignore_index=True)
        table = pd.DataFrame(columns).set_axis(pd.Index(models, name="model"))
        tables[name] = table.assign(**{items: used[name], "covered": part.mean(axis=1)})
    return pd.concat(tables, names=[level])


def _count_used(known: np.ndarray, common: bool) -> np.ndarray:
    """Count the items that each model is evaluated on."""
    n_models = len(known)
    return np.full(n_models, known.all(axis=0).sum()) if common else known.sum(axis=1)


def _coverage_message(
    name: str,
    known: np.ndarray,
    n_others: int,
    models: Sequence[str],
    common: bool,
    items: str,
    fewest: int,
) -> str:
    """Build the warning for models that cover little of a set."""
    counts = ", ".join(f"{n:,} by {m}" for m, n in zip(models, known.sum(axis=1)))
    n_items = count_of(known.shape[1], items.removesuffix("s"))
    found = f"Of the {n_items} of {name!r} {counts} are covered"
    advice = "Check that language and spelling of the words are the same"
    if common and len(models) > 1:
        found += f", {known.all(axis=0).sum():,} by all models"
        advice = "Leave a model out, or use common=False (--own)"
    if n_others:
        found += f" (and likewise for {n_others} more)"
    return f"{found}; expected at least {fewest}. {advice}."
