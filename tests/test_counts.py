"""Counting, mutual information and decomposition, against dense NumPy."""

import tempfile
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from scipy.stats import entropy

from skmeta._counts import (
    _block_krylov,
    _cooccurrences,
    _numpy_counting,
    _sparse_rows,
)
from skmeta._counts._block_krylov import decompose
from skmeta._counts._cooccurrences import count_cooccurrences, count_dtype
from skmeta._counts._memory import Memory
from skmeta._counts._norms import compute_norms, set_norms
from skmeta._counts._ppmi import compute_ppmi
from skmeta._counts._sparse_rows import SparseRows
from skmeta._counts._vocabulary import choose_words, kept_shares
from skmeta._native import counting_kernels
from skmeta._training._corpus import Corpus, read_corpus
from skmeta._training._random import draw, mix_key

MODULES = {"numpy": _numpy_counting, "native": counting_kernels}
N_WORDS = 70  # more than a word of bits


@pytest.fixture(params=MODULES)
def module(request, monkeypatch):
    """Compute with compiled loops, or with those of NumPy."""
    if MODULES[request.param] is None:
        pytest.skip("no compiler")
    monkeypatch.setattr(_cooccurrences, "_module", MODULES[request.param])
    monkeypatch.setattr(_block_krylov, "_module", MODULES[request.param])


@pytest.fixture(scope="module")
def tokens():
    """Rows of words, some frequent, in documents of which some are empty."""
    rng = np.random.default_rng(0)
    lengths = [0, 1, 40, 0, 7, 2, 90, 0]
    shares = 1 / np.arange(1, N_WORDS)  # the last word does not occur
    found = rng.choice(N_WORDS - 1, sum(lengths), p=shares / shares.sum())
    return found.astype(np.int32), np.cumsum([0, *lengths])


def count_densely(tokens, window, dynamic):
    rows, offsets = tokens
    counts = np.zeros((N_WORDS, N_WORDS), np.int64)
    for first, last in pairwise(offsets):
        document = rows[first:last]
        for i, row in enumerate(document):
            for j, column in enumerate(document):
                if 0 < abs(i - j) <= window:
                    counts[row, column] += window + 1 - abs(i - j) if dynamic else 1
    return counts


def count(tokens, window=5, dynamic=True, max_bytes=1e9, **how):
    with Memory(max_bytes) as memory:
        how = {"dtype": np.int32, **how}
        found = count_cooccurrences(
            *tokens, N_WORDS, window=window, dynamic=dynamic, memory=memory, **how
        )
        rows = found.rows(0, N_WORDS)
        assert rows.has_canonical_format
        return rows.toarray()


@pytest.mark.parametrize("dynamic", [True, False])
@pytest.mark.parametrize("window", [1, 4, 89, 2**31 - 1])
def test_counts_are_those_of_a_loop(tokens, window, dynamic, module):
    found = count(tokens, window, dynamic, dtype=np.int64)
    assert found.dtype == np.int64
    assert_array_equal(found, count_densely(tokens, window, dynamic))


@pytest.mark.parametrize(
    ("n_threads", "block_size"), [(1, 1), (1, 60), (2, 29), (4, 60), (2, 1000)]
)
def test_counts_depend_on_no_block_and_thread(
    tokens, n_threads, block_size, module, monkeypatch
):
    monkeypatch.setattr(_sparse_rows, "_CELLS_BLOCK_SIZE", 50)
    for max_bytes in (0, 5_000, 1e9):
        found = count(
            tokens, max_bytes=max_bytes, n_threads=n_threads, block_size=block_size
        )
        assert_array_equal(found, count_densely(tokens, 5, True))


def test_counting_tells_how_far_it_is(tokens, module):
    steps = []
    count(tokens, block_size=50, advance=steps.append)
    assert sum(steps) == len(tokens[0])


@pytest.mark.parametrize("lengths", [[0], [0, 0], [1], [1, 1, 1]])
def test_nothing_is_near_where_documents_are_short(lengths, module):
    tokens = np.zeros(sum(lengths), np.int32), np.cumsum([0, *lengths])
    assert not count(tokens).any()


def test_the_kernel_refuses_what_does_not_fit(tokens):
    if counting_kernels is None:
        pytest.skip("no compiler")
    rows, offsets = tokens
    make = counting_kernels.Windows
    for wrong in (
        (rows, offsets, 0, len(rows) + 1, N_WORDS, 5, True),
        (rows, offsets, -1, len(rows), N_WORDS, 5, True),
        (rows, offsets[:-2], 0, 10, N_WORDS, 5, True),
        (rows, offsets[::-1].copy(), 0, 10, N_WORDS, 5, True),
        (rows, offsets, 0, len(rows), rows.max(), 5, True),
        (rows - 1, offsets, 0, len(rows), N_WORDS, 5, True),
    ):
        with pytest.raises(ValueError, match=r"beyond|fit"):
            make(*wrong)
    windows = make(rows, offsets, 0, len(rows), N_WORDS, 5, True)
    for first, last in ((-1, 3), (0, N_WORDS + 1), (3, 2)):
        with pytest.raises(ValueError, match="rows beyond"):
            windows.count(first, last, np.int32)
    values, columns = np.ones(2, np.float32), np.array([0, 1], np.int32)
    indptr, dense = np.array([0, 2]), np.ones((2, 16), np.float32)
    out = np.empty((1, 16), np.float32)
    multiply = counting_kernels.multiply_rows
    multiply(values, columns, indptr, dense, out)
    assert (out == 2).all()
    for wrong in (
        (values, columns, indptr, np.ones((2, 15), np.float32), out),
        (values, columns, indptr, np.ones((1, 16), np.float32), out),
        (values[:1], columns, indptr, dense, out),
        (values, columns, indptr + 1, dense, out),
        (values, columns, np.array([0, 1, 2]), dense, out),
        (values, columns, np.array([0, 5, 2]), dense, np.empty((2, 16), np.float32)),
    ):
        with pytest.raises(ValueError, match="do not fit"):
            multiply(*wrong)


def test_counts_are_of_a_type_that_holds_them():
    counts = np.array([2**20, 5])
    assert count_dtype(counts, 1_000, 5, True) is np.int32  # 30 a word
    assert count_dtype(counts * 70, 1_000, 5, True) is np.int64
    assert count_dtype(counts * 70, 3, 5, True) is np.int32  # 5 + 4, twice
    with pytest.raises(ValueError, match=r"Found window=2147483647 and .* smaller"):
        count_dtype(counts, 10_000, 2**31 - 1, True)


def test_what_is_beyond_memory_lies_in_a_file_that_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    one, other = np.arange(10), np.arange(5, dtype=np.float32)
    with Memory(100) as memory:
        assert memory.keep(one) is one
        kept = memory.keep(other)
        assert isinstance(memory.keep(one), np.memmap)
        assert isinstance(kept, np.ndarray)
        memory.release(one)
        assert memory.keep(one[:5]) is not None

    def fail():
        with Memory(0) as memory:
            found.append(memory.keep(one))
            raise RuntimeError("interrupted")

    found = []
    with pytest.raises(RuntimeError, match="interrupted"):
        fail()
    [kept] = found
    assert_array_equal(kept, one)  # a map outlives its file
    assert not list(tmp_path.iterdir())


def sparse_rows(dense, n_rows=30):
    """Put a matrix into blocks of rows."""
    rows = SparseRows(dense.shape[1], Memory(1e9))
    for first in range(0, len(dense), n_rows):
        block = csr_array(dense[first : first + n_rows])
        rows.append(
            block.data, block.indices.astype(np.int32), block.indptr.astype(np.int64)
        )
    return rows


@pytest.mark.parametrize("smoothing", [0, 0.75, 1])
@pytest.mark.parametrize("shift", [0, 1.5])
def test_ppmi_is_that_of_a_dense_matrix(tokens, smoothing, shift):
    counts = count_densely(tokens, 5, True)
    words, contexts = counts.sum(axis=1), counts.sum(axis=0).astype(float)
    contexts[contexts > 0] **= smoothing
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log(counts * contexts.sum() / np.outer(words, contexts)) - shift
    expected = np.where(pmi > 0, pmi, 0)
    found, transposed, _ = compute_ppmi(
        sparse_rows(counts.astype(np.int32)), smoothing, shift, Memory(1e9)
    )
    assert_allclose(found.rows(0, N_WORDS).toarray(), expected, atol=1e-6)
    assert_array_equal(
        transposed.rows(0, N_WORDS).toarray(), found.rows(0, N_WORDS).toarray().T
    )


def test_large_counts_have_exact_logarithms():
    counts = np.array([[0, 70_000, 3], [70_000, 0, 0], [3, 0, 0]])
    n = counts.sum(axis=1)
    expected = np.log(counts[counts > 0] * n.sum() / np.outer(n, n)[counts > 0])
    found, _, _ = compute_ppmi(sparse_rows(counts), 1, 0, Memory(1e9))
    assert_allclose(found.rows(0, 3).data, expected, rtol=1e-6)


def test_information_gains_are_divergences_from_the_contexts_of_all_words(tokens):
    counts = count_densely(tokens, 5, True)
    assert not counts[-1].any()  # a word without contexts
    totals = counts.sum(axis=1)
    expected = [entropy(row, totals) if row.any() else 0 for row in counts]
    _, _, gains = compute_ppmi(
        sparse_rows(counts.astype(np.int32)), 0.75, 0.5, Memory(1e9)
    )
    assert gains.dtype == np.float64
    assert_allclose(gains, expected, atol=1e-12)


def test_norms_are_roots_of_gains_and_rare_words_are_shorter():
    norms = compute_norms(np.array([4, 4, 4, 0, -1e-17]), np.array([5, 15, 1, 9, 9]))
    assert_allclose(norms, [1, 1.5, 1 / 3, 0, 0])


def test_rows_that_are_zero_or_rounding_have_no_norm():
    vectors = np.array([[3, -4], [0, 0], [0, 0.1], [1e-7, 1e-7]], np.float32)
    set_norms(vectors, np.array([10.0, 2, 3, 4]))
    assert_allclose(vectors, [[6, -8], [0, 0], [0, 3], [0, 0]], rtol=1e-6)
    for shape in ((0, 2), (3, 2)):
        nothing = np.zeros(shape, np.float32)
        set_norms(nothing, np.ones(len(nothing)))
        assert_array_equal(nothing, np.zeros(shape))


def make_matrix(n, rank=12):
    """Make a sparse matrix, most of which is of a rank."""
    rng = np.random.default_rng(0)
    left = rng.standard_normal((n, rank)) * np.geomspace(3, 1, rank)
    dense = left @ rng.standard_normal((rank, n)) * (rng.random((n, n)) < 0.5)
    return dense.astype(np.float32)


def find_singular_vectors(dense, k, n_iter=12, **how):
    matrix, transposed = sparse_rows(dense), sparse_rows(dense.T)
    return decompose(matrix, transposed, k, n_iter=n_iter, seed=0, **how)


@pytest.mark.parametrize(("n", "k"), [(20, 6), (20, 30), (300, 6), (300, 60)])
def test_singular_vectors_are_those_of_numpy(n, k, module):
    dense = make_matrix(n)
    left, values, right = find_singular_vectors(dense, k)
    expected = np.linalg.svd(dense.astype(np.float64))
    assert left.shape == right.shape == (n, k)
    assert left.dtype == right.dtype == np.float32
    found = min(n, k)
    assert_allclose(values[:found], expected[1][:found], rtol=2e-6)
    assert not values[found:].any()
    assert not right[:, found:].any()
    k = min(k, 6)  # there is a gap behind each of these
    assert_allclose(
        right[:, :k] @ right[:, :k].T, expected[2][:k].T @ expected[2][:k], atol=1e-6
    )
    rebuilt = left[:, :k] * values[:k] @ right[:, :k].T
    wanted = expected[0][:, :k] * expected[1][:k] @ expected[2][:k]
    assert_allclose(rebuilt, wanted, atol=1e-5 * np.abs(wanted).max())
    assert (right[np.abs(right[:, :k]).argmax(axis=0), range(k)] > 0).all()


@pytest.mark.parametrize("n_iter", [0, 1, 30])
def test_a_matrix_of_low_rank_has_zeros_beyond_it(n_iter, module):
    rng = np.random.default_rng(1)
    dense = np.zeros((400, 400), np.float32)
    dense[:50, :3] = rng.random((50, 3))
    left, values, right = find_singular_vectors(dense, 40, n_iter)
    expected = np.linalg.svd(dense.astype(np.float64))[1]
    assert_allclose(values[:3], expected[:3], rtol=1e-5)
    for beyond in (values[3:], left[:, 3:], right[:, 3:]):
        assert not beyond.any()
    nothing = find_singular_vectors(dense * 0, 40, n_iter)
    assert not any(array.any() for array in nothing)


def test_more_steps_come_nearer(module):
    dense = make_matrix(500, rank=200)
    exact = np.linalg.svd(dense.astype(np.float64))[1][:40]
    errors = [
        np.abs(find_singular_vectors(dense, 40, n_iter)[1] / exact - 1).max()
        for n_iter in (0, 1, 3, 6)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.01 < errors[0]


def test_threads_decompose_alike(module):
    dense = make_matrix(300)
    one, other = (find_singular_vectors(dense, 9, n_threads=n) for n in (1, 3))
    for a, b in zip(one, other):
        assert_array_equal(a, b)


def test_the_most_frequent_words_are_chosen():
    words, counts = ["a", "b", "c", "d"], np.array([2, 5, 1, 2])
    choose = {"min_count": 2, "max_vocab": None}
    chosen, kept = choose_words(words, counts, 3, **choose)
    assert (chosen, kept.tolist()) == (["b", "a", "d"], [5, 2, 2])
    chosen, _ = choose_words(words, counts, 3, **choose | {"max_vocab": 2})
    assert chosen == ["b", "a"]
    with pytest.raises(ValueError, match=r"min_count=6 .* 'b', does so 5 times"):
        choose_words(words, counts, 3, min_count=6, max_vocab=None)
    with pytest.raises(ValueError, match="no token at all"):
        choose_words([], np.array([], int), 3, **choose)


def test_frequent_words_are_skipped_as_in_word2vec():
    from gensim.models import Word2Vec

    counts = {"a": 100_000, "b": 3_000, "c": 50}
    model = Word2Vec(sample=1e-2, min_count=1)
    model.build_vocab_from_freq(counts)
    shares = kept_shares(np.array([*counts.values()]), 1e-2)
    expected = model.wv.expandos["sample_int"] / 2.0**32
    assert_allclose(shares, expected, rtol=1e-6)
    assert (kept_shares(np.array([100, 260, 3]), 1e-9)[[0, 2]] == 1).all()


def test_tokens_are_skipped_by_their_place():
    rng = np.random.default_rng(0)
    documents = [[f"{i}" for i in rng.integers(0, 3, n)] for n in (500, 0, 400)]
    corpus = read_corpus(documents)
    before, offsets = corpus.tokens.copy(), corpus.offsets
    shares, key = np.array([0.2, 0.9, 1.0]), mix_key(7)
    kept = (draw(key, 100, len(before)) >> np.uint64(32)) / 2.0**32 < shares[before]
    corpus.subsample(shares, key, 100)
    assert_array_equal(corpus.tokens, before[kept])
    ends = np.concatenate([[0], np.cumsum(kept)])
    assert_array_equal(corpus.offsets, ends[offsets])
    for word, share in enumerate(shares):
        found = np.mean(kept[before == word])
        assert abs(found - share) < 0.08
    rest = Corpus(["0", "1", "2"], before[500:].copy(), np.array([0, 400]))
    rest.subsample(shares, key, 600)  # as a partition that others stand before
    assert_array_equal(rest.tokens, before[500:][kept[500:]])
