"""Long documents, cut into parts of the length that gensim reads."""

from __future__ import annotations

from collections.abc import Iterator

from gensim.models.word2vec import MAX_WORDS_IN_BATCH

__all__ = ["LONGEST", "split_document"]

LONGEST = MAX_WORDS_IN_BATCH  # gensim drops the words after these 10,000


def split_document(words: list[str]) -> Iterator[list[str]]:
    """Yield the parts of a document; an empty document is one part."""
    for start in range(0, max(len(words), 1), LONGEST):
        yield words[start : start + LONGEST]
