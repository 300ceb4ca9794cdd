"""What becomes of tokens that the word vectors do not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._vectors._word_index import WordIndex
from skmeta._warnings import warn_user
from skmeta.weighting import Weighting

__all__ = ["ADVICE", "UNKNOWN", "UnknownPolicy", "warn_of_unknown_tokens"]

ADVICE = "See coverage(X). Take vectors of the documents' language and spelling."
UNKNOWN = ("error", "ignore", "subword")
_FEWEST_TOKENS = 20  # in examples and stand-ins nothing may be known
_MOST_TOKENS = 20_000
_LEAST_SHARE = 0.2  # numbers and punctuation are known whatever the case of words
_TRIED_TOKENS = 200
_TELLING_SHARE = 0.2
_MARKS = ".,;:!?\"'()[]{}<>"
_FALLBACK = (
    "look them up in other forms as well: fallback=('lower', 'title', 'upper') of "
    "PretrainedVectorizer and load_vectors"
)


class _Reason(NamedTuple):
    """Why tokens may be unknown, and the change that would make them known."""

    text: str
    change: Callable[[str], str]
    is_case: bool = False


_REASONS = (
    _Reason(
        "The tokens are lower-cased and the vectors' words are not",
        str.capitalize,
        is_case=True,
    ),
    _Reason(
        "The tokens are cased and the vectors' words are lower-cased",
        str.lower,
        is_case=True,
    ),
    _Reason("The vectors' words are upper-cased", str.upper, is_case=True),
    _Reason("Punctuation stands at the tokens", lambda token: token.strip(_MARKS)),
    _Reason(
        "Punctuation stands at the tokens, and the vectors' words are lower-cased",
        lambda token: token.strip(_MARKS).lower(),
    ),
    _Reason("Blanks stand around the tokens", str.strip),
    _Reason("The vectors' words have a prefix", lambda token: f"\u2581{token}"),
    _Reason("The vectors' words have a prefix", lambda token: f"/c/en/{token}"),
)


class UnknownPolicy:
    """What ``unknown`` means: whether unknown tokens are ignored, made, or refused.

    Parameters
    ----------
    name : str
        Of the estimator, for messages.
    advice : str, default=None
        What to do where nearly no token is known and no reason shows. None: no warning.
    """

    def __init__(self, name: str, advice: str | None = None) -> None:
        self._name = name
        self._advice = advice

    def check_subwords(self, unknown: str, has_subwords: bool) -> None:
        """Raise if vectors are to be made of n-grams and there are none."""
        if unknown == "subword" and not has_subwords:
            raise ValueError(
                f"Found unknown='subword', but {self._name} has no vectors of "
                "character n-grams to make vectors of unknown words with; expected "
                "some, as fastText learns them. Use FastTextVectorizer, load a "
                "fastText .bin file or a gensim FastText model, or set "
                "unknown='ignore'."
            )

    def check_known(
        self, unknown: str, documents: Iterable[list[str]], known: Container[str]
    ) -> None:
        """Raise if there are unknown tokens and they are to be refused."""
        if unknown == "error":
            _check_all_known(documents, known)

    def warn_if_unknown(
        self, unknown: str, documents: Any, known: Container[str]
    ) -> None:
        """Warn where nearly no token is known; a stream is not read for it."""
        is_list = isinstance(documents, list)
        if self._advice is not None and unknown != "subword" and is_list:
            warn_of_unknown_tokens(documents, known, self._name, self._advice)

    def composer(
        self,
        unknown: str,
        compose: Callable[[list[str]], np.ndarray] | None,
        weighting: Weighting | None,
    ) -> Callable[[list[str]], tuple] | None:
        """Return what makes vectors and weights of unknown words; None ignores them.

        Parameters
        ----------
        unknown : {"error", "ignore", "subword"}
        compose : callable, or None
            Makes the vectors, zeros where a word has no n-gram.
        weighting : fitted Weighting, or None
        """
        if unknown != "subword":
            return None
        self.check_subwords(unknown, compose is not None)
        assert compose is not None

        def compose_and_weigh(words: list[str]) -> tuple:
            vectors = compose(words)
            weights = None if weighting is None else weighting.weigh_unknown(words)
            return vectors, weights, vectors.any(axis=1)

        return compose_and_weigh


def _check_all_known(documents: Iterable[list[str]], known: Container[str]) -> None:
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


def warn_of_unknown_tokens(
    documents: Iterable[list[str]],
    known: Container[str],
    name: str,
    otherwise: str,
) -> None:
    """Warn where nearly no token is known, with examples and the likely reason.

    Only the first tokens are looked at; fewer than a few tell nothing.

    Parameters
    ----------
    documents : iterable of lists of str
    known : container of str
    name : str
        Of the vectorizer.
    otherwise : str
        What to do where no reason shows.
    """
    tokens = Counter(islice(chain.from_iterable(documents), _MOST_TOKENS))
    unknown = Counter({token: n for token, n in tokens.items() if token not in known})
    share = 1 - unknown.total() / max(tokens.total(), 1)
    if tokens.total() < _FEWEST_TOKENS or share >= _LEAST_SHARE:
        return
    examples = [token for token, _ in unknown.most_common(3)]
    warn_user(
        f"The word vectors of {name} know {share:.1%} of the tokens, expected most of "
        f"them: documents of unknown tokens are rows of zeros. Unknown are "
        f"{', '.join(map(short_repr, examples))}, for example. "
        f"{_likely_reason(unknown, known) or otherwise}"
    )


def _likely_reason(unknown: Counter[str], known: Container[str]) -> str:
    """Return what sets unknown tokens apart from known words, or nothing."""
    some = [token for token, _ in unknown.most_common(_TRIED_TOKENS)]
    for reason in _REASONS:
        pairs = [(token, reason.change(token)) for token in some]
        pairs = [pair for pair in pairs if pair[0] != pair[1] and pair[1] in known]
        if len(pairs) >= _TELLING_SHARE * len(some):
            token, word = pairs[0]
            advice = "Write the tokens as the vectors write their words"
            if reason.is_case and isinstance(known, WordIndex):
                advice += f", e.g. with Tokenizer(lowercase=...), or {_FALLBACK}"
            return (
                f"{reason.text}: {short_repr(word)} is known, {short_repr(token)} is "
                f"not. {advice}."
            )
    if sum(any(map(str.isspace, token)) for token in some) >= len(some) / 2:
        return "Most hold blanks: tokenize the texts first, e.g. with skmeta.Tokenizer."
    return ""
