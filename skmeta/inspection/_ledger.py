"""What contributes to the scores of some documents, entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

__all__ = ["CENTERING", "INTERCEPT", "Ledger", "to_frame"]

INTERCEPT, CENTERING = "(intercept)", "(centering)"


class _Entries(NamedTuple):
    """Words of documents, and what each adds to the scores."""

    source: str
    words: np.ndarray  # object ndarray of shape (n_words,)
    documents: np.ndarray  # int ndarray of shape (n_entries,)
    numbers: np.ndarray  # int ndarray of shape (n_entries,), of the words
    scores: np.ndarray  # float64 ndarray of shape (n_entries, n_outputs)


class Ledger:
    """Collect the contributions to the scores of a block of documents.

    Parameters
    ----------
    n_documents, n_outputs : int
    names : dict
        What columns of vectorizers are called, kept from block to block.
    """

    def __init__(self, n_documents: int, n_outputs: int, names: dict) -> None:
        self.n_documents, self.n_outputs = n_documents, n_outputs
        self._names = names
        self._entries: list[_Entries] = []
        self._rest: dict[str, np.ndarray] = {}

    def add_words(
        self,
        source: str,
        words: Sequence[str] | np.ndarray,
        documents: np.ndarray,
        numbers: np.ndarray,
        scores: np.ndarray,
    ) -> None:
        """Add what words contribute; a word stands once for each document."""
        words = np.asarray(words, dtype=object)
        self._entries.append(_Entries(source, words, documents, numbers, scores))

    def add_rows(self, source: str, scores: np.ndarray) -> None:
        """Add what has no words, float64 of shape (n_documents, n_outputs)."""
        if source in self._rest:
            scores = self._rest[source] + scores
        self._rest[source] = scores

    def names_of(self, step: Any) -> np.ndarray:
        """Return the names of a fitted vectorizer's columns, asked for once."""
        key = id(step)
        if key not in self._names:
            self._names[key] = np.asarray(step.get_feature_names_out(), dtype=object)
        return self._names[key]

    def source_totals(self) -> dict[str, np.ndarray]:
        """Return the sum of each source, float64 of shape (n_documents, n_outputs)."""
        totals = {source: scores.copy() for source, scores in self._rest.items()}
        for entries in self._entries:
            total = totals.setdefault(
                entries.source, np.zeros((self.n_documents, self.n_outputs))
            )
            for output, scores in enumerate(entries.scores.T):
                total[:, output] += np.bincount(
                    entries.documents, scores, self.n_documents
                )
        return totals

    def table(self, first: int, top: int | None) -> dict[str, np.ndarray]:
        """Return the entries as columns of numbers, and what the numbers stand for.

        Parameters
        ----------
        first : int
            The number of the first document.
        top : int, default=None
            Keep the words of a document that count most for an output; what others
            contribute is added to the row without word of each source.
        """
        sources = list(dict.fromkeys(e.source for e in self._entries))
        sources += [source for source in self._rest if source not in sources]
        words: dict[str, int] = {}
        for entries in self._entries:
            for word in entries.words:
                words.setdefault(word, len(words))
        documents, numbers, source_numbers, scores = self._flatten(words, sources)
        rest = {
            source: self._rest.get(source, np.zeros((self.n_documents, self.n_outputs)))
            for source in sources
        }
        parts = []
        for output in range(self.n_outputs):
            values = scores[:, output]
            some_documents, some_numbers, some_sources = (
                documents,
                numbers,
                source_numbers,
            )
            without = np.stack([rest[source][:, output] for source in sources])
            if top is not None:
                keep = _find_top(documents, numbers, values, len(words), top)
                others = np.bincount(
                    source_numbers[~keep] * self.n_documents + documents[~keep],
                    values[~keep],
                    len(sources) * self.n_documents,
                )
                without = without + others.reshape(without.shape)
                some_documents, some_numbers, some_sources, values = (
                    documents[keep],
                    numbers[keep],
                    source_numbers[keep],
                    values[keep],
                )
            n_rest = np.count_nonzero(without)
            of_rest, in_rest = np.nonzero(without)
            part = {
                "document": np.concatenate([some_documents, in_rest]),
                "word": np.concatenate([some_numbers, np.full(n_rest, -1)]),
                "source": np.concatenate([some_sources, of_rest]),
                "contribution": np.concatenate([values, without[of_rest, in_rest]]),
            }
            part["class"] = np.full(len(part["document"]), output)
            parts.append(part)
        table = {
            name: np.concatenate([part[name] for part in parts]) for name in parts[0]
        }
        order = np.lexsort(
            (-np.abs(table["contribution"]), table["class"], table["document"])
        )
        table = {name: values[order] for name, values in table.items()}
        table["document"] += first
        table["words"] = np.array(list(words), dtype=object)
        table["sources"] = np.array(sources, dtype=object)
        return table

    def _flatten(
        self, words: dict[str, int], sources: list[str]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return document, word, source and scores of all entries."""
        if not self._entries:
            nothing = np.zeros(0, np.int64)
            return nothing, nothing, nothing, np.zeros((0, self.n_outputs))
        numbers, of = [], []
        for entries in self._entries:
            its_numbers = np.fromiter(
                map(words.__getitem__, entries.words), np.int64, len(entries.words)
            )
            numbers.append(its_numbers[entries.numbers])
            source = sources.index(entries.source)
            of.append(np.full(len(entries.documents), source))
        documents = np.concatenate([entries.documents for entries in self._entries])
        all_numbers, all_of = np.concatenate(numbers), np.concatenate(of)
        scores = np.concatenate([entries.scores for entries in self._entries])
        if len({entries.source for entries in self._entries}) == len(self._entries):
            return documents, all_numbers, all_of, scores
        keys = (documents * len(words) + all_numbers) * len(sources) + all_of
        _, first, members = np.unique(keys, return_index=True, return_inverse=True)
        sums = np.zeros((len(first), self.n_outputs))
        np.add.at(sums, members.ravel(), scores)
        return documents[first], all_numbers[first], all_of[first], sums


def to_frame(tables: list[dict[str, np.ndarray]], classes: Sequence[Any]) -> Any:
    """Put the tables of blocks of documents into one data frame."""
    words = list(dict.fromkeys(word for table in tables for word in table["words"]))
    sources = list(dict.fromkeys(name for table in tables for name in table["sources"]))

    def codes(column: str, names: str, all_names: list[str]) -> np.ndarray:
        places = {name: place for place, name in enumerate(all_names)}
        parts = []
        for table in tables:
            mapped = np.fromiter(
                (places[name] for name in table[names]), np.int32, len(table[names])
            )
            parts.append(np.append(mapped, np.int32(-1))[table[column]])
        return np.concatenate(parts) if parts else np.zeros(0, np.int32)

    def join(column: str, dtype: Any) -> np.ndarray:
        parts = [table[column] for table in tables]
        return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype)

    def categories(numbers: np.ndarray, names: Any) -> pd.Categorical:
        index = pd.Index(np.asarray(names, dtype=object)).infer_objects()
        return pd.Categorical.from_codes(numbers, categories=index)

    return pd.DataFrame(
        {
            "document": join("document", np.int64),
            "class": categories(join("class", np.int32), _as_objects(classes)),
            "word": categories(codes("word", "words", words), words),
            "source": categories(codes("source", "sources", sources), sources),
            "contribution": join("contribution", np.float64),
        }
    )


def _as_objects(values: Sequence[Any]) -> np.ndarray:
    objects = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        objects[place] = value
    return objects


def _find_top(
    documents: np.ndarray,
    words: np.ndarray,
    values: np.ndarray,
    n_words: int,
    top: int,
) -> np.ndarray:
    """Mark the entries of the words of each document whose sum is the largest."""
    pairs, members = np.unique(documents * n_words + words, return_inverse=True)
    members = members.ravel()
    sums = np.abs(np.bincount(members, values, len(pairs)))
    of = pairs // n_words if n_words else pairs
    order = np.lexsort((-sums, of))
    starts = np.searchsorted(of, of)  # pairs are sorted by document
    rank = np.empty(len(pairs), np.int64)
    rank[order] = np.arange(len(pairs)) - starts
    kept: np.ndarray = (rank < top)[members]
    return kept
