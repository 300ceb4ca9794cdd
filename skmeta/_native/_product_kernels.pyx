# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Products whose rows round the same in any company.

Of sparse rows and a few dense columns, as a linear classifier needs them, the same as
SciPy's, number for number: combine/_classifier_rows.py. Of dense rows and a square
matrix: _pooling/_row_map.py.
"""

from libc.stdint cimport int32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

__all__ = ["WIDTH", "multiply", "multiply_rows", "multiply_transposed"]

cdef extern from "_narrow_products.h" nogil:
    int NARROW
    void multiply_narrow(
        float* sums, const int32_t* columns, const float* values, Py_ssize_t n,
        const float* dense
    )
    void spread_narrow(
        float* sums, const int32_t* columns, const float* values, Py_ssize_t n,
        const float* factors
    )

cdef extern from "_rows_times_matrix.h" nogil:
    void rows_times_matrix(
        Py_ssize_t n, Py_ssize_t k, Py_ssize_t m, const float *rows,
        const float *matrix, float *products, int add
    )

WIDTH = NARROW
cdef enum:
    BLOCK_SIZE = 64


cdef int check(
    Py_ssize_t n_values, Py_ssize_t n_columns, const int32_t[::1] indptr,
    const float[:, ::1] dense, const float[:, ::1] out, Py_ssize_t n_rows
) except -1:
    """Raise if matrices do not fit; columns are not looked at, as SciPy does not."""
    if (
        dense.shape[1] != NARROW or out.shape[1] != NARROW
        or indptr.shape[0] != n_rows + 1 or indptr[0] != 0
        or indptr[n_rows] > n_values or n_values != n_columns
    ):
        raise ValueError("the matrices do not fit")
    return 0


def multiply(
    const float[::1] values, const int32_t[::1] columns, const int32_t[::1] indptr,
    const float[:, ::1] dense, float[:, ::1] out
):
    """Multiply compressed sparse rows with a dense matrix of WIDTH columns.

    Parameters
    ----------
    values, columns, indptr : float32, int32 and int32 ndarrays
    dense : float32 ndarray of shape (n_columns, WIDTH)
    out : float32 ndarray of shape (n_rows, WIDTH)
    """
    cdef Py_ssize_t row, n_rows = out.shape[0]
    check(values.shape[0], columns.shape[0], indptr, dense, out, n_rows)
    if not values.shape[0]:
        out[:, :] = 0
        return
    with nogil:
        for row in range(n_rows):
            multiply_narrow(
                &out[row, 0], &columns[0] + indptr[row], &values[0] + indptr[row],
                indptr[row + 1] - indptr[row], &dense[0, 0],
            )


def multiply_transposed(
    const float[::1] values, const int32_t[::1] columns, const int32_t[::1] indptr,
    const float[:, ::1] dense, float[:, ::1] out
):
    """Add the product of transposed sparse rows with a matrix of WIDTH columns.

    Parameters
    ----------
    values, columns, indptr : float32, int32 and int32 ndarrays
    dense : float32 ndarray of shape (n_rows, WIDTH)
    out : float32 ndarray of shape (n_columns, WIDTH)
    """
    cdef Py_ssize_t row, n_rows = dense.shape[0]
    check(values.shape[0], columns.shape[0], indptr, dense, out, n_rows)
    if not values.shape[0]:
        return
    with nogil:
        for row in range(n_rows):
            spread_narrow(
                &out[0, 0], &columns[0] + indptr[row], &values[0] + indptr[row],
                indptr[row + 1] - indptr[row], &dense[row, 0],
            )


def multiply_rows(float[:, ::1] rows, const float[:, ::1] matrix):
    """Multiply rows with a square matrix, in place.

    Parameters
    ----------
    rows : float32 ndarray of shape (n_rows, n_features)
    matrix : float32 ndarray of shape (n_features, n_features)
    """
    cdef Py_ssize_t n_rows = rows.shape[0], size = rows.shape[1], start = 0, n
    cdef float *products
    if matrix.shape[0] != size or matrix.shape[1] != size:
        raise ValueError("the matrix does not fit the rows")
    if not n_rows or not size:
        return
    products = <float *> malloc(min(n_rows, BLOCK_SIZE) * size * sizeof(float))
    if products is NULL:
        raise MemoryError()
    with nogil:
        while start < n_rows:
            n = min(n_rows - start, BLOCK_SIZE)
            rows_times_matrix(
                n, size, size, &rows[start, 0], &matrix[0, 0], products, 0
            )
            memcpy(&rows[start, 0], products, n * size * sizeof(float))
            start += n
    free(products)
