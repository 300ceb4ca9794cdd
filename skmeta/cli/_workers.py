"""Worker processes that import while the main process does."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

__all__ = ["start_workers"]


def start_workers(n_jobs: int, module: str) -> Iterable[None]:
    """Start the processes of joblib, and have each of them import a module.

    Imports take seconds, and would be those of one process after those of another.

    Parameters
    ----------
    n_jobs : int
        As in joblib.
    module : str
        What the tasks will need.

    Returns
    -------
    imported : iterable
        To be iterated over before tasks are given to the processes.
    """
    from joblib import Parallel, delayed, effective_n_jobs

    n_workers = effective_n_jobs(n_jobs)
    if n_workers == 1:
        return ()
    workers = Parallel(n_workers, return_as="generator_unordered", batch_size=1)
    imported: Iterable[None] = workers(
        delayed(_import)(module) for _ in range(n_workers)
    )
    return imported


def _import(module: str) -> None:
    import_module(module)
