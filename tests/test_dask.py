import os
import signal
import subprocess
import sys
import time

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline

from skmeta import (
    MetaEmbeddingVectorizer,
    PPMIVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    WordVectors,
)
from skmeta.combine import GCCA, SVD, GeometryAware, OneToN, Procrustes, Views
from skmeta.pooling import Partition

pytest.importorskip("distributed")
pa = pytest.importorskip("pyarrow")
cloudpickle = pytest.importorskip("cloudpickle")
dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
db = pytest.importorskip("dask.bag")
dd = pytest.importorskip("dask.dataframe")
skmeta_dask = pytest.importorskip("skmeta.dask")
fit_combiner, transform = skmeta_dask.fit_combiner, skmeta_dask.transform
fit_ppmi = skmeta_dask.fit_ppmi

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def vectorizer(word_vectors, documents):
    return PretrainedVectorizer(word_vectors).fit(documents)


@pytest.fixture(autouse=True)
def _keep_lists():
    with dask.config.set({"dataframe.convert-string": False, "scheduler": "sync"}):
        yield


def test_a_bag_becomes_an_array(vectorizer, documents):
    bag = db.from_sequence(documents, npartitions=7)
    rows = transform(vectorizer, bag)
    assert isinstance(rows, da.Array)
    assert rows.npartitions == 7
    assert rows.shape[1] == 6
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows.compute(), vectorizer.transform(documents))


@pytest.mark.parametrize("level", [None, "word", "document"])
def test_parts_weighted_by_labels(level, word_vectors, documents):
    parameters = {"pooling": ("mean", Partition(3)), "weighting": "log_odds"}
    vectorizer = PretrainedVectorizer(word_vectors, **parameters)
    if level:
        few = {word: word_vectors[word] for word in word_vectors.words[::2]}
        sources = [("given", word_vectors), ("few", few)]
        vectorizer = MetaEmbeddingVectorizer(sources, level=level, **parameters)
    vectorizer.fit(documents, [i % 3 for i in range(len(documents))])
    rows = transform(vectorizer, db.from_sequence(documents, npartitions=4))
    np.testing.assert_allclose(
        rows.compute(), vectorizer.transform(documents), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("kind", ["lists", "Arrow lists", "arrays"])
def test_a_column_becomes_a_frame_with_names_and_index(kind, vectorizer, documents):
    column = pd.Series(documents, index=range(100, 140), name="tokens")
    if kind == "Arrow lists":
        dtype = pd.ArrowDtype(pa.list_(pa.string()))
        column = pd.Series(pa.array(documents), dtype=dtype, index=column.index)
    elif kind == "arrays":
        column = column.map(np.array)
    expected = pd.DataFrame(
        vectorizer.transform(documents),
        index=column.index,
        columns=vectorizer.get_feature_names_out(),
    )
    table = dd.from_pandas(column.to_frame("tokens"), npartitions=4)
    vectors = transform(vectorizer, table, "tokens")
    assert list(vectors.columns) == list(expected.columns)
    assert vectors.divisions == table.divisions
    pd.testing.assert_frame_equal(vectors.compute(), expected)
    pd.testing.assert_frame_equal(
        transform(vectorizer, table["tokens"]).compute(), expected
    )


@pytest.mark.parametrize("tokenizer", [Tokenizer(), str.split, None])
def test_texts_are_tokenized(tokenizer, vectorizer, documents):
    texts = [" ".join(document) for document in documents]
    expected = vectorizer.transform(documents)
    if tokenizer is None:  # the pipeline's own
        vectorizer = make_pipeline(Tokenizer(), vectorizer)
    table = pd.DataFrame({"text": pd.Series(texts, dtype="string")})
    table = dd.from_pandas(table, npartitions=3)
    vectors = transform(vectorizer, table, "text", tokenizer=tokenizer)
    np.testing.assert_array_equal(vectors.compute(), expected)
    bag = db.from_sequence(texts, npartitions=3)
    rows = transform(vectorizer, bag, tokenizer=tokenizer)
    np.testing.assert_array_equal(rows.compute(), expected)


def test_columns_are_those_of_a_pipeline_s_last_step(vectorizer, documents):
    pipeline = make_pipeline(vectorizer, PCA(2)).fit(documents)
    column = dd.from_pandas(pd.Series(documents), npartitions=2)
    vectors = transform(pipeline, column)
    assert list(vectors.columns) == ["pca0", "pca1"]
    expected = pipeline.transform(documents)
    np.testing.assert_allclose(vectors.compute(), expected, atol=1e-6)


def test_partitions_may_be_empty(vectorizer, documents):
    bag = db.from_sequence(documents, npartitions=5)
    rows = transform(vectorizer, bag.filter(lambda document: len(document) > 25))
    kept = [document for document in documents if len(document) > 25]
    np.testing.assert_array_equal(rows.compute(), vectorizer.transform(kept))
    column = dd.from_pandas(pd.Series(documents), npartitions=5)
    vectors = transform(vectorizer, column[column.map(len, meta=(None, int)) > 25])
    np.testing.assert_array_equal(vectors.compute(), vectorizer.transform(kept))


class Refusing(PretrainedVectorizer):
    def transform(self, X):
        if len(X) != 1:  # one document is looked at to learn the columns
            raise RuntimeError("computed too early")
        return super().transform(X)


def test_nothing_is_computed_before_it_is_asked_for(word_vectors, documents):
    vectorizer = Refusing(word_vectors).fit(documents)
    rows = transform(vectorizer, db.from_sequence(documents, npartitions=2))
    with pytest.raises(RuntimeError, match="too early"):
        rows.compute()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda v, d: (v, d), TypeError, "expected a Dask bag, Series or DataFrame"),
        (lambda v, d: (v, db.from_sequence(d), "x"), ValueError, "has no columns"),
        (
            lambda v, d: (v, dd.from_pandas(pd.DataFrame({"a": d})), "b"),
            ValueError,
            "Found column='b'",
        ),
        (
            lambda v, d: (v, dd.from_pandas(pd.Series(["a b"], dtype="string"))),
            TypeError,
            "Pass a tokenizer",
        ),
        (
            lambda v, d: (
                TfidfVectorizer(analyzer=list).fit(d),
                db.from_sequence(d),
            ),
            ValueError,
            "sparse rows",
        ),
        (
            lambda v, d: (
                make_pipeline(v, LogisticRegression()).fit(d, [0, 1] * 20),
                db.from_sequence(d),
            ),
            TypeError,
            "no transform",
        ),
    ],
)
def test_what_does_not_fit_is_refused_at_once(
    make, error, message, vectorizer, documents
):
    with pytest.raises(error, match=message):
        transform(*make(vectorizer, documents))


class Counting(PretrainedVectorizer):
    """Notes in a file that it was unpickled."""

    def __setstate__(self, state):
        super().__setstate__(state)
        with open(self.note, "a") as file:
            file.write(f"{os.getpid()}\n")


@pytest.mark.parametrize("kind", ["bag", "frame"])
def test_each_worker_gets_the_vectorizer_once(
    kind, cluster, word_vectors, documents, tmp_path
):
    vectorizer = Counting(word_vectors).fit(documents)
    vectorizer.note = str(tmp_path / "note")
    many = documents * 20
    expected = vectorizer.transform(many)
    if kind == "bag":
        collection = db.from_sequence(many, npartitions=40)
    else:
        collection = dd.from_pandas(pd.Series(many), npartitions=40)
    rows = transform(vectorizer, collection)
    found = cluster.compute(rows).result(timeout=60)
    np.testing.assert_array_equal(np.asarray(found), expected)
    pids = (tmp_path / "note").read_text().split()
    assert len(pids) == len(set(pids)) >= 2


def test_opened_vectors_travel_as_their_path(cluster, tmp_path):
    words = [f"word{i}" for i in range(1_000)]
    WordVectors(words, np.eye(1_000)).save(tmp_path)
    vectorizer = PretrainedVectorizer(WordVectors.open(tmp_path)).fit([["word1"]])
    documents = [["word1", "word2"], ["word3"]] * 10
    rows = transform(vectorizer, db.from_sequence(documents, npartitions=4))
    assert len(cloudpickle.dumps(dict(rows.dask))) < 100_000  # the vectors: 4 MB
    found = cluster.compute(rows).result(timeout=60)
    np.testing.assert_array_equal(found, vectorizer.transform(documents))


class Slow(PretrainedVectorizer):
    """Takes its time, and notes each partition that it did."""

    def transform(self, X):
        rows = super().transform(X)
        if len(X) > 1:
            time.sleep(0.05)
            with open(self.note, "a") as file:
                file.write("done\n")
        return rows


def test_a_killed_worker_changes_nothing(cluster, word_vectors, documents, tmp_path):
    vectorizer = Slow(word_vectors).fit(documents)
    vectorizer.note = str(tmp_path / "note")
    many = documents * 50
    rows = transform(vectorizer, db.from_sequence(many, npartitions=40))
    victim = next(iter(cluster.run(os.getpid).values()))
    future = cluster.compute(rows)
    note = tmp_path / "note"
    deadline = time.monotonic() + 60
    while not note.exists() or note.stat().st_size < 20 * len("done\n"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not future.done()
    os.kill(victim, signal.SIGKILL)
    found = future.result(timeout=90)
    np.testing.assert_array_equal(
        found, PretrainedVectorizer(word_vectors).fit(documents).transform(many)
    )
    assert note.read_text().count("done") > 20
    cluster.wait_for_workers(2, timeout=60)


@pytest.fixture(scope="module")
def views():
    """Return three views of 2,000 rows, of 5, 4 and 7 columns, some rows absent."""
    rng = np.random.default_rng(0)
    common = rng.standard_normal((2_000, 4))
    views = []
    for size in (5, 4, 7):
        view = common @ rng.standard_normal((4, size))
        view += 0.3 * rng.standard_normal(view.shape) + 0.2
        view[rng.random(2_000) < 0.2] = 0
        views.append(view.astype(np.float32))
    return views


COMBINERS = [
    SVD(4),
    SVD(3, weights={"a": 2, "b": 1, "c": 0.5}),
    GCCA(3),
    Procrustes(),
    Procrustes(target="c"),
    OneToN(),
    GeometryAware(),
]


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("combiner", COMBINERS, ids=str)
def test_fifty_partitions_teach_what_all_rows_do(combiner, normalize, views):
    whole = Views(views, names=["a", "b", "c"], normalize=normalize)
    expected = clone(combiner).fit(whole)
    parts = [da.from_array(view, (40, -1)) for view in views]
    found = fit_combiner(combiner, parts, names=["a", "b", "c"], normalize=normalize)
    assert not hasattr(combiner, "weights_")  # a clone was fitted
    assert vars(found).keys() == vars(expected).keys()
    learned = "maps_" if isinstance(combiner, OneToN) else "projections_"
    parts = zip(getattr(found, learned), getattr(expected, learned), strict=True)
    for one, other in parts:
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        found.transform(whole), expected.transform(whole), rtol=1e-6, atol=1e-6
    )


def test_views_may_be_cut_differently_or_in_unknown_places(views, cluster):
    expected = SVD(3).fit(views)
    chunks = [(300, 2), (500, -1), ((1, 1_999), 7)]
    parts = [da.from_array(view, size) for view, size in zip(views, chunks)]
    found = fit_combiner("svd", parts)
    assert found.n_features_out_ == 7
    parts = [da.from_array(view, (100, -1)) for view in views]
    unknown = [part[da.ones(2_000, dtype=bool, chunks=100)] for part in parts]
    assert np.isnan(unknown[0].shape[0])
    with cluster.as_current():
        found = fit_combiner(SVD(3), unknown)
    for one, other in zip(found.projections_, expected.projections_, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize(
    ("combiner", "make", "error", "message"),
    [
        ("average", lambda v: v, TypeError, "not learned from Gram matrices"),
        ("svd", lambda v: v[0], ValueError, "a list of Dask arrays"),
        ("svd", lambda v: [v[0].compute()], TypeError, "expected a Dask array"),
        ("svd", lambda v: [v[0], v[1][:9]], ValueError, "equally many"),
        ("svd", lambda v: [v[0][:, 0]], ValueError, "known number of columns"),
    ],
)
def test_views_that_cannot_be_combined_are_refused(
    combiner, make, error, message, views
):
    parts = [da.from_array(view, (100, -1)) for view in views]
    with pytest.raises(error, match=message):
        fit_combiner(combiner, make(parts))


def test_a_search_on_the_cluster_finds_what_one_process_finds(
    cluster, word_vectors, documents, tmp_path
):
    word_vectors.save(tmp_path)
    pipeline = Pipeline(
        [
            ("vec", PretrainedVectorizer(WordVectors.open(tmp_path))),
            ("clf", LogisticRegression()),
        ]
    )
    grid = {"vec__pooling": ["mean", "max"], "clf__C": [0.1, 10]}
    X, y = documents * 2, [0, 1, 1, 0] * 20
    expected = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    with cluster.as_current(), joblib.parallel_config("dask"):
        found = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    np.testing.assert_array_equal(
        found.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )
    assert found.best_params_ == expected.best_params_


PPMI = PPMIVectorizer(vector_size=5, window=3, sample=0.05, max_vocab=15, verbose=0)


@pytest.mark.parametrize("n_partitions", [1, 7, 19])
def test_counts_of_partitions_teach_the_same_bytes(n_partitions, documents):
    expected = clone(PPMI).fit(documents).word_vectors_
    bag = db.from_sequence(documents, npartitions=n_partitions)
    found = fit_ppmi(PPMI, bag.filter(len) if n_partitions == 7 else bag)
    assert found.words == expected.words
    np.testing.assert_array_equal(found.counts, expected.counts)
    np.testing.assert_array_equal(found.vectors, expected.vectors)
    assert not hasattr(PPMI, "word_vectors_")


def test_texts_of_a_column_teach_the_same_on_a_cluster(documents, cluster):
    texts = pd.Series([" ".join(document) for document in documents], name="text")
    frame = dd.from_pandas(texts.to_frame(), npartitions=4)
    expected = clone(PPMI).fit([text.split() for text in texts]).word_vectors_
    found = fit_ppmi(PPMI, frame, "text", tokenizer=str.split)
    np.testing.assert_array_equal(found.vectors, expected.vectors)


def test_partitions_without_documents_count_nothing():
    bag = db.from_sequence([["a", "b", "a"], [], ["b"]], npartitions=3)
    nothing = bag.filter(lambda document: len(document) > 9)
    vectorizer = PPMIVectorizer(vector_size=2, sample=0)
    found = fit_ppmi(vectorizer, db.concat([nothing, bag]))
    assert found.words == ("a", "b")
    with pytest.raises(ValueError, match=r"No word occurs .* the 0 documents"):
        fit_ppmi(vectorizer, nothing)


def test_what_cannot_be_counted_is_refused(documents):
    bag = db.from_sequence(documents)
    with pytest.raises(TypeError, match="expected a PPMIVectorizer"):
        fit_ppmi(Word2VecVectorizer(), bag)
    with pytest.raises(TypeError, match=r"or use vectorizer.fit\(documents\)"):
        fit_ppmi(PPMI, documents)
    with pytest.raises(ValueError, match="window"):
        fit_ppmi(PPMIVectorizer(window=0), bag)


def test_without_dask_the_import_says_what_to_install():
    code = "import sys; sys.modules['dask'] = None; import skmeta.dask"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'Install it with: pip install "skmeta[dask]"' in done.stderr
