import numpy as np
import pytest

from skmeta.combine import NeighborsImputer, Views, _neighbors


def draw(n_rows=60, dimensions=(5, 4, 6), seed=0):
    """Draw views that know all of the first rows, and one or two of the others."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n_rows, 3))
    known = rng.random((n_rows, 3)) < 0.6
    known[:25] = True
    matrices = []
    for view, size in enumerate(dimensions):
        matrix = z @ rng.standard_normal((3, size))
        matrix += 0.5 * rng.standard_normal(matrix.shape)
        matrix[~known[:, view]] = 0
        matrices.append(matrix.astype(np.float32).astype(float))
    return matrices, known


def cosines_of(row, others):
    return others @ row / np.linalg.norm(others, axis=1) / np.linalg.norm(row)


def fill(imputer, matrices, normalize=False):
    views = Views(matrices, normalize=normalize)
    [(_, blocks, _)] = views.with_step(imputer.fit(views)).blocks()
    return blocks


@pytest.mark.parametrize("n_neighbors", [1, 4, 1000])
@pytest.mark.parametrize("at_a_time", [1, 1 << 25])
def test_neighbours_agree_with_a_loop(n_neighbors, at_a_time, monkeypatch):
    monkeypatch.setattr(_neighbors, "_SIMILARITIES_BLOCK_SIZE", at_a_time)
    matrices, known = draw()
    blocks = fill(NeighborsImputer(n_neighbors), matrices)
    for view, row in zip(*np.nonzero(~known.T & known.any(axis=1))):
        made = []
        for source in np.flatnonzero(known[row]):
            anchors = np.flatnonzero(known[:, source] & known[:, view])
            cosines = cosines_of(matrices[source][row], matrices[source][anchors])
            nearest = np.argsort(-cosines)[:n_neighbors]
            made.append(
                np.average(
                    matrices[view][anchors[nearest]],
                    axis=0,
                    weights=1 + cosines[nearest],
                )
            )
        np.testing.assert_allclose(
            blocks[view][row], np.mean(made, axis=0), rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("n_neighbors", [2, 5, 12])
def test_the_best_number_of_neighbours_comes_closest_in_the_source(n_neighbors):
    """Rolling averages of 2 to k neighbours, of all sources the closest one."""
    matrices, known = draw()
    matrices = [
        m / np.where(m.any(axis=1), np.linalg.norm(m, axis=1), 1)[:, None]
        for m in matrices
    ]
    blocks = fill(NeighborsImputer(n_neighbors, best=True), matrices, normalize=True)
    numbers = set()
    for view, row in zip(*np.nonzero(~known.T & known.any(axis=1))):
        best = -np.inf
        for source in np.flatnonzero(known[row]):
            anchors = np.flatnonzero(known[:, source] & known[:, view])
            cosines = matrices[source][anchors] @ matrices[source][row]
            nearest = np.argsort(-cosines)[:n_neighbors]
            for k in range(2, n_neighbors + 1):
                weights = (cosines[nearest[:k]] + 1) / k
                average = weights @ matrices[source][anchors[nearest[:k]]]
                [close] = cosines_of(matrices[source][row], average[None])
                if close > best:
                    best, number = close, k
                    made = weights @ matrices[view][anchors[nearest[:k]]]
        numbers.add(number)
        np.testing.assert_allclose(
            blocks[view][row], made / np.linalg.norm(made), atol=1e-5
        )
    assert len(numbers) > 1 or n_neighbors == 2


def test_neighbours_come_from_the_first_rows_that_several_views_know():
    matrices, known = draw()
    imputer = NeighborsImputer(3, n_anchors=10)
    blocks = fill(imputer, matrices)
    assert len(imputer.anchors_[0]) == 10
    short = [m[:10] for m in matrices]
    views = Views(short)
    imputer.fit(views)
    [(_, expected, _)] = Views(matrices).with_step(imputer).blocks()
    for one, other in zip(blocks, expected):
        np.testing.assert_array_equal(one, other)
    assert known[:10].all()


@pytest.mark.parametrize("best", [False, True])
@pytest.mark.parametrize("n_neighbors", [1, 2])
def test_neighbours_that_are_all_opposite_are_averaged_alike(best, n_neighbors):
    matrices = [[[1.0], [1.0], [-1.0]], [[2.0], [4.0], [0.0]]]
    blocks = fill(NeighborsImputer(n_neighbors, best=best), matrices)
    assert blocks[1][2, 0] in ([3.0] if n_neighbors == 2 else [2.0, 4.0])


def test_size_of_a_row_does_not_matter_for_who_its_neighbours_are():
    matrices, _ = draw()
    plain = fill(NeighborsImputer(3), matrices)
    tiny = fill(NeighborsImputer(3), [matrices[0] * 1e-24, *matrices[1:]])
    np.testing.assert_allclose(tiny[1], plain[1], rtol=1e-4, atol=1e-6)
