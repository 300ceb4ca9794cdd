"""Group documents of similar length, and pad them to the same length."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

__all__ = ["batches", "pad", "padded_length", "padded_lengths"]

_SHORTEST = 8  # and from there four lengths an octave: at most a quarter is added


def padded_lengths(lengths: np.ndarray) -> np.ndarray:
    """Round lengths up to a few values, for each document independently."""
    step = 1 << np.maximum(np.frexp(np.maximum(lengths - 1, 0))[1] - 3, 0)
    return np.maximum(-(-lengths // step) * step, _SHORTEST)


def padded_length(length: int) -> int:
    """Return the padded length of one positive length."""
    step = 1 << max((length - 1).bit_length() - 3, 0)
    return max(-(-length // step) * step, _SHORTEST)


def batches(lengths: np.ndarray, at_a_time: int) -> Iterator[tuple[np.ndarray, int]]:
    """Yield the numbers of the documents of each batch, and their padded length.

    Parameters
    ----------
    lengths : int ndarray of shape (n_documents,)
        Documents of length 0 are left out.
    at_a_time : int
        About how many entries to take at once, of at least one document.
    """
    if len(lengths) == 1:  # one by one, NumPy would take longer than the document
        if lengths[0]:
            yield np.zeros(1, np.intp), padded_length(int(lengths[0]))
        return
    padded = padded_lengths(lengths)
    for length in np.unique(padded[lengths > 0]):
        numbers = np.flatnonzero((padded == length) & (lengths > 0))
        n_documents = max(at_a_time // int(length), 1)
        for start in range(0, len(numbers), n_documents):
            yield numbers[start : start + n_documents], int(length)


def pad(
    ends: np.ndarray, numbers: np.ndarray, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of some documents' entries, padded to one length.

    Parameters
    ----------
    ends : int ndarray of shape (n_documents + 1,)
        Document i has the entries from ``ends[i]`` to ``ends[i + 1]``.
    numbers : int ndarray of shape (n_chosen,)
        The chosen documents, none empty.
    length : int

    Returns
    -------
    places : int ndarray of shape (n_chosen, length)
        After a document's last entry stands its last again.
    real : bool ndarray of shape (n_chosen, length)
    """
    starts, stops = ends[numbers, np.newaxis], ends[numbers + 1, np.newaxis]
    places = starts + np.arange(length)
    real = places < stops
    return np.minimum(places, stops - 1), real
