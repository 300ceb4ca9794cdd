"""Send a large object to worker processes once, whatever the number of tasks."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from joblib.parallel import BACKENDS, get_active_backend

__all__ = ["Sent", "sent_once"]


class Sent(NamedTuple):
    """A value that tasks are given."""

    value: Any


class _SentByFile:
    """A value that is written when it is first pickled, and read once per process."""

    def __init__(self, value: Any, folder: str) -> None:
        self.value = value
        self._path = Path(folder, "value.pickle")

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        if not self._path.exists():
            started = self._path.with_suffix(".started")
            with started.open("wb") as file:
                pickle.dump(self.value, file, pickle.HIGHEST_PROTOCOL)
            started.rename(self._path)
        return _read, (str(self._path),)


@lru_cache(maxsize=1)
def _read(path: str) -> Sent:
    """Read a value in a worker process."""
    return Sent(pickle.loads(Path(path).read_bytes()))


@contextmanager
def sent_once(value: Any) -> Iterator[Any]:
    """Wrap a value for tasks of joblib, which use its attribute ``value``.

    Processes of this machine read it from a temporary file, at their first task. Other
    backends pickle it with every task, as they may have no files in common.
    """
    backend, _ = get_active_backend()
    if not isinstance(backend, BACKENDS["loky"]):
        yield Sent(value)
        return
    with TemporaryDirectory(prefix="skmeta-") as folder:
        yield _SentByFile(value, folder)
