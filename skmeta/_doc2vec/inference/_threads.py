"""Map a function over parts, in threads if there are several parts and threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed

__all__ = ["map_in_threads"]


def map_in_threads(
    function: Callable[[Any], Any], parts: Sequence[Any], n_jobs: int | None
) -> list[Any]:
    """Return the results in order; a single part does not start threads."""
    if len(parts) == 1 or effective_n_jobs(n_jobs) == 1:
        return [function(part) for part in parts]
    return Parallel(n_jobs=n_jobs, batch_size=1, require="sharedmem")(
        delayed(function)(part) for part in parts
    )
