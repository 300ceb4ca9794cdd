"""Every vectorizer goes through scikit-learn's whole battery, by way of a twin.

scikit-learn runs a single check on transformers whose input is not 2-D. A twin is the
same estimator but for its input: it takes numeric rows and reads each as a document.
"""

import inspect
import re
from functools import partial
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from gensim.models import Doc2Vec, KeyedVectors
from gensim.models.doc2vec import TaggedDocument
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.validation import validate_data

import skmeta
from skmeta import (
    BM25Vectorizer,
    Doc2VecVectorizer,
    ELMoVectorizer,
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    PPMIVectorizer,
    PretrainedVectorizer,
    QueryExpansion,
    SentenceEncoderVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    WordVectors,
    combine,
)
from skmeta.pooling import Partition
from skmeta.weighting import SIF, Correlation, LogOdds

pytestmark = [
    pytest.mark.filterwarnings("ignore:X (has|does not have) (valid )?feature names"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning"),
    pytest.mark.filterwarnings("ignore:The model knows no word"),
    pytest.mark.filterwarnings("ignore:The model foretells"),
]

WORDS = [f"{column}:{value}" for value in range(-9, 10) for column in range(12)]
RNG = np.random.default_rng(0)
VECTORS = WordVectors(WORDS, RNG.standard_normal((len(WORDS), 5)))
MORE_VECTORS = WordVectors(WORDS[100:160], RNG.standard_normal((60, 3)))
KEYED_VECTORS = KeyedVectors(5)
KEYED_VECTORS.add_vectors(WORDS, VECTORS.vectors)

small_word2vec = partial(
    Word2VecVectorizer, vector_size=4, min_count=1, epochs=2, random_state=0
)
small_fasttext = partial(
    FastTextVectorizer,
    vector_size=4,
    min_count=1,
    epochs=2,
    bucket=100,
    random_state=0,
)
small_doc2vec = partial(
    Doc2VecVectorizer, vector_size=4, min_count=1, epochs=2, random_state=0
)


def two_sources(first=None, **parameters):
    sources = [("w2v", first or small_word2vec()), ("given", VECTORS)]
    return MetaEmbeddingVectorizer([*sources, ("more", MORE_VECTORS)], **parameters)


VECTORIZERS = {
    "pretrained": PretrainedVectorizer(VECTORS),
    "pretrained of gensim": PretrainedVectorizer(KEYED_VECTORS),
    "pretrained idf": PretrainedVectorizer(VECTORS, weighting="idf"),
    "pretrained in other forms": PretrainedVectorizer(
        VECTORS, weighting="sif", fallback=("lower", "title", "upper")
    ),
    "pretrained sif": PretrainedVectorizer(
        VECTORS, weighting=SIF(1e-2, word_counts=dict.fromkeys(WORDS[::2], 3))
    ),
    "pretrained without components": PretrainedVectorizer(
        VECTORS, pooling=("mean", "sum"), remove_components=2
    ),
    "pretrained power means": PretrainedVectorizer(
        VECTORS, pooling=("mean", 3, 2.5), weighting="idf", n_jobs=2
    ),
    "pretrained pooled four ways": PretrainedVectorizer(
        VECTORS, pooling=("mean", "sum", "max", "min")
    ),
    "pretrained partition": PretrainedVectorizer(VECTORS, pooling="partition"),
    "pretrained partition beside the mean": PretrainedVectorizer(
        VECTORS,
        pooling=("mean", Partition(4, n_components=3)),
        weighting="idf",
        remove_components=1,
        n_jobs=2,
    ),
    "meta partition": two_sources(pooling=Partition(3)),
    "meta document partition": two_sources(
        level="document", pooling=("mean", Partition(3, n_components=2)), n_jobs=2
    ),
    "cbow": small_word2vec(),
    "skip-gram": small_word2vec(sg=1),
    "skip-gram sif": small_word2vec(
        sg=1, weighting=SIF(word_counts="vectors"), remove_components=1
    ),
    "PPMI": PPMIVectorizer(vector_size=4, min_count=1),
    "PPMI idf": PPMIVectorizer(
        vector_size=3, min_count=1, max_vocab=20, weighting="idf", n_jobs=2
    ),
    "hierarchical softmax": small_word2vec(hs=1, negative=0, weighting="idf"),
    "fasttext": small_fasttext(),
    "fasttext subword": small_fasttext(unknown="subword", weighting="idf"),
    "fasttext subword, pooled four ways": small_fasttext(
        unknown="subword", pooling=("mean", "sum", "max", "min"), n_jobs=1
    ),
    "meta": two_sources(),
    "meta subword": two_sources(small_fasttext(sg=1), unknown="subword"),
    "meta subword svd": two_sources(
        small_fasttext(sg=1),
        unknown="subword",
        combiner=combine.SVD(4),
        missing="regress",
    ),
    "meta document subword": two_sources(
        small_fasttext(unknown="subword"), level="document", unknown="subword"
    ),
    "meta average": two_sources(combiner="average", weighting="idf", n_jobs=2),
    "meta usif": two_sources(combiner=combine.SVD(6), weighting="usif"),
    "meta intersection": MetaEmbeddingVectorizer(
        [("given", VECTORS), ("more", MORE_VECTORS)], vocabulary="intersection"
    ),
    "meta svd": two_sources(combiner=combine.SVD(4), missing="regress", center=True),
    "meta gcca": MetaEmbeddingVectorizer(
        [("w2v", small_word2vec()), ("sg", small_word2vec(sg=1))],
        combiner=combine.GCCA(3, regularization=0.1),
        missing="neighbors",
    ),
    "meta document svd": two_sources(
        level="document", combiner=combine.SVD(2, power=0), missing="regress"
    ),
    "meta document sif": two_sources(
        level="document", weighting=SIF(), remove_components=2
    ),
    "meta document one to n": two_sources(
        level="document", combiner="one_to_n", missing="mean"
    ),
    "meta geometry": MetaEmbeddingVectorizer(
        [("w2v", small_word2vec()), ("sg", small_word2vec(sg=1))],
        combiner="geometry_aware",
        weights=[1, 2],
    ),
    "meta document": two_sources(level="document", normalize=False, pooling="max"),
    "meta document average": two_sources(
        level="document", combiner=combine.Average(weights=[2, 1, 1])
    ),
}
TAGGED = [TaggedDocument(WORDS[i::12], [i]) for i in range(12)]
VECTORIZERS |= {
    "doc2vec dbow": small_doc2vec(dm=0),
    "doc2vec dm": small_doc2vec(n_jobs=2, sample=0),
    "doc2vec hierarchical softmax": small_doc2vec(hs=1, negative=0, dm_mean=0),
    "doc2vec sampled": small_doc2vec(inference="sgd", dm_concat=1),
    "doc2vec given": Doc2VecVectorizer(
        model=Doc2Vec(TAGGED, vector_size=3, min_count=1, seed=0, dm=0)
    ),
    "meta document doc2vec": MetaEmbeddingVectorizer(
        [("dbow", small_doc2vec(dm=0)), ("dm", small_doc2vec())], level="document"
    ),
}


def add_up_words(texts):
    """Encode texts by their words, as a sentence encoder."""
    known = VECTORS.key_to_index
    return [
        VECTORS.vectors[[known[word] for word in text.split() if word in known]].sum(0)
        for text in texts
    ]


add_up_words.fingerprint = "of the contract's tests"
VECTORIZERS |= {
    "encoder": SentenceEncoderVectorizer(add_up_words),
    "encoder kept": SentenceEncoderVectorizer(
        add_up_words, normalize=True, cache="memory", batch_size=3
    ),
    "meta document encoder": two_sources(
        SentenceEncoderVectorizer(add_up_words), level="document"
    ),
}
if find_spec("torch") and find_spec("h5py"):
    from elmo_models import make_bilm

    sizes = {"projection_dim": 16, "dim": 24}  # of fewer, digits depend on the batch
    given_elmo = partial(ELMoVectorizer, make_bilm(scale=0.3, **sizes))
    VECTORIZERS |= {
        "elmo given": given_elmo(),
        "elmo all layers": given_elmo(layer_weights="all", n_jobs=2),
        "elmo pooled four ways": given_elmo(
            pooling=("mean", "max", "sum", 3), weighting="idf", batch_tokens=20
        ),
        "elmo sif": given_elmo(
            layer_weights=(0, 1, 3), weighting="sif", normalize_layers=True
        ),
        "elmo trained": ELMoVectorizer(
            vector_size=4, hidden_size=4, epochs=1, random_state=0
        ),
        "meta document elmo": two_sources(given_elmo(), level="document"),
    }
if find_spec("torch"):
    VECTORIZERS["meta document autoencoder"] = two_sources(
        level="document", combiner=combine.Autoencoder(max_iter=2, random_state=0)
    )


def read_rows(X, array):
    """Read each numeric row as a document; keep a frame's index."""
    documents = [
        [f"{column}:{value:.0f}" for column, value in enumerate(row)] for row in array
    ]
    return pd.Series(documents, index=X.index) if hasattr(X, "iloc") else documents


class Twin:
    """Mixin: takes numeric rows in place of documents, and nothing else differs."""

    def fit(self, X, y=None):
        return super().fit(read_rows(X, validate_data(self, X)), y)

    def fit_transform(self, X, y=None):
        return super().fit_transform(read_rows(X, validate_data(self, X)), y)

    def transform(self, X):
        return super().transform(read_rows(X, validate_data(self, X, reset=False)))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.string = False
        return tags


class BM25Twin(Twin, BM25Vectorizer):
    pass


class PretrainedTwin(Twin, PretrainedVectorizer):
    pass


class Word2VecTwin(Twin, Word2VecVectorizer):
    pass


class PPMITwin(Twin, PPMIVectorizer):
    pass


class FastTextTwin(Twin, FastTextVectorizer):
    pass


class Doc2VecTwin(Twin, Doc2VecVectorizer):
    pass


class ELMoTwin(Twin, ELMoVectorizer):
    pass


class SentenceEncoderTwin(Twin, SentenceEncoderVectorizer):
    pass


class MetaTwin(Twin, MetaEmbeddingVectorizer):
    pass


TWIN_TYPES = {
    BM25Vectorizer: BM25Twin,
    PretrainedVectorizer: PretrainedTwin,
    PPMIVectorizer: PPMITwin,
    Word2VecVectorizer: Word2VecTwin,
    Doc2VecVectorizer: Doc2VecTwin,
    ELMoVectorizer: ELMoTwin,
    FastTextVectorizer: FastTextTwin,
    MetaEmbeddingVectorizer: MetaTwin,
    SentenceEncoderVectorizer: SentenceEncoderTwin,
}


def twin_of(vectorizer):
    return TWIN_TYPES[type(vectorizer)](**vectorizer.get_params(deep=False))


EXPANDED = BM25Vectorizer(expansion=QueryExpansion({"word1": [1.0], "word2": [2.0]}))
SPARSE = {  # rows are sparse, and named by words
    "bm25": BM25Vectorizer(),
    "bm25, expanded": EXPANDED,
}
TWINS = [twin_of(vectorizer) for vectorizer in VECTORIZERS.values()]


def test_every_public_vectorizer_is_in_the_battery():
    public = {
        value
        for name, value in vars(skmeta).items()
        if name.endswith("Vectorizer") and inspect.isclass(value)
    }
    assert public == set(TWIN_TYPES)
    tested = {type(vectorizer) for vectorizer in (VECTORIZERS | SPARSE).values()}
    without_torch = {ELMoVectorizer} if not find_spec("torch") else set()
    assert public - tested <= without_torch


def parametrize_with_checks(estimators):
    """Parametrize as scikit-learn does, with ids that are the same in any process."""
    checks = [
        pytest.param(estimator, check, id=f"{name}-{check.func.__name__}-{number}")
        for name, estimator in estimators.items()
        for number, (estimator, check) in enumerate(
            estimator_checks_generator(estimator)
        )
    ]
    return pytest.mark.parametrize(("estimator", "check"), checks)


ALL_TWINS = {name: twin_of(v) for name, v in (VECTORIZERS | SPARSE).items()}


@parametrize_with_checks(ALL_TWINS)
def test_twin_passes_the_battery(estimator, check):
    check(estimator)


LEARNING_FROM_LABELS = {
    "pretrained": PretrainedVectorizer(VECTORS, weighting="correlation"),
    "cbow": small_word2vec(weighting=Correlation(smoothing=2), remove_components=1),
    "fasttext subword": small_fasttext(unknown="subword", weighting="correlation"),
    "meta": two_sources(weighting="correlation"),
    "meta document": two_sources(level="document", weighting="correlation"),
    "log odds": PretrainedVectorizer(VECTORS, weighting="log_odds"),
    "skip-gram log odds": small_word2vec(sg=1, weighting=LogOdds(smoothing=2)),
    "meta log odds": two_sources(weighting="log_odds", combiner=combine.SVD(4)),
    "partition log odds": PretrainedVectorizer(
        VECTORS, pooling=Partition(3), weighting="log_odds"
    ),
    "meta document partition log odds": two_sources(
        level="document", pooling=Partition(3, n_components=3), weighting="log_odds"
    ),
}


@parametrize_with_checks({n: twin_of(v) for n, v in LEARNING_FROM_LABELS.items()})
def test_weighted_by_labels_passes_the_battery(estimator, check):
    check(estimator)


MORE_CHECKS = [
    "check_param_validation",
    "check_get_feature_names_out_error",
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
    "check_set_output_transform",
    "check_set_output_transform_pandas",
    "check_global_output_transform_pandas",
    "check_dataframe_column_names_consistency",
    "check_inplace_ensure_writeable",
]


@pytest.mark.parametrize("check", MORE_CHECKS)
@pytest.mark.parametrize("name", VECTORIZERS)
def test_twin_passes_checks_outside_the_battery(name, check):
    twin = twin_of(VECTORIZERS[name])
    getattr(estimator_checks, check)(type(twin).__name__, twin)


@parametrize_with_checks(VECTORIZERS)
def test_vectorizer_passes_what_scikit_learn_runs_on_text(estimator, check):
    check(estimator)


# Planted defects: the battery must catch each, or it proves nothing.


class DependsOnTheBatch(PretrainedTwin):
    def transform(self, X):
        vectors = super().transform(X)
        return vectors - vectors.mean(axis=0)


class OverwritesAParameter(PretrainedTwin):
    def fit(self, X, y=None):
        super().fit(X, y)
        self.weighting = "idf"
        return self


class SetsAnAttributeInInit(PretrainedTwin):
    def __init__(self, word_vectors, *, pooling="mean", weighting=None):
        super().__init__(word_vectors, pooling=pooling, weighting=weighting)
        self.opened = True


class ChangesStateInTransform(PretrainedTwin):
    def transform(self, X):
        self.n_transformed_ = len(X)
        return super().transform(X)


class ForgetsToReturnSelf(PretrainedTwin):
    def fit(self, X, y=None):
        super().fit(X, y)


class DrawsAtRandom(PretrainedTwin):
    def fit(self, X, y=None):
        super().fit(X, y)
        self.noise_ = np.random.default_rng().standard_normal()
        return self

    def transform(self, X):
        return super().transform(X) + np.float32(self.noise_)


class CannotBePickled(PretrainedTwin):
    def fit(self, X, y=None):
        super().fit(X, y)
        self.lock_ = lambda: None
        return self


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("defect", "check"),
    [
        (DependsOnTheBatch, "check_methods_subset_invariance"),
        (OverwritesAParameter, "check_estimators_overwrite_params"),
        (SetsAnAttributeInInit, "check_no_attributes_set_in_init"),
        (ChangesStateInTransform, "check_dict_unchanged"),
        (ForgetsToReturnSelf, "check_estimators_fit_returns_self"),
        (DrawsAtRandom, "check_fit_idempotent"),
        (CannotBePickled, "check_estimators_pickle"),
    ],
)
def test_battery_catches_planted_defects(defect, check):
    results = estimator_checks.check_estimator(defect(VECTORS), on_fail=None)
    failed = [r["check_name"] for r in results if r["status"] == "failed"]
    assert check in failed


def test_battery_passes_what_the_defects_were_planted_in():
    results = estimator_checks.check_estimator(PretrainedTwin(VECTORS), on_fail=None)
    assert not [result for result in results if result["status"] == "failed"]


# With real documents, where the battery cannot look.

TEXTS = ["4:1 5:2 6:3", "4:1 4:1", "0:0 1:1 2:2 7:7", "unseen words", "", "3:3 5:-2"]
DOCUMENTS = [text.split() for text in TEXTS] * 3
LABELS = np.array([0, 1, 1, 0, 1, 0] * 3)


@pytest.fixture(params=VECTORIZERS)
def vectorizer(request):
    return clone(VECTORIZERS[request.param])


def test_caller_keeps_its_documents(vectorizer):
    before = [list(document) for document in DOCUMENTS]
    ids = [id(document) for document in DOCUMENTS]
    vectorizer.fit(DOCUMENTS, LABELS).transform(DOCUMENTS)
    assert before == DOCUMENTS
    assert ids == [id(document) for document in DOCUMENTS]


def test_notebooks_show_a_diagram_whose_links_are_scikit_learns(vectorizer):
    for shown in (vectorizer, vectorizer.fit(DOCUMENTS, LABELS)):
        diagram = shown._repr_html_()
        assert type(shown).__name__ in diagram
        assert re.findall(r'href="(?!https://scikit-learn\.org/)', diagram) == []


def test_unknown_and_empty_documents_are_rows_of_zeros(vectorizer):
    vectors = vectorizer.fit(DOCUMENTS).transform([["never", "seen"], [], ["4:1"]])
    assert vectors.dtype == np.float32
    makes_vectors = getattr(vectorizer, "unknown", None) == "subword"
    makes_vectors |= has_elmo(vectorizer)
    assert vectors[0].any() == makes_vectors
    assert not vectors[1].any()
    assert vectors[2].any()


def has_elmo(vectorizer):
    sources = dict(getattr(vectorizer, "sources", ()))
    return any(isinstance(v, ELMoVectorizer) for v in [vectorizer, *sources.values()])


def test_rows_depend_on_their_document_alone(vectorizer):
    vectors = vectorizer.fit(DOCUMENTS).transform(DOCUMENTS)
    one_by_one = [vectorizer.transform([document])[0] for document in DOCUMENTS]
    # products with a matrix may round otherwise for other numbers of rows
    np.testing.assert_allclose(vectors, one_by_one, atol=1e-6)
    turned = vectorizer.transform(DOCUMENTS[::-1])
    np.testing.assert_allclose(vectors[::-1], turned, atol=1e-6)


def test_order_of_tokens_does_not_matter(vectorizer):
    if getattr(vectorizer, "inference", None) == "sgd":
        return  # gensim's steps go from word to word
    if has_elmo(vectorizer):
        return  # it reads sentences
    vectorizer.fit(DOCUMENTS)
    turned = [document[::-1] for document in DOCUMENTS]
    found, expected = vectorizer.transform(turned), vectorizer.transform(DOCUMENTS)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_fit_transform_is_fit_and_transform(vectorizer):
    together = clone(vectorizer).fit_transform(DOCUMENTS, LABELS)
    apart = vectorizer.fit(DOCUMENTS, LABELS).transform(DOCUMENTS)
    np.testing.assert_array_equal(together, apart)


@pytest.mark.parametrize(
    "make",
    [
        tuple,
        iter,
        lambda X: (document for document in X),
        lambda X: [tuple(document) for document in X],
        lambda X: pd.Series(X, index=range(50, 50 + len(X))),
        lambda X: pd.Series([np.array(document, dtype=object) for document in X]),
        lambda X: np.array([*X, None], dtype=object)[:-1],
    ],
    ids=["tuple", "iterator", "generator", "tuples", "Series", "arrays", "array"],
)
@pytest.mark.timeout(30)
def test_any_iterable_of_token_lists_gives_the_same(vectorizer, make):
    expected = clone(vectorizer).fit_transform(DOCUMENTS)
    np.testing.assert_array_equal(
        clone(vectorizer).fit_transform(make(DOCUMENTS)), expected
    )
    vectorizer.fit(make(DOCUMENTS))
    np.testing.assert_array_equal(vectorizer.transform(make(DOCUMENTS)), expected)


def test_set_output_keeps_the_index(vectorizer):
    series = pd.Series(DOCUMENTS, index=range(7, 7 + len(DOCUMENTS)))
    frame = vectorizer.set_output(transform="pandas").fit_transform(series)
    assert list(frame.index) == list(series.index)
    assert list(frame.columns) == list(vectorizer.get_feature_names_out())
    assert set(frame.dtypes) == {np.dtype(np.float32)}


def test_cross_validation_on_a_series(vectorizer):
    pipeline = make_pipeline(vectorizer, LogisticRegression())
    scores = cross_val_score(pipeline, pd.Series(DOCUMENTS), LABELS, cv=3)
    assert np.isfinite(scores).all()


def test_column_of_a_frame(vectorizer):
    frame = pd.DataFrame({"tokens": DOCUMENTS, "length": range(len(DOCUMENTS))})
    columns = ColumnTransformer(
        [("words", vectorizer, "tokens"), ("rest", "passthrough", ["length"])]
    ).set_output(transform="pandas")
    frame_out = columns.fit_transform(frame)
    fitted = columns.named_transformers_["words"]
    names = [f"words__{name}" for name in fitted.get_feature_names_out()]
    assert list(frame_out.columns) == [*names, "rest__length"]


def test_feature_union(vectorizer):
    union = FeatureUnion(
        [("words", vectorizer), ("again", PretrainedVectorizer(VECTORS))]
    )
    vectors = union.fit_transform(DOCUMENTS)
    assert vectors.shape[1] == len(union.get_feature_names_out())


def test_pandas_output_through_a_pipeline_from_text(vectorizer):
    split = Tokenizer(tokenizer=str.split)
    pipeline = make_pipeline(split, vectorizer).set_output(transform="pandas")
    texts = pd.Series(TEXTS, index=list("abcdef"))
    frame = pipeline.fit_transform(texts)
    assert list(frame.index) == list("abcdef")
    assert list(frame.columns) == list(pipeline.get_feature_names_out())


@pytest.mark.timeout(300)
def test_grid_search_in_processes_repeats_to_the_digit():
    pipeline = Pipeline(
        [
            ("tokens", Tokenizer(tokenizer=str.split)),
            ("meta", two_sources()),
            ("clf", LogisticRegression()),
        ]
    )
    grid = {
        "meta__combiner": ["concatenate", "average"],
        "meta__level": ["word", "document"],
        "meta__w2v__vector_size": [4, 6],
        "clf__C": [1, 10],
    }
    texts = TEXTS * 4
    labels = np.array([0, 1, 1, 0, 1, 0] * 4)
    searches = [
        GridSearchCV(pipeline, grid, cv=2, n_jobs=n_jobs).fit(texts, labels)
        for n_jobs in (2, 1)
    ]
    scores = [search.cv_results_["mean_test_score"] for search in searches]
    assert len(scores[0]) == 16
    np.testing.assert_array_equal(scores[0], scores[1])
    probabilities = [search.predict_proba(texts) for search in searches]
    np.testing.assert_array_equal(probabilities[0], probabilities[1])


def test_search_over_vectors_and_sources():
    meta = MetaEmbeddingVectorizer([("one", VECTORS), ("two", MORE_VECTORS)])
    pipeline = Pipeline([("meta", meta), ("clf", LogisticRegression())])
    grid = {"meta__one": [VECTORS, MORE_VECTORS, "drop"]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(DOCUMENTS, LABELS)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.cv_results_["params"][0]["meta__one"] is VECTORS


def test_other_transformers_are_sources_of_document_vectors():
    class Dense(TransformerMixin, BaseEstimator):
        def fit(self, X, y=None):
            self.counter_ = CountVectorizer(analyzer=list).fit(X)
            return self

        def transform(self, X):
            return self.counter_.transform(X).toarray()

    meta = MetaEmbeddingVectorizer(
        [("counts", Dense()), ("given", VECTORS)], level="document"
    )
    assert meta.fit_transform(DOCUMENTS).shape[1] > VECTORS.vector_size
    with pytest.raises(TypeError, match="no word vectors"):
        meta.set_params(level="word").fit(DOCUMENTS)
