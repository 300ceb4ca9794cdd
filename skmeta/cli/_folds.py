"""The folds of `skmeta compare`: copies of a document are tested together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedKFold

from skmeta._messages import count_of, verb_of
from skmeta.cli._compare_input import check_classes

__all__ = ["Copies", "find_copies", "split_documents"]


class Copies(NamedTuple):
    """Which documents repeat others.

    Attributes
    ----------
    rows : int ndarray of shape (n_distinct,)
        The numbers of the distinct documents, ascending: the first of each group.
    places : int ndarray of shape (n_documents,)
        Where in ``rows`` the document is that each one repeats, or is.
    n_relabeled : int
        How many documents have another label than the one that they repeat.
    """

    rows: np.ndarray
    places: np.ndarray
    n_relabeled: int

    def describe(self) -> str:
        """Return a sentence about the copies, "" if there are none."""
        n_documents = len(self.places)
        n_copies = n_documents - len(self.rows)
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
    return Copies(rows, places, int((labels[rows][places] != labels).sum()))


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
    n_copies = len(copies.places) - len(copies.rows)
    labels = labels[copies.rows]
    check_classes(labels, cv, "different document" if n_copies else "document")
    folds = StratifiedKFold(cv, shuffle=True, random_state=seed)
    are_tested = np.zeros(len(labels), bool)
    found = []
    for _, test in folds.split(copies.rows, labels):
        are_tested[:] = False
        are_tested[test] = True
        of_documents = are_tested[copies.places]
        found.append((np.flatnonzero(~of_documents), np.flatnonzero(of_documents)))
    return found
