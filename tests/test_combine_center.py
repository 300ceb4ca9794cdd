import numpy as np
import pytest
from scipy.sparse import csr_array, issparse

from skmeta.combine import Views, _views
from skmeta.combine._center import Center, normalize_rows


@pytest.fixture
def matrices():
    rng = np.random.default_rng(0)
    matrices = [rng.standard_normal((20, size)) + 1 for size in (3, 4)]
    matrices[0][:5] = 0
    matrices[1][15:] = 0
    return matrices


@pytest.mark.parametrize("rows_at_a_time", [3, 100])
def test_known_rows_lose_their_mean_and_absent_ones_stay_absent(
    matrices, rows_at_a_time, monkeypatch
):
    monkeypatch.setattr(_views, "_ROWS_BLOCK_SIZE", rows_at_a_time)
    views = Views(matrices)
    centered = views.with_step(Center().fit(views))
    blocks = [
        np.concatenate(parts) for parts in zip(*(b for _, b, _ in centered.blocks()))
    ]
    for matrix, block in zip(matrices, blocks):
        known = matrix.any(axis=1)
        expected = np.where(known[:, None], matrix - matrix[known].mean(axis=0), 0)
        np.testing.assert_allclose(block, expected, atol=1e-6)


def test_unit_rows_are_of_unit_length_again(matrices):
    views = Views(matrices, normalize=True)
    [(_, blocks, _)] = views.with_step(Center().fit(views)).blocks()
    for matrix, block in zip(matrices, blocks):
        known = matrix.any(axis=1)
        rows = matrix[known] / np.linalg.norm(matrix[known], axis=1, keepdims=True)
        rows -= rows.mean(axis=0)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        np.testing.assert_allclose(block[known], rows, atol=1e-6)
        assert not block[~known].any()


def test_rows_that_are_all_alike_become_zeros():
    views = Views([[[3.0, 4.0]] * 4, [[1.0], [2.0], [3.0], [0.0]]], normalize=True)
    [(_, blocks, present)] = views.with_step(Center().fit(views)).blocks()
    assert not blocks[0].any()
    assert present[:, 0].all()


def test_sparse_views_stay_as_they_are():
    views = Views([csr_array(np.eye(3)), np.eye(3)])
    center = Center().fit(views)
    assert center.means_[0] is None
    [(_, blocks, _)] = views.with_step(center).blocks()
    assert issparse(blocks[0])
    np.testing.assert_array_equal(blocks[0].toarray(), np.eye(3))


@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1.0, 1e20, 1e30])
def test_rows_of_any_size_are_scaled_to_unit_length(scale):
    block = (scale * np.array([[3.0, 4.0], [0.0, 0.0]])).astype(np.float32)
    normalize_rows(block)
    np.testing.assert_allclose(block, [[0.6, 0.8], [0, 0]], rtol=1e-6)
