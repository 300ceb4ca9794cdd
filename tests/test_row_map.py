"""Rows of any kind at a scale for linear classifiers: what is learned, and applied."""

import pickle

import numpy as np
import pytest
from rows_by_hand import map_by_hand, typical_distance
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from skmeta._documents._stream import DocumentStream
from skmeta._documents._take_evenly import take_evenly
from skmeta._pooling import _row_map
from skmeta._pooling._row_map import RowMap, learn_row_map
from skmeta._pooling._row_scale import RowScale

RNG = np.random.default_rng(0)


def rows_like(n_rows, spread, mean=0.0):
    rows = RNG.standard_normal((n_rows, len(spread))) * spread + mean
    return rows.astype(np.float32)


FEW_DIRECTIONS = rows_like(400, 50 * 0.7 ** np.arange(40), mean=3.0)
MANY_DIRECTIONS = rows_like(400, np.ones(40), mean=3.0)


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        pytest.param(FEW_DIRECTIONS, RowMap, id="few directions"),
        pytest.param(MANY_DIRECTIONS, RowScale, id="many directions"),
        pytest.param(FEW_DIRECTIONS[:50], RowMap, id="few rows"),
        pytest.param(rows_like(300, 0.98 ** np.arange(150)), RowScale, id="25 of 150"),
        pytest.param(rows_like(300, 0.9 ** np.arange(150)), RowMap, id="10 of 150"),
        pytest.param(1e-12 * FEW_DIRECTIONS, RowMap, id="tiny"),
    ],
)
def test_maps_by_hand(rows, kind):
    before = rows.copy()
    row_map = learn_row_map("auto", rows)
    assert type(row_map) is kind
    np.testing.assert_array_equal(rows, before)
    found = row_map.apply(rows.copy())
    np.testing.assert_allclose(found, map_by_hand(rows), rtol=2e-3, atol=5e-3)
    matrix = row_map.as_matrix(rows.shape[1])
    np.testing.assert_allclose(found, rows @ matrix, rtol=1e-4, atol=1e-4)
    coef = RNG.standard_normal((rows.shape[1], 3))
    np.testing.assert_allclose(
        rows @ row_map.pull_back(coef), found @ coef, rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([[0.0, 3.0], [4.0, 0.0]], 1, id="two points"),
        pytest.param([[0.0, 2.0]] * 3, 2.5 / 2, id="all alike"),
        pytest.param([[0.0, 0.0]], 1, id="zeros"),
        pytest.param([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]], 2.5, id="a zero"),
        pytest.param([[1, 0], [-1, 0]] * 9 + [[0, 3], [0, -3]], 2.5, id="median"),
        pytest.param(
            [[1, 0], [-1, 0]] * 9 + [[0, 30], [0, -30]],
            2.5 / (np.sqrt((18 + 1_800) / 20) / 2),
            id="two far away",
        ),
    ],
)
@pytest.mark.parametrize("kind", [np.asarray, csr_array], ids=["dense", "sparse"])
def test_scale_by_hand(rows, expected, kind, monkeypatch):
    monkeypatch.setattr(_row_map, "_EVEN", 1)  # directions stay as they are
    rows = kind(np.array(rows, np.float32))
    if kind is csr_array and rows.nnz:
        expected *= 3 / 2.5
    row_map = learn_row_map("auto", rows)
    assert row_map.factor == pytest.approx(expected)
    if kind is csr_array:
        found = row_map.apply(rows).toarray()
        np.testing.assert_allclose(found, expected * rows.toarray(), rtol=1e-6)


@pytest.mark.parametrize("far", [100, 1_000, 20_000])
def test_rows_far_from_zero_keep_their_differences(far):
    rows = rows_like(600, [300.0] * 6 + [15.0] * 44, mean=far)
    labels = (rows[:, 20] > far).astype(int)
    mapped = learn_row_map("auto", rows).apply(rows.copy())
    assert typical_distance(mapped) == pytest.approx(2.5, rel=0.01)
    classifier = LogisticRegression().fit(mapped[:400], labels[:400])
    assert classifier.score(mapped[400:], labels[400:]) > 0.85


def test_wide_rows_are_scaled_only():
    rows = rows_like(50, 50 * 0.7 ** np.arange(600), mean=0.5)
    row_map = learn_row_map("auto", rows)
    assert type(row_map) is RowScale
    assert typical_distance(row_map.apply(rows)) == pytest.approx(2.5, rel=1e-4)


@pytest.mark.parametrize("rows", [FEW_DIRECTIONS, MANY_DIRECTIONS])
@pytest.mark.parametrize("compiled", [True, False])
def test_rows_are_mapped_the_same_in_any_company(rows, compiled, monkeypatch):
    if not compiled:
        monkeypatch.setattr(_row_map, "product_kernels", None)
    elif _row_map.product_kernels is None:
        pytest.skip("the kernels are not compiled")
    row_map = learn_row_map("auto", rows)
    together = row_map.apply(rows.copy())
    assert together.dtype == np.float32
    for part in (slice(7, 8), slice(0, 65), slice(3, 300, 7)):
        np.testing.assert_array_equal(row_map.apply(rows[part].copy()), together[part])
    assert not row_map.apply(np.zeros((2, rows.shape[1]), np.float32)).any()
    assert row_map.apply(rows[:0].copy()).shape == (0, rows.shape[1])
    again = pickle.loads(pickle.dumps(row_map))
    np.testing.assert_array_equal(again.apply(rows.copy()), together)


def test_rows_of_any_layout_are_mapped_in_place():
    row_map = learn_row_map("auto", FEW_DIRECTIONS)
    rows = np.asfortranarray(FEW_DIRECTIONS)
    assert row_map.apply(rows) is rows
    np.testing.assert_array_equal(rows, row_map.apply(FEW_DIRECTIONS.copy()))


def test_compiled_and_numpy_agree(monkeypatch):
    row_map = learn_row_map("auto", FEW_DIRECTIONS)
    compiled = row_map.apply(FEW_DIRECTIONS.copy())
    monkeypatch.setattr(_row_map, "product_kernels", None)
    found = row_map.apply(FEW_DIRECTIONS.copy())
    np.testing.assert_allclose(found, compiled, rtol=1e-4, atol=1e-4)


def test_rows_of_zeros_say_nothing():
    expected = learn_row_map("auto", FEW_DIRECTIONS).as_matrix(40)
    zeros = np.zeros((500, 40), np.float32)
    found = learn_row_map("auto", np.concatenate([zeros, FEW_DIRECTIONS]))
    np.testing.assert_allclose(found.as_matrix(40), expected, rtol=1e-6)


def test_some_of_many_rows_are_enough():
    rows = rows_like(3_000, 50 * 0.7 ** np.arange(40), mean=3.0)
    found = learn_row_map("auto", rows).as_matrix(40)
    expected = learn_row_map("auto", rows[::4]).as_matrix(40)
    np.testing.assert_array_equal(found, expected)


def test_a_number_multiplies_rows():
    row_map = learn_row_map(2, FEW_DIRECTIONS)
    np.testing.assert_array_equal(
        row_map.apply(FEW_DIRECTIONS.copy()), 2 * FEW_DIRECTIONS
    )
    expected = 2 * np.eye(40, dtype=np.float32)
    np.testing.assert_array_equal(row_map.as_matrix(40), expected)


def test_untouched_classifiers_find_what_few_directions_hide():
    # most of the variance is noise in two directions, the classes are in the others
    rows = rows_like(900, [20.0, 10.0] + [0.1] * 28)
    labels = (rows[:, 2:] @ RNG.standard_normal((28, 4))).argmax(axis=1)
    mapped = learn_row_map("auto", rows).apply(rows.copy())
    scores = []
    for some in (2.5 / typical_distance(rows) * rows, mapped):
        classifier = LogisticRegression().fit(some[:600], labels[:600])
        scores.append(classifier.score(some[600:], labels[600:]))
    assert scores[1] > scores[0] + 0.15


class Rereadable:
    def __init__(self, documents):
        self.documents = documents

    def __iter__(self):
        return iter(self.documents)


@pytest.mark.parametrize("n_documents", [1, 1_000, 1_001, 2_000, 4_321])
def test_documents_are_taken_evenly(n_documents):
    documents = [[f"{number}"] for number in range(n_documents)]
    taken = take_evenly(documents)
    assert take_evenly(DocumentStream(Rereadable(documents))) == taken
    assert take_evenly(taken) == taken
    numbers = [int(number) for [number] in taken]
    steps = set(np.diff(numbers))
    assert min(n_documents, 500) <= len(taken) <= 1_000
    assert len(steps) <= 1
    assert n_documents - numbers[-1] <= max(steps, default=1)
    rows = np.arange(n_documents, dtype=np.float32)[:, np.newaxis]
    assert take_evenly(rows).ravel().tolist() == numbers
    assert take_evenly(csr_array(rows)).toarray().ravel().tolist() == numbers
