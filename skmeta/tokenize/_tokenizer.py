"""Split texts into tokens: the first step of a pipeline that starts from text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set
from functools import lru_cache
from itertools import chain
from numbers import Integral
from typing import Any, Literal, Self
from unicodedata import category

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.utils._param_validation import (
    Interval,
    StrOptions,
    validate_parameter_constraints,
)

from skmeta._documents._check import refuse_dask, short_repr
from skmeta._documents._only_column import is_frame, take_only_column
from skmeta._estimator._validation import fit_context
from skmeta._warnings import warn_user
from skmeta.tokenize._token_lists import TokenListTransformer

__all__ = ["Tokenizer"]

_LONGEST_WORD = 20  # letters
_UNSPACED = re.compile(  # Thai, Lao, Burmese, Khmer, kana and Han
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


class Tokenizer(TokenListTransformer):
    r"""Split texts into lists of tokens.

    It is stateless: ``transform`` works without ``fit``.

    Parameters
    ----------
    tokenizer : callable, default=None
        A function that returns the tokens of a text, used in place of
        ``token_pattern``, e.g. of a morphological analyzer. For searches in several
        processes it must be picklable.
    lowercase : bool, default=True
        Whether to lower-case texts before splitting them.
    token_pattern : str, default=None
        Each match of this regular expression is a token; if it has a group, each match
        of the group. None matches the words of any script that separates them: runs of
        letters, digits and underscores, with their combining marks, at which ``\w+``
        would split Hindi, and with format characters within them, such as joiners and
        soft hyphens, following rule WB4 of UAX #29 [1]_.
    min_length, max_length : int, default=1, None
        Tokens with fewer or more characters are dropped.
    stop_words : {"english"}, list of str, or None, default=None
        Tokens to drop; "english" is the list of scikit-learn's vectorizers.
    ngram_range : (int, int), default=(1, 1)
        The smallest and largest n of the n-grams of tokens to return, as in
        scikit-learn's vectorizers. (1, 2) appends pairs of neighboring tokens, joined
        by a space; dropped tokens are skipped.

    Warns
    -----
    UserWarning
        If a token has more than 20 letters of a script without spaces between words
        (Chinese, Japanese, Thai, Lao, Khmer, Burmese).

    See Also
    --------
    skmeta.PhraseJoiner : Joins words that belong together.
    skmeta.Word2VecVectorizer : Takes the token lists.

    Notes
    -----
    Chinese, Japanese and Thai need a ``tokenizer`` that knows their words:
    ``jieba.lcut``, a function around ``sudachipy`` or ``fugashi``, or
    ``pythainlp.word_tokenize``.

    References
    ----------
    .. [1] Unicode Text Segmentation, https://www.unicode.org/reports/tr29/

    Examples
    --------
    >>> from skmeta import Tokenizer
    >>> Tokenizer().transform(["The cat sat.", "고양이가 앉았다!", "हिन्दी में"])
    [['the', 'cat', 'sat'], ['고양이가', '앉았다'], ['हिन्दी', 'में']]
    >>> Tokenizer(tokenizer=str.split, lowercase=False).transform(["Don't stop"])
    [["Don't", 'stop']]
    >>> Tokenizer(ngram_range=(1, 2)).transform(["not so good"])
    [['not', 'so', 'good', 'not so', 'so good']]
    """

    _parameter_constraints: dict = {
        "tokenizer": [callable, None],
        "lowercase": ["boolean"],
        "token_pattern": [str, None],
        "min_length": [Interval(Integral, 1, None, closed="left")],
        "max_length": [Interval(Integral, 1, None, closed="left"), None],
        "stop_words": [StrOptions({"english"}), list, None],
        "ngram_range": [tuple],
    }

    def __init__(
        self,
        *,
        tokenizer: Callable[[str], Iterable[str]] | None = None,
        lowercase: bool = True,
        token_pattern: str | None = None,
        min_length: int = 1,
        max_length: int | None = None,
        stop_words: Literal["english"] | list[str] | None = None,
        ngram_range: tuple[int, int] = (1, 1),
    ) -> None:
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.token_pattern = token_pattern
        self.min_length = min_length
        self.max_length = max_length
        self.stop_words = stop_words
        self.ngram_range = ngram_range

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Iterable[str], y: Any = None) -> Self:
        """Validate the parameters; nothing is learned.

        Parameters
        ----------
        X : iterable of str
        y : ignored

        Returns
        -------
        self : Tokenizer
        """
        return self

    def transform(self, X: Iterable[str]) -> Any:
        """Split texts into tokens.

        Parameters
        ----------
        X : iterable of str
            A list, a numpy array, a pandas Series, a generator, a data frame of one
            column.

        Returns
        -------
        documents : list of lists of str; for a Series, a Series with its index

        Raises
        ------
        TypeError
            If X is a single string or a data frame, or a text is not a string.
        """
        validate_parameter_constraints(
            self._parameter_constraints, self.get_params(), type(self).__name__
        )
        X = take_only_column(X)
        split = self.tokenizer or _compile(self.token_pattern)
        _check_ngram_range(self.ngram_range)
        left_out = _find_stop_words(self.stop_words)
        documents = []
        is_checked = self.tokenizer is not None  # already warned, or no warning needed
        for number, text in enumerate(_check_texts(X)):
            tokens = self._split(text, split, left_out)
            if not (is_checked or len(text) <= _LONGEST_WORD or text.isascii()):
                is_checked = _warn_of_sentences(tokens, number)
            documents.append(tokens)
        if isinstance(X, pd.Series):
            return pd.Series(documents, index=X.index, name=X.name, dtype=object)
        return documents

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        tags.no_validation = True
        return tags

    def _split(
        self,
        text: str,
        split: Callable[[str], Iterable[str]],
        left_out: frozenset[str],
    ) -> list[str]:
        """Split one text."""
        tokens = split(text.lower() if self.lowercase else text)
        if self.tokenizer is not None:
            tokens = _check_tokens(tokens, self.tokenizer)
        longest = np.inf if self.max_length is None else self.max_length
        if self.min_length == 1 and self.max_length is None:
            tokens = [token for token in tokens if token]
        else:
            tokens = [t for t in tokens if self.min_length <= len(t) <= longest]
        if left_out:
            tokens = [token for token in tokens if token not in left_out]
        return _join_neighbors(tokens, *self.ngram_range)


def _join_neighbors(tokens: list[str], fewest: int, most: int) -> list[str]:
    """Append n-grams of tokens, by increasing n."""
    if (fewest, most) == (1, 1):
        return tokens
    joined = []
    for n in range(fewest, most + 1):
        joined += [" ".join(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    return joined


def _check_ngram_range(ngram_range: Any) -> None:
    """Raise if the range is not two integers in order."""
    sound = len(ngram_range) == 2 and all(isinstance(n, Integral) for n in ngram_range)
    if not sound or not 1 <= ngram_range[0] <= ngram_range[1]:
        raise ValueError(
            f"Found ngram_range={ngram_range!r}, expected the smallest and largest n "
            "of n-grams, e.g. (1, 2)."
        )


def _find_stop_words(stop_words: Any) -> frozenset[str]:
    """Return the tokens to drop."""
    if stop_words == "english":
        return ENGLISH_STOP_WORDS
    return frozenset(stop_words or ())


def _find_words_pattern() -> str:
    """Return the pattern of words, after rule WB4 of UAX #29 for marks and formats.

    Marks and zero-width joiners belong to the letter before them. Other format
    characters, such as soft hyphens and word joiners, do not end a word, and are left
    out at its end. The zero-width space is a boundary.
    """
    marks, formats = [0x200C, 0x200D], []
    for code in chain(range(0x20000), range(0xE0000, 0xE0200)):  # none elsewhere
        kind = category(chr(code))
        if kind[0] == "M":
            marks.append(code)
        elif kind == "Cf" and code not in (0x200B, 0x200C, 0x200D):
            formats.append(code)
    letter = rf"[\w{_ranges(sorted(marks))}]"
    return rf"\w{letter}*(?:[{_ranges(formats)}]+{letter}+)*"


def _ranges(codes: list[int]) -> str:
    """Format sorted characters as ranges of a pattern, far faster than singles."""
    parts, first = [], None
    for code, following in zip(codes, [*codes[1:], None]):
        first = code if first is None else first
        if following != code + 1:
            parts.append(f"\\U{first:08x}-\\U{code:08x}")
            first = None
    return "".join(parts)


@lru_cache
def _compile(token_pattern: str | None) -> Callable[[str], list[str]]:
    """Return the function that finds a pattern's matches."""
    if token_pattern is None:
        token_pattern = _find_words_pattern()
    pattern = re.compile(token_pattern)
    if pattern.groups > 1:
        raise ValueError(
            f"Found token_pattern={token_pattern!r} with {pattern.groups} groups, "
            "expected at most one. Write (?:...) for the others."
        )
    return pattern.findall


def _warn_of_sentences(tokens: list[str], number: int) -> bool:
    """Warn and return True if a token is a sentence in a script without spaces."""
    if max(map(len, tokens), default=0) <= _LONGEST_WORD:
        return False
    for token in tokens:
        n_letters = sum(map(len, _UNSPACED.findall(token)))
        if n_letters > _LONGEST_WORD:
            warn_user(
                f"Text {number} has a token of {n_letters} letters, "
                f"{short_repr(token)}, in a script without spaces between words; "
                "expected words. Set tokenizer= to a function that finds them: "
                "jieba.lcut for Chinese, one of sudachipy for Japanese, "
                "pythainlp.word_tokenize for Thai."
            )
            return True
    return False


def _check_tokens(tokens: Any, tokenizer: Callable) -> list[str]:
    """Return tokens as a list, or raise if they are not strings."""
    is_sequence = isinstance(tokens, Iterable) and not isinstance(
        tokens, str | bytes | Mapping | Set
    )
    tokens = list(tokens) if is_sequence else tokens
    if not is_sequence or not all(isinstance(token, str) for token in tokens):
        raise TypeError(
            f"The tokenizer {short_repr(tokenizer)} gave {short_repr(tokens)} of type "
            f"{type(tokens).__name__}, expected a list of str, e.g. str.split."
        )
    return tokens


def _check_texts(X: Any) -> Iterable[str]:
    """Yield the texts; raise for what is not a collection of strings."""
    is_iterable = isinstance(X, Iterable) or is_frame(X)
    if isinstance(X, str | bytes | Mapping | Set) or not is_iterable:
        raise TypeError(
            f"X is {short_repr(X)} of type {type(X).__name__}, expected a collection "
            "of texts. For one text pass a list that holds it, e.g. X = [text]."
        )
    refuse_dask(X)
    shape: Any = getattr(X, "shape", ())
    if len(shape) == 2 and shape[1] == 1 and not hasattr(X, "columns"):
        raise TypeError(
            f"X is a table of shape {shape}, expected its one column of texts. Flatten "
            "it, e.g. X.ravel(); in a pipeline put FunctionTransformer(np.ravel) "
            "before the Tokenizer."
        )
    if hasattr(X, "columns"):
        raise TypeError(
            f"X is a whole {type(X).__name__} with columns "
            f"{short_repr(list(getattr(X, 'column_names', X.columns)))}, expected the "
            "one column that holds the texts. Pass it alone, e.g. X['text']."
        )
    for number, text in enumerate(X.to_pylist() if hasattr(X, "to_pylist") else X):
        if not isinstance(text, str):
            if isinstance(text, bytes):
                advice = "Decode it first, e.g. text.decode()."
            elif isinstance(text, list | tuple | np.ndarray):
                advice = (
                    "If X holds token lists already, leave the Tokenizer out; in "
                    "text_pipeline, set_params(tokens='passthrough')."
                )
            elif isinstance(text, int | np.integer):
                advice = "Convert numbers to texts first, e.g. map(str, X)."
            else:
                advice = "Fill missing texts first, e.g. X = X.fillna('')."
            raise TypeError(
                f"Text {number} is {short_repr(text)} of type {type(text).__name__}, "
                f"expected a str. {advice}"
            )
        yield str(text)
