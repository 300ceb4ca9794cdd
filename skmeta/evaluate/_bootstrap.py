"""Paired bootstrap: intervals from the same resampled items for all models.

Written here, because scipy.stats.bootstrap copies the items of each resample, and draws
others for each call: counts of the items serve all models and blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import check_random_state

__all__ = ["Bootstrap", "check_bootstrap"]

_BLOCK_SIZE = 1 << 20  # items of samples


class Bootstrap(NamedTuple):
    """The number of bootstrap samples, and the confidence level."""

    n_bootstraps: int
    confidence: float
    seed: int

    def resample(self, n_items: int) -> Iterator[np.ndarray]:
        """Draw bootstrap samples of items, in blocks.

        Yields
        ------
        counts : float64 ndarray of shape (n_draws, n_items)
            How often each item was drawn; the same in every call. There are no samples
            of a single item, whose interval would have no width.
        """
        rng = np.random.default_rng(self.seed)
        n_at_once = max(_BLOCK_SIZE // max(n_items, 1), 1)
        for start in range(0, self.n_bootstraps if n_items > 1 else 0, n_at_once):
            n_draws = min(n_at_once, self.n_bootstraps - start)
            drawn = rng.integers(n_items, size=(n_draws, n_items))
            drawn += np.arange(n_draws)[:, np.newaxis] * n_items
            counts = np.bincount(drawn.ravel(), minlength=drawn.size)
            yield counts.reshape(drawn.shape).astype(np.float64)

    def interval(self, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the percentiles that bound the middle of the resamples.

        Parameters
        ----------
        drawn : float64 ndarray of shape (n_bootstraps, n_models)
            The value for each sample, NaN if undefined.
        """
        low, high = np.full((2, drawn.shape[1]), np.nan)
        sound = np.isfinite(drawn).any(axis=0)
        tail = 50 * (1 - self.confidence)
        if sound.any():
            low[sound], high[sound] = np.nanpercentile(
                drawn[:, sound], [tail, 100 - tail], axis=0
            )
        return low, high

    def columns(
        self, name: str, values: np.ndarray, drawn: np.ndarray, prefix: str = ""
    ) -> dict[str, np.ndarray]:
        """Return the columns of a table: the values, and their intervals."""
        low, high = self.interval(drawn)
        return {name: values, f"{prefix}low": low, f"{prefix}high": high}

    def differences(
        self, values: np.ndarray, drawn: np.ndarray, paired: bool
    ) -> dict[str, np.ndarray]:
        """Return the columns of the differences to the first model, by sample."""
        if not paired:
            values, drawn = np.full_like(values, np.nan), np.full_like(drawn, np.nan)
        return self.columns(
            "difference", values - values[0], drawn - drawn[:, :1], "difference_"
        )


def check_bootstrap(
    n_bootstraps: int, confidence: float, random_state: Any
) -> Bootstrap:
    """Check the parameters, and convert the random state to a seed."""
    is_count = isinstance(n_bootstraps, int | np.integer) and n_bootstraps >= 0
    if not is_count or isinstance(n_bootstraps, bool):
        raise ValueError(
            f"Found n_bootstraps={n_bootstraps!r}, expected a non-negative integer; "
            "0 gives no intervals."
        )
    if not 0 < confidence < 1:
        raise ValueError(
            f"Found confidence={confidence!r}, expected a share between 0 and 1, e.g. "
            "0.95."
        )
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    return Bootstrap(int(n_bootstraps), confidence, int(seed))
