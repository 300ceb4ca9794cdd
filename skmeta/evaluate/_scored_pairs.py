"""Correlate cosines of pairs with their scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skmeta._progress import progress
from skmeta.evaluate._bootstrap import Bootstrap
from skmeta.evaluate._correlation import FEWEST, correlate
from skmeta.evaluate._coverage import tabulate

__all__ = ["correlate_pairs"]


def correlate_pairs(
    sets: Mapping[str, pd.DataFrame],
    models: Mapping[str, Any],
    find_cosines: Callable[[Any], Mapping[str, np.ndarray]],
    bootstrap: Bootstrap,
    *,
    measures: Sequence[str],
    common: bool,
    task: str,
    verbose: int,
) -> pd.DataFrame:
    """Correlate the cosines of several models with the scores of sets of pairs.

    Parameters
    ----------
    sets : dict of str to DataFrame
        With the column "score".
    models : dict of str to model
    find_cosines : callable
        Takes a model; returns the cosine of each pair of each set, NaN where the model
        does not cover the pair.
    bootstrap : Bootstrap
    measures : sequence of {"pearson", "spearman"}
        Differences between models are those of the first measure.
    common : bool
        Whether all models are evaluated on the pairs that all cover.
    task : str
        Names the progress bar.
    verbose : int

    Returns
    -------
    table : DataFrame with one row a set of pairs and model
    """
    cosines: dict[str, list[np.ndarray]] = {name: [] for name in sets}
    n_steps = len(models) + len(sets) * (1 if common else len(models))
    with progress(task, n_steps, verbose) as advance:
        for model in models.values():
            for name, found in find_cosines(model).items():
                cosines[name].append(found)
            advance()
        similarity = {name: np.stack(rows) for name, rows in cosines.items()}

        def score_subset(name: str, numbers: np.ndarray, used: np.ndarray) -> dict:
            scores = sets[name]["score"].to_numpy()[used]
            similarities = similarity[name][numbers][:, used]
            columns: dict[str, np.ndarray] = {}
            for measure in measures:
                result = correlate(measure, scores, similarities, bootstrap)
                prefix = f"{measure}_" if len(measures) > 1 else ""
                columns |= bootstrap.columns(measure, *result, prefix=prefix)
                if measure == measures[0]:
                    differences = bootstrap.differences(*result, paired=common)
            advance()
            return columns | differences

        return tabulate(
            {name: ~np.isnan(rows) for name, rows in similarity.items()},
            list(models),
            score_subset,
            common=common,
            items="pairs",
            level="dataset",
            fewest=FEWEST,
        )
