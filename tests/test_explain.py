"""Explanations sum to the score, and say what a loop over words says."""

from itertools import cycle, product

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import (
    CountVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.svm import SVC, LinearSVC

from skmeta import (
    BM25Vectorizer,
    Doc2VecVectorizer,
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    WordVectors,
    text_pipeline,
)
from skmeta.combine import Average, Combiner, GeometryAware, Procrustes
from skmeta.inspection import explain
from skmeta.pooling import Partition
from skmeta.weighting import FeatureWeighter, LogOdds

RNG = np.random.default_rng(0)
WORDS = [f"w{i}" for i in range(40)]
ONE = WordVectors(WORDS[:32], RNG.standard_normal((32, 6)) + 0.5)
TWO = WordVectors(WORDS[12:], RNG.standard_normal((28, 4)) - 0.5)
DOCUMENTS = [
    RNG.choice([*WORDS, "unknown"], RNG.integers(1, 12)).tolist() for _ in range(36)
]
DOCUMENTS[3] = ["unknown"]
DOCUMENTS[4] = []
LABELS = np.arange(36) % 3
BINARY = np.array(["no", "yes"])[np.arange(36) % 2]
NUMBERS = np.linspace(-1, 1, 36)
TEXTS = [" ".join(document) for document in DOCUMENTS]


def scores_of(pipeline, X):
    score = getattr(pipeline, "decision_function", pipeline.predict)
    return np.asarray(score(X)).reshape(len(X), -1)


def sums_of(why, shape):
    sums = why.groupby(["document", "class"], observed=False)["contribution"].sum()
    return sums.to_numpy().reshape(shape)


def assert_sums_are_scores(pipeline, X, **options):
    why = explain(pipeline, X, **options)
    scores = scores_of(pipeline, X)
    sums = sums_of(why, scores.shape)
    np.testing.assert_allclose(sums, scores, rtol=1e-5, atol=1e-5 * abs(scores).max())
    assert not why.duplicated(["document", "class", "word", "source"]).any()
    return why


def meta(**parameters):
    return MetaEmbeddingVectorizer([("one", ONE), ("two", TWO)], **parameters)


COMBINERS = {
    **{
        name: name
        for name in (
            *("average", "concatenate", "gcca", "geometry_aware", "one_to_n"),
            *("procrustes", "svd"),
        )
    },
    "weighted average": Average(weights=[2, 1]),
    "procrustes side by side": Procrustes(output="concatenate"),
    "geometry side by side": GeometryAware(output="concatenate"),
}
POOLINGS = {
    "mean": "mean",
    "sum": "sum",
    "partition": Partition(3),
    "reduced": Partition(3, n_components=5),
    "tuple": ("mean", Partition(2), "sum", 1.0),
}
WEIGHTINGS = (None, "idf", "sif", "usif", "log_odds")
CLASSIFIERS = {
    "logistic": LogisticRegression(max_iter=1_000, tol=1e-2),
    "svm": LinearSVC(max_iter=10_000, tol=1e-2),
    "ridge": RidgeClassifier(),
    "sgd": SGDClassifier(random_state=0),
    "one-vs-rest": OneVsRestClassifier(RidgeClassifier()),
    "calibrated": CalibratedClassifierCV(LinearSVC(), ensemble=False, cv=2),
}
STEPS = {
    "nothing": (),
    "lengths": (Normalizer(),),
    "means": (StandardScaler(with_std=False),),
    "several": (MaxAbsScaler(), PCA(3), Normalizer("l1")),
}
PLAIN = [name for name in CLASSIFIERS if name != "calibrated"]


@pytest.mark.parametrize("combiner", COMBINERS)
@pytest.mark.parametrize("level", ["word", "document"])
def test_contributions_sum_to_the_score(level, combiner):
    turns = zip(
        cycle(PLAIN),
        cycle(STEPS),
        cycle(["zero", "mean", "regress", "neighbors"]),
        cycle([False, True]),
        cycle([True, True, False]),
        cycle([0, 1, "auto"]),
    )
    for (pooling, weighting), turn in zip(product(POOLINGS, WEIGHTINGS), turns):
        classifier, steps, missing, center, normalize, n_removed = turn
        vectorizer = meta(
            combiner=COMBINERS[combiner],
            level=level,
            pooling=POOLINGS[pooling],
            weighting=weighting,
            missing=missing,
            center=center,
            normalize=normalize,
            remove_components=n_removed,
        )
        pipeline = make_pipeline(vectorizer, *STEPS[steps], CLASSIFIERS[classifier])
        why = assert_sums_are_scores(pipeline.fit(DOCUMENTS, LABELS), DOCUMENTS)
        assert {"one", "two"} <= set(why["source"])


@pytest.mark.parametrize("labels", [LABELS, BINARY], ids=["three", "two"])
@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_every_linear_classifier_is_explained(classifier, labels):
    pipeline = make_pipeline(meta(), CLASSIFIERS[classifier]).fit(DOCUMENTS, labels)
    if classifier != "calibrated":
        assert_sums_are_scores(pipeline, DOCUMENTS)
        return
    why = explain(pipeline, DOCUMENTS)
    [inner] = pipeline[-1].calibrated_classifiers_
    scores = inner.estimator.decision_function(pipeline[:-1].transform(DOCUMENTS))
    scores = scores.reshape(len(DOCUMENTS), -1)
    np.testing.assert_allclose(sums_of(why, scores.shape), scores, atol=1e-5)


def find_linear_map(vectorizer):
    """Return the matrix that maps rows as pooled to rows."""
    plain = clone(vectorizer).set_params(scale=1).fit_transform(DOCUMENTS)
    return np.linalg.lstsq(plain, vectorizer.transform(DOCUMENTS))[0]


def test_a_contribution_is_weight_times_vector_times_coefficient():
    vectorizer = PretrainedVectorizer(ONE, weighting="idf", remove_components=0)
    pipeline = make_pipeline(vectorizer, RidgeClassifier()).fit(DOCUMENTS, BINARY)
    document = ["w1", "w2", "w1", "unknown"]
    why = explain(pipeline, [document]).set_index("word")["contribution"]
    weights = dict(zip(ONE.words, vectorizer.word_weights_))
    total = 2 * weights["w1"] + weights["w2"]
    coef = find_linear_map(vectorizer) @ np.ravel(pipeline[-1].coef_)
    for word, count in (("w1", 2), ("w2", 1)):
        expected = count * weights[word] / total * ONE[word] @ coef
        assert why[word] == pytest.approx(expected, rel=1e-4)
    assert set(why.index.dropna()) == {"w1", "w2"}


def test_sources_of_words_are_told_apart():
    pipeline = make_pipeline(meta(), RidgeClassifier()).fit(DOCUMENTS, BINARY)
    why = assert_sums_are_scores(pipeline, [["w0", "w20", "w39"]])
    known = why.dropna().groupby("word", observed=True)["source"].agg(set)
    assert known.to_dict() == {"w0": {"one"}, "w20": {"one", "two"}, "w39": {"two"}}
    vectorizer, ridge = pipeline[0], pipeline[-1]
    one = ONE["w20"] / np.linalg.norm(ONE["w20"]) / 3
    coef = (find_linear_map(vectorizer) @ np.ravel(ridge.coef_))[:6]
    [row] = why.query("word == 'w20' and source == 'one'")["contribution"]
    assert row == pytest.approx(one @ coef, rel=1e-4)


def test_rows_without_words_are_one_each():
    doc2vec = Doc2VecVectorizer(vector_size=4, min_count=1, epochs=2, random_state=0)
    sources = [("paragraphs", doc2vec), ("one", ONE)]
    vectorizer = MetaEmbeddingVectorizer(sources, level="document")
    pipeline = make_pipeline(vectorizer, StandardScaler(), RidgeClassifier())
    why = assert_sums_are_scores(pipeline.fit(DOCUMENTS, LABELS), DOCUMENTS)
    without = why[why["word"].isna()]
    counts = without.groupby(["document", "class", "source"], observed=True).size()
    assert (counts == 1).all()
    names = {"paragraphs", "(intercept)", "(centering)"}
    assert set(without["source"]) == names
    intercepts = without.query("document == 0 and source == '(intercept)'")
    found = intercepts.sort_values("class")["contribution"].to_numpy()
    np.testing.assert_allclose(found, pipeline[-1].intercept_)


def test_the_text_pipeline_is_explained_from_texts():
    texts = [text + " good" * (i % 2) for i, text in enumerate(TEXTS)]
    pipeline = text_pipeline(vectors=[ONE], effort="best")
    pipeline.set_params(
        features__parts__pooling=Partition(2, n_components=3),
        features__parts__epochs=1,
        features__vectors__skipgram__epochs=1,
        features__vectors__cbow__epochs=1,
        classifier=RidgeClassifier(),
    ).fit(texts, LABELS)
    why = assert_sums_are_scores(pipeline, texts)
    assert {"words", "characters", "parts", "vectors__cbow"} <= set(why["source"])
    words = set(why.loc[why["source"] == "words", "word"].dropna())
    assert any(word.endswith(" good") for word in words)


def encode(texts):
    return np.array([[len(text), text.count("w1")] for text in texts], np.float32)


def test_an_encoder_is_a_source_without_words():
    pipeline = text_pipeline(encoder=encode, effort="fast").fit(TEXTS, LABELS)
    why = assert_sums_are_scores(pipeline, TEXTS)
    assert why.loc[why["source"] == "encoder", "word"].isna().all()
    assert set(why["source"]) >= {"words", "characters", "encoder"}


def test_a_union_of_counts_and_vectors_is_explained():
    counts = make_pipeline(
        CountVectorizer(analyzer=list), TfidfTransformer(), FeatureWeighter(LogOdds())
    )
    reduced = make_pipeline(BM25Vectorizer(), TruncatedSVD(3), StandardScaler())
    union = FeatureUnion(
        [("counts", counts), ("one", PretrainedVectorizer(ONE)), ("reduced", reduced)],
        transformer_weights={"one": 0.5, "counts": 2},
    )
    pipeline = make_pipeline(union, SelectKBest(k=20), RidgeClassifier())
    why = assert_sums_are_scores(pipeline.fit(DOCUMENTS, LABELS), DOCUMENTS)
    assert {"counts", "one", "reduced"} <= set(why.dropna()["source"])


def test_columns_of_a_frame_are_explained():
    frame = pd.DataFrame({"text": TEXTS, "size": NUMBERS, "other": NUMBERS**2})
    columns = ColumnTransformer(
        [
            ("words", TfidfVectorizer(), "text"),
            ("vectors", make_pipeline(Tokenizer(), PretrainedVectorizer(ONE)), "text"),
            ("numbers", StandardScaler(), ["size"]),
            ("none", "drop", ["size"]),
        ],
        remainder="passthrough",
        transformer_weights={"vectors": 3.0},
    )
    pipeline = make_pipeline(columns, StandardScaler(with_mean=False), Ridge())
    why = assert_sums_are_scores(pipeline.fit(frame, NUMBERS), frame)
    without = set(why.loc[why["word"].isna(), "source"])
    assert without == {"numbers", "remainder", "(intercept)"}
    assert set(why["class"]) == {"y"}


def test_output_in_frames_is_explained():
    pipeline = make_pipeline(
        PretrainedVectorizer(ONE), MinMaxScaler(), LinearRegression()
    ).set_output(transform="pandas")
    assert_sums_are_scores(pipeline.fit(DOCUMENTS, NUMBERS), DOCUMENTS)


def test_composed_words_are_explained():
    fast = FastTextVectorizer(
        vector_size=5, min_count=2, epochs=1, unknown="subword", random_state=0
    )
    new = [["w1x", "w1", "brandnew"], ["w2", "w2y"]]
    for vectorizer in (
        fast,
        fast.set_params(weighting="usif", pooling=("mean", Partition(2))),
        *(
            MetaEmbeddingVectorizer(
                [("fast", fast), ("two", TWO)], unknown="subword", combiner=combiner
            )
            for combiner in ("concatenate", "svd", "gcca")
        ),
    ):
        pipeline = make_pipeline(vectorizer, RidgeClassifier()).fit(DOCUMENTS, BINARY)
        why = assert_sums_are_scores(pipeline, [*DOCUMENTS, *new])
        assert {"w1x", "w2y"} <= set(why["word"])


def test_words_of_a_combiner_that_is_not_linear_have_no_sources():
    pipeline = make_pipeline(meta(combiner="locally_linear"), RidgeClassifier())
    why = assert_sums_are_scores(pipeline.fit(DOCUMENTS, LABELS), DOCUMENTS)
    assert set(why["source"]) == {"(together)", "(intercept)"}


class Square(Combiner):
    """Add squares."""

    @property
    def n_features_out_(self):
        return 1

    def _combine(self, blocks, present):
        return sum((block**2).sum(axis=1, keepdims=True) for block in blocks)


class Sums(Square):
    """Add sums."""

    def _combine(self, blocks, present):
        return sum(block.sum(axis=1, keepdims=True) for block in blocks)


def test_a_combiner_of_ones_own_is_explained_if_it_is_linear():
    pipeline = make_pipeline(meta(combiner=Sums(), level="document"), Ridge())
    assert_sums_are_scores(pipeline.fit(DOCUMENTS, NUMBERS), DOCUMENTS)
    pipeline = make_pipeline(meta(combiner=Square(), level="document"), Ridge())
    with pytest.raises(ValueError, match="Square"):
        explain(pipeline.fit(DOCUMENTS, NUMBERS), DOCUMENTS)


def test_sources_of_sources_have_the_names_of_both():
    inner = meta(level="document", center=True, combiner="svd")
    outer = MetaEmbeddingVectorizer(
        [
            ("inner", inner),
            ("words", FrozenEstimator(PretrainedVectorizer(ONE).fit(DOCUMENTS))),
        ],
        level="document",
    )
    pipeline = make_pipeline(outer, RidgeClassifier()).fit(DOCUMENTS, LABELS)
    why = assert_sums_are_scores(pipeline, DOCUMENTS)
    assert set(why["source"]) == {"inner__one", "inner__two", "words", "(intercept)"}


def test_searches_and_several_pipelines_are_explained():
    pipeline = make_pipeline(PretrainedVectorizer(ONE), RidgeClassifier())
    search = GridSearchCV(pipeline, {"ridgeclassifier__alpha": [1, 2]}, cv=2)
    assert_sums_are_scores(search.fit(DOCUMENTS, BINARY), DOCUMENTS)
    assert_sums_are_scores(FrozenEstimator(search.best_estimator_), DOCUMENTS)
    many = OneVsRestClassifier(pipeline).fit(DOCUMENTS, LABELS)
    assert_sums_are_scores(many, DOCUMENTS)
    calibrated = CalibratedClassifierCV(pipeline, cv=3).fit(DOCUMENTS, LABELS)
    why = explain(calibrated, DOCUMENTS)
    scores = np.mean(
        [
            one.estimator.decision_function(DOCUMENTS)
            for one in calibrated.calibrated_classifiers_
        ],
        axis=0,
    )
    np.testing.assert_allclose(sums_of(why, scores.shape), scores, atol=1e-5)


def test_several_labels_are_explained():
    several = np.stack([LABELS == 0, BINARY == "yes", np.ones(36, bool)], axis=1)
    each = OneVsRestClassifier(LogisticRegression(max_iter=1_000))
    with pytest.warns(UserWarning, match="present in all"):
        pipeline = make_pipeline(meta(), each).fit(DOCUMENTS, several.astype(int))
    assert_sums_are_scores(pipeline, DOCUMENTS)
    each = MultiOutputClassifier(RidgeClassifier())
    pipeline = make_pipeline(meta(), each).fit(DOCUMENTS, several[:, :2])
    why = explain(pipeline, DOCUMENTS)
    rows = pipeline[0].transform(DOCUMENTS)
    scores = [one.decision_function(rows) for one in pipeline[-1].estimators_]
    np.testing.assert_allclose(
        sums_of(why, (36, 2)), np.stack(scores, axis=1), atol=1e-5
    )
    targets = np.stack([NUMBERS, NUMBERS**2], axis=1)
    pipeline = make_pipeline(meta(), Ridge()).fit(DOCUMENTS, targets)
    assert_sums_are_scores(pipeline, DOCUMENTS)


def test_a_target_chooses_classes():
    pipeline = make_pipeline(meta(), RidgeClassifier()).fit(DOCUMENTS, LABELS)
    whole = explain(pipeline, DOCUMENTS)
    one = explain(pipeline, DOCUMENTS, target=2)
    assert set(one["class"]) == {2}
    expected = whole.loc[whole["class"] == 2, "contribution"].to_numpy()
    np.testing.assert_allclose(one["contribution"], expected)
    two = explain(pipeline, DOCUMENTS, target=[2, 0])
    assert list(two["class"].cat.categories) == [2, 0]
    with pytest.raises(ValueError, match="target=5"):
        explain(pipeline, DOCUMENTS, target=5)
    with pytest.raises(ValueError, match="different labels"):
        explain(pipeline, DOCUMENTS, target=[1, 1])
    pipeline.fit(DOCUMENTS, BINARY)
    for_no, for_yes = (explain(pipeline, DOCUMENTS, target=t) for t in ("no", "yes"))
    np.testing.assert_allclose(for_no["contribution"], -for_yes["contribution"])


@pytest.mark.parametrize("top", [0, 2])
def test_top_keeps_words_and_the_sum(top):
    pipeline = make_pipeline(meta(), RidgeClassifier()).fit(DOCUMENTS, LABELS)
    whole = explain(pipeline, DOCUMENTS)
    why = assert_sums_are_scores(pipeline, DOCUMENTS, top=top)
    groups = ["document", "class"]
    n_words = why.dropna().groupby(groups, observed=True)["word"].nunique()
    assert n_words.max() == top if top else n_words.empty
    by_word = [*groups, "word"]
    sums = whole.dropna().groupby(by_word, observed=True)["contribution"].sum()
    for key, group in sums.abs().groupby(level=[0, 1], observed=True):
        largest = set(group.sort_values().index.get_level_values("word")[-top or 99 :])
        some = why[(why["document"] == key[0]) & (why["class"] == key[1])]
        assert set(some["word"].dropna()) == largest
    with pytest.raises(ValueError, match="top=-1"):
        explain(pipeline, DOCUMENTS, top=-1)


def test_blocks_of_documents_do_not_matter():
    pipeline = make_pipeline(meta(), RidgeClassifier()).fit(DOCUMENTS, BINARY)
    many = DOCUMENTS * 20
    why = assert_sums_are_scores(pipeline, many)
    alone = explain(pipeline, many[-1:])
    last = why[why["document"] == len(many) - 1]
    assert last["word"].astype(object).tolist()[0] == alone["word"].tolist()[0]
    np.testing.assert_allclose(last["contribution"], alone["contribution"])
    streamed = explain(pipeline, iter(many))
    np.testing.assert_allclose(streamed["contribution"], why["contribution"])


def test_no_documents_have_no_contributions():
    pipeline = make_pipeline(meta(), RidgeClassifier()).fit(DOCUMENTS, BINARY)
    why = explain(pipeline, [])
    assert why.empty
    assert list(why) == ["document", "class", "word", "source", "contribution"]


COUNTS = CountVectorizer(analyzer=list)
REFUSED = {
    "max": (PretrainedVectorizer(ONE, pooling="max"), Ridge(), "pooling='max'"),
    "power": (PretrainedVectorizer(ONE, pooling=("mean", 3)), Ridge(), "power mean"),
    "inner min": (
        MetaEmbeddingVectorizer(
            [("inner", PretrainedVectorizer(ONE, pooling="min"))], level="document"
        ),
        Ridge(),
        "pooling='min'",
    ),
    "locally linear": (
        meta(combiner="locally_linear", level="document"), Ridge(), "LocallyLinear",
    ),
    "polynomials": (
        make_pipeline(PretrainedVectorizer(ONE), PolynomialFeatures(2)), Ridge(),
        "PolynomialFeatures",
    ),
    "quantiles": (
        make_pipeline(PretrainedVectorizer(ONE), QuantileTransformer(n_quantiles=9)),
        Ridge(), "QuantileTransformer",
    ),
    "sublinear": (
        make_pipeline(COUNTS, MaxAbsScaler(), TfidfTransformer(sublinear_tf=True)),
        Ridge(), "TfidfVectorizer",
    ),
    "forest": (
        PretrainedVectorizer(ONE), RandomForestClassifier(3), "RandomForestClassifier"
    ),
    "bayes": (COUNTS, MultinomialNB(), "MultinomialNB"),
    "pairs": (PretrainedVectorizer(ONE), SVC(kernel="linear"), "SVC"),
    "link": (PretrainedVectorizer(ONE), PoissonRegressor(), "PoissonRegressor"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_linear_is_refused_by_name(name):
    vectorizer, model, message = REFUSED[name]
    pipeline = make_pipeline(vectorizer, model).fit(DOCUMENTS, LABELS)
    with pytest.raises(ValueError, match=message) as error:
        explain(pipeline, DOCUMENTS)
    assert "expected" in str(error.value)
    assert "Use" in str(error.value)


def test_what_is_no_pipeline_is_refused():
    with pytest.raises(TypeError, match="expected a fitted Pipeline"):
        explain(Ridge().fit(np.eye(3), [1, 2, 3]), DOCUMENTS)
    pipeline = make_pipeline(meta(), RidgeClassifier()).fit(DOCUMENTS, BINARY)
    with pytest.raises(TypeError, match="the string"):
        explain(pipeline, "one text")


def test_word2vec_and_its_trained_words_are_explained():
    word2vec = Word2VecVectorizer(
        vector_size=5, min_count=1, epochs=1, random_state=0, weighting="sif"
    )
    pipeline = make_pipeline(word2vec, StandardScaler(), RidgeClassifier())
    assert_sums_are_scores(pipeline.fit(DOCUMENTS, BINARY), DOCUMENTS)


@pytest.mark.parametrize("norm", [None, "l2"])
def test_counts_are_explained_through_their_logarithms(norm):
    weigh = TfidfTransformer(sublinear_tf=True, norm=norm)
    pipeline = make_pipeline(COUNTS, weigh, Ridge()).fit(DOCUMENTS, NUMBERS)
    why = assert_sums_are_scores(pipeline, DOCUMENTS)
    assert set(why["word"].dropna()) <= {*WORDS, "unknown"}
