"""Pool the token vectors of a text, by the rules of sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np

__all__ = ["POOLINGS", "PoolingName", "check_poolings", "pool_tokens", "read_poolings"]

PoolingName = Literal[  # in the order in which sentence-transformers concatenates
    "cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"
]
POOLINGS: tuple[str, ...] = get_args(PoolingName)
_KEYS = {  # in the files of sentence-transformers
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


def check_poolings(pooling: Any) -> tuple[str, ...]:
    """Return poolings as a tuple, or raise if one is invalid."""
    poolings = (pooling,) if isinstance(pooling, str) else tuple(pooling)
    wrong = [one for one in poolings if one not in POOLINGS]
    if wrong or not poolings:
        raise ValueError(
            f"Found pooling={pooling!r}, expected 'auto', one of {', '.join(POOLINGS)}"
            ", or a tuple of them. 'mean' suits most encoders."
        )
    return poolings


def read_poolings(settings: Any) -> tuple[str, ...]:
    """Return the poolings that the file of a Pooling module names.

    Parameters
    ----------
    settings : dict
        A flag for each pooling, or a name under "pooling_mode".
    """
    if not isinstance(settings, dict):
        raise ValueError("its pooling is not a JSON object")
    named = settings.get("pooling_mode")
    if named is not None:
        named = [named] if isinstance(named, str) else named
        if not isinstance(named, list) or not set(named) <= set(POOLINGS):
            raise ValueError(f"an unknown pooling, {named!r}")
        return tuple(named)
    unknown = [
        key
        for key, is_set in settings.items()
        if key.startswith("pooling_mode_") and key not in _KEYS and is_set
    ]
    if unknown:
        raise ValueError(f"an unknown pooling, {unknown[0][:60]!r}")
    default = "pooling_mode_mean_tokens"
    found = [name for key, name in _KEYS.items() if settings.get(key, key == default)]
    if not found:
        raise ValueError("no pooling")
    return tuple(found)


def pool_tokens(
    tokens: np.ndarray, poolings: Sequence[str], n_left_out: int = 0
) -> np.ndarray:
    """Pool the token vectors of texts that have the same number of tokens.

    Parameters
    ----------
    tokens : float32 ndarray of shape (n_texts, n_tokens, vector_size)
    poolings : sequence of str
    n_left_out : int, default=0
        Tokens at the beginning, of a prompt, that are not pooled.

    Returns
    -------
    rows : float32 ndarray of shape (n_texts, n_poolings * vector_size)
    """
    first, tokens = tokens[:, 0], tokens[:, n_left_out:]
    n_tokens = tokens.shape[1]
    if not n_tokens:
        tokens, n_tokens = np.zeros((len(first), 1, first.shape[1]), np.float32), 1
    rows = []
    for pooling in poolings:
        if pooling == "cls":
            row = first
        elif pooling == "max":
            row = tokens.max(axis=1)
        elif pooling == "lasttoken":
            row = tokens[:, -1]
        elif pooling == "weightedmean":  # later tokens count more
            places = np.arange(n_left_out + 1, n_left_out + n_tokens + 1)
            weights = (places / places.sum()).astype(np.float32)
            row = np.einsum("btd,t->bd", tokens, weights)
        else:
            divisor = n_tokens if pooling == "mean" else np.sqrt(n_tokens)
            row = tokens.sum(axis=1) / np.float32(divisor)
        rows.append(row)
    return np.concatenate(rows, axis=1) if len(rows) > 1 else rows[0]
