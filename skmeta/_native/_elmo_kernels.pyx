# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The loops of ELMo that are worth compiling: patterns of characters, gates of LSTMs.

The same as in torch in _patterns.py and _gates.py, which are what to read first.
"""

import numpy as np

from libc.stdint cimport int64_t

__all__ = ["find_patterns", "go_back", "open_and_keep", "open_gates"]

cdef enum:
    MOST_CHARACTERS = 64  # of a pattern

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    #include "_wide.h"

    /* A function for several processors, of which the best that runs here is called.
       Unlike WIDE it has fused products and sums, which digits may depend on: those
       of torch do as well. */
    #if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    #define BEST_OF_ALL(name, parameters, arguments) \
        __attribute__((target("avx512f,fma"))) static void name##_512 parameters \
        { name##_anywhere arguments; } \
        __attribute__((target("avx2,fma"))) static void name##_256 parameters \
        { name##_anywhere arguments; } \
        static void name parameters \
        { \
            if (__builtin_cpu_supports("avx512f")) \
                name##_512 arguments; \
            else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) \
                name##_256 arguments; \
            else \
                name##_anywhere arguments; \
        }
    #define INLINE static inline __attribute__((always_inline))
    #else
    #define BEST_OF_ALL(name, parameters, arguments) \
        static void name parameters { name##_anywhere arguments; }
    #define INLINE static inline
    #endif

    /* no constants: with these, compilers turn selects into branches */
    float skmeta_most = 88.0f, skmeta_ten = 10.0f;

    /* exp(x) - 1 to a few units in the last place, near zero too: a power of two and a
       polynomial (of Cephes, for single precision), in loops that compilers turn into
       vector instructions. */
    INLINE float skmeta_expm1(float x)
    {
        x = x > skmeta_most ? skmeta_most : x; /* what is no number stays none */
        x = x < -skmeta_most ? -skmeta_most : x;
        float n = 1.44269504f * x + 12582912.0f; /* rounds to a whole number */
        int32_t power;
        memcpy(&power, &n, 4);
        power = (power - 0x4B400000 + 127) << 23;
        float scale;
        memcpy(&scale, &power, 4);
        n -= 12582912.0f;
        float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
        float s = r * r; /* terms in pairs, which do not wait for each other */
        float low = 1.6666665459e-1f * r + 5.0000001201e-1f;
        float middle = 8.3334519073e-3f * r + 4.1665795894e-2f;
        float high = 1.9875691500e-4f * r + 1.3981999507e-3f;
        float p = ((high * s + middle) * s + low) * s + r;
        return scale * p + (scale - 1.0f);
    }

    INLINE float skmeta_sigmoid(float x)
    {
        return 1.0f / (2.0f + skmeta_expm1(-x));
    }

    /* tanh(x) is e / (e + 2), where this is e: from 10 on it rounds to 1. */
    INLINE float skmeta_half_tanh(float x)
    {
        x = x > skmeta_ten ? skmeta_ten : x;
        return skmeta_expm1(2.0f * x);
    }

    INLINE float skmeta_tanh(float x)
    {
        float e = skmeta_half_tanh(x);
        return e / (e + 2.0f);
    }

    /* skmeta_sigmoid(x) * skmeta_tanh(y) by one division */
    INLINE float skmeta_sigmoid_tanh(float x, float y)
    {
        float e = skmeta_half_tanh(y);
        return e / ((2.0f + skmeta_expm1(-x)) * (e + 2.0f));
    }

    /* Adds up a row for each character from a place on, and keeps what is larger. */
    WIDE static void find_there(
        const float *const *rows, ptrdiff_t width, float *RESTRICT sums,
        float *RESTRICT best, int64_t *RESTRICT places, int64_t place, ptrdiff_t n)
    {
        const float *first = rows[0];
        for (ptrdiff_t j = 0; j < n; j++)
            sums[j] = first[j];
        for (ptrdiff_t k = 1; k < width; k++) {
            const float *row = rows[k];
            for (ptrdiff_t j = 0; j < n; j++)
                sums[j] += row[j];
        }
        if (place == 0) {
            memcpy(best, sums, n * sizeof(float));
            if (places)
                memset(places, 0, n * sizeof(int64_t));
        } else if (places) {
            for (ptrdiff_t j = 0; j < n; j++) {
                places[j] = sums[j] > best[j] ? place : places[j];
                best[j] = sums[j] > best[j] ? sums[j] : best[j];
            }
        } else {
            for (ptrdiff_t j = 0; j < n; j++)
                best[j] = sums[j] > best[j] ? sums[j] : best[j];
        }
    }

    INLINE void open_row_anywhere(
        const float *RESTRICT products, const float *RESTRICT added,
        const float *RESTRICT bias, const float *RESTRICT before,
        float *RESTRICT cells, float *RESTRICT hidden, float clip, ptrdiff_t n)
    {
        for (ptrdiff_t j = 0; j < n; j++) {
            float z[3];
            for (int k = 0; k < 3; k++)
                z[k] = products[k * n + j] + (added[k * n + j] + bias[k * n + j]);
            float cell = before[j] / (2.0f + skmeta_expm1(-z[2]))
                + skmeta_sigmoid_tanh(z[0], z[1]);
            cell = cell > clip ? clip : cell;
            cells[j] = cell < -clip ? -clip : cell;
        }
        for (ptrdiff_t j = 3 * n; j < 4 * n; j++)
            hidden[j - 3 * n] = skmeta_sigmoid_tanh(
                products[j] + (added[j] + bias[j]), cells[j - 3 * n]);
    }
    BEST_OF_ALL(
        open_row,
        ( const float *RESTRICT products, const float *RESTRICT added, const
        float *RESTRICT bias, const float *RESTRICT before, float *RESTRICT
        cells, float *RESTRICT hidden, float clip, ptrdiff_t n),
        (products, added, bias, before, cells, hidden, clip, n))

    INLINE void open_and_keep_row_anywhere(
        float *RESTRICT z, const float *RESTRICT before, float *RESTRICT cells,
        float *RESTRICT bent, float *RESTRICT hidden, float clip, ptrdiff_t n)
    {
        for (ptrdiff_t j = 0; j < n; j++)
            z[j] = skmeta_sigmoid(z[j]);
        for (ptrdiff_t j = n; j < 2 * n; j++)
            z[j] = skmeta_tanh(z[j]);
        for (ptrdiff_t j = 2 * n; j < 4 * n; j++)
            z[j] = skmeta_sigmoid(z[j]);
        for (ptrdiff_t j = 0; j < n; j++) {
            float cell = z[2 * n + j] * before[j] + z[j] * z[n + j];
            cell = cell > clip ? clip : cell;
            cell = cell < -clip ? -clip : cell;
            cells[j] = cell;
            bent[j] = skmeta_tanh(cell);
            hidden[j] = z[3 * n + j] * bent[j];
        }
    }
    BEST_OF_ALL(
        open_and_keep_row,
        ( float *RESTRICT z, const float *RESTRICT before, float *RESTRICT
        cells, float *RESTRICT bent, float *RESTRICT hidden, float clip,
        ptrdiff_t n),
        (z, before, cells, bent, hidden, clip, n))

    INLINE void go_back_row_anywhere(
        const float *RESTRICT opened, const float *RESTRICT before,
        const float *RESTRICT cells, const float *RESTRICT bent,
        const float *RESTRICT of_hidden, float *RESTRICT of_cell,
        float *RESTRICT of_gates, float clip, ptrdiff_t n)
    {
        for (ptrdiff_t j = 0; j < n; j++) {
            float enter = opened[j], fresh = opened[n + j];
            float forget = opened[2 * n + j], leave = opened[3 * n + j];
            float change = of_cell[j] + of_hidden[j] * leave * (1.0f - bent[j] * bent[j]);
            float size = cells[j] < 0 ? -cells[j] : cells[j];
            change = size < clip ? change : 0.0f;
            of_gates[j] = change * fresh * enter * (1.0f - enter);
            of_gates[n + j] = change * enter * (1.0f - fresh * fresh);
            of_gates[2 * n + j] = change * before[j] * forget * (1.0f - forget);
            of_gates[3 * n + j] = of_hidden[j] * bent[j] * leave * (1.0f - leave);
            of_cell[j] = change * forget;
        }
    }
    BEST_OF_ALL(
        go_back_row,
        ( const float *RESTRICT opened, const float *RESTRICT before, const
        float *RESTRICT cells, const float *RESTRICT bent, const float
        *RESTRICT of_hidden, float *RESTRICT of_cell, float *RESTRICT of_gates,
        float clip, ptrdiff_t n),
        (opened, before, cells, bent, of_hidden, of_cell, of_gates, clip, n))
    """
    void find_there(
        const float** rows, Py_ssize_t width, float* sums, float* best,
        int64_t* places, int64_t place, Py_ssize_t n
    ) nogil
    void open_row(
        const float* products, const float* added, const float* bias,
        const float* before, float* cells, float* hidden, float clip, Py_ssize_t n
    ) nogil
    void open_and_keep_row(
        float* z, const float* before, float* cells, float* bent, float* hidden,
        float clip, Py_ssize_t n
    ) nogil
    void go_back_row(
        const float* opened, const float* before, const float* cells,
        const float* bent, const float* of_hidden, float* of_cell, float* of_gates,
        float clip, Py_ssize_t n
    ) nogil


def find_patterns(
    const int64_t[:, :] numbers, const float[:, :, ::1] table, float[:, ::1] best,
    int64_t[:, ::1] places=None,
):
    """Write how well each pattern is found at best, and where, if that is asked for.

    The table has, for each character, a row for each place in a pattern.
    """
    cdef Py_ssize_t i, j, k, width = table.shape[1], n = table.shape[2]
    cdef const float* rows[MOST_CHARACTERS]
    cdef float[::1] sums = np.empty(n, np.float32)
    cdef int64_t* here = NULL
    cdef bint outside = False
    if (best.shape[0] != numbers.shape[0] or best.shape[1] != n
            or not 0 < width <= min(MOST_CHARACTERS, numbers.shape[1])
            or places is not None and (
                places.shape[0] != numbers.shape[0] or places.shape[1] != n)):
        raise ValueError("Found characters and patterns that do not fit together.")
    with nogil:
        for i in range(numbers.shape[0]):
            for k in range(numbers.shape[1]):
                if not 0 <= numbers[i, k] < table.shape[0]:
                    outside = True
            if outside:
                break
            if places is not None:
                here = &places[i, 0]
            for j in range(numbers.shape[1] - width + 1):
                for k in range(width):
                    rows[k] = &table[numbers[i, j + k], k, 0]
                find_there(rows, width, &sums[0], &best[i, 0], here, j, n)
    if outside:
        raise IndexError("Found a character that the table does not have.")


def open_gates(
    const float[:, :, :] products, const float[:, :, :] added,
    const int64_t[:, :] rows, const float[:, :] bias, const float[:, :, :] before,
    float[:, :, :] cells, float[:, :, :] hidden, float clip,
):
    """Write cells and what leaves them; rows tell what is added to the products."""
    cdef Py_ssize_t i, j, n = cells.shape[2]
    cdef bint outside = False
    _check(products, before, cells, cells, hidden)
    if (added.shape[0] != 2 or products.shape[0] != 2 or bias.shape[0] != 2
            or added.shape[2] != 4 * n or added.strides[2] != sizeof(float)
            or bias.shape[1] != 4 * n or bias.strides[1] != sizeof(float)
            or rows.shape[0] != 2 or rows.shape[1] != cells.shape[1]):
        raise ValueError("Found products and what is added that do not fit together.")
    with nogil:
        for i in range(2):
            for j in range(cells.shape[1]):
                if not 0 <= rows[i, j] < added.shape[1]:
                    outside = True
                    break
                open_row(
                    &products[i, j, 0], &added[i, rows[i, j], 0], &bias[i, 0],
                    &before[i, j, 0], &cells[i, j, 0], &hidden[i, j, 0], clip, n,
                )
    if outside:
        raise IndexError("Found a row that is none of those which are added.")


def open_and_keep(
    float[:, :, :] z, const float[:, :, :] before, float[:, :, :] cells,
    float[:, :, :] bent, float[:, :, :] hidden, float clip,
):
    """Write cells, bent ones and what leaves them, and opened gates where z was."""
    cdef Py_ssize_t i, j, n = cells.shape[2]
    _check(z, before, cells, bent, hidden)
    with nogil:
        for i in range(cells.shape[0]):
            for j in range(cells.shape[1]):
                open_and_keep_row(
                    &z[i, j, 0], &before[i, j, 0], &cells[i, j, 0], &bent[i, j, 0],
                    &hidden[i, j, 0], clip, n,
                )


def go_back(
    const float[:, :, :] opened, const float[:, :, :] before,
    const float[:, :, :] cells, const float[:, :, :] bent,
    const float[:, :, :] of_hidden, float[:, :, :] of_cell,
    float[:, :, :] of_gates, float clip,
):
    """Write the gradients of gates, and of cells before them where those after were."""
    cdef Py_ssize_t i, j, n = cells.shape[2]
    _check(opened, before, cells, bent, of_hidden)
    _check(of_gates, of_cell, of_cell, of_cell, of_cell)
    if _differs(of_gates, cells, n):
        raise ValueError("Found gates and their gradients that do not fit together.")
    with nogil:
        for i in range(cells.shape[0]):
            for j in range(cells.shape[1]):
                go_back_row(
                    &opened[i, j, 0], &before[i, j, 0], &cells[i, j, 0],
                    &bent[i, j, 0], &of_hidden[i, j, 0], &of_cell[i, j, 0],
                    &of_gates[i, j, 0], clip, n,
                )


cdef int _check(
    const float[:, :, :] gates, const float[:, :, :] a, const float[:, :, :] b,
    const float[:, :, :] c, const float[:, :, :] d,
) except -1:
    """Refuse gates, and cells and the like, of which rows would be read past their end."""
    cdef Py_ssize_t n = gates.shape[2] // 4
    if (gates.strides[2] != sizeof(float) or gates.shape[2] != 4 * n
            or _differs(gates, a, n) or _differs(gates, b, n)
            or _differs(gates, c, n) or _differs(gates, d, n)):
        raise ValueError("Found gates and cells that do not fit together.")
    return 0


cdef bint _differs(
    const float[:, :, :] gates, const float[:, :, :] x, Py_ssize_t n
) noexcept:
    """Return whether an array lacks the shape of the gates of n cells."""
    return (
        x.shape[0] != gates.shape[0] or x.shape[1] != gates.shape[1]
        or x.shape[2] != n or x.strides[2] != sizeof(float)
    )
