"""Encodings that are kept: in memory, for texts that are encoded again and again.

A cache divides texts into parts by their keys. Who encodes the texts of a part holds
its lock, so that nobody else encodes the same text meanwhile.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from skmeta._io._fork_lock import ForkLock

__all__ = ["N_PARTS", "EncodingCache", "MemoryCache", "part_of"]

N_PARTS = 16
_MOST_BYTES = 256 << 20  # in memory, of all models
_BYTES_BESIDE = 200  # that an entry takes beside its row


def part_of(key: bytes) -> int:
    """Return the part that a text belongs to, by its hash."""
    return key[0] % N_PARTS


class EncodingCache(ABC):
    """The encodings of one model."""

    @abstractmethod
    def acquire(self, part: int, wait: bool) -> bool:
        """Lock a part; without waiting, return False where another holds it."""

    @abstractmethod
    def release(self, part: int) -> None:
        """Unlock a part."""

    @abstractmethod
    def find(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the rows that are there."""

    @abstractmethod
    def add(self, keys: Sequence[bytes], rows: np.ndarray) -> None:
        """Keep rows, of parts that are locked."""


class MemoryCache(EncodingCache):
    """Encodings in the memory of this process, at most 256 MiB for all models.

    What was used longest ago is dropped. A forked process goes on with a copy.

    Parameters
    ----------
    model : str
        The fingerprint of the model and of what else decides about its rows.
    """

    _rows: OrderedDict[tuple[str, bytes], np.ndarray] = OrderedDict()
    _locks: dict[tuple[str, int], Lock] = {}
    _n_bytes: int = 0
    _lock = ForkLock()

    def __init__(self, model: str) -> None:
        self.model = model

    def acquire(self, part: int, wait: bool) -> bool:
        """Lock a part among the threads of this process."""
        return self._lock_of(part).acquire(blocking=wait)

    def release(self, part: int) -> None:
        """Unlock a part."""
        self._lock_of(part).release()

    def find(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the rows that are there."""
        found = {}
        with self._lock.hold():
            for key in keys:
                row = self._rows.get((self.model, key))
                if row is not None:
                    self._rows.move_to_end((self.model, key))
                    found[key] = row
        return found

    def add(self, keys: Sequence[bytes], rows: np.ndarray) -> None:
        """Keep copies of rows."""
        kind = type(self)
        with self._lock.hold():
            for key, row in zip(keys, rows):
                if (self.model, key) not in self._rows:
                    kind._n_bytes += row.nbytes + _BYTES_BESIDE
                self._rows[self.model, key] = row.copy()
            while kind._n_bytes > _MOST_BYTES:
                _, row = self._rows.popitem(last=False)
                kind._n_bytes -= row.nbytes + _BYTES_BESIDE

    @classmethod
    def clear(cls) -> None:
        """Forget everything."""
        with cls._lock.hold():
            cls._rows.clear()
            cls._n_bytes = 0

    def _lock_of(self, part: int) -> Lock:
        with self._lock.hold():
            return self._locks.setdefault((self.model, part), Lock())


if hasattr(os, "register_at_fork"):  # a fork copies locks, but not who holds them
    os.register_at_fork(after_in_child=MemoryCache._locks.clear)
