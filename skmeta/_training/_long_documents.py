"""Documents cut to the length that gensim reads: it drops what comes after."""

from __future__ import annotations

from gensim.models.word2vec import MAX_WORDS_IN_BATCH

__all__ = ["is_long", "split_long"]


def is_long(document: list[str]) -> bool:
    """Return whether gensim would drop the end of a document."""
    return len(document) > MAX_WORDS_IN_BATCH


def split_long(document: list[str]) -> list[list[str]]:
    """Return the parts of a document that gensim reads; of an empty one, itself."""
    if not is_long(document):
        return [document]
    starts = range(0, len(document), MAX_WORDS_IN_BATCH)
    return [document[start : start + MAX_WORDS_IN_BATCH] for start in starts]
