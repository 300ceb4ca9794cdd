import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array, csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import Normalizer

from skmeta import MetaEmbeddingVectorizer
from skmeta._native import product_kernels
from skmeta.combine import Concatenate
from skmeta.combine import _classifier_rows as module
from skmeta.combine._classifier_rows import ClassifierRows, classifier_rows

MODULES = {"compiled": product_kernels, "without kernels": None}


@pytest.fixture(params=list(MODULES))
def rows(request, monkeypatch):
    """Rows with empty ones and columns, whose terms round differently in any order."""
    if request.param == "compiled" and product_kernels is None:
        pytest.skip("the kernels are not compiled")
    monkeypatch.setattr(module, "product_kernels", MODULES[request.param])
    rng = np.random.default_rng(0)
    plain = rng.random((70, 900), np.float32) - np.float32(0.3)
    plain[(rng.random((70, 900)) > 0.3) | (np.arange(900) % 7 == 0)] = 0
    plain[5] = 0
    return csr_array(plain[[*range(30), *range(60), 3]])


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("width", [0, 1, 2, 5, 8, 9])
def test_products_are_those_of_scipy(rows, width, dtype, order):
    rng = np.random.default_rng(width)
    quick = ClassifierRows(rows.astype(np.float32))
    plain = csr_array(quick)
    right = (9 * rng.standard_normal((900, width))).astype(dtype, order=order)
    left = (9 * rng.standard_normal((width, 91))).astype(dtype, order=order)
    for found, expected in [
        (quick @ right, plain @ right),
        (left @ quick, left @ plain),
        (quick.T @ left.T, plain.T @ left.T),
        (quick @ np.ones(900, dtype), plain @ np.ones(900, dtype)),
    ]:
        assert type(found) is np.ndarray
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("shape", [(0, 4), (3, 0), (3, 4)], ids=str)
def test_products_of_nothing(shape):
    empty = ClassifierRows(shape, dtype=np.float32)
    ones = np.ones((2, max(shape)), np.float32)
    np.testing.assert_array_equal(
        empty @ ones[:, : shape[1]].T, np.zeros((shape[0], 2))
    )
    np.testing.assert_array_equal(ones[:, : shape[0]] @ empty, np.zeros((2, shape[1])))


def test_matrices_that_do_not_fit_are_refused(rows):
    quick = ClassifierRows(rows)
    for width in (3, 30):
        with pytest.raises(ValueError, match="dimension mismatch"):
            quick @ np.ones((899, width), np.float32)
        with pytest.raises(ValueError, match="dimension mismatch"):
            np.ones((width, 90), np.float32) @ quick


@pytest.mark.skipif(product_kernels is None, reason="the kernels are not compiled")
@pytest.mark.parametrize("name", ["multiply", "multiply_transposed"])
def test_kernels_refuse_arrays_that_do_not_fit(name):
    rows = csr_array(np.eye(3, dtype=np.float32))
    parts = rows.data, rows.indices, rows.indptr.astype(np.int32)
    dense, out = np.ones((3, 8), np.float32), np.zeros((3, 8), np.float32)
    multiply = getattr(product_kernels, name)
    multiply(*parts, dense, out)
    np.testing.assert_array_equal(out, dense)
    for wrong in (
        (*parts, dense[:, :7].copy(), out),
        (*parts, dense, np.zeros((3, 9), np.float32)),
        (*parts, dense[:2], out[:2]),
        (parts[0][:2], *parts[1:], dense, out),
        (*parts[:2], parts[2] + np.int32(1), dense, out),
    ):
        with pytest.raises(ValueError, match="do not fit"):
            multiply(*wrong)


def test_a_classifier_of_the_rows_is_the_same_to_the_digit(rows):
    labels = np.arange(91) % 4
    fitted = [
        LogisticRegression(solver="newton-cg").fit(some, labels)
        for some in (csr_array(rows), ClassifierRows(rows))
    ]
    np.testing.assert_array_equal(fitted[0].coef_, fitted[1].coef_)
    assert fitted[0].n_iter_ == fitted[1].n_iter_


def test_rows_stay_what_they_are(rows):
    quick = classifier_rows(csr_matrix(rows))
    for some in (
        quick,
        quick[3:9],
        quick[np.array([5, 1])],
        quick * np.float32(2),
        quick.copy(),
        Normalizer().fit_transform(quick),
        pickle.loads(pickle.dumps(quick)),
    ):
        assert type(some) is ClassifierRows
        assert some.dtype == np.float32
    assert np.shares_memory(classifier_rows(rows).data, rows.data)
    assert classifier_rows(rows.tocsc()).format == "csc"
    dense = rows.toarray()
    assert classifier_rows(dense) is dense


def test_sparse_concatenations_are_such_rows():
    documents = [["a", "b"], ["b", "c", "c"], ["a"]] * 2
    meta = MetaEmbeddingVectorizer(
        [
            ("tfidf", TfidfVectorizer(analyzer=list)),
            ("vectors", {"a": [1.0, 0.0], "b": [0.0, 2.0]}),
        ],
        level="document",
    )
    assert type(meta.fit_transform(documents)) is ClassifierRows
    assert type(meta.transform(documents)) is ClassifierRows
    views = [csr_array(np.eye(2)), np.ones((2, 1))]
    assert type(Concatenate().fit_transform(views)) is ClassifierRows
