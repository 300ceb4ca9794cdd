"""The steps of a batch in widths of which there are few, and where each token is."""

from __future__ import annotations

import numpy as np

from skmeta.elmo._batches import Batch

__all__ = ["PaddedSteps", "pad_width"]

_NARROWEST = 8  # products of fewer rows are summed in another order
_WIDTHS_PER_OCTAVE = 8  # at most an eighth of the rows is padding


class PaddedSteps:
    """A batch as steps of padded widths, one after the other.

    Documents are sorted, longest first: at each step the first rows belong to the
    documents that have such a token. The other rows are computed and never used.

    Parameters
    ----------
    batch : Batch
    rows : int64 ndarray
        The types of the concatenated documents' tokens, with markers.

    Attributes
    ----------
    widths : list of int
        The number of rows of each step.
    types : int64 ndarray of shape (2, sum(widths))
        Which type is read when; the second row backward.
    words : int64 ndarray of shape (2, n_tokens)
        Where the outputs of each token, without markers, are in each direction.
    """

    def __init__(self, batch: Batch, rows: np.ndarray) -> None:
        sizes = np.array(batch.sizes)
        self.widths = [pad_width(size) for size in batch.sizes]
        padded_starts = np.cumsum(self.widths) - self.widths
        # packed tokens lie step by step, without padding between
        moved = np.repeat(padded_starts - (np.cumsum(sizes) - sizes), sizes)
        padded = np.arange(len(moved)) + moved
        self.types = np.zeros((2, sum(self.widths)), np.int64)
        self.types[:, padded] = rows[batch.places]
        where = np.empty_like(batch.places)
        for own, places in zip(where, batch.places):
            own[places] = padded
        self.words = where[:, batch.is_word]


def pad_width(n: int) -> int:
    """Return the least allowed width of a step that holds n rows."""
    if n <= _NARROWEST:
        return _NARROWEST
    unit = max(1, (1 << (n - 1).bit_length()) // (2 * _WIDTHS_PER_OCTAVE))
    return -(-n // unit) * unit
