"""The folds of `skmeta compare`: copies of a document are tested together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedKFold

from skmeta._messages import count_of, verb_of
from skmeta.cli._compare_input import check_classes
from skmeta.weighting._copies import DistinctRows

__all__ = ["Copies", "find_copies", "split_documents"]


class Copies(NamedTuple):
    """Which documents repeat others.

    Attributes
    ----------
    distinct : DistinctRows
        The first of each group of documents with the same tokens, of any labels.
    n_relabeled : int
        How many documents have another label than the one that they repeat.
    """

    distinct: DistinctRows
    n_relabeled: int

    def describe(self) -> str:
        """Return a sentence about the copies, "" if there are none."""
        n_documents = len(self.distinct.places)
        n_copies = n_documents - len(self.distinct.rows)
        if not n_copies:
            return ""
        relabeled = ""
        if self.n_relabeled:
            relabeled = f", {self.n_relabeled:,} of them with another label"
        return (
            f"{count_of(n_copies, 'document')} ({n_copies / n_documents:.1%}) "
            f"{verb_of(n_copies, 'repeats', 'repeat')} the words of an earlier one"
            f"{relabeled}; copies are in one fold"
        )


def find_copies(documents: Sequence[Sequence[str]], labels: np.ndarray) -> Copies:
    """Find the documents with the same tokens; those without a token are distinct."""
    numbers: dict[int, int] = {}
    places = np.array(
        [
            numbers.setdefault(hash(tuple(document) or row), len(numbers))
            for row, document in enumerate(documents)
        ]
    )
    rows = np.unique(places, return_index=True)[1]
    n_relabeled = int((labels[rows][places] != labels).sum())
    return Copies(DistinctRows(rows, places), n_relabeled)


def split_documents(
    copies: Copies, labels: np.ndarray, cv: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split documents into folds, in which each class has its share of distinct ones.

    A copy in another fold would tell its label: a classifier would be tested on what
    it has been trained on.

    Parameters
    ----------
    copies : Copies
    labels : ndarray of shape (n_documents,)
    cv : int
        The number of folds.
    seed : int

    Returns
    -------
    folds : list of (int ndarray, int ndarray)
        The numbers of the documents to train and to test on. Without copies, the folds
        are those of ``StratifiedKFold``.

    Raises
    ------
    ValueError
        If no class has a distinct document in each fold.
    """
    distinct = copies.distinct
    n_copies = len(distinct.places) - len(distinct.rows)
    labels = labels[distinct.rows]
    check_classes(labels, cv, "different document" if n_copies else "document")
    folds = StratifiedKFold(cv, shuffle=True, random_state=seed)
    return [
        (distinct.with_copies(train), distinct.with_copies(test))
        for train, test in folds.split(distinct.rows, labels)
    ]
