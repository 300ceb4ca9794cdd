"""Other forms of an unknown word: the row of a word that is written differently.

Vectors of cased words meet lower-cased tokens, and the other way round. Only tokens
that are unknown as they are written are tried in other forms, so that known ones keep
their vectors and their speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, compress
from typing import Any, Literal

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._vectors._word_index import WordIndex, drop_unknown

__all__ = [
    "FORMS",
    "Fallback",
    "FallbackIndex",
    "Form",
    "add_forms",
    "check_fallback",
    "index_words",
]

Form = Literal["lower", "title", "upper"]
Fallback = Form | Sequence[Form]
FORMS: dict[Form, Callable[[str], str]] = {
    "lower": str.lower,
    "title": str.title,
    "upper": str.upper,
}

_MOST_REMEMBERED = 1 << 16  # rows of tokens, about 8 MB with the tokens


def check_fallback(fallback: Any) -> tuple[Form, ...]:
    """Return the names of forms, or raise for others."""
    names = (fallback,) if isinstance(fallback, str) else fallback
    if not isinstance(names, list | tuple) or not all(
        isinstance(name, str) and name in FORMS for name in names
    ):
        raise ValueError(
            f"Found fallback={short_repr(fallback)}, expected some of "
            f"{', '.join(map(repr, FORMS))}, in the order in which they are to be "
            f"tried, e.g. fallback={tuple(FORMS)!r}."
        )
    return tuple(dict.fromkeys(names))


def add_forms(
    words: frozenset[str] | None, fallback: tuple[Form, ...]
) -> frozenset[str] | None:
    """Return words and their other forms; None stands for all words."""
    if words is None:
        return None
    forms = (FORMS[name](word) for name in fallback for word in words)
    return words.union(forms)


def index_words(words: Iterable[str], fallback: tuple[Form, ...]) -> WordIndex:
    """Return the row of each word; look-up tries other forms if there are some."""
    exact = WordIndex({word: row for row, word in enumerate(words)})
    return FallbackIndex(exact, fallback) if fallback else exact


class FallbackIndex(WordIndex):
    """Look words up in other forms where they are unknown as they are written.

    It contains every word that look-up finds; iteration and length are those of the
    words with rows.

    Parameters
    ----------
    exact : WordIndex
        Shared, with its table.
    fallback : tuple of str
        The names of forms, in the order in which they are tried.
    """

    def __init__(self, exact: WordIndex, fallback: tuple[Form, ...]) -> None:
        super().__init__(exact.key_to_index)
        self.exact = exact
        self.fallback = fallback
        self._forms = [FORMS[name] for name in fallback]
        self._found = _Found(self._find_other_form)

    def find_rows(
        self, documents: Any, keep_unknown: bool = True
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the row of every token, see :meth:`WordIndex.find_rows`."""
        if not isinstance(documents, list):  # in Arrow's memory; comes back as a list
            return super().find_rows(documents, keep_unknown)
        rows, ends = self.exact.find_rows(documents)
        is_unknown = rows < 0
        if is_unknown.any():
            tokens = compress(chain.from_iterable(documents), is_unknown.tolist())
            rows[is_unknown] = self._rows_of_unknown(tokens)
        return (rows, ends) if keep_unknown else drop_unknown(rows, ends)

    def rows_of(self, words: Iterable[str]) -> np.ndarray:
        """Find the row of each word, see :meth:`WordIndex.rows_of`."""
        words = list(words)
        rows = self.exact.rows_of(words)
        is_unknown = rows < 0
        rows[is_unknown] = self._rows_of_unknown(compress(words, is_unknown.tolist()))
        return rows

    def _rows_of_unknown(self, tokens: Iterable[str]) -> np.ndarray:
        """Find the rows of other forms of tokens."""
        return np.fromiter(map(self._found.__getitem__, tokens), np.int32)

    def as_known(self, documents: Any) -> Any:
        """Write tokens as the words whose rows they have."""
        known = _KnownForms(documents, self)
        return list(known) if isinstance(documents, list) else known

    def written_as(self, token: str) -> str | None:
        """Return the word that a token is found as, None if it is unknown."""
        words = self.key_to_index
        if token in words:
            return token
        forms = (form(token) for form in self._forms)
        return next((form for form in forms if form in words), None)

    def _find_other_form(self, token: str) -> int:
        word = self.written_as(token)
        return -1 if word is None else self.key_to_index[word]

    def __getitem__(self, word: str) -> int:
        row = self._find_other_form(word)
        if row < 0:
            raise KeyError(word)
        return row

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.written_as(word) is not None

    def __reduce__(self) -> tuple:
        return FallbackIndex, (self.exact, self.fallback)


class _Found(dict):
    """Remembers what a function returned for the first keys that were asked for."""

    def __init__(self, find: Callable[[str], int]) -> None:
        self._find = find

    def __missing__(self, token: str) -> int:
        row = self._find(token)
        if len(self) < _MOST_REMEMBERED:
            self[token] = row
        return row


class _KnownForms:
    """Documents whose tokens are written as known words, made while they are read."""

    def __init__(self, documents: Any, index: FallbackIndex) -> None:
        self._documents = documents
        self._index = index

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[list[str]]:
        written: dict[str, str] = {}
        for document in self._documents:
            for token in document:
                if token not in written:
                    written[token] = self._index.written_as(token) or token
            yield [written[token] for token in document]
