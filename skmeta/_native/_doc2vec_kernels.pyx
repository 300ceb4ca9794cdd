# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Newton's method for the vectors of documents, without Python's lock.

The same as _doc2vec/inference/_newton.py in NumPy, which is what to read first.
"""

import numpy as np

from libc.string cimport memset

__all__ = ["maximize"]

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    #include "_wide.h"
    #include "_rows_times_matrix.h"

    /* The logistic function to a few units in the last place: exp by a power of two
       and a polynomial (of Cephes, for single precision), in loops that compilers turn
       into vector instructions. */
    static inline float skmeta_logistic(float x)
    {
        float n = -1.44269504f * x + 12582912.0f;  /* rounds to a whole number */
        int32_t power;
        memcpy(&power, &n, 4);
        power -= 0x4B400000;
        power = power < 90 ? power : 90;  /* whole numbers, or it is not vectorized */
        power = power > -90 ? power : -90;
        power = (power + 127) << 23;
        float scale;
        memcpy(&scale, &power, 4);
        n -= 12582912.0f;
        float r = (-x - n * 0.693359375f) + n * 2.12194440e-4f;
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        p = p * r * r + r + 1.0f;
        return 1.0f / (1.0f + p * scale);
    }

    CLONES("avx2", "default")
    static void skmeta_derive_targets(
        ptrdiff_t n, const float *products, const float *offsets, const float *weights,
        float *RESTRICT slopes, float *RESTRICT curvatures)
    {
        for (ptrdiff_t i = 0; i < n; i++) {
            float predicted = skmeta_logistic(products[i] + offsets[i]);
            float slope = weights[i] * (1.0f - predicted);
            slopes[i] = slope;
            curvatures[i] = slope * predicted;
        }
    }

    CLONES("avx2", "default")
    static void skmeta_derive_position(
        ptrdiff_t n, const float *products, const float *half_offsets, float slope,
        float weight, float *RESTRICT slopes, float *RESTRICT curvatures)
    {
        float first = weight * slope, second = first * slope;
        for (ptrdiff_t i = 0; i < n; i++) {
            float noise = skmeta_logistic(
                slope * products[i] + 2.0f * half_offsets[i]);
            slopes[i] += first * noise;
            curvatures[i] += second * (noise - noise * noise);
        }
    }
    """
    void skmeta_derive_targets(
        Py_ssize_t n, const float *products, const float *offsets, const float *weights,
        float *slopes, float *curvatures) noexcept nogil
    void skmeta_derive_position(
        Py_ssize_t n, const float *products, const float *half_offsets, float slope,
        float weight, float *slopes, float *curvatures) noexcept nogil
    void rows_times_matrix(
        Py_ssize_t n, Py_ssize_t k, Py_ssize_t m, const float *rows,
        const float *matrix, float *products, int add) noexcept nogil
    void matrix_times_vector(
        Py_ssize_t n, Py_ssize_t k, const float *matrix, const float *vector,
        float *products) noexcept nogil

cdef float TINY = 1e-30


cdef struct Batch:  # an Objective and its Preconditioner
    int n_documents, n_targets, n_points, n_positions, size
    float *targets
    float *weights
    float *offsets
    float *points
    float *points_transposed
    float *point_shares
    float *position_weights
    float *position_slopes
    float *half_offsets
    float *eigenvalues
    float *basis
    float *basis_transposed
    float precision


cdef struct Amounts:  # of targets and of points
    float *targets
    float *points


def maximize(objective, preconditioner, steps):
    """Find each document's best vector: see _newton.py."""
    cdef const float[:, :, ::1] targets = objective.targets
    cdef const float[:, ::1] weights = _plain(objective.weights)
    cdef const float[:, ::1] offsets = _plain(objective.offsets, objective.weights.shape)
    cdef const float[:, ::1] points = _plain(objective.points)
    cdef const float[:, ::1] points_transposed = _plain(objective.points_transposed)
    cdef const float[::1] point_shares = _plain(objective.point_shares)
    cdef const float[:, ::1] position_weights = _plain(objective.position_weights)
    cdef const float[:, ::1] position_slopes = _plain(objective.position_slopes)
    cdef const float[:, :, ::1] half_offsets = _plain(
        objective.position_half_offsets,
        (*objective.position_weights.shape, len(objective.points)),
    )
    cdef const float[:, ::1] eigenvalues = preconditioner.scaled(objective.scale())
    cdef const float[:, ::1] basis = _plain(preconditioner.basis)
    cdef const float[:, ::1] basis_transposed = _plain(preconditioner.basis_transposed)
    cdef Batch batch
    batch.n_documents, batch.n_targets = targets.shape[0], targets.shape[1]
    batch.size = targets.shape[2]
    batch.n_points = points.shape[0]
    batch.n_positions = position_weights.shape[1]
    check_rows("weights", weights, batch.n_documents, batch.n_targets)
    check_rows("position_weights", position_weights, batch.n_documents, batch.n_positions)
    check_rows("position_slopes", position_slopes, batch.n_documents, batch.n_positions)
    check_rows("eigenvalues", eigenvalues, batch.n_documents, batch.size)
    check_rows("basis", basis, batch.size, batch.size)
    check_rows("basis_transposed", basis_transposed, batch.size, batch.size)
    if batch.n_points:
        check_rows("points", points, batch.n_points, batch.size)
        check_rows(
            "points_transposed", points_transposed, batch.size, batch.n_points
        )
        if point_shares.shape[0] != batch.n_points:
            refuse("point_shares", point_shares, (batch.n_points,))
    batch.targets = <float *>&targets[0, 0, 0]
    batch.weights = <float *>&weights[0, 0]
    batch.offsets = <float *>&offsets[0, 0]
    batch.points = batch.points_transposed = NULL
    batch.point_shares = batch.half_offsets = NULL
    if batch.n_points:
        batch.points = <float *>&points[0, 0]
        batch.points_transposed = <float *>&points_transposed[0, 0]
        batch.point_shares = <float *>&point_shares[0]
        batch.half_offsets = <float *>&half_offsets[0, 0, 0]
    batch.position_weights = <float *>&position_weights[0, 0]
    batch.position_slopes = <float *>&position_slopes[0, 0]
    batch.eigenvalues = <float *>&eigenvalues[0, 0]
    batch.basis = <float *>&basis[0, 0]
    batch.basis_transposed = <float *>&basis_transposed[0, 0]
    batch.precision = 1 / objective.variance

    cdef Py_ssize_t n = batch.n_documents
    cdef Py_ssize_t n_values = n * batch.size
    cdef Py_ssize_t n_amounts = n * (batch.n_targets + batch.n_points)
    cdef float[::1] vectors = np.zeros(n_values, np.float32)
    cdef float[:, ::1] values = np.zeros((8, n_values), np.float32)
    cdef float[:, ::1] amounts = np.zeros((7, n_amounts), np.float32)
    cdef float[::1] numbers = np.zeros(n, np.float32)
    cdef Amounts a[7]
    cdef float *v[8]
    cdef Py_ssize_t i
    for i in range(7):
        a[i].targets = &amounts[i, 0]
        a[i].points = a[i].targets + n * batch.n_targets
    for i in range(8):
        v[i] = &values[i, 0]
    cdef int[::1] plan = np.array(steps, np.intc)
    with nogil:
        for i in range(plan.shape[0]):
            _newton(
                &batch, &vectors[0], v, a, &numbers[0], plan[i],
                i + 1 == plan.shape[0],
            )
    return np.asarray(vectors).reshape(n, batch.size)


cdef int check_rows(
    str name, const float[:, ::1] array, Py_ssize_t n_rows, Py_ssize_t n_columns
) except -1:
    """Refuse an array that would be read past its end."""
    if array.shape[0] != n_rows or array.shape[1] != n_columns:
        refuse(name, array, (n_rows, n_columns))
    return 0


def refuse(name, array, expected):
    raise ValueError(f"Found {name} of shape {np.shape(array)}, expected {expected}.")


def _plain(array, shape=None):
    if shape is not None and array.shape != shape:
        array = np.broadcast_to(array, shape)
    return np.ascontiguousarray(array, dtype=np.float32)


cdef void _newton(
    Batch *batch, float *vectors, float **v, Amounts *a, float *squared, int n_steps,
    bint is_last,
) noexcept nogil:
    """Take one of Newton's steps.

    a[0] holds the vectors' products, v[6] and a[5] get the step and its products.
    """
    cdef int n = batch.n_documents, size = batch.size
    cdef Py_ssize_t n_values = <Py_ssize_t>n * size, i, j
    cdef Py_ssize_t n_amounts = <Py_ssize_t>n * (batch.n_targets + batch.n_points)
    cdef float precision = batch.precision
    cdef float *gradient = v[0]
    cdef float slope, curvature, length
    _derive(batch, a[0], a[1], a[2])
    _collect(batch, a[1], gradient)
    for i in range(n_values):
        gradient[i] -= precision * vectors[i]
    _conjugate_gradients(batch, v, a, squared, n_steps)
    cdef float *newton = v[6]
    if is_last:
        for i in range(n_values):
            vectors[i] += newton[i]
        return
    for i in range(n_amounts):
        a[3].targets[i] = a[0].targets[i] + a[5].targets[i]
    _derive(batch, a[3], a[1], a[2])
    for i in range(n):
        slope = curvature = 0
        for j in range(i * size, (i + 1) * size):
            slope -= precision * (vectors[j] + newton[j]) * newton[j]
            curvature += precision * newton[j] * newton[j]
        for j in range(i * batch.n_targets, (i + 1) * batch.n_targets):
            slope += a[1].targets[j] * a[5].targets[j]
            curvature += a[2].targets[j] * a[5].targets[j] * a[5].targets[j]
        for j in range(i * batch.n_points, (i + 1) * batch.n_points):
            slope += a[1].points[j] * a[5].points[j]
            curvature += a[2].points[j] * a[5].points[j] * a[5].points[j]
        length = 1 + slope / max(curvature, TINY)
        length = min(max(length, <float>0.25), <float>4)
        for j in range(i * size, (i + 1) * size):
            vectors[j] += length * newton[j]
        _add(&a[0].targets[i * batch.n_targets], &a[5].targets[i * batch.n_targets],
             length, batch.n_targets)
        _add(&a[0].points[i * batch.n_points], &a[5].points[i * batch.n_points],
             length, batch.n_points)


cdef void _conjugate_gradients(
    Batch *batch, float **v, Amounts *a, float *squared, int n_steps
) noexcept nogil:
    """Solve Newton's equations roughly.

    v[0]: the gradient, then what is left of it; a[2]: curvatures; v[6], a[5]: the
    solutions and their products.
    """
    cdef int n = batch.n_documents, size = batch.size, step
    cdef Py_ssize_t n_values = <Py_ssize_t>n * size, i, j
    cdef Py_ssize_t n_amounts = <Py_ssize_t>n * (batch.n_targets + batch.n_points)
    cdef float *residual = v[0]
    cdef float *direction = v[1]
    cdef float *better = v[2]
    cdef float *curved = v[3]
    cdef float *work = v[4]
    cdef float *solution = v[6]
    cdef float length, ratio, now
    memset(solution, 0, n_values * sizeof(float))
    memset(a[5].targets, 0, n_amounts * sizeof(float))
    for step in range(n_steps):
        _precondition(batch, residual, better, work)
        for i in range(n):
            matrix_times_vector(1, size, residual + i * size, better + i * size, &now)
            ratio = now / max(squared[i], TINY) if step else 0
            squared[i] = now
            for j in range(i * size, (i + 1) * size):
                direction[j] = better[j] + (ratio * direction[j] if step else 0)
        _multiply(batch, direction, a[4])
        for i in range(n_amounts):
            a[6].targets[i] = a[2].targets[i] * a[4].targets[i]
        _collect(batch, a[6], curved)
        for i in range(n):
            for j in range(i * size, (i + 1) * size):
                curved[j] += batch.precision * direction[j]
            matrix_times_vector(
                1, size, direction + i * size, curved + i * size, &length
            )
            length = squared[i] / max(length, TINY)
            _add(solution + i * size, direction + i * size, length, size)
            _add(residual + i * size, curved + i * size, -length, size)
            _add(&a[5].targets[i * batch.n_targets],
                 &a[4].targets[i * batch.n_targets], length, batch.n_targets)
            _add(&a[5].points[i * batch.n_points],
                 &a[4].points[i * batch.n_points], length, batch.n_points)


cdef void _derive(
    Batch *batch, Amounts products, Amounts slopes, Amounts curvatures
) noexcept nogil:
    """Derive the objective by the products: see Objective.derive."""
    cdef int n = batch.n_documents, k = batch.n_points
    cdef Py_ssize_t i, j, place
    skmeta_derive_targets(
        <Py_ssize_t>n * batch.n_targets, products.targets, batch.offsets, batch.weights,
        slopes.targets, curvatures.targets,
    )
    if not k:
        return
    memset(slopes.points, 0, <Py_ssize_t>n * k * sizeof(float))
    memset(curvatures.points, 0, <Py_ssize_t>n * k * sizeof(float))
    for i in range(n):
        for place in range(i * batch.n_positions, (i + 1) * batch.n_positions):
            if batch.position_weights[place] == 0:
                continue
            skmeta_derive_position(
                k, products.points + i * k, batch.half_offsets + place * k,
                batch.position_slopes[place], batch.position_weights[place],
                slopes.points + i * k, curvatures.points + i * k,
            )
        for j in range(k):
            slopes.points[i * k + j] *= -batch.point_shares[j]
            curvatures.points[i * k + j] *= batch.point_shares[j]


cdef void _multiply(Batch *batch, float *vectors, Amounts products) noexcept nogil:
    """Multiply targets and points with vectors: see Objective.multiply."""
    cdef int n = batch.n_documents, size = batch.size, k = batch.n_points
    cdef Py_ssize_t n_targets = batch.n_targets, i
    for i in range(n):
        matrix_times_vector(
            n_targets, size, batch.targets + i * n_targets * size, vectors + i * size,
            products.targets + i * n_targets,
        )
    if k:
        rows_times_matrix(
            n, size, k, vectors, batch.points_transposed, products.points, 0
        )


cdef void _collect(Batch *batch, Amounts amounts, float *sums) noexcept nogil:
    """Add so much of targets and points up: see Objective.collect."""
    cdef int n = batch.n_documents, size = batch.size, k = batch.n_points
    cdef Py_ssize_t n_targets = batch.n_targets, i
    for i in range(n):
        rows_times_matrix(
            1, n_targets, size, amounts.targets + i * n_targets,
            batch.targets + i * n_targets * size, sums + i * size, 0,
        )
    if k:
        rows_times_matrix(n, k, size, amounts.points, batch.points, sums, 1)


cdef void _precondition(
    Batch *batch, float *vectors, float *results, float *work
) noexcept nogil:
    """Multiply with about the inverse Hessians: see Preconditioner.multiply."""
    cdef int n = batch.n_documents, size = batch.size
    cdef Py_ssize_t i
    rows_times_matrix(n, size, size, vectors, batch.basis, work, 0)
    for i in range(<Py_ssize_t>n * size):
        work[i] *= batch.eigenvalues[i]
    rows_times_matrix(n, size, size, work, batch.basis_transposed, results, 0)


cdef inline void _add(
    float *sums, float *terms, float times, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        sums[i] += times * terms[i]
