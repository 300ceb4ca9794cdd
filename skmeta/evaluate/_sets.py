"""Open sets of scored pairs: files, folders, tables, lists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skmeta._documents._check import short_repr
from skmeta._meta._embeddings import name_sources
from skmeta.datasets._pair_files import find_pair_files

__all__ = ["gensim_file", "open_sets"]


def gensim_file(name: str) -> Path:
    """Return the path of a file that comes with gensim."""
    [folder] = find_spec("gensim").submodule_search_locations  # type: ignore
    return Path(folder, "test", "test_data", name)


def open_sets(
    given: Any,
    columns: Sequence[str],
    load_file: Callable[[Any], pd.DataFrame],
    patterns: Sequence[str],
) -> dict[str, pd.DataFrame]:
    """Return sets of scored pairs by name.

    Parameters
    ----------
    given : path, DataFrame, list, or dict of those
    columns : sequence of str
        The names of the two items of a pair and of their score.
    load_file : callable
        Reads a file.
    patterns : sequence of str
        Of file names in folders, without the suffix of compression.
    """
    named = given if isinstance(given, Mapping) else {None: given}
    sets: dict[str, pd.DataFrame] = {}
    for name, part in named.items():
        opened = dict(_open(part, columns, load_file, patterns))
        for inner, pairs in opened.items():
            if name is None:
                sets[inner] = pairs
            else:
                sets[name if len(opened) == 1 else f"{name}/{inner}"] = pairs
    if not sets:
        raise ValueError(
            f"Found no sets of pairs in {short_repr(given)}, expected at least one."
        )
    return sets


def _open(
    given: Any,
    columns: Sequence[str],
    load_file: Callable[[Any], pd.DataFrame],
    patterns: Sequence[str],
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield sets: one of a table, several of a folder or of paths."""
    several = given if isinstance(given, list | tuple) else [given]
    if not all(isinstance(path, str | os.PathLike) for path in several):
        yield "pairs", _check(given, columns)
        return
    files = [file for path in several for file in find_pair_files(path, patterns)]
    for name, file in zip(name_sources(files), files):
        yield name, load_file(file)


def _check(given: Any, columns: Sequence[str]) -> pd.DataFrame:
    """Convert pairs in memory to a table, and check them."""
    expected = f"{columns[0]}, {columns[1]} and {columns[2]}"
    if isinstance(given, pd.DataFrame):
        has_names = set(columns) <= set(given.columns)
        table = given[list(columns)] if has_names else given.iloc[:, :3]
        is_sound = table.shape[1] == 3
    else:
        rows = list(given) if isinstance(given, Iterable) else []
        is_sound = bool(rows) and all(
            isinstance(row, list | tuple) and len(row) == 3 for row in rows
        )
        table = pd.DataFrame(
            {i: pd.Series([row[i] for row in rows], dtype=object) for i in range(3)}
            if is_sound
            else {}
        )
    if not is_sound or table.empty:
        raise TypeError(
            f"Found the pairs {short_repr(given)} of type {type(given).__name__}, "
            f"expected a path, a DataFrame with the columns {expected}, or a list of "
            "these triples. Pass several sets in a dict, by name."
        )
    table = table.set_axis(list(columns), axis=1).reset_index(drop=True)
    scores = pd.to_numeric(table[columns[2]], errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~np.isfinite(scores))
    if len(wrong):
        score = table[columns[2]].iloc[wrong[0]]
        raise ValueError(
            f"Pair {wrong[0]} has the score {score!r}, expected a finite number. Fix "
            "or drop the pair."
        )
    return table.assign(**{columns[2]: scores})
