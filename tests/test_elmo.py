"""ELMoVectorizer: pooling, mixes of layers, words in context, pickles, bad input."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from processes import outputs_of
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

torch = pytest.importorskip("torch")
pytest.importorskip("h5py")

from elmo_models import make_bilm
from test_elmo_network import DOCUMENTS, layers_of

from skmeta import ELMoVectorizer, MetaEmbeddings, MetaEmbeddingVectorizer, WordVectors
from skmeta.datasets import TextFiles
from skmeta.elmo import LayerMix
from skmeta.weighting import IDF

BILM = make_bilm(scale=0.4)
LAYERS = layers_of(BILM, DOCUMENTS)
POOL = {
    "mean": lambda v, w: w @ v / w.sum(),
    "sum": lambda v, w: w @ v,
    "max": lambda v, w: v.max(0),
    "min": lambda v, w: v.min(0),
}


def pooled(layers, weights, pooling="mean", token_weights=None):
    """Mix first, then pool: a document after the other."""
    rows = []
    for number, own in enumerate(layers):
        mixed = np.tensordot(np.asarray(weights, float), own, axes=1)
        w = np.ones(len(mixed)) if token_weights is None else token_weights[number]
        rows.append(POOL[pooling](mixed, w) if len(mixed) else np.zeros(mixed.shape[1]))
    return np.array(rows)


@pytest.mark.parametrize("pooling", POOL)
@pytest.mark.parametrize(
    ("layer_weights", "weights"),
    [
        ("mean", [1 / 3, 1 / 3, 1 / 3]),
        ("top", [0, 0, 1]),
        ("input", [1, 0, 0]),
        ((1, 0, 3), [0.25, 0, 0.75]),
    ],
)
def test_rows_are_pooled_mixes(pooling, layer_weights, weights):
    elmo = ELMoVectorizer(BILM, layer_weights=layer_weights, pooling=pooling, gamma=2)
    rows = elmo.fit_transform(DOCUMENTS)
    assert rows.dtype == np.float32
    expected = 2 * pooled(LAYERS, weights, pooling)
    np.testing.assert_allclose(rows, expected, atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(elmo.layer_weights_, weights, atol=1e-7)


def test_tokens_count_by_their_weights():
    elmo = ELMoVectorizer(BILM, weighting="idf").fit(DOCUMENTS)
    idf = IDF().fit(DOCUMENTS, {}, keep_unknown=True)
    weights = [idf.weigh_unknown(document) for document in DOCUMENTS]
    expected = pooled(LAYERS, [1 / 3] * 3, token_weights=weights)
    np.testing.assert_allclose(elmo.transform(DOCUMENTS), expected, atol=1e-5)


def test_poolings_stand_side_by_side():
    elmo = ELMoVectorizer(BILM, pooling=("max", "mean"))
    rows = elmo.fit_transform(DOCUMENTS)
    expected = [pooled(LAYERS, [1 / 3] * 3, pooling) for pooling in ("max", "mean")]
    np.testing.assert_allclose(rows, np.hstack(expected), atol=1e-5)
    assert len(elmo.get_feature_names_out()) == rows.shape[1]


def test_layers_are_normalized_token_by_token():
    elmo = ELMoVectorizer(BILM, normalize_layers=True, layer_weights="all")
    rows = elmo.fit_transform(DOCUMENTS)
    for row, own in zip(rows, LAYERS):
        if own.size:
            centred = own - own.mean(2, keepdims=True)
            expected = (centred / own.std(2, keepdims=True)).mean(1).ravel()
            np.testing.assert_allclose(row, expected, atol=1e-5)


def test_all_layers_can_be_mixed_later():
    every = ELMoVectorizer(BILM, layer_weights="all").fit_transform(DOCUMENTS)
    for layer_weights in ("mean", "top", "input", (1, 2, 0)):
        expected = ELMoVectorizer(BILM, layer_weights=layer_weights)
        later = LayerMix(3, layer_weights=layer_weights).fit_transform(every)
        np.testing.assert_allclose(
            later, expected.fit_transform(DOCUMENTS), atol=1e-6, rtol=1e-5
        )


def informative_layer(number, n=200, size=5, n_layers=3):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    layers = rng.standard_normal((n_layers, n, size)).astype(np.float32)
    layers[number, np.arange(n), y] += 3
    return layers, np.array(["a", "b", "c"])[y]


@pytest.mark.parametrize("number", range(3))
def test_learned_weights_find_the_layer_that_tells_classes(number):
    layers, y = informative_layer(number)
    side_by_side = np.hstack(list(layers))
    mixer = LayerMix(3, layer_weights="learn").fit(side_by_side, y)
    assert mixer.layer_weights_[number] > 0.6
    np.testing.assert_allclose(mixer.layer_weights_.sum(), 1, rtol=1e-6)
    assert (mixer.layer_weights_ >= 0).all()


def test_learned_weights_are_those_of_the_pooled_layers():
    labels = np.arange(len(DOCUMENTS) * 4) % 2
    elmo = ELMoVectorizer(BILM, layer_weights="learn").fit(DOCUMENTS * 4, labels)
    every = ELMoVectorizer(BILM, layer_weights="all").fit_transform(DOCUMENTS * 4)
    mixer = LayerMix(3, layer_weights="learn").fit(every, labels)
    np.testing.assert_allclose(elmo.layer_weights_, mixer.layer_weights_, atol=1e-4)


def test_learning_needs_labels_of_classes():
    elmo = ELMoVectorizer(BILM, layer_weights="learn")
    with pytest.raises(ValueError, match="labels"):
        elmo.fit(DOCUMENTS)
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples.*\[6, 5\]"):
        elmo.fit(DOCUMENTS, [0, 1, 0, 1, 0])
    with pytest.raises(ValueError, match="continuous"):
        elmo.fit(DOCUMENTS, np.linspace(0, 1, 6))


FITS = []


class Counted(ELMoVectorizer):
    def _fit_embed(self, documents, y):
        FITS.append(len(documents))
        return super()._fit_embed(documents, y)


def test_search_over_mixes_reads_once_a_fold(tmp_path):
    documents = [[*document, str(i)] for i, document in enumerate(DOCUMENTS * 4)]
    labels = np.arange(24) % 2
    FITS.clear()
    pipeline = Pipeline(
        [
            ("elmo", Counted(BILM, layer_weights="all")),
            ("mix", LayerMix(3)),
            ("clf", LogisticRegression()),
        ],
        memory=str(tmp_path),
    )
    grid = {"mix__layer_weights": ["mean", "top", "input", "learn"]}
    search = GridSearchCV(pipeline, grid, cv=2, refit=False).fit(documents, labels)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(FITS) == 2


def test_layer_mix_passes_the_battery():
    from sklearn.utils.estimator_checks import check_estimator

    check_estimator(LayerMix())


def test_layers_must_divide_columns():
    with pytest.raises(ValueError, match="7 columns"):
        LayerMix(3).fit(np.zeros((2, 7)))


@pytest.mark.parametrize(
    "layer_weights", [(1, 2), (0, 0, 0), (1, -1, 1), (1, np.nan, 1), [[1, 2, 3]]]
)
def test_unsound_layer_weights_are_refused(layer_weights):
    with pytest.raises(ValueError, match="expected 3 non-negative numbers"):
        ELMoVectorizer(BILM, layer_weights=layer_weights).fit(DOCUMENTS)


def test_tokens_have_vectors_in_context():
    elmo = ELMoVectorizer(BILM, layer_weights=(1, 0, 1)).fit(DOCUMENTS)
    for own, layers in zip(elmo.token_vectors(DOCUMENTS), LAYERS):
        np.testing.assert_allclose(own, (layers[0] + layers[2]) / 2, atol=1e-5)
    every = elmo.token_vectors(DOCUMENTS, all_layers=True)
    for own, layers in zip(every, LAYERS):
        assert own.shape == layers.shape
        np.testing.assert_allclose(own, layers, atol=2e-6)
    one, other = elmo.token_vectors([["a", "bb"], ["a", "ccc"]])
    assert abs(one[0] - other[0]).max() > 1e-3


def test_words_are_averaged_over_their_contexts():
    elmo = ELMoVectorizer(BILM).fit(DOCUMENTS)
    found = elmo.word_vectors(DOCUMENTS, min_count=2)
    tokens = [token for document in DOCUMENTS for token in document]
    vectors = np.concatenate(elmo.token_vectors(DOCUMENTS))
    assert set(found.words) == {word for word in tokens if tokens.count(word) >= 2}
    for word, count in zip(found.words, found.counts):
        places = [i for i, token in enumerate(tokens) if token == word]
        assert count == len(places)
        np.testing.assert_allclose(found[word], vectors[places].mean(0), atol=1e-5)
    with pytest.raises(ValueError, match="min_count=99"):
        elmo.word_vectors(DOCUMENTS, min_count=99)


def test_words_do_not_depend_on_threads(monkeypatch):
    monkeypatch.setattr("skmeta.elmo._average_words._TOKENS_BLOCK_SIZE", 30)
    elmo = ELMoVectorizer(BILM, batch_tokens=10).fit(DOCUMENTS)
    once = elmo.word_vectors(DOCUMENTS * 3)
    again = elmo.set_params(n_jobs=2).word_vectors(DOCUMENTS * 3)
    np.testing.assert_array_equal(once.vectors, again.vectors)


def test_it_is_a_source_of_words_and_of_documents():
    elmo = ELMoVectorizer(BILM).fit(DOCUMENTS)
    given = WordVectors(["a", "bb"], np.eye(2, dtype=np.float32))
    words = MetaEmbeddings([elmo.word_vectors(DOCUMENTS), given])
    assert "ccc" in words.wv
    meta = MetaEmbeddingVectorizer([("elmo", elmo), ("given", given)], level="document")
    assert meta.fit_transform(DOCUMENTS).shape == (6, 14)
    with pytest.raises(TypeError, match="no word vectors"):
        meta.set_params(level="word").fit(DOCUMENTS)


@pytest.mark.filterwarnings("ignore")
def test_documents_can_be_read_anew_at_each_pass(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("a graph of trees\nthe graph\n\ntrees of a graph\n" * 5, "utf-8")
    documents = list(TextFiles(path))
    for parameters in ({}, {"weighting": "sif"}, {"weighting": "idf"}):
        elmo = ELMoVectorizer(vector_size=4, hidden_size=4, epochs=2, random_state=0)
        elmo.set_params(**parameters)
        expected = clone(elmo).fit(documents).transform(documents)
        got = elmo.fit(TextFiles(path)).transform(TextFiles(path))
        np.testing.assert_allclose(got, expected, atol=2e-6)


def test_coverage_is_whole():
    coverage = ELMoVectorizer(BILM).fit(DOCUMENTS).coverage([["never", "seen"]])
    assert coverage.loc["elmovectorizer", "token_share"] == 1


def test_pickles_hold_the_path_or_the_weights(tmp_path):
    BILM.save(tmp_path / "model")
    by_path = ELMoVectorizer(tmp_path / "model").fit(DOCUMENTS)
    by_weights = ELMoVectorizer(BILM).fit(DOCUMENTS)
    expected = by_weights.transform(DOCUMENTS)
    assert len(pickle.dumps(by_path)) < 4000 < len(pickle.dumps(by_weights))
    for elmo in (by_path, by_weights):
        again = pickle.loads(pickle.dumps(elmo))
        np.testing.assert_array_equal(again.transform(DOCUMENTS), expected)
    state = pickle.dumps(by_path)
    make_bilm(seed=1, n_layers=1).save(tmp_path / "model")
    with pytest.raises(ValueError, match="other files"):
        pickle.loads(state)


def test_clones_share_the_model():
    elmo = ELMoVectorizer(BILM)
    assert clone(elmo).model is BILM
    assert clone(elmo).fit(DOCUMENTS).bilm_ is BILM


def test_paths_are_opened_once(tmp_path):
    BILM.save(tmp_path / "model")
    one = ELMoVectorizer(tmp_path / "model").fit(DOCUMENTS)
    other = ELMoVectorizer(str(tmp_path / "model")).fit(DOCUMENTS)
    assert one.bilm_ is other.bilm_


def test_wrong_models_are_refused():
    with pytest.raises(TypeError, match="model of type int"):
        ELMoVectorizer(3).fit(DOCUMENTS)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        ELMoVectorizer("nowhere").fit(DOCUMENTS)


@pytest.mark.parametrize(
    ("package", "model"), [("torch", None), ("torch", "path"), ("h5py", "path")]
)
def test_message_says_what_to_install(package, model):
    code = f"""
import sys
from skmeta import ELMoVectorizer
sys.modules[{package!r}] = None
try:
    ELMoVectorizer({model!r}).fit([["a"]])
except ModuleNotFoundError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    wanted = (
        f'ELMoVectorizer needs {package}. Install it with: pip install "skmeta[elmo]"'
    )
    assert wanted in run.stdout, run.stderr


def test_other_processes_give_the_same_digits():
    code = """
from skmeta import ELMoVectorizer
X = [["a", "graph"], ["of", "trees"], ["a", "tree", "of", "graphs"]] * 5
elmo = ELMoVectorizer(vector_size=4, hidden_size=4, epochs=2, random_state=0)
print(elmo.fit_transform(X).tobytes().hex())
"""
    assert len(outputs_of(code)) == 1
