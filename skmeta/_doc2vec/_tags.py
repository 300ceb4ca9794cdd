"""Documents with tags, as gensim's Doc2Vec trains on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from numbers import Integral
from typing import Any, NoReturn

from gensim.models import KeyedVectors
from gensim.models.doc2vec import TaggedDocument

from skmeta._documents._check import short_repr
from skmeta._documents._stream import DocumentStream, is_reiterable
from skmeta._messages import count_of
from skmeta._training._long_documents import split_long

__all__ = ["has_tag", "name_rows", "number_tags", "separate_tags", "tag_documents"]


def separate_tags(X: Any) -> tuple[Any, list[list] | None]:
    """Separate gensim's TaggedDocuments into words and tags; leave others unchanged.

    Parameters
    ----------
    X : iterable of TaggedDocuments, or anything
        What has ``words`` and ``tags`` is a tagged document.

    Returns
    -------
    X : list of token lists, or what was given
    tags : list of lists of str or int, or None
        None where there are none.
    """
    no_documents = str | bytes | bytearray | Mapping | Set
    marks_of_tables = ("columns", "to_pylist", "__dask_graph__")
    is_table = any(hasattr(X, mark) for mark in marks_of_tables)
    if is_table or isinstance(X, no_documents) or not isinstance(X, Iterable):
        return X, None
    if is_reiterable(X):
        once = iter(X)
        if iter(X) is not once:
            return _separate_stream(X)
        X = once  # the first item has been consumed
    documents = X if isinstance(X, list) else list(X)
    tagged = list(map(_is_tagged, documents))
    if not any(tagged):
        return (documents if isinstance(X, Iterator) else X), None
    if not all(tagged):
        number = tagged.index(False)
        _refuse_untagged(number, documents[number])
    tags = [_as_tags(d.tags, number) for number, d in enumerate(documents)]
    return [d.words for d in documents], tags


def number_tags(tags: list[list] | None) -> tuple[list[list] | None, list | None]:
    """Replace tags by numbers if gensim would treat them as row numbers.

    Parameters
    ----------
    tags : list of lists of str or int, or None

    Returns
    -------
    tags : list of lists, or None
        Numbers from 0 on, by first appearance. Tags that gensim reads as they are
        meant stay: strings alone, and the numbers from 0 on, none left out.
    names : list of str or int, or None
        The tag of each number; None where the tags stayed.
    """
    if tags is None:
        return None, None
    numbers: dict[Any, int] = {}
    for own in tags:
        for tag in own:
            numbers.setdefault(tag, len(numbers))
    named_by_text = all(isinstance(tag, str) for tag in numbers)
    if named_by_text or numbers.keys() == set(range(len(numbers))):
        return tags, None
    return [[numbers[tag] for tag in own] for own in tags], list(numbers)


def name_rows(document_vectors: KeyedVectors, names: list | None) -> None:
    """Rename the vectors of numbered tags to the caller's tags."""
    if names is not None:
        document_vectors.index_to_key = names
        document_vectors.key_to_index = {tag: row for row, tag in enumerate(names)}


def has_tag(document_vectors: KeyedVectors, tag: str | int) -> bool:
    """Return whether a tag has a vector; gensim treats any row number as a tag."""
    if tag in document_vectors.key_to_index:
        return True
    names = document_vectors.index_to_key
    return isinstance(tag, int) and 0 <= tag < len(names) and names[tag] == tag


def tag_documents(
    documents: Iterable[list[str]], tags: list[list] | None
) -> Iterable[TaggedDocument]:
    """Make TaggedDocuments, several with the same tags for a long document.

    Parameters
    ----------
    documents : list of lists of str, or DocumentStream
    tags : list of lists, or None
        None: each document has its number as its tag.

    Returns
    -------
    tagged : list of TaggedDocuments, or what gives them at each pass
    """
    tagged = _TaggedDocuments(documents, tags)
    return tagged if isinstance(documents, DocumentStream) else list(tagged)


class _TaggedDocuments:
    """Documents cut to the length that gensim reads, with their tags, at each pass."""

    def __init__(self, documents: Iterable[list[str]], tags: list[list] | None) -> None:
        self._documents = documents
        self._tags = tags

    def __iter__(self) -> Iterator[TaggedDocument]:
        for number, document in enumerate(self._documents):
            if self._tags is not None and number >= len(self._tags):
                raise ValueError(
                    f"Found more than {count_of(number, 'document')} in a later pass "
                    "over X, expected as many as in the first. Pass documents that "
                    "are the same in each pass, or a list of them."
                )
            own = [number] if self._tags is None else self._tags[number]
            for part in split_long(document):
                yield TaggedDocument(part, own)


class _Words:
    """The words of tagged documents, at each pass."""

    def __init__(self, tagged: Iterable[Any]) -> None:
        self._tagged = tagged

    def __iter__(self) -> Iterator[list[str]]:
        return (document.words for document in self._tagged)


def _separate_stream(X: Iterable[Any]) -> tuple[Iterable[Any], list[list] | None]:
    """Keep the tags of a stream of documents, without their words."""
    if not _is_tagged(next(iter(X), None)):
        return X, None
    tags = []
    for number, document in enumerate(X):
        if not _is_tagged(document):
            _refuse_untagged(number, document)
        tags.append(_as_tags(document.tags, number))
    return _Words(X), tags


def _is_tagged(document: Any) -> bool:
    """Return whether a document has words and tags."""
    return hasattr(document, "words") and hasattr(document, "tags")


def _refuse_untagged(number: int, document: Any) -> NoReturn:
    """Name a document without tags."""
    raise TypeError(
        f"Document {number} is {short_repr(document)}, without words and "
        "tags, among TaggedDocuments. Pass tags for all documents or for none."
    )


def _as_tags(tags: Any, number: int) -> list[str | int]:
    """Return the tags of a document as a list; a bare str or int is one tag."""
    tags = [tags] if isinstance(tags, str | int) else tags
    if isinstance(tags, bytes | Mapping | Set) or not isinstance(tags, Iterable):
        raise TypeError(
            f"Document {number} has the tags {short_repr(tags)} of type "
            f"{type(tags).__name__}, expected a list of tags. Write [tag] for one tag, "
            "and [] for none."
        )
    own = [int(tag) if isinstance(tag, Integral) else tag for tag in tags]
    for tag in own:
        if not isinstance(tag, str | int):
            raise TypeError(
                f"Document {number} has the tag {short_repr(tag)} of type "
                f"{type(tag).__name__}, expected a str or an int. Write str(tag), or "
                "leave it out."
            )
    return own
