"""Character n-grams within words, made once for each word, not at each of its uses."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

from sklearn.base import BaseEstimator

__all__ = ["LetterNGrams"]

_N_WORDS = 2**14  # most texts have no more words that are frequent; some 20 MB


class LetterNGrams(BaseEstimator):
    """An analyzer for TfidfVectorizer: what "char_wb" gives of joined tokens.

    Parameters
    ----------
    ngram_range : (int, int), default=(2, 4)
        The shortest and the longest n-grams.
    """

    def __init__(self, ngram_range: tuple[int, int] = (2, 4)) -> None:
        self.ngram_range = ngram_range

    def __call__(self, document: list[str]) -> list[str]:
        """Return the n-grams of a document's tokens."""
        fewest, most = self.ngram_range
        found = [_ngrams_of(token, fewest, most) for token in document]
        return list(chain.from_iterable(found))


@lru_cache(_N_WORDS)
def _ngrams_of(token: str, fewest: int, most: int) -> tuple[str, ...]:
    """Return the n-grams of a token, with a space at both ends of each word in it."""
    found = []
    for word in token.split():
        padded = f" {word} "
        for n in range(fewest, most + 1):
            ends = range(n, max(len(padded), n) + 1)
            found += [padded[end - n : end] for end in ends]
            if len(padded) <= n:  # the whole word, which counts once
                break
    return tuple(found)
