"""How often to go over a corpus, where the user does not say."""

from __future__ import annotations

import numpy as np

__all__ = ["choose_alpha", "choose_epochs"]

_TOKENS = 8_000_000  # over all epochs
_FEWEST, _MOST = 5, 50


def choose_epochs(epochs: int | str, n_tokens: int) -> int:
    """Choose the number of epochs.

    Parameters
    ----------
    epochs : int or "auto"
        "auto": as many as make about 8 million tokens, from 5 to 50.
    n_tokens : int
        Of the corpus, those of rare words included.

    Returns
    -------
    epochs : int

    Examples
    --------
    >>> from skmeta._training._epochs import choose_epochs
    >>> [choose_epochs("auto", n) for n in (1_000, 400_000, 10_000_000)]
    [50, 20, 5]
    """
    if not isinstance(epochs, str):
        return epochs
    return int(np.clip(_TOKENS // max(n_tokens, 1), _FEWEST, _MOST))


def choose_alpha(alpha: float | str, sg: int) -> float:
    """Choose the learning rate; word2vec's own program has these for "auto"."""
    if not isinstance(alpha, str):
        return alpha
    return 0.025 if sg else 0.05
