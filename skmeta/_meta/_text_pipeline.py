"""Build a strong pipeline from texts to predictions."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any, Literal

import numpy as np
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils._param_validation import StrOptions

from skmeta._encoders._types import EncoderModel
from skmeta._encoders._vectorizer import SentenceEncoderVectorizer
from skmeta._estimator._validation import validate_params
from skmeta._meta._embeddings import name_sources
from skmeta._meta._letter_counts import LetterCounts
from skmeta._meta._token_tfidf import make_pairs_vectorizer
from skmeta._meta._tuned_ridge import TunedRidge
from skmeta._meta._vectorizer import MetaEmbeddingVectorizer
from skmeta._pooling._partition import Partition
from skmeta._vectorizers._pretrained import PretrainedVectorizer
from skmeta._vectorizers._word2vec import Word2VecVectorizer
from skmeta._vectors._fallback import FORMS
from skmeta._vectors._word_vectors import WordVectors
from skmeta.combine import SVD
from skmeta.tokenize import Tokenizer
from skmeta.weighting import FeatureWeighter

__all__ = ["text_pipeline"]

_TAKEN = ("skipgram", "cbow", "parts", "encoder")


@validate_params(
    {
        "task": [StrOptions({"classification", "multilabel", "regression"})],
        "vectors": [list, tuple, None],
        "encoder": "no_validation",  # validated by SentenceEncoderVectorizer
        "effort": [StrOptions({"fast", "default", "best"})],
        "random_state": ["random_state"],
        "n_jobs": [int, None],
    },
    prefer_skip_nested_validation=True,
)
def text_pipeline(
    task: Literal["classification", "multilabel", "regression"] = "classification",
    *,
    vectors: list[Any] | tuple[Any, ...] | None = None,
    encoder: SentenceEncoderVectorizer | EncoderModel | None = None,
    effort: Literal["fast", "default", "best"] = "default",
    random_state: int | np.random.RandomState | None = 0,
    n_jobs: int | None = None,
) -> Pipeline:
    """Build an unfitted pipeline from texts to predictions.

    It concatenates TF-IDF of words and pairs of words, TF-IDF of character n-grams, and
    word vectors, trained on the texts and given. Columns are weighted by labels, and
    the weight of each block is learned. Every part is visible, can be tuned by its
    name, and can be replaced or dropped, e.g. by
    ``set_params(features__characters="drop")``.

    Logistic regression predicts classes and several labels. Numbers are predicted by
    ridge regression; ``regressor__alphas`` are penalties, of which the one is chosen
    that predicts each training row best from the others.

    Parameters
    ----------
    task : {"classification", "multilabel", "regression"}, default="classification"
        The kind of target: one class per text, several labels (an indicator matrix), or
        a number.
    vectors : list, default=None
        Word vectors to use: whatever :func:`skmeta.load_vectors` takes. Tokens are
        lower-cased; those that are unknown are looked up in other forms, as "Paris" and
        "PARIS", unless WordVectors have a ``fallback`` of their own.
    encoder : SentenceEncoderVectorizer, path, object or callable, default=None
        A sentence encoder, or the model of a :class:`skmeta.SentenceEncoderVectorizer`.
        It is a block of its own, "encoder", and is given the texts; encodings by a path
        are kept in memory.
    effort : {"fast", "default", "best"}, default="default"
        "fast" trains no word vectors; "default" trains skip-gram; "best" also trains
        CBOW, and pools the words of each topic separately in addition to the mean.
    random_state : int, RandomState instance or None, default=0
        Seed of training word vectors.
    n_jobs : int, default=None
        The number of sources to fit at the same time, in threads.

    Returns
    -------
    pipeline : Pipeline
        With the steps ``tokens``, ``features`` and ``classifier`` or ``regressor``.
        With an encoder ``features`` makes the tokens itself, by its ``tokenizer``.

    See Also
    --------
    MetaEmbeddingVectorizer : Combines sources and learns their weights.
    skmeta.weighting.FeatureWeighter : Weights columns by labels.

    Examples
    --------
    >>> from skmeta import text_pipeline
    >>> texts = ["a good film", "good fun", "a bad film", "bad acting"] * 3
    >>> pipeline = text_pipeline(effort="fast").fit(texts, [1, 1, 0, 0] * 3)
    >>> pipeline.predict(["good acting"]).tolist()
    [1]
    >>> list(pipeline["features"].sources_)
    ['words', 'characters']
    """
    weighting: Literal["correlation", "log_odds"] = (
        "correlation" if task == "regression" else "log_odds"
    )
    words = make_pairs_vectorizer(sublinear_tf=True)
    characters = TfidfTransformer(sublinear_tf=True)
    weights = FeatureWeighter(weighting).set_output(transform="default")  # sparse
    sources: list[tuple[str, Any]] = [
        ("words", Pipeline([("tfidf", words), ("weights", weights)])),
        (
            "characters",
            Pipeline(
                [
                    ("counts", LetterCounts((2, 4)).set_output(transform="default")),
                    ("tfidf", characters),
                    ("weights", clone(weights)),
                ]
            ),
        ),
    ]
    views = _make_views(vectors or (), effort, random_state)
    if views:
        together = MetaEmbeddingVectorizer(
            views, level="document", combiner=SVD("all"), center=True
        )
        sources.append(("vectors", together))
    if effort == "best":
        parts = Word2VecVectorizer(
            sg=1,
            pooling=Partition(n_components=300),
            weighting=weighting,
            random_state=random_state,
        )
        sources.append(("parts", parts))
    if encoder is not None:
        sources.append(("encoder", _make_encoder(encoder)))
    features = MetaEmbeddingVectorizer(
        sources,
        level="document",
        weights="learn",
        tokenizer=None if encoder is None else Tokenizer(),
        n_jobs=n_jobs,
    ).set_output(transform="default")
    steps: list[tuple[str, Any]] = [("features", features)]
    if encoder is None:
        steps.insert(0, ("tokens", Tokenizer()))
    if task == "regression":
        return Pipeline([*steps, ("regressor", TunedRidge())])
    classifier = LogisticRegression(solver="newton-cg")  # little memory, many columns
    if task == "multilabel":
        classifier = OneVsRestClassifier(classifier)
    return Pipeline([*steps, ("classifier", classifier)])


def _make_views(
    vectors: Sequence[Any], effort: str, random_state: Any
) -> list[tuple[str, Any]]:
    """Name word vectors, trained and given."""
    names = name_sources(vectors, _TAKEN)
    views = [(name, _look_up_forms(given)) for name, given in zip(names, vectors)]
    if effort != "fast":
        own = Word2VecVectorizer(sg=1, random_state=random_state)
        views.append(("skipgram", own))
    if effort == "best":
        views.append(("cbow", Word2VecVectorizer(random_state=random_state)))
    return views


def _look_up_forms(vectors: Any) -> Any:
    """Return a vectorizer that finds lower-cased tokens in cased word vectors."""
    has_own = isinstance(vectors, WordVectors) and vectors.fallback
    if has_own or hasattr(vectors, "fit"):
        return vectors
    return PretrainedVectorizer(vectors, fallback=tuple(FORMS))


def _make_encoder(encoder: Any) -> Any:
    """Return a vectorizer of texts."""
    if isinstance(encoder, SentenceEncoderVectorizer):
        return encoder
    is_path = isinstance(encoder, str | PathLike)
    return SentenceEncoderVectorizer(encoder, cache="memory" if is_path else None)
