"""Counter-based random numbers, and draws of words.

Any thread can draw them, in any order; the kernels draw the same.
"""

from __future__ import annotations

import numpy as np

from skmeta._native import training_kernels

__all__ = ["alias_table", "draw", "mix_key"]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_LAST_SHARE = 2**32 - 1


def draw(key: np.uint64, first: int, n: int) -> np.ndarray:
    """Return the numbers first to first + n - 1 of the stream that a key stands for.

    Parameters
    ----------
    key : uint64
    first, n : int

    Returns
    -------
    numbers : uint64 ndarray of shape (n,)
        The generator is splitmix64 [1]_.

    References
    ----------
    .. [1] G. L. Steele, D. Lea, C. H. Flood (2014). Fast splittable pseudorandom number
       generators. OOPSLA.
    """
    z = key + np.arange(first, first + n, dtype=np.uint64) * _STEP
    z = (z ^ (z >> _SHIFTS[0])) * _FACTORS[0]
    z = (z ^ (z >> _SHIFTS[1])) * _FACTORS[1]
    return z ^ (z >> _SHIFTS[2])


def mix_key(*numbers: int) -> np.uint64:
    """Compute the key of a stream from numbers such as a seed and an epoch."""
    key = 0
    for number in numbers:
        [key] = draw(np.uint64((key + number) % 2**64), 1, 1).tolist()
    return np.uint64(key)


def alias_table(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Prepare draws in proportion to weights that take one look each.

    Parameters
    ----------
    weights : float ndarray of shape (n,)
        Positive.

    Returns
    -------
    shares : uint32 ndarray of shape (n,)
        A place drawn evenly stands for itself with this share of 2 ** 32, ...
    aliases : int32 ndarray of shape (n,)
        ... else for its alias (Walker's method).
    """
    n = len(weights)
    scaled = np.asarray(weights, np.float64) / np.max(weights)  # sums do not overflow
    left = scaled * (n / scaled.sum())
    aliases = np.arange(n, dtype=np.int32)
    if training_kernels is None:
        left[:], aliases[:] = _fill_aliases(left.tolist())
    else:
        training_kernels.fill_aliases(left, aliases)
    shares = np.minimum(left * 2.0**32, _LAST_SHARE).astype(np.uint32)
    return shares, aliases


def _fill_aliases(left: list[float]) -> tuple[list[float], list[int]]:
    """Let places with more than their share stand in for others."""
    aliases = list(range(len(left)))
    small = [place for place, share in enumerate(left) if share < 1]
    large = [place for place, share in enumerate(left) if share >= 1]
    while small and large:
        place, alias = small.pop(), large[-1]
        aliases[place] = alias
        left[alias] -= 1 - left[place]
        if left[alias] < 1:
            small.append(large.pop())
    for place in small + large:  # what rounding left over
        left[place] = 1.0
    return left, aliases
