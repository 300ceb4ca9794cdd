"""PPMIVectorizer: the same numbers as dense NumPy, and the same bytes anywhere."""

import hashlib
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import entropy

from skmeta import MetaEmbeddingVectorizer, PPMIVectorizer, Word2VecVectorizer
from skmeta._counts import _cooccurrences, _sparse_rows
from skmeta.datasets import TextFiles


def make_documents(n_documents=150):
    """Topics that have words of their own, and words that all have."""
    rng = np.random.default_rng(0)
    shares = 1 / np.arange(1, 41)
    documents = []
    for number in range(n_documents):
        own = [f"topic{number % 4}word{i}" for i in range(40)]
        common = [f"w{i}" for i in range(40)]
        chances = np.concatenate([shares, shares]) / (2 * shares.sum())
        n_tokens = rng.integers(0, 60)
        documents.append(rng.choice([*own, *common], n_tokens, p=chances).tolist())
    return documents


DOCUMENTS = make_documents()


def learn_densely(documents, size, window, smoothing, shift, power):
    """Learn vectors with dense matrices, of words and of contexts, and norms."""
    words = list(dict.fromkeys(token for document in documents for token in document))
    occurrences = [token for document in documents for token in document]
    words.sort(key=lambda word: -occurrences.count(word))
    row_of = {word: row for row, word in enumerate(words)}
    counts = np.zeros((len(words), len(words)))
    for document in documents:
        rows = [row_of[token] for token in document]
        for i, row in enumerate(rows):
            for distance, other in enumerate(rows[i + 1 : i + 1 + window]):
                counts[row, other] += window - distance
                counts[other, row] += window - distance
    totals = counts.sum(axis=1)
    contexts = totals**smoothing / (totals**smoothing).sum()
    with np.errstate(divide="ignore"):
        pmi = np.log(counts / np.outer(totals, contexts)) - shift
    left, values, right = np.linalg.svd(np.maximum(pmi, 0))
    scale = values[:size] ** power
    own, all_words = counts / totals[:, np.newaxis], totals / totals.sum()
    gains = [entropy(row, all_words) for row in own]
    occurrences = np.array([occurrences.count(word) for word in words])
    norms = np.sqrt(gains) * occurrences / (occurrences + 5)
    return words, left[:, :size] * scale, right[:size].T * scale, norms


@pytest.mark.parametrize("norm", ["information", None])
@pytest.mark.parametrize("add_context", [True, False])
@pytest.mark.parametrize(("shift", "smoothing", "power"), [(0, 0.75, 0.5), (0.5, 1, 1)])
def test_vectors_are_those_of_dense_matrices(
    add_context, shift, smoothing, power, norm
):
    vectorizer = PPMIVectorizer(
        vector_size=4,  # as many as there are topics
        window=3,
        min_count=1,
        sample=0,
        smoothing=smoothing,
        shift=shift,
        eigenvalue_weighting=power,
        add_context=add_context,
        norm=norm,
        n_iter=10,
    )
    found = vectorizer.fit(DOCUMENTS).word_vectors_
    words, left, right, norms = learn_densely(DOCUMENTS, 4, 3, smoothing, shift, power)
    assert list(found.words) == words
    tokens = [token for document in DOCUMENTS for token in document]
    assert found.counts.tolist() == [tokens.count(word) for word in words]
    expected = left + right if add_context else left
    if norm == "information":
        expected *= (norms / np.linalg.norm(expected, axis=1))[:, np.newaxis]
    similarities = expected @ expected.T  # signs are arbitrary
    assert_allclose(
        found.vectors @ found.vectors.T,
        similarities,
        atol=1e-6 * np.abs(similarities).max(),
    )


def fit_bytes(documents=DOCUMENTS, **parameters):
    vectorizer = PPMIVectorizer(vector_size=10, sample=0.01, **parameters)
    rows = vectorizer.fit_transform(documents)
    return vectorizer.word_vectors_.vectors.tobytes() + rows.tobytes()


@pytest.mark.parametrize("n_jobs", [2, 4, -1])
def test_threads_give_the_same_bytes(n_jobs):
    assert fit_bytes(n_jobs=n_jobs) == fit_bytes()


@pytest.mark.parametrize(("tokens", "cells"), [(37, 100), (1_000, 1), (500, 10_000)])
def test_blocks_give_the_same_bytes(tokens, cells, monkeypatch):
    expected = fit_bytes()
    monkeypatch.setattr(_cooccurrences, "_FEWEST", tokens)
    monkeypatch.setattr(_cooccurrences, "_MOST", tokens)
    monkeypatch.setattr(_sparse_rows, "_CELLS_BLOCK_SIZE", cells)
    assert fit_bytes() == expected
    assert fit_bytes(max_memory=0, n_jobs=2) == expected


def test_files_give_the_same_bytes_and_nothing_is_left(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    file = tmp_path / "documents.txt"
    documents = [document or ["w0"] for document in DOCUMENTS]
    file.write_text("\n".join(map(" ".join, documents)), "utf-8")
    expected = fit_bytes(documents)
    assert fit_bytes(TextFiles(file, tokenizer=str.split), max_memory=0) == expected
    assert fit_bytes(tuple(map(tuple, documents))) == expected
    assert not list(folder.iterdir())


def test_an_error_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fail(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("skmeta._counts._learn.decompose", fail)
    with pytest.raises(KeyboardInterrupt):
        PPMIVectorizer(max_memory=0).fit(DOCUMENTS)
    assert not list(tmp_path.iterdir())


CODE = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from test_ppmi import fit_bytes
print(hashlib.sha256(fit_bytes()).hexdigest())
"""


def test_another_process_gives_the_same_bytes():
    here = os.path.dirname(__file__)
    done = subprocess.run(
        [sys.executable, "-c", CODE, here],
        env={**os.environ, "PYTHONHASHSEED": "5", "OMP_NUM_THREADS": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(fit_bytes()).hexdigest()


def test_the_seed_decides_what_is_skipped():
    assert fit_bytes(random_state=1) != fit_bytes() == fit_bytes(random_state=0)
    all_words = {"sample": 0, "n_iter": 12, "vector_size": 4}
    one, other = (
        PPMIVectorizer(**all_words, random_state=seed).fit(DOCUMENTS).word_vectors_
        for seed in (0, None)
    )
    assert_allclose(one.vectors, other.vectors, atol=1e-4)


def test_columns_have_fixed_signs_and_fall():
    vectorizer = PPMIVectorizer(
        vector_size=5, eigenvalue_weighting=0.5, add_context=False, norm=None
    ).fit(DOCUMENTS)
    values = vectorizer.singular_values_
    assert values.dtype == np.float32
    assert (np.diff(values) < 0).all()
    lengths = np.linalg.norm(vectorizer.word_vectors_.vectors, axis=0)
    assert_allclose(lengths, np.sqrt(values), rtol=1e-5)


def test_norms_do_not_change_cosine_similarities():
    found = [
        PPMIVectorizer(vector_size=5, norm=norm).fit(DOCUMENTS).word_vectors_.vectors
        for norm in ("information", None)
    ]
    one, other = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in found)
    assert_allclose(one, other, atol=1e-6)


def test_words_of_topics_are_longer_than_words_that_all_documents_have():
    words = PPMIVectorizer(vector_size=5).fit(DOCUMENTS).word_vectors_
    norms = dict(zip(words.words, np.linalg.norm(words.vectors, axis=1)))
    for rank in range(10):
        own = [norms[f"topic{topic}word{rank}"] for topic in range(4)]
        assert min(own) > 1.5 * norms[f"w{rank}"]


def test_topics_are_told_apart():
    words = PPMIVectorizer(vector_size=8).fit(DOCUMENTS).word_vectors_
    vectors = words.vectors / np.linalg.norm(words.vectors, axis=1, keepdims=True)
    topics = [
        [vectors[words.key_to_index[f"topic{t}word{i}"]] for i in range(9)]
        for t in (0, 1)
    ]
    near, far = (
        np.mean(topics[0] @ np.transpose(topics[0])),
        np.mean(topics[0] @ np.transpose(topics[1])),
    )
    assert near > far + 0.5


@pytest.mark.parametrize(
    "parameters",
    [
        {"window": 2**31 - 1},
        {"window": 1, "dynamic_window": False},
        {"vector_size": 1},
        {"vector_size": 1_000},
        {"max_vocab": 1},
        {"max_vocab": 3, "min_count": 20},
        {"sample": 1e-12},
        {"sample": 0.999},
        {"smoothing": 0, "eigenvalue_weighting": 0},
        {"smoothing": 1, "eigenvalue_weighting": 1, "add_context": False},
        {"n_iter": 0},
        {"n_iter": 10**6, "vector_size": 2},
        {"max_memory": 0},
        {"n_jobs": 3, "verbose": 1},
    ],
    ids=str,
)
def test_extreme_parameters(parameters, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        vectorizer = PPMIVectorizer(**parameters)
        rows = vectorizer.fit_transform(DOCUMENTS)
    assert rows.shape == (len(DOCUMENTS), vectorizer.vector_size)
    assert np.isfinite(rows).all()
    assert len(vectorizer.get_feature_names_out()) == vectorizer.vector_size


@pytest.mark.parametrize(
    "wrong",
    [
        {"window": 0},
        {"smoothing": 1.1},
        {"shift": -1},
        {"eigenvalue_weighting": 2},
        {"n_iter": -1},
        {"max_memory": -1},
        {"add_context": "yes"},
        {"norm": "l2"},
        {"sample": 1.0},
    ],
    ids=str,
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PPMIVectorizer(**wrong).fit(DOCUMENTS)


def test_a_shift_beyond_all_information_leaves_zeros():
    rows = PPMIVectorizer(shift=100).fit_transform(DOCUMENTS)
    assert not rows.any()


@pytest.mark.parametrize(
    "documents", [[["one"]] * 5, [["a"], ["b"], ["a"], ["b"]]], ids=["one", "alone"]
)
def test_words_that_are_alone_have_zeros_and_a_warning(documents):
    with pytest.warns(UserWarning, match="no two of the (1 word|. words) near"):
        vectorizer = PPMIVectorizer().fit(documents)
    assert not vectorizer.word_vectors_.vectors.any()


def test_one_word_has_no_information():
    vectorizer = PPMIVectorizer().fit([["word", "word", "word"]])
    assert not vectorizer.word_vectors_.vectors.any()


def test_rare_words_only_are_refused():
    with pytest.raises(ValueError, match="No word occurs at least min_count=2 times"):
        PPMIVectorizer().fit([["one", "other"], []])
    with pytest.raises(ValueError, match="no token at all"):
        PPMIVectorizer().fit([[], []])


def test_unknown_words_are_ignored_or_refused():
    fitted = PPMIVectorizer(vector_size=5).fit(DOCUMENTS)
    assert not fitted.transform([["never", "seen"]]).any()
    with pytest.raises(ValueError, match="never"):
        fitted.set_params(unknown="error").transform([["w0", "never"]])
    with pytest.raises(ValueError, match="subword"):
        PPMIVectorizer(unknown="subword").fit(DOCUMENTS)


def test_a_document_of_a_million_tokens():
    rng = np.random.default_rng(0)
    words = np.array([f"w{i}" for i in range(50)])
    document = words[rng.integers(0, 50, 1_000_000)].tolist()
    vectorizer = PPMIVectorizer(vector_size=4, window=2).fit([document, []])
    assert vectorizer.word_vectors_.counts.sum() == 1_000_000


def test_counted_vectors_are_a_source_beside_predicted_ones():
    meta = MetaEmbeddingVectorizer(
        [
            ("counted", PPMIVectorizer(vector_size=5)),
            ("predicted", Word2VecVectorizer(vector_size=6, epochs=1, random_state=0)),
        ],
        n_jobs=2,
    )
    rows = meta.fit_transform(DOCUMENTS)
    assert rows.shape == (len(DOCUMENTS), 11)
    alone = PPMIVectorizer(vector_size=5).fit(DOCUMENTS)
    assert_array_equal(
        meta.sources_["counted"].word_vectors_.vectors, alone.word_vectors_.vectors
    )
