"""A biLM that starts from word vectors knows what these know."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import common_texts
from sklearn.base import clone

torch = pytest.importorskip("torch")
pytest.importorskip("h5py")

from skmeta import ELMoVectorizer, WordVectors
from skmeta.elmo import _epochs, train_bilm
from skmeta.elmo._initial import initialize
from skmeta.elmo._network import BiLM
from skmeta.elmo._options import complete_options
from skmeta.elmo._softmax import Softmax
from skmeta.elmo._static_vectors import distill, find_static_vectors
from skmeta.elmo._streams import RARE_CLASS, number_documents

SMALL = {
    "vector_size": 8,
    "hidden_size": 12,
    "filters": [(1, 8), (2, 16), (3, 16)],
    "char_size": 4,
    "random_state": 0,
}
pytestmark = pytest.mark.filterwarnings("ignore:The biLM reached")
WORDS = sorted({word for text in common_texts for word in text})


def draw(n_words, size, seed=0):
    return np.random.default_rng(seed).standard_normal((n_words, size)) + 1


def center(vectors):
    vectors = vectors - vectors.mean(0)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def words_of(corpus, static):
    """Read the words of types back from their characters."""
    rows = corpus.types[static.types]
    return ["".join(map(chr, row[(row < 256)])) for row in rows]


@pytest.mark.parametrize("n", [3, 8])
def test_angles_between_vectors_stay(n):
    corpus = number_documents(common_texts, 1, 50)
    vectors = draw(len(WORDS), n)
    static = find_static_vectors(corpus, WordVectors(WORDS, vectors), 8, seed=0)
    order = [WORDS.index(word) for word in words_of(corpus, static)]
    assert sorted(order) == list(range(len(WORDS)))
    expected = center(vectors)[order]
    expected = expected @ expected.T
    found = static.vectors @ static.vectors.T
    scale = np.trace(found) / np.trace(expected)
    np.testing.assert_allclose(found, scale * expected, atol=1e-5 * scale)
    assert static.vectors.std() == pytest.approx(0.8, rel=1e-5)


def test_large_vectors_keep_what_they_have_most_of():
    corpus = number_documents(common_texts, 1, 50)
    vectors = draw(len(WORDS), 11)
    static = find_static_vectors(corpus, WordVectors(WORDS, vectors), 4, seed=0)
    centered = center(vectors)[[WORDS.index(w) for w in words_of(corpus, static)]]
    left, values, _ = np.linalg.svd(centered, full_matrices=False)
    best = left[:, :4] * values[:4]
    found = static.vectors @ static.vectors.T
    scale = np.trace(found) / np.trace(best @ best.T)
    np.testing.assert_allclose(found, scale * best @ best.T, atol=1e-5 * scale)


def test_words_without_a_vector_and_vectors_without_a_word_are_left_out():
    known = {"graph": [1.0, 0], "trees": [0, 1.0], "zebra": [1.0, 1.0]}
    known |= {"x" * 60: [1.0, 2], "x" * 61: [9.0, 9]}  # alike after 48 letters
    documents = [*common_texts, ["x" * 70, "\ud800", "<S>"]]
    corpus = number_documents(documents, 1, 50)
    vectors = WordVectors(list(known), np.array(list(known.values())))
    static = find_static_vectors(corpus, vectors, 4, seed=0)
    assert words_of(corpus, static) == ["trees", "graph", "x" * 48]
    expected = center(np.array([[0, 1.0], [1, 0], [1, 2]]))
    found = static.vectors
    cosines = found @ found.T / np.outer(*[np.linalg.norm(found, axis=1)] * 2)
    np.testing.assert_allclose(cosines, expected @ expected.T, atol=1e-5)


def test_equal_vectors_tell_nothing():
    corpus = number_documents(common_texts, 1, 50)
    vectors = WordVectors(WORDS, np.ones((len(WORDS), 3)))
    static = find_static_vectors(corpus, vectors, 4, seed=0)
    assert not static.vectors.any()


def test_encoder_and_softmax_are_taught():
    corpus = number_documents(common_texts, 3, 50)
    options = {
        "lstm": {
            "cell_clip": 3,
            "proj_clip": 3,
            "use_skip_connections": True,
            "n_layers": 2,
            "projection_dim": 8,
            "dim": 12,
        },
        "char_cnn": {"embedding": {"dim": 4}, "filters": SMALL["filters"]},
    }
    model = BiLM(complete_options(options))
    random = torch.Generator().manual_seed(0)
    initialize(model, random)
    softmax = Softmax(corpus.counts, 8, random)
    before = softmax.weight.detach().clone()
    static = find_static_vectors(corpus, WordVectors(WORDS, draw(12, 8)), 8, seed=0)
    distill(model, softmax, corpus, static, seed=0, verbose=0)
    with torch.no_grad():
        characters = torch.from_numpy(corpus.types[static.types].astype(np.int64))
        found = model.token_encoder(characters).numpy()
    missed = ((found - static.vectors) ** 2).mean() / static.vectors.var()
    assert missed < 0.2
    after = softmax.weight.detach()
    classes = corpus.classes[static.types]
    assert torch.equal(after[: RARE_CLASS + 1], before[: RARE_CLASS + 1])
    frequent = classes > RARE_CLASS
    assert 0 < frequent.sum() < len(classes)
    np.testing.assert_array_equal(after[classes[frequent]], static.vectors[frequent])


def make_sentences(n, n_words=100, seed=0):
    """Draw words of two kinds, one after the other, which their letters do not tell."""
    random = np.random.default_rng(seed)
    words = np.array([f"{number:x}w" for number in random.permutation(2 * n_words)])
    kinds = words.reshape(2, n_words)
    drawn = kinds[np.arange(20) % 2, random.integers(n_words, size=(n, 20))]
    return drawn.tolist(), kinds


def test_more_is_learned_from_the_same_text():
    documents, kinds = make_sentences(60)
    signs = np.repeat([1.0, -1.0], kinds.shape[1])
    noise = draw(kinds.size, 4, seed=1) - 1
    vectors = np.hstack([10 * signs[:, None], noise])
    known = WordVectors(kinds.ravel().tolist(), vectors)
    best = []
    for static in (None, known):
        bilm = train_bilm(
            documents,
            **SMALL,
            epochs=3,
            learning_rate=0.01,
            validation_fraction=0.2,
            dropout=0,
            static_vectors=static,
        )
        best.append(min(e["held_out_perplexity"] for e in bilm.training_["epochs"]))
    n_words = kinds.shape[1]  # of the other kind, all as likely
    assert best[1] < 1.2 * n_words < 1.6 * n_words < best[0]


def test_numbers_do_not_depend_on_processes_or_on_the_kind_of_source(tmp_path):
    vectors = draw(len(WORDS), 10).astype(np.float32)
    keyed = KeyedVectors(10)
    keyed.add_vectors(WORDS, vectors)
    keyed.save(str(tmp_path / "vectors.kv"))
    sources = [keyed, dict(zip(WORDS, vectors)), str(tmp_path / "vectors.kv")]
    bilms = [
        train_bilm(common_texts, **SMALL, epochs=2, static_vectors=source, n_jobs=n)
        for source, n in zip(sources, (1, 2, 1))
    ]
    for bilm in bilms[1:]:
        for name, weight in bilms[0].state_dict().items():
            assert torch.equal(weight, bilm.state_dict()[name]), name


def test_a_resumed_training_is_not_taught_again(tmp_path, monkeypatch):
    path, known = tmp_path / "checkpoint", dict(zip(WORDS, draw(len(WORDS), 5)))
    options = {**SMALL, "epochs": 3, "static_vectors": known}
    whole = train_bilm(common_texts, **options)
    learn = _epochs.Training._learn

    def stop(training, *args):
        if training.epoch == 1:
            raise KeyboardInterrupt
        learn(training, *args)

    with monkeypatch.context() as patched:
        patched.setattr(_epochs.Training, "_learn", stop)
        with pytest.raises(KeyboardInterrupt):
            train_bilm(common_texts, **options, checkpoint=path)
    other = {**options, "static_vectors": dict(zip(WORDS, draw(len(WORDS), 5, 1)))}
    with pytest.raises(ValueError, match="with other static_vectors"):
        train_bilm(common_texts, **other, checkpoint=path)
    monkeypatch.setattr(_epochs, "distill", None)
    resumed = train_bilm(common_texts, **options, checkpoint=path)
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name


def test_unsound_vectors_are_refused():
    with pytest.raises(ValueError, match=r"no word of the documents.*'Graph'.*lower"):
        train_bilm(common_texts, **SMALL, static_vectors={"Graph": [1.0, 2.0]})
    with pytest.raises(TypeError, match="expected a WordVectors"):
        train_bilm(common_texts, **SMALL, static_vectors=3)
    bilm = train_bilm(common_texts, **SMALL, epochs=1)
    with pytest.raises(ValueError, match="static_vectors beside bilm"):
        train_bilm(common_texts, bilm=bilm, static_vectors={"graph": [1.0]})


def test_the_vectorizer_hands_them_on_and_clones_share_them():
    known = WordVectors(WORDS, draw(len(WORDS), 5))
    elmo = ELMoVectorizer(
        vector_size=8, hidden_size=8, epochs=1, static_vectors=known, random_state=0
    )
    cloned = clone(elmo)
    assert cloned.static_vectors is known
    taught = cloned.fit(common_texts).bilm_
    expected = train_bilm(
        common_texts,
        vector_size=8,
        hidden_size=8,
        epochs=1,
        static_vectors=known,
        random_state=0,
    )
    for name, weight in expected.state_dict().items():
        assert torch.equal(weight, taught.state_dict()[name]), name


def test_a_bar_tells_how_much_is_known(capsys):
    known = dict(zip(WORDS, draw(len(WORDS), 5)))
    train_bilm(common_texts, **SMALL, epochs=1, static_vectors=known, verbose=1)
    assert "of the variance explained" in capsys.readouterr().err
