import pickle
import warnings

import numpy as np
import pytest
from processes import outputs_of
from scipy.optimize import minimize
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.manifold import LocallyLinearEmbedding
from sklearn.manifold._locally_linear import barycenter_kneighbors_graph

from skmeta import MetaEmbeddings, MetaEmbeddingVectorizer, WordVectors
from skmeta.combine import LocallyLinear, Views, _smooth_vectors
from skmeta.combine._local_weights import Neighborhood, mix_neighbors
from skmeta.combine._smooth_vectors import find_smooth_vectors


def cosines(rows):
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


def find_mixes(blocks, n_neighbors, regularization, weights=None, counted=False):
    """Return W of rows that are absent where they are zeros, as a dense matrix."""
    blocks = [np.asarray(block, np.float32) for block in blocks]
    present = np.stack([block.any(axis=1) for block in blocks], axis=1)
    pairs = zip(blocks, present.T)
    mixes = mix_neighbors(
        [Neighborhood(block, known, n_neighbors) for block, known in pairs],
        blocks,
        present,
        np.arange(len(present)),
        np.ones(len(blocks)) if weights is None else np.asarray(weights),
        regularization,
    )
    return mixes.to_sparse((len(present), len(present)), counted).toarray()


def nearest(block, row, n_neighbors):
    """Find neighbours the slow way, the row itself left out by its number."""
    away = np.linalg.norm(block.astype(float) - block[row], axis=1)
    away[~block.any(axis=1)] = np.inf
    away[row] = np.inf
    order = np.argsort(away, kind="stable")[:n_neighbors]
    return order[np.isfinite(away[order])]


@pytest.fixture
def matrices():
    """Return three views of sixty points, with noise, and some rows absent."""
    rng = np.random.default_rng(0)
    points = rng.standard_normal((60, 4))
    views = [
        points @ rng.standard_normal((4, size)) + 0.1 * rng.standard_normal((60, size))
        for size in (5, 8, 4)
    ]
    views[0][:7] = 0
    views[2][5:20] = 0
    return [view.astype(np.float32) for view in views]


@pytest.mark.parametrize("regularization", [1e-3, 0.1])
@pytest.mark.parametrize("n_neighbors", [3, 20])
def test_mixes_of_one_view_are_those_of_scikit_learn(n_neighbors, regularization):
    X = np.random.default_rng(0).standard_normal((80, 6)).astype(np.float32)
    expected = barycenter_kneighbors_graph(
        X.astype(np.float64), n_neighbors, regularization
    ).toarray()
    mixes = find_mixes([X], n_neighbors, regularization)
    np.testing.assert_allclose(mixes, expected, atol=1e-10)
    twice = find_mixes([X, X], n_neighbors, regularization)
    np.testing.assert_allclose(twice, expected, atol=1e-10)


def test_one_view_gives_the_vectors_of_scikit_learn():
    X = np.random.default_rng(0).standard_normal((80, 6)).astype(np.float32)
    ours = LocallyLinear(3, n_neighbors=10, regularization=1e-3).fit_transform([X])
    theirs = LocallyLinearEmbedding(
        n_components=3, n_neighbors=10, reg=1e-3, eigen_solver="dense"
    ).fit_transform(X.astype(np.float64))
    for one, other in zip(ours.T, theirs.T * np.sqrt(80)):
        assert np.isclose(abs(one @ other), 80, rtol=1e-4)


def test_mixes_solve_the_problem_of_all_views(matrices):
    """The bordered system of the definition, and a general optimizer, agree."""
    weights = [1.0, 0.5, 2.0]
    mixes = find_mixes(matrices, 3, 1e-12, weights)
    counted = find_mixes(matrices, 3, 1e-12, weights, counted=True)
    for row in range(0, 60, 3):
        found = [nearest(matrix, row, 3) for matrix in matrices]
        found = [f if m[row].any() else f[:0] for f, m in zip(found, matrices)]
        union = np.unique(np.concatenate(found))
        assert np.array_equal(np.flatnonzero(mixes[row]), union)
        design = np.vstack(
            [
                np.sqrt(weight) * np.where(np.isin(union, f), matrix[union].T, 0)
                for weight, matrix, f in zip(weights, matrices, found)
            ]
        ).astype(np.float64)
        target = np.concatenate(
            [np.sqrt(w) * m[row] for w, m in zip(weights, matrices)]
        )
        n = len(union)
        bordered = np.ones((n + 1, n + 1))
        bordered[:n, :n] = design.T @ design
        bordered[n, n] = 0
        solved = np.linalg.solve(bordered, [*(design.T @ target), 1])[:n]
        np.testing.assert_allclose(mixes[row, union], solved, atol=1e-5)
        optimum = minimize(
            lambda w, A=design, b=target: ((A @ w - b) ** 2).sum(),
            np.full(n, 1 / n),
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            options={"ftol": 1e-14, "maxiter": 500},
        ).x
        np.testing.assert_allclose(mixes[row, union], optimum, atol=1e-3)
        times = sum(np.isin(union, f).astype(int) for f in found)
        np.testing.assert_allclose(counted[row, union], mixes[row, union] * times)


def test_rows_alike_in_a_view_are_not_their_own_neighbours():
    """The copies of a row are found as one, and ties by their order."""
    block = np.float32([[1, 0], [1, 0], [1, 0], [2, 0], [0, 1], [0, 1], [9, 9]])
    hood = Neighborhood(block, np.ones(7, bool), 2)
    found, vectors = hood.find(block, np.ones(7, bool), np.arange(7))
    assert found[:6].tolist() == [[1, 3], [0, 3], [0, 3], [0, 4], [5, 0], [4, 0]]
    np.testing.assert_array_equal(vectors, block[found])
    new, _ = hood.find(block[:1], np.ones(1, bool), np.array([-1]))
    assert new.tolist() == [[0, 3]]


@pytest.mark.parametrize("multiplicity", ["none", "paper"])
def test_vectors_are_those_of_the_smallest_eigenvalues(matrices, multiplicity):
    combiner = LocallyLinear(4, n_neighbors=5, multiplicity=multiplicity)
    combined = combiner.fit_transform(matrices)
    mixes = find_mixes(matrices, 5, 0.1, counted=multiplicity == "paper")
    residual = np.eye(60) - mixes
    values, vectors = np.linalg.eigh(residual.T @ residual)
    skipped = int(multiplicity == "none")
    assert (abs(values[0]) < 1e-12) == (multiplicity == "none")
    expected = vectors[:, skipped : skipped + 4] * np.sqrt(60)
    signs = np.sign((expected * combined).sum(axis=0))
    np.testing.assert_allclose(combined, expected * signs, atol=1e-4)
    np.testing.assert_allclose((combined**2).mean(axis=0), 1, rtol=1e-5)
    assert (combined.max(axis=0) >= -combined.min(axis=0)).all()
    assert combined.dtype == np.float32


@pytest.mark.parametrize("counted", [False, True])
def test_iteration_finds_what_the_dense_solver_finds(counted):
    rng = np.random.default_rng(0)
    blocks = [rng.standard_normal((600, size)) for size in (20, 10)]
    mixes = csr_array(find_mixes(blocks, 8, 0.1, counted=counted))
    dense = find_smooth_vectors(mixes, 20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_smooth_vectors, "_FEW_ROWS", 1)
        iterated = find_smooth_vectors(mixes, 20)
        np.testing.assert_array_equal(iterated, find_smooth_vectors(mixes, 20))
    np.testing.assert_allclose(iterated, dense, atol=1e-3)


def test_iteration_that_does_not_converge_says_what_to_do(matrices):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_smooth_vectors, "_FEW_ROWS", 1)
        patch.setattr(_smooth_vectors, "_MOST_RESTARTS", 1)
        patch.setattr(_smooth_vectors, "_TOLERANCE", 1e-16)
        rng = np.random.default_rng(0)
        rows = rng.standard_normal((600, 5))
        with pytest.raises(RuntimeError, match=r"of 20 eigenvectors .* Raise regular"):
            LocallyLinear(20, n_neighbors=5).fit([rows])


def test_identical_views_are_as_one_where_neighbours_count_once(matrices):
    one = LocallyLinear(3, n_neighbors=6).fit_transform(matrices[1:2])
    three = LocallyLinear(3, n_neighbors=6).fit_transform(matrices[1:2] * 3)
    np.testing.assert_allclose(three, one, atol=1e-4)


def test_order_and_rotation_of_views_do_not_matter(matrices):
    given = LocallyLinear(5, n_neighbors=6)
    expected = cosines(given.fit_transform(matrices))
    turned = [
        matrix @ np.linalg.qr(np.random.default_rng(1).standard_normal([m] * 2))[0]
        for matrix, m in zip(matrices, (5, 8, 4))
    ]
    for other in (matrices[::-1], turned):
        np.testing.assert_allclose(
            cosines(given.fit_transform(other)), expected, atol=1e-3
        )


def test_scale_of_a_view_does_not_matter_where_rows_are_unit(matrices):
    given = LocallyLinear(5, n_neighbors=6)
    expected = cosines(given.fit_transform(Views(matrices, normalize=True)))
    scaled = [matrix * factor for matrix, factor in zip(matrices, (1, 300, 0.01))]
    combined = given.fit_transform(Views(scaled, normalize=True))
    np.testing.assert_allclose(cosines(combined), expected, atol=1e-3)


def test_order_of_rows_does_not_matter(matrices):
    order = np.random.default_rng(2).permutation(60)
    given = LocallyLinear(5, n_neighbors=6)
    expected = cosines(given.fit_transform(matrices))[np.ix_(order, order)]
    combined = given.fit_transform([matrix[order] for matrix in matrices])
    np.testing.assert_allclose(cosines(combined), expected, atol=1e-3)


def test_weights_count_and_a_view_of_weight_zero_is_left_out(matrices):
    matrices[1][59] = 0
    only = LocallyLinear(3, n_neighbors=6).fit_transform(matrices[:2])
    left_out = LocallyLinear(3, n_neighbors=6, weights=[1, 1, 0])
    np.testing.assert_array_equal(left_out.fit_transform(matrices), only)
    weighted = LocallyLinear(3, n_neighbors=6, weights=[1, 5, 0.1])
    assert not np.allclose(weighted.fit_transform(matrices), only, atol=0.1)


@pytest.mark.parametrize("multiplicity", ["none", "paper"])
def test_fitted_rows_get_their_vectors_in_any_company(matrices, multiplicity):
    combiner = LocallyLinear(4, n_neighbors=5, multiplicity=multiplicity)
    views = Views(matrices, normalize=True)
    combined = combiner.fit_transform(views)
    np.testing.assert_array_equal(combiner.transform(views), combined)
    rows = [matrix[[30, 2, 30]] for matrix in matrices]
    some = combiner.transform(Views(rows, normalize=True))
    np.testing.assert_array_equal(some, combined[[30, 2, 30]])


@pytest.mark.parametrize("multiplicity", ["none", "paper"])
def test_new_rows_are_mixes_of_fitted_ones(matrices, multiplicity):
    combiner = LocallyLinear(4, n_neighbors=5, multiplicity=multiplicity)
    fitted = [matrix[:50] for matrix in matrices]
    vectors = combiner.fit_transform(fitted)
    new = [matrix[50:] for matrix in matrices]
    combined = combiner.transform(new)
    for row in range(10):
        together = [np.vstack([f, n[row]]) for f, n in zip(fitted, new)]
        mix = find_mixes(together, 5, 0.1, counted=multiplicity == "paper")[50, :50]
        np.testing.assert_allclose(combined[row], mix @ vectors, atol=1e-4)
        alone = combiner.transform([n[row : row + 1] for n in new])
        np.testing.assert_allclose(alone[0], combined[row], atol=1e-6)
    backwards = combiner.transform([n[::-1] for n in new])
    np.testing.assert_allclose(backwards[::-1], combined, atol=1e-6)


def test_new_rows_choose_among_ties_in_the_same_way_in_any_company():
    rng = np.random.default_rng(0)
    grid = rng.integers(0, 4, (80, 3)).astype(np.float32) + 1
    other = rng.standard_normal((80, 12)).astype(np.float32)
    combiner = LocallyLinear(4, n_neighbors=5).fit([grid[:60], other[:60]])
    combined = combiner.transform([grid[60:], other[60:]])
    for row in range(60, 80):
        alone = combiner.transform([grid[row : row + 1], other[row : row + 1]])
        np.testing.assert_allclose(alone[0], combined[row - 60], atol=1e-6)


def test_rows_alike_in_all_views_count_as_one(matrices):
    expected = LocallyLinear(4, n_neighbors=5).fit_transform(matrices)
    again = [np.vstack([matrix, matrix[:20], matrix[:20]]) for matrix in matrices]
    combined = LocallyLinear(4, n_neighbors=5).fit_transform(again)
    np.testing.assert_array_equal(combined[:60], expected)
    np.testing.assert_array_equal(combined[80:], expected[:20])
    minus_zero = [np.where(matrix == 0, -0.0, matrix) for matrix in matrices]
    combiner = LocallyLinear(4, n_neighbors=5).fit(matrices)
    np.testing.assert_array_equal(combiner.transform(minus_zero), expected)


def test_rows_that_no_view_knows_are_zeros(matrices):
    matrices = [np.vstack([matrix, matrix[:2] * 0]) for matrix in matrices]
    combiner = LocallyLinear(4, n_neighbors=5)
    combined = combiner.fit_transform(matrices)
    assert not combined[60:].any()
    assert combined[:60].any(axis=1).all()
    assert not combiner.transform([matrix[:1] * 0 for matrix in matrices]).any()
    np.testing.assert_array_equal(
        combined[:60], combiner.fit_transform([matrix[:60] for matrix in matrices])
    )


def test_views_that_share_no_row_are_kept_apart():
    rng = np.random.default_rng(0)
    blocks = [np.zeros((60, 5)), np.zeros((60, 4))]
    blocks[0][:35] = rng.standard_normal((35, 5))
    blocks[1][35:] = rng.standard_normal((25, 4))
    combined = LocallyLinear(59, n_neighbors=8).fit_transform(blocks)
    residual = np.eye(60) - find_mixes(blocks, 8, 0.1)
    assert np.linalg.norm(residual @ combined[:, 0]) < 1e-3  # tells the two apart
    assert np.ptp(combined[:35, 0]) < 1e-4
    assert np.ptp(combined[35:, 0]) < 1e-4
    for column in combined[:, 1:].T:  # each of the others belongs to one of them
        assert min(abs(column[:35]).max(), abs(column[35:]).max()) < 1e-3


def test_a_row_without_any_neighbour_is_zeros():
    rng = np.random.default_rng(0)
    blocks = [np.zeros((20, 3)), np.zeros((20, 2))]
    blocks[0][:19] = rng.standard_normal((19, 3))
    blocks[1][19] = 1
    combined = LocallyLinear(2, n_neighbors=4).fit_transform(blocks)
    assert not combined[19].any()
    assert combined[:19].any(axis=1).all()


@pytest.mark.parametrize("multiplicity", ["none", "paper"])
@pytest.mark.parametrize(
    "blocks",
    [
        [np.eye(3)],
        [np.arange(1.0, 9)[:, None]],
        [np.ones((9, 1)) * np.arange(1, 10)[:, None] @ np.ones((1, 6)), np.eye(9)],
        [np.c_[np.ones(9), np.arange(9)]],
        [np.eye(9)[::-1], np.eye(9)],
        [np.repeat(np.eye(4), 5, axis=0)],
        [np.repeat(np.eye(4), 5, axis=0), np.arange(1.0, 21)[:, None] % 7 + 1],
        [1e-18 * np.eye(5), 1e18 * np.eye(5)],
    ],
    ids=["3rows", "1dim", "rank1", "constant", "eyes", "copies", "partial", "scales"],
)
def test_degenerate_views_are_answered(blocks, multiplicity):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        combiner = LocallyLinear(multiplicity=multiplicity)
        combined = combiner.fit_transform(blocks)
    assert combined.shape == (len(blocks[0]), combiner.n_features_out_)
    assert 1 <= combiner.n_features_out_ <= max(b.shape[1] for b in blocks)
    assert np.isfinite(combined).all()
    new = combiner.transform([block[:2] * 1.5 for block in blocks])
    assert np.isfinite(new).all()


def test_more_components_than_rows_allow_give_fewer_with_a_warning(matrices):
    with pytest.warns(UserWarning, match="59 columns come out. Set it lower"):
        combined = LocallyLinear(60, n_neighbors=5).fit_transform(matrices)
    assert combined.shape == (60, 59)
    assert LocallyLinear().fit_transform(matrices).shape == (60, 8)


@pytest.mark.parametrize("block", [np.ones((1, 2)), np.ones((5, 2)), np.ones((0, 2))])
def test_too_few_rows_are_refused(block):
    with pytest.raises(ValueError, match=r"expected at least 2\. Pass more rows"):
        LocallyLinear().fit([block])
    with pytest.raises(ValueError, match=r"expected at least 2\. Pass more rows"):
        LocallyLinear().fit([block * 0])


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_components": 0},
        {"n_neighbors": 0},
        {"regularization": 0.0},
        {"multiplicity": "twice"},
        {"verbose": -1},
    ],
)
def test_unsound_parameters_are_refused(parameters, matrices):
    with pytest.raises(ValueError, match=f"'{next(iter(parameters))}' parameter"):
        LocallyLinear(**parameters).fit(matrices)


def test_read_only_and_mapped_views_are_not_changed(matrices, tmp_path):
    expected = LocallyLinear(4, n_neighbors=5).fit_transform(matrices)
    mapped = []
    for number, matrix in enumerate(matrices):
        np.save(tmp_path / f"{number}.npy", matrix)
        mapped.append(np.load(tmp_path / f"{number}.npy", mmap_mode="r"))
    combined = LocallyLinear(4, n_neighbors=5).fit_transform(mapped)
    np.testing.assert_array_equal(combined, expected)
    for matrix, other in zip(matrices, mapped):
        np.testing.assert_array_equal(matrix, other)


def test_a_fitted_combiner_survives_pickling_and_cloning(matrices):
    combiner = LocallyLinear(4, n_neighbors=5).fit(matrices)
    new = [matrix[:5] + 0.1 for matrix in matrices]
    copy = pickle.loads(pickle.dumps(combiner))
    np.testing.assert_array_equal(copy.transform(new), combiner.transform(new))
    assert not hasattr(clone(combiner), "embedding_")
    again = combiner.fit(matrices[:2])
    assert again.transform(matrices[:2]).shape == (60, 4)


def test_progress_is_shown_when_asked_for(matrices, capsys):
    LocallyLinear(2, verbose=1).fit_transform(matrices)
    shown = capsys.readouterr().err
    assert "Finding neighbors" in shown
    assert "60/60" in shown
    LocallyLinear(2).fit_transform(matrices)
    assert not capsys.readouterr().err


RUN = """
import hashlib, numpy as np
from skmeta.combine import LocallyLinear, _smooth_vectors
_smooth_vectors._FEW_ROWS = 1
rng = np.random.default_rng(0)
views = [rng.standard_normal((300, size)) for size in (6, 4)]
combined = LocallyLinear(5, n_neighbors=7).fit_transform(views)
print(hashlib.sha256(combined.tobytes()).hexdigest())
"""


def test_result_is_the_same_in_every_process():
    assert len(outputs_of(RUN)) == 1


def test_words_of_several_sources_become_one_model(word_vectors):
    rng = np.random.default_rng(5)
    words = [f"word{i}" for i in range(119, 39, -1)]  # forty are shared
    other = WordVectors(words, rng.standard_normal((80, 9)))
    meta = MetaEmbeddings([word_vectors, other], combiner="locally_linear")
    assert meta.word_vectors.vectors.shape == (120, 9)
    assert meta.wv.most_similar("word60", topn=3)


@pytest.mark.parametrize("level", ["word", "document"])
def test_documents_are_vectorized_at_both_levels(level, documents, word_vectors):
    rng = np.random.default_rng(5)
    words = [f"word{i}" for i in range(99, 39, -1)]
    other = WordVectors(words, rng.standard_normal((60, 9)))
    meta = MetaEmbeddingVectorizer(
        [("one", word_vectors), ("other", other)],
        combiner=LocallyLinear(5),
        level=level,
    )
    vectors = meta.fit_transform(documents)
    assert vectors.shape == (40, 5)
    assert not vectors[39].any()  # the empty document
    np.testing.assert_allclose(meta.transform(documents), vectors, atol=1e-6)
    np.testing.assert_allclose(meta.transform(documents[3:4]), vectors[3:4], atol=1e-6)
