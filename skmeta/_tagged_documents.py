"""Documents with tags, as gensim's Doc2Vec trains on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from gensim.models.doc2vec import TaggedDocument

from skmeta._documents import shorten

__all__ = ["separate_tags", "tag_documents"]

LONGEST = 10_000  # words that gensim reads of a document; it drops what comes after


def separate_tags(X: Any) -> tuple[Any, list[list] | None]:
    """Take gensim's TaggedDocuments apart; leave everything else as it is.

    Parameters
    ----------
    X : iterable of TaggedDocuments, or anything
        What has ``words`` and ``tags`` is a tagged document.

    Returns
    -------
    X : list of token lists, or what was given
    tags : list of lists, or None
        None where there are none.
    """
    no_documents = str | bytes | bytearray | Mapping | Set
    is_table = hasattr(X, "columns") or hasattr(X, "to_pylist")
    if is_table or isinstance(X, no_documents) or not isinstance(X, Iterable):
        return X, None
    documents = X if isinstance(X, list) else list(X)
    tagged = [hasattr(d, "words") and hasattr(d, "tags") for d in documents]
    if not any(tagged):
        return (documents if isinstance(X, Iterator) else X), None
    if not all(tagged):
        number = tagged.index(False)
        raise TypeError(
            f"Document {number} is {shorten(documents[number])}, without words and "
            "tags, among TaggedDocuments. Give tags to all documents or to none."
        )
    return [d.words for d in documents], [_as_tags(d.tags) for d in documents]


def tag_documents(
    documents: list[list[str]], tags: list[list] | None
) -> list[TaggedDocument]:
    """Make TaggedDocuments, several with the same tags of a long document.

    Parameters
    ----------
    documents : list of lists of str
    tags : list of lists, or None
        None: each document has its number as its tag.
    """
    if tags is None:
        tags = [[number] for number in range(len(documents))]
    return [
        TaggedDocument(document[start : start + LONGEST], own)
        for document, own in zip(documents, tags, strict=True)
        for start in range(0, max(len(document), 1), LONGEST)
    ]


def _as_tags(tags: Any) -> list:
    """Give the tags of a document as a list, of one tag if it is no collection."""
    return [tags] if isinstance(tags, str | int) else list(tags)
