"""What becomes of tokens that the word vectors do not know."""

from __future__ import annotations

from collections.abc import Container
from itertools import chain

from skmeta._documents._check import short_repr

__all__ = ["UNKNOWN", "refuse_lack_of_subwords", "refuse_unknown_words"]

UNKNOWN = ("error", "ignore", "subword")


def refuse_unknown_words(documents: list[list[str]], known: Container[str]) -> None:
    """Name the first token that is not known, and where it is."""
    tokens = dict.fromkeys(chain.from_iterable(documents))
    unknown = [token for token in tokens if token not in known]
    if not unknown:
        return
    number = next(i for i, document in enumerate(documents) if unknown[0] in document)
    raise ValueError(
        f"Document {number} has the unknown token {short_repr(unknown[0])}, the first "
        f"of {len(unknown):,} distinct ones: {short_repr(unknown)}; expected known "
        "tokens alone where unknown='error'. Clean the documents as those that the "
        "vectors were learned from, leave such tokens out, or set unknown='ignore'."
    )


def refuse_lack_of_subwords(name: str) -> None:
    """Raise that no source can make unknown words of their n-grams."""
    raise ValueError(
        f"Found unknown='subword', but {name} has no vectors of character n-grams to "
        "make vectors of unknown words with; expected some, as fastText learns them. "
        "Use FastTextVectorizer, load a fastText .bin file or a gensim FastText model, "
        "or set unknown='ignore'."
    )
