"""The native solver: one algorithm in C and NumPy, the same digits anywhere."""

import copy
import os
import subprocess
import sys
import warnings
from itertools import chain

import numpy as np
import pytest
from gensim.models import Doc2Vec, FastText, Word2Vec
from sklearn.exceptions import ConvergenceWarning

from skmeta import (
    Doc2VecVectorizer,
    FastTextVectorizer,
    Word2VecVectorizer,
    WordVectors,
)
from skmeta._native import training_kernels
from skmeta._training import _gensim, _numpy_tiles, _plan, _random
from skmeta._training._corpus import read_corpus
from skmeta._training._gensim import build_vocabulary, compose_words
from skmeta._training._learn_documents import learn_documents
from skmeta._training._random import alias_table, draw, mix_key
from skmeta._training._trainer import train_natively
from skmeta.datasets import TextFiles

needs_kernels = pytest.mark.skipif(training_kernels is None, reason="no compiler")
MODELS = {
    "skip-gram": (Word2Vec, {"sg": 1}),
    "skip-gram, wide, much noise": (Word2Vec, {"sg": 1, "window": 12, "negative": 19}),
    "cbow": (Word2Vec, {}),
    "cbow, sum": (Word2Vec, {"cbow_mean": 0, "shrink_windows": False}),
    "fasttext": (FastText, {"bucket": 500}),
    "fasttext, sum": (FastText, {"bucket": 500, "cbow_mean": 0}),
    "fasttext, skip-gram": (FastText, {"bucket": 500, "sg": 1, "sample": 0}),
    "dbow": (Doc2Vec, {"dm": 0}),
    "dbow, words": (Doc2Vec, {"dm": 0, "dbow_words": 1}),
    "dm": (Doc2Vec, {}),
    "dm, sum": (Doc2Vec, {"cbow_mean": 0}),
}
COMMON = {"vector_size": 20, "min_count": 1, "epochs": 2, "sample": 0.02, "seed": 3}


@pytest.fixture(scope="module")
def documents():
    """Topics that have words of their own, and words that all have."""
    rng = np.random.default_rng(0)
    shares = 1 / np.arange(1, 41)
    found = []
    for number in range(120):
        own = np.array([f"topic{number % 4}word{i}" for i in range(40)])
        common = np.array([f"w{i}" for i in range(40)])
        words = np.concatenate([own, common])
        chances = np.concatenate([shares, shares]) / (2 * shares.sum())
        found.append(rng.choice(words, rng.integers(0, 60), p=chances).tolist())
    return found


def train(kind, documents, **how):
    make, parameters = MODELS[kind]
    model = make(**{**COMMON, **parameters})
    if make is Doc2Vec:
        return model, learn_documents(model, documents, None, 1, 0)
    corpus = read_corpus(documents)
    build_vocabulary(model, corpus)
    return model, train_natively(model, corpus, **how)


def arrays_of(model):
    found = {"words": model.wv.vectors, "outputs": model.syn1neg}
    if hasattr(model.wv, "vectors_vocab"):
        found |= {"own": model.wv.vectors_vocab, "ngrams": model.wv.vectors_ngrams}
    if hasattr(model, "dv"):
        found["documents"] = model.dv.vectors
    return found


@needs_kernels
@pytest.mark.parametrize("n_streams", [1, 5])
@pytest.mark.parametrize("kind", MODELS)
def test_kernels_do_what_numpy_does(kind, n_streams, documents, monkeypatch):
    monkeypatch.setattr(_plan, "N_STREAMS", n_streams)
    monkeypatch.setattr(_plan, "_TOKENS_PER_STREAM", 1)
    monkeypatch.setattr(_plan, "_MOST_REPEATS", 10**6)
    found, losses = train(kind, documents[:25])
    monkeypatch.setattr(_plan, "training_kernels", None)
    expected, expected_losses = train(kind, documents[:25])
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-5)
    for name, array in arrays_of(expected).items():
        size = 1 + np.linalg.norm(array, axis=1, keepdims=True)  # C rounds more often
        np.testing.assert_allclose(arrays_of(found)[name] / size, array / size, 0, 1e-5)
        assert name == "ngrams" or np.abs(array).max() > 1e-3


@needs_kernels
@pytest.mark.parametrize("size", [1, 70, 150])
@pytest.mark.parametrize("kind", ["cbow", "cbow, sum", "dbow", "skip-gram"])
def test_kernels_train_rows_of_any_size(kind, size, documents, monkeypatch):
    monkeypatch.setattr(_plan, "_TOKENS_PER_STREAM", 100)  # some rows are of one only
    monkeypatch.setitem(COMMON, "vector_size", size)
    found, _ = train(kind, documents[:25])
    monkeypatch.setattr(_plan, "training_kernels", None)
    expected, _ = train(kind, documents[:25])
    for name, array in arrays_of(expected).items():
        lengths = 1 + np.linalg.norm(array, axis=1, keepdims=True)
        np.testing.assert_allclose(
            arrays_of(found)[name] / lengths, array / lengths, 0, 1e-5
        )


@needs_kernels
def test_documents_of_very_many_tags_are_trained_by_numpy(documents, monkeypatch):
    tags = [[f"tag{i % 7}", f"tag{i % 5}"] for i in range(40)]
    models = []
    for most_tags, n_threads in ((600, 1), (1, 1), (1, 3)):
        monkeypatch.setattr(_plan, "_MOST_TAGS", most_tags)
        model = Doc2Vec(**COMMON)
        learn_documents(model, documents[:40], tags, n_threads, 0)
        models.append(arrays_of(model))
    for name, array in models[0].items():
        np.testing.assert_allclose(models[1][name], array, 1e-4, 1e-5)
        np.testing.assert_array_equal(models[1][name], models[2][name])
    assert any((models[0][name] != models[1][name]).any() for name in models[0])
    monkeypatch.setattr(_plan, "_MOST_TAGS", 10**6)
    some = [str(i) for i in range(1_200)]
    model = Doc2Vec(**COMMON)
    tags = [some[i * 20 :] + some[: i * 20] for i in range(40)]
    learn_documents(model, documents[:40], tags, 1, 0)  # many, but few are distinct


@pytest.mark.parametrize(
    ("kind", "n_joined", "n_shared"),
    [("dbow", 5, 4), ("dbow", 1, 8), ("dm", 5, 8), ("skip-gram", 5, 8)],
)
def test_windows_of_a_long_document_share_less_noise(
    kind, n_joined, n_shared, documents, monkeypatch
):
    parts = [documents[i : i + n_joined] for i in range(0, 100, n_joined)]
    joined = [list(chain.from_iterable(part)) for part in parts]
    given = []
    make_rounds = _plan._numpy_rounds.Rounds

    def remember(**parameters):
        given.append(parameters)
        return make_rounds(**parameters)

    monkeypatch.setattr(_plan._numpy_rounds, "Rounds", remember)
    monkeypatch.setattr(_plan, "training_kernels", None)
    expected, _ = train(kind, joined)
    assert given[0]["n_shared"] == n_shared
    monkeypatch.setattr(_plan, "training_kernels", training_kernels)
    found, _ = train(kind, joined)
    for name, array in arrays_of(expected).items():
        np.testing.assert_allclose(arrays_of(found)[name], array, 1e-4, 1e-5)


@pytest.mark.parametrize("kernels", [training_kernels, None], ids=["C", "NumPy"])
@pytest.mark.parametrize("size", [3, 20, 100])
def test_words_become_the_means_with_their_ngrams(
    documents, size, kernels, monkeypatch
):
    monkeypatch.setattr(_gensim, "training_kernels", kernels)
    model = FastText(vector_size=size, bucket=50, min_count=1, seed=1)
    build_vocabulary(model, read_corpus([*documents, ["", "ö"]]))
    wv = model.wv
    compose_words(wv)
    for row, ngrams in enumerate(wv.buckets_word):
        rows = [wv.vectors_vocab[row], *wv.vectors_ngrams[ngrams]]
        np.testing.assert_allclose(wv.vectors[row], np.mean(rows, axis=0), atol=1e-6)


@needs_kernels
def test_ngrams_that_do_not_fit_are_refused():
    words, ngrams = np.zeros((2, 4), np.float32), np.zeros((3, 4), np.float32)
    for ends, rows in (([0, 1], [0]), ([0, 2, 1], [0]), ([0, 1, 2], [0, 3])):
        with pytest.raises(ValueError, match=r"fit|ends|beyond"):
            training_kernels.add_ngrams(
                words, ngrams, np.array(ends), np.array(rows, np.int32)
            )


@needs_kernels
@pytest.mark.parametrize("n", [1, 2, 999])
def test_aliases_are_the_same_without_kernels(n, monkeypatch):
    for weights in (np.random.default_rng(n).pareto(1, n) + 1e-9, np.ones(n)):
        shares, aliases = alias_table(weights)
        with monkeypatch.context() as patch:
            patch.setattr(_random, "training_kernels", None)
            expected = alias_table(weights)
        np.testing.assert_array_equal(shares, expected[0])
        np.testing.assert_array_equal(aliases, expected[1])
        chances = np.bincount(aliases, 2.0**32 - shares, n) + shares
        found = chances / (n * 2.0**32)
        np.testing.assert_allclose(found, weights / weights.sum(), atol=1e-8)


def draw_noise(model, n):
    """Draw the first words of the first epoch's first stream, one after the other."""
    shares, aliases = alias_table(model.wv.expandos["count"] ** 0.75)
    noise = []
    for number in draw(mix_key(model.seed, 0, 0), 0, n).tolist():
        place = ((number >> 32) * len(shares)) >> 32
        stays = number % 2**32 < shares[place]
        noise.append(place if stays else aliases[place])
    return noise


def reference_epoch(model, corpus):
    """Train skip-gram plainly: pair by pair, windows of one word, one stream."""
    inputs, outputs = model.wv.vectors.copy(), model.syn1neg.copy()
    [first, last] = corpus.offsets
    tokens = corpus.tokens[first:last]
    noise = draw_noise(model, 8)
    for target, [one] in zip(tokens, [[tokens[1]], [tokens[0]]]):
        old = inputs[one].copy()
        for word, label in [(target, 1), *((n, 0) for n in noise if n != target)]:
            step = model.min_alpha * (label - 1 / (1 + np.exp(-old @ outputs[word])))
            inputs[one] += step * outputs[word]
            outputs[word] += step * old
    return inputs, outputs


@pytest.mark.parametrize("kernels", [training_kernels, None], ids=["C", "NumPy"])
def test_two_words_are_trained_as_the_formula_says(kernels, monkeypatch):
    monkeypatch.setattr(_plan, "training_kernels", kernels)
    parameters = {"alpha": 1e-4, "min_alpha": 1e-4, "window": 1, "negative": 8}
    model = Word2Vec(
        sg=1, vector_size=7, min_count=1, sample=0, epochs=1, seed=5, **parameters
    )
    corpus = read_corpus([["a", "b"]])
    build_vocabulary(model, corpus)
    model.syn1neg[:] = np.random.default_rng(0).normal(size=model.syn1neg.shape)
    monkeypatch.setitem(_plan.__dict__, "_N_SHARED", 8)
    model.shrink_windows = False
    inputs, outputs = reference_epoch(copy.deepcopy(model), corpus)
    train_natively(model, corpus)
    np.testing.assert_allclose(model.wv.vectors, inputs, atol=5e-7)
    np.testing.assert_allclose(model.syn1neg, outputs, atol=5e-7)


def reference_means(model, tokens):
    """Train CBOW plainly: windows of a word to each side, every other one at once."""
    inputs, outputs = model.wv.vectors.copy(), model.syn1neg.copy()
    noise = draw_noise(model, 2 * model.negative)
    for start in (0, 1):
        group = range(start, len(tokens), 2)
        around = [[j for j in (i - 1, i + 1) if 0 <= j < len(tokens)] for i in group]
        means = [inputs[tokens[places]].mean(axis=0) for places in around]
        changes = np.zeros_like(means)
        own = noise[start * model.negative :][: model.negative]
        pairs = [[(n, i, tokens[i], 1) for n, i in enumerate(group)]]
        pairs += [
            [(n, i, word, 0) for n, i in enumerate(group) if word != tokens[i]]
            for word in own
        ]
        for together in (pairs[:1], pairs[1:]):  # words to predict, then the noise
            before = outputs.copy()
            for n, _, word, label in [pair for some in together for pair in some]:
                chance = 1 / (1 + np.exp(-means[n] @ before[word]))
                step = model.alpha * (label - chance)
                changes[n] += step * before[word]
                outputs[word] += step * means[n]
        for places, change in zip(around, changes):
            inputs[tokens[places]] += change
    return inputs, outputs


@pytest.mark.parametrize("kernels", [training_kernels, None], ids=["C", "NumPy"])
def test_windows_far_apart_are_trained_at_once(kernels, monkeypatch):
    monkeypatch.setattr(_plan, "training_kernels", kernels)
    parameters = {"alpha": 0.2, "min_alpha": 0.2, "window": 1, "negative": 6}
    model = Word2Vec(
        vector_size=7, min_count=1, sample=0, epochs=1, seed=5, **parameters
    )
    corpus = read_corpus([[f"w{i}" for i in range(10)]])
    build_vocabulary(model, corpus)
    model.syn1neg[:] = np.random.default_rng(0).normal(size=model.syn1neg.shape)
    model.shrink_windows = False
    inputs, outputs = reference_means(copy.deepcopy(model), corpus.tokens.copy())
    train_natively(model, corpus)
    np.testing.assert_allclose(model.wv.vectors, inputs, atol=1e-6)
    np.testing.assert_allclose(model.syn1neg, outputs, atol=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        Word2VecVectorizer(sg=1),
        Word2VecVectorizer(),
        FastTextVectorizer(bucket=500),
        Doc2VecVectorizer(dm=0),
        Doc2VecVectorizer(),
    ],
    ids=["skip-gram", "cbow", "fasttext", "dbow", "dm"],
)
def test_threads_do_not_show(make, documents):
    parameters = {"vector_size": 10, "min_count": 1, "epochs": 3, "random_state": 0}
    many = documents * 10  # several streams
    first, *others = (
        copy.deepcopy(make).set_params(n_jobs=n, **parameters).fit(many)
        for n in (1, 2, 4)
    )
    for other in others:
        assert other.loss_curve_ == first.loss_curve_
        for name, array in arrays_of(first.model_).items():
            np.testing.assert_array_equal(arrays_of(other.model_)[name], array)


PROCESS = """
import zlib
from gensim.test.utils import common_texts
from skmeta import FastTextVectorizer, Word2VecVectorizer
for make in (Word2VecVectorizer, FastTextVectorizer):
    fitted = make(min_count=1, epochs=9, random_state=0, n_jobs=2).fit(common_texts)
    print(zlib.crc32(fitted.word_vectors_.vectors.tobytes()))
"""


def test_processes_and_hash_seeds_do_not_show():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROCESS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1


def test_files_and_columns_train_what_lists_train(documents, tmp_path):
    documents = [document for document in documents if document]
    path = tmp_path / "documents.txt"
    path.write_text("\n".join(map(" ".join, documents)), "utf-8")
    parameters = {"vector_size": 9, "min_count": 3, "random_state": 0}
    expected = Word2VecVectorizer(**parameters).fit(documents).word_vectors_
    given = [TextFiles(path)]
    pa = pytest.importorskip("pyarrow")
    given.append(pa.array(documents))
    for X in given:
        found = Word2VecVectorizer(**parameters).fit(X).word_vectors_
        assert list(found.words) == list(expected.words)
        np.testing.assert_array_equal(found.vectors, expected.vectors)
        np.testing.assert_array_equal(found.counts, expected.counts)


def test_words_of_a_topic_become_alike(documents):
    w2v = Word2VecVectorizer(
        sg=1, vector_size=20, min_count=1, epochs=30, alpha=0.05, random_state=0
    )
    vectors = w2v.fit(documents).word_vectors_
    topics = np.array(
        [[vectors.vector(f"topic{t}word{i}") for i in range(8)] for t in range(4)]
    ).reshape(32, -1)
    topics /= np.linalg.norm(topics, axis=1, keepdims=True)
    cosines = topics @ topics.T
    same = np.kron(np.eye(4), np.ones((8, 8))).astype(bool)
    assert cosines[same].mean() > cosines[~same].mean() + 0.5


def test_gensim_goes_on_where_the_training_ended(documents, tmp_path):
    w2v = Word2VecVectorizer(vector_size=9, min_count=1, random_state=0).fit(documents)
    model = copy.deepcopy(w2v.model_)
    before = model.wv.vectors.copy()
    model.train(documents, total_examples=model.corpus_count, epochs=2)
    assert not np.array_equal(model.wv.vectors, before)
    model.build_vocab([["brand", "new"] * 9], update=True)
    model.train([["brand", "new"] * 9], total_examples=1, epochs=1)
    assert "brand" in model.wv
    model.save(str(tmp_path / "model"))
    loaded = Word2Vec.load(str(tmp_path / "model"))
    np.testing.assert_array_equal(loaded.syn1neg, model.syn1neg)
    d2v = Doc2VecVectorizer(dm=0, vector_size=9, min_count=1, random_state=0, epochs=30)
    model = d2v.fit(documents).model_
    inferred = model.infer_vector(documents[1])
    exact = d2v.transform(documents[1:2])[0]
    lengths = np.linalg.norm(inferred) * np.linalg.norm(exact)
    assert inferred @ exact > 0.8 * lengths
    model.train(model_documents(documents), total_examples=len(documents), epochs=1)


def model_documents(documents):
    from gensim.models.doc2vec import TaggedDocument

    return [TaggedDocument(d, [i]) for i, d in enumerate(documents)]


def test_vocabulary_is_gensims(documents):
    for parameters in ({"min_count": 3}, {"min_count": 1, "max_final_vocab": 20}):
        ours = Word2VecVectorizer(vector_size=4, **parameters).fit(documents).model_
        theirs = Word2Vec(documents, vector_size=4, **parameters)
        assert ours.wv.index_to_key == theirs.wv.index_to_key
        np.testing.assert_array_equal(ours.cum_table, theirs.cum_table)
        for name, values in theirs.wv.expandos.items():
            np.testing.assert_array_equal(ours.wv.expandos[name], values)
        assert ours.corpus_count == theirs.corpus_count


def test_tags_of_every_kind_have_the_rows_of_gensims_training():
    from gensim.models.doc2vec import TaggedDocument

    tagged = [
        TaggedDocument(["a", "b", "c"], [2, "x"]),
        TaggedDocument(["b", "c"], ["y"]),
        TaggedDocument(["c", "a"], ["x", 0]),
        TaggedDocument(["a"], []),
    ]
    parameters = {"vector_size": 5, "min_count": 1, "dm": 0}
    ours = Doc2VecVectorizer(**parameters, random_state=0).fit(tagged).model_.dv
    gensims = Doc2VecVectorizer(**parameters, random_state=0, solver="gensim")
    theirs = gensims.fit(tagged).model_.dv
    assert ours.index_to_key == theirs.index_to_key
    assert ours.key_to_index == theirs.key_to_index
    assert [ours.get_index(tag) for tag in (2, "x", "y", 0)] == [0, 1, 2, 3]


def test_loss_falls_and_is_shown(documents, capsys):
    w2v = Word2VecVectorizer(sg=1, vector_size=20, min_count=1, epochs=20, alpha=0.05)
    w2v.set_params(random_state=0, verbose=1).fit(documents)
    assert len(w2v.loss_curve_) == 20
    assert w2v.loss_curve_[-1] < 0.9 * w2v.loss_curve_[0]
    assert w2v.loss_curve_[0] < 6 * np.log(2)  # that of zeros
    assert "words/s" in capsys.readouterr().err
    assert Word2VecVectorizer(solver="gensim").fit([["a", "b"] * 5]).loss_curve_ is None


def test_given_vectors_are_where_words_start(documents):
    rng = np.random.default_rng(0)
    given = WordVectors(["w0", "elsewhere", "w1"], rng.normal(size=(3, 8)))
    parameters = {"vector_size": 8, "min_count": 1, "alpha": 1e-9, "min_alpha": 1e-9}
    for make in (Word2VecVectorizer, FastTextVectorizer):
        for solver in ("native", "gensim"):
            start = make(init_vectors=given, solver=solver, **parameters)
            vectors = start.fit(documents).word_vectors_
            for word in ("w0", "w1"):
                np.testing.assert_allclose(
                    vectors.vector(word), given.vector(word), atol=1e-5
                )
            assert "elsewhere" not in vectors
    with pytest.raises(ValueError, match="8 dimensions and vector_size=5"):
        Word2VecVectorizer(vector_size=5, init_vectors=given).fit(documents)
    with pytest.raises(ValueError, match="know no word"):
        Word2VecVectorizer(vector_size=8, init_vectors=given).fit([["z"] * 9])


@pytest.mark.parametrize("solver", ["native", "gensim"])
@pytest.mark.parametrize("make", [Word2VecVectorizer, FastTextVectorizer])
def test_warm_start_continues(make, solver, documents):
    parameters = {"vector_size": 8, "min_count": 1, "sample": 0, "random_state": 0}
    vectorizer = make(solver=solver, warm_start=True, **parameters).fit(documents)
    n_before = vectorizer.epochs_
    first = vectorizer.word_vectors_
    before = first.vectors.copy()
    vectorizer = copy.deepcopy(vectorizer)  # with its model
    vectorizer.set_params(epochs=1).fit([["brand", "new", "w0", "w1"] * 3])
    second = vectorizer.word_vectors_
    assert set(second.words) == {*first.words, "brand", "new"}
    np.testing.assert_array_equal(first.vectors, before)  # nobody's vectors change
    moved = [w for w in first.words if (first.vector(w) != second.vector(w)).any()]
    assert {"w0", "w1"} <= set(moved)
    if make is Word2VecVectorizer:
        assert set(moved) == {"w0", "w1"}
    if solver == "native":
        assert len(vectorizer.loss_curve_) == n_before + 1
    with pytest.raises(ValueError, match="vector_size=9 and a fit before"):
        vectorizer.set_params(vector_size=9).fit(documents)


def test_losses_that_are_not_finite_are_told_of(documents):
    given = WordVectors(["w0", "w1"], np.full((2, 8), 3e38))
    w2v = Word2VecVectorizer(vector_size=8, min_count=1, sample=0, random_state=0)
    w2v.set_params(init_vectors=given)
    with (
        pytest.warns(ConvergenceWarning, match="expected a finite one"),
        pytest.raises(ValueError, match="NaN or infinity"),
    ):
        w2v.fit(documents)


EXTREMES = {
    "window": {"window": 2**31 - 1},
    "negative": {"negative": 2**31 - 1, "alpha": 1e-9, "min_alpha": 0},
    "noise": {"negative": 150},
    "alpha": {"alpha": 1.0, "min_alpha": 1.0, "epochs": 30},
    "exponent": {"ns_exponent": -300.0},
    "sample": {"sample": 1e-12},
    "least": {"window": 1, "negative": 1, "alpha": 1e-30, "min_alpha": 0},
}


@pytest.mark.timeout(60 if training_kernels else 900)
@pytest.mark.filterwarnings("error:Found a loss")
@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("kind", ["skip-gram", "cbow", "fasttext", "dm", "dbow"])
def test_extremes_neither_hang_nor_give_nan(kind, extreme, documents):
    parameters = {"vector_size": 6, "min_count": 1, "random_state": 0}
    make = {
        "skip-gram": lambda **given: Word2VecVectorizer(sg=1, **given),
        "cbow": lambda **given: Word2VecVectorizer(cbow_mean=0, **given),
        "fasttext": lambda **given: FastTextVectorizer(bucket=99, **given),
        "dm": lambda **given: Doc2VecVectorizer(dm_mean=0, **given),
        "dbow": lambda **given: Doc2VecVectorizer(dm=0, dbow_words=1, **given),
    }[kind]
    fitted = make(**parameters, **EXTREMES[extreme]).fit(documents)
    assert np.isfinite(fitted.loss_curve_).all()
    assert np.isfinite(fitted.word_vectors_.vectors).all()


@needs_kernels
@pytest.mark.timeout(60)
def test_documents_of_any_shape_are_trained_on():
    parameters = {"vector_size": 4, "min_count": 1, "epochs": 1, "random_state": 0}
    rng = np.random.default_rng(0)
    long = rng.choice(["a", "b", "c", "d"], 1_000_000).tolist()
    for documents in (
        [["a"]],
        [["a"], [], ["a"]],
        [["a", "a"]],
        [[], ["b"] * 99],
        [long],
    ):
        for make in (Word2VecVectorizer, FastTextVectorizer, Doc2VecVectorizer):
            fitted = make(**parameters).fit(documents)
            assert np.isfinite(fitted.word_vectors_.vectors).all()
            assert np.isfinite(fitted.loss_curve_).all()
    for make in (Word2VecVectorizer, Doc2VecVectorizer):
        with pytest.raises(ValueError, match="No word occurs at least min_count=2"):
            make().fit([["only"], ["rare", "words"]])
    w2v = Word2VecVectorizer(warm_start=True, **parameters).fit([["a", "b"] * 9])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        w2v.set_params(min_count=3).fit([["unknown"], ["words", "only"]])
    assert np.isfinite(w2v.word_vectors_.vectors).all()


def test_hierarchical_softmax_is_gensims(documents):
    parameters = {"vector_size": 5, "min_count": 1, "hs": 1, "negative": 0}
    first, second = (
        Word2VecVectorizer(solver=solver, random_state=0, **parameters).fit(documents)
        for solver in ("native", "gensim")
    )
    np.testing.assert_array_equal(
        first.word_vectors_.vectors, second.word_vectors_.vectors
    )


def test_documents_of_both_solvers_have_rows(documents):
    assert _numpy_tiles.MOST_TARGETS == 8  # as in _window_updates.h
    d2v = Doc2VecVectorizer(dm_concat=1, vector_size=4, min_count=1, epochs=1)
    assert d2v.fit(documents).loss_curve_ is None
    assert d2v.set_params(dm_concat=0).fit(documents).document_vectors_.shape == (
        120,
        4,
    )
