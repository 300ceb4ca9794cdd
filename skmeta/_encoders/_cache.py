"""A cache of encodings in memory, for texts that are encoded repeatedly.

A cache divides texts into parts by their keys. Who encodes the texts of a part holds
its lock, so that nobody else encodes the same text meanwhile.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from threading import RLock
from typing import Any

import numpy as np

from skmeta._fork_lock import ForkLock, hold_or_leave

__all__ = [
    "N_PARTS",
    "STORE",
    "CacheNotWritable",
    "EncodingCache",
    "MemoryCache",
    "part_of",
]

N_PARTS = 16
_MOST_BYTES = 256 << 20  # in memory, of all models
_BYTES_BESIDE = 200  # of an entry, in addition to its row


def part_of(key: bytes) -> int:
    """Return the part that a text belongs to, by its hash."""
    return key[0] % N_PARTS


class CacheNotWritable(Exception):
    """A cache cannot be written to; what it holds can be read nevertheless."""


class EncodingCache(ABC):
    """The encodings of one model."""

    @abstractmethod
    def hold(self, part: int, wait: bool) -> AbstractContextManager[bool]:
        """Lock a part within the ``with`` statement.

        Without waiting, it may be False that it is locked: another holder has it.

        Raises
        ------
        CacheNotWritable
        """

    @abstractmethod
    def find(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the cached rows."""

    @abstractmethod
    def add(self, keys: Sequence[bytes], rows: np.ndarray) -> None:
        """Store rows of locked parts.

        Raises
        ------
        CacheNotWritable
        """


class MemoryCache(EncodingCache):
    """Encodings in the memory of this process, at most 256 MiB for all models.

    What was used longest ago is dropped. A forked process goes on with a copy.

    Parameters
    ----------
    model : str
        The fingerprint of the model and of what else decides about its rows.
    """

    def __init__(self, model: str) -> None:
        self.model = model

    def hold(self, part: int, wait: bool) -> AbstractContextManager[bool]:
        """Lock a part among the threads of this process."""
        return hold_or_leave(STORE.lock_of(self.model, part), wait)

    def find(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the cached rows."""
        return STORE.find(self.model, keys)

    def add(self, keys: Sequence[bytes], rows: np.ndarray) -> None:
        """Store copies of rows."""
        STORE.add(self.model, keys, rows)


class Store:
    """The rows of all models, in the order of their last use.

    Attributes
    ----------
    rows : dict of (str, bytes) to float32 ndarray
        By the model and the hash of the text.
    n_bytes : int
        What they take.
    """

    def __init__(self) -> None:
        self.rows: OrderedDict[tuple[str, bytes], np.ndarray] = OrderedDict()
        self.n_bytes = 0
        self._lock = ForkLock()
        self._locks: dict[tuple[str, int], Any] = {}
        if hasattr(os, "register_at_fork"):  # locks are copied, but not who holds them
            os.register_at_fork(after_in_child=self._locks.clear)

    def find(self, model: str, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the cached rows of a model."""
        found = {}
        with self._lock.hold():
            for key in keys:
                row = self.rows.get((model, key))
                if row is not None:
                    self.rows.move_to_end((model, key))
                    found[key] = row
        return found

    def add(self, model: str, keys: Sequence[bytes], rows: np.ndarray) -> None:
        """Store copies of rows; drop the least recently used ones beyond the limit."""
        with self._lock.hold():
            for key, row in zip(keys, rows):
                copy = row.copy()  # before they are counted, as it may be interrupted
                if (model, key) not in self.rows:
                    self.n_bytes += row.nbytes + _BYTES_BESIDE
                self.rows[model, key] = copy
            while self.n_bytes > _MOST_BYTES:
                _, row = self.rows.popitem(last=False)
                self.n_bytes -= row.nbytes + _BYTES_BESIDE

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock.hold():
            self.rows.clear()
            self.n_bytes = 0

    def lock_of(self, model: str, part: int) -> Any:
        """Return the lock of a part of a model's texts."""
        with self._lock.hold():
            return self._locks.setdefault((model, part), RLock())


STORE = Store()
