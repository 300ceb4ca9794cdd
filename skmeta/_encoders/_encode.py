"""Encode texts: each distinct text once, and only if it is not cached."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Protocol

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._encoders._cache import (
    N_PARTS,
    CacheNotWritable,
    EncodingCache,
    part_of,
)
from skmeta._messages import count_of
from skmeta._warnings import warn_user

__all__ = ["Encoder", "encode_texts"]

_TEXTS_BLOCK_SIZE = 512  # that are sorted by length, encoded and kept at a time
_N_PARTS_AT_ONCE = 4  # that a process keeps others from
_FEW = 64  # texts that are encoded at once


class Encoder(Protocol):
    """An encoder of texts."""

    def encode(
        self,
        texts: Sequence[str],
        batch_size: int,
        n_jobs: int | None,
        advance: Callable[[int], Any],
    ) -> np.ndarray:
        """Return the rows of texts, (n_texts, vector_size)."""


def encode_texts(
    encoder: Encoder,
    texts: Sequence[str],
    vector_size: int | None,
    *,
    cache: EncodingCache | None = None,
    batch_size: int = 32,
    n_jobs: int | None = None,
    advance: Callable[[int], Any],
) -> np.ndarray:
    """Return the rows of texts; blank texts have rows of zeros.

    Parameters
    ----------
    encoder : Encoder
    texts : sequence of str
    vector_size : int or None
        None: not known yet; then texts without a character alone have one encoded.
    cache : EncodingCache, default=None
    batch_size, n_jobs : int
    advance : callable
        Takes the number of texts that are done.

    Returns
    -------
    rows : float32 ndarray of shape (n_texts, vector_size)
    """
    places: dict[str, list[int]] = {}
    n_empty = 0
    for place, text in enumerate(texts):
        if text.strip():
            places.setdefault(text, []).append(place)
        else:
            n_empty += 1
    advance(n_empty)
    if not places and vector_size is None:
        vector_size = encoder.encode(["a"], 1, None, lambda n: None).shape[1]
    rows: np.ndarray | None = None
    if vector_size is not None:
        rows = np.zeros((len(texts), vector_size), np.float32)

    def keep(some: Sequence[str], found: Sequence[np.ndarray] | np.ndarray) -> None:
        nonlocal rows
        if len(found) and rows is None:
            rows = np.zeros((len(texts), len(found[0])), np.float32)
        for text, row in zip(some, found):
            assert rows is not None
            if len(row) != rows.shape[1]:
                raise ValueError(
                    f"The model returned rows of {count_of(len(row), 'number')}, "
                    f"expected {rows.shape[1]} as before. Fit again."
                )
            if not np.isfinite(row).all():
                raise ValueError(
                    f"The model returned infinite numbers or NaN for the text "
                    f"{short_repr(text)}, expected finite numbers. Correct the "
                    "model; one in float16 may overflow where float32 does not."
                )
            rows[places[text]] = row
        advance(sum(len(places[text]) for text in some))

    def encode(some: Sequence[str]) -> np.ndarray:
        found = encoder.encode(some, batch_size, n_jobs, lambda n: None)
        keep(some, found)
        return found

    distinct = list(places)
    if cache is None:
        for start in range(0, len(distinct), _TEXTS_BLOCK_SIZE):
            encode(distinct[start : start + _TEXTS_BLOCK_SIZE])
    else:
        keys = {text: _key_of(text) for text in distinct}

        def find(some: Sequence[str]) -> list[str]:
            """Fill in cached rows; return the texts that are not cached."""
            found = cache.find([keys[text] for text in some])
            known = [text for text in some if keys[text] in found]
            keep(known, [found[keys[text]] for text in known])
            return [text for text in some if keys[text] not in found]

        try:
            _encode_missing(find(distinct), keys, find, encode, cache)
        except CacheNotWritable as error:
            warn_user(
                f"Encodings cannot be stored in the cache: {error}. Texts that it "
                "lacks are encoded each time. Pass another path, or cache=None."
            )
            missing = find(distinct)
            for start in range(0, len(missing), _TEXTS_BLOCK_SIZE):
                encode(missing[start : start + _TEXTS_BLOCK_SIZE])
    assert rows is not None
    return rows


def _encode_missing(
    missing: list[str],
    keys: dict[str, bytes],
    find: Callable[[Sequence[str]], list[str]],
    encode: Callable[[Sequence[str]], np.ndarray],
    cache: EncodingCache,
) -> None:
    """Encode texts that are not cached, unless others do so first."""
    by_part: dict[int, list[str]] = {}
    for text in missing:
        by_part.setdefault(part_of(keys[text]), []).append(text)
    n_at_once = N_PARTS if len(missing) <= _FEW else _N_PARTS_AT_ONCE
    first = os.getpid() % N_PARTS  # concurrent processes start at different parts
    left = sorted(by_part, key=lambda part: (part - first) % N_PARTS)
    while left:
        held: list[int] = []
        with ExitStack() as locks:
            for part in left:
                if len(held) < n_at_once and locks.enter_context(
                    cache.hold(part, wait=False)
                ):
                    held.append(part)
            if not held:
                locks.enter_context(cache.hold(left[0], wait=True))
                held.append(left[0])
            wanted = find([text for part in held for text in by_part[part]])
            for start in range(0, len(wanted), _TEXTS_BLOCK_SIZE):
                some = wanted[start : start + _TEXTS_BLOCK_SIZE]
                cache.add([keys[text] for text in some], encode(some))
        left = [part for part in left if part not in held]


def _key_of(text: str) -> bytes:
    """Return the hash of a text, its key in the cache."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
