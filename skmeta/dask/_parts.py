"""Write parts of a data set on the workers of a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from distributed import Client, as_completed

from skmeta._io._parquet import write_part

__all__ = ["write_parts"]


def write_parts(
    address: str, parts: Sequence[Any], model: str, column: str, keep: Sequence[str]
) -> Iterator[int]:
    """Write parts on the workers of a cluster that shares the file system.

    Parameters
    ----------
    address : str
        The address of the cluster's scheduler, e.g. "tcp://127.0.0.1:8786".
    parts : sequence of Part
    model, column, keep
        See write_part.

    Yields
    ------
    n_rows : int
        The number of rows of each finished part.
    """
    with Client(address) as client:
        futures = client.map(
            write_part, list(parts), model=model, column=column, keep=keep, pure=False
        )
        for _, n_rows in as_completed(futures, with_results=True):
            yield n_rows
