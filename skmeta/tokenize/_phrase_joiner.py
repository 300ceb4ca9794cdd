"""Words that belong together become one token: collocations, learned by counting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Integral, Real
from typing import Any, Literal, Self

import pandas as pd
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phrases
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._check import check_documents
from skmeta._documents._stream import DocumentStream, is_reiterable, read_documents
from skmeta._documents._types import Documents
from skmeta._estimator._validation import fit_context
from skmeta.tokenize._token_lists import TokenListTransformer

__all__ = ["PhraseJoiner"]


class PhraseJoiner(TokenListTransformer):
    """Join words that occur together more often than by chance into one token.

    "new", "york" becomes "new_york", which then has a vector and a weight of its own.
    Counting, scoring and joining are those of gensim's Phrases [1]_, whose parameters
    these are. It stands between a :class:`skmeta.Tokenizer` and a vectorizer; two in a
    row also find phrases of three and four words.

    Parameters
    ----------
    min_count : int, default=5
        Phrases that occur less often are not joined.
    threshold : float, default=10.0
        The score from which on two words are a phrase; more gives fewer phrases. Above
        0 where ``scoring="default"``, from -1 to 1 where it is "npmi".
    scoring : {"default", "npmi"} or callable, default="default"
        How strongly two words go together. "default": (n(a, b) - min_count) * n_words /
        (n(a) n(b)), as in [1]_, where n counts and n_words is the number of different
        words and neighbors. "npmi": normalized pointwise mutual information [2]_.
        A function takes ``worda_count``, ``wordb_count``, ``bigram_count``,
        ``len_vocab``, ``min_count`` and ``corpus_word_count``.
    delimiter : str, default="_"
        What joins the words, one that no token contains: files of word2vec have
        phrases joined by "_".
    connector_words : {"english"}, list of str, or None, default=None
        Words that may stand within a phrase, as in "state_of_the_art", but neither
        begin nor end one. "english": articles, prepositions and conjunctions.

    Attributes
    ----------
    phrases_ : dict of tuples of str to float
        The words that are joined, and their scores.

    See Also
    --------
    skmeta.Tokenizer : With ``ngram_range`` it adds all pairs beside the words.

    References
    ----------
    .. [1] T. Mikolov, I. Sutskever, K. Chen, G. Corrado, J. Dean (2013). Distributed
       representations of words and phrases and their compositionality. NIPS.
    .. [2] G. Bouma (2009). Normalized (pointwise) mutual information in collocation
       extraction. GSCL.

    Examples
    --------
    >>> from skmeta import PhraseJoiner
    >>> documents = [["new", "york", "is", "big"], ["in", "new", "york"], ["big", "is"]]
    >>> joiner = PhraseJoiner(min_count=1, threshold=1).fit(documents)
    >>> joiner.transform([["new", "york", "in", "may"]])
    [['new_york', 'in', 'may']]
    >>> joiner.phrases_
    {('new', 'york'): 2.5}
    """

    _parameter_constraints: dict = {
        "min_count": [Interval(Integral, 1, None, closed="left")],
        "threshold": [Interval(Real, None, None, closed="neither")],
        "scoring": [StrOptions({"default", "npmi"}), callable],
        "delimiter": [str],
        "connector_words": [StrOptions({"english"}), list, None],
    }

    def __init__(
        self,
        *,
        min_count: int = 5,
        threshold: float = 10.0,
        scoring: Literal["default", "npmi"] | Callable[..., float] = "default",
        delimiter: str = "_",
        connector_words: Literal["english"] | list[str] | None = None,
    ) -> None:
        self.min_count = min_count
        self.threshold = threshold
        self.scoring = scoring
        self.delimiter = delimiter
        self.connector_words = connector_words

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Documents, y: ArrayLike | None = None) -> Self:
        """Count words and neighbors, and keep the phrases.

        Parameters
        ----------
        X : iterable of token lists
            What can be read again, as :class:`skmeta.datasets.TextFiles`, never is
            whole in memory.
        y : ignored

        Returns
        -------
        self : PhraseJoiner

        Raises
        ------
        ValueError
            If ``threshold`` is out of the range of scores, or ``delimiter`` is empty.
        """
        self._check_ranges()
        counted = self._make_gensim_model()
        counted.add_vocab(read_documents(X))
        self.phrases_ = _find_phrases(counted)
        return self

    def transform(self, X: Documents) -> Any:
        """Join the phrases in documents, from left to right.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        documents : list of lists of str
            For a Series, a Series with its index. For documents that can be read
            again, the same: they are joined each time they are read.
        """
        check_is_fitted(self)
        model = _KnownPhrases(self._make_gensim_model(), self.phrases_)
        if is_reiterable(X):
            return _JoinedDocuments(model, X)
        documents = [model.join(document) for document in check_documents(X)]
        if isinstance(X, pd.Series):
            return pd.Series(documents, index=X.index, name=X.name, dtype=object)
        return documents

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "phrases_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def _make_gensim_model(self) -> Phrases:
        """Make a model that has counted nothing yet."""
        connectors = self.connector_words or ()
        if self.connector_words == "english":
            connectors = ENGLISH_CONNECTOR_WORDS
        return Phrases(
            min_count=self.min_count,
            threshold=self.threshold,
            scoring=self.scoring,
            delimiter=self.delimiter,
            connector_words=frozenset(connectors),
        )

    def _check_ranges(self) -> None:
        """Refuse parameters that do not go together."""
        if not self.delimiter:
            raise ValueError(
                "Found delimiter='', expected characters that no token contains. Use "
                "'_', say."
            )
        if self.scoring == "default":
            is_in_range, expected = self.threshold > 0, "above 0"
        else:
            is_in_range, expected = abs(self.threshold) <= 1, "from -1 to 1"
        if isinstance(self.scoring, str) and not is_in_range:
            raise ValueError(
                f"Found threshold={self.threshold!r}, expected a number {expected} "
                f"where scoring={self.scoring!r}. The default of 10 is for "
                "scoring='default'; try 0.5 with 'npmi'."
            )


class _KnownPhrases(FrozenPhrases):
    """Joins phrases that were found.

    gensim's own class knows them by what they are when joined, and so takes "the",
    "new_south" for a phrase if "the_new", "south" is one.
    """

    def __init__(self, settings: Phrases, scores: dict[tuple[str, ...], float]) -> None:
        super().__init__(settings)
        self.phrasegrams = scores

    def score_candidate(
        self, word_a: str, word_b: str, in_between: list[str]
    ) -> tuple[str | None, float | None]:
        """Return a phrase and its score, or None twice."""
        words = (word_a, *in_between, word_b)
        score = self.phrasegrams.get(words)
        return (None, None) if score is None else (self.delimiter.join(words), score)

    def join(self, document: list[str]) -> list[str]:
        """Join the phrases of one document."""
        return [token for token, _ in self.analyze_sentence(document)]


class _JoinedDocuments:
    """Documents that can be read again, joined each time."""

    def __init__(self, model: _KnownPhrases, X: Documents) -> None:
        self._model = model
        self._X = X

    def __iter__(self) -> Iterator[list[str]]:
        return map(self._model.join, DocumentStream(self._X))


def _find_phrases(counted: Phrases) -> dict[tuple[str, ...], float]:
    """Score whatever was, or may have been, counted as a phrase."""
    phrases = {}
    for joined in counted.vocab:
        parts = joined.split(counted.delimiter)
        for start, between, end in _split(parts, counted):
            _, score = counted.score_candidate(start, end, between)
            if score is not None:
                phrases[start, *between, end] = score
    return phrases


def _split(parts: list[str], counted: Phrases) -> Iterator[tuple[str, list[str], str]]:
    """Yield the words that may have been joined: first, connectors between, last."""
    delimiter, connectors = counted.delimiter, counted.connector_words
    for i in range(1, len(parts)):
        start = delimiter.join(parts[:i])
        if start in connectors:
            continue
        for j in range(i, len(parts)):
            if j > i and parts[j - 1] not in connectors:
                break
            end = delimiter.join(parts[j:])
            if end not in connectors:
                yield start, parts[i:j], end
