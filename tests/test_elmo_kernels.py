"""The compiled kernels of ELMo, against torch and against known values."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from elmo_models import make_bilm

from skmeta._native import elmo_kernels as kernels
from skmeta.elmo import _compiled, _gates
from skmeta.elmo._char_cnn import find_patterns

pytestmark = pytest.mark.skipif(kernels is None, reason="installed without a compiler")
N_ROWS, N_CELLS = 5, 19  # no whole number of registers


def draw(*shape, size=3.0):
    generator = torch.Generator().manual_seed(sum(shape))
    return size * torch.randn(shape, generator=generator)


def open_with(kernels, clip, monkeypatch):
    monkeypatch.setattr(_compiled, "elmo_kernels", kernels)
    added, bias = draw(2, 7, 4 * N_CELLS), draw(2, 4 * N_CELLS)
    rows = torch.tensor([[6, 0, 1, 1, 5, 2, 3], [0, 0, 6, 3, 2, 1, 1]])
    products = draw(2, N_ROWS, 4 * N_CELLS)
    cell = draw(2, N_ROWS + 2, N_CELLS)[:, :N_ROWS]  # rows with a gap between
    with torch.no_grad():
        return _gates.Gates(added, rows, bias, clip).open(products, 2, cell)


@pytest.mark.parametrize("clip", [None, 0.5, 3.0])
def test_they_open_as_in_torch(clip, monkeypatch):
    expected = open_with(None, clip, monkeypatch)
    for found, other in zip(open_with(kernels, clip, monkeypatch), expected):
        torch.testing.assert_close(found, other, atol=1e-6, rtol=2e-6)
    if clip:
        assert found.abs().max() == clip


def open_one(value, cell=0.0):
    """Return the four gates that a number opens, the cell and its tangent."""
    z = np.full((1, 1, 4), value, np.float32)
    before, *kept = (np.full((1, 1, 1), cell, np.float32) for _ in range(4))
    kernels.open_and_keep(z, before, *kept, np.inf)
    return z.ravel(), kept[0].item(), kept[1].item()


def test_functions_are_exact_to_a_few_units_in_the_last_place():
    values = np.concatenate([np.linspace(-20, 20, 4001), np.logspace(-9, 1, 400)])
    for value in values.astype(np.float32):
        (enter, new, _, _), cell, bent = open_one(value)
        expected = 1 / (1 + np.exp(-np.float64(value))), np.tanh(np.float64(value))
        np.testing.assert_allclose((enter, new), expected, rtol=5e-7)
        np.testing.assert_allclose(bent, np.tanh(np.float64(cell)), rtol=5e-7)


@pytest.mark.parametrize(
    ("value", "enter", "new"),
    [(1e30, 1, 1), (np.inf, 1, 1), (-1e30, 0, -1), (-np.inf, 0, -1)],
)
def test_no_number_is_too_large(value, enter, new):
    found, cell, _ = open_one(value)
    np.testing.assert_allclose(found, [enter, new, enter, enter], atol=1e-37)
    assert np.isfinite(cell)


def test_what_is_no_number_stays_none():
    found, cell, bent = open_one(np.nan)
    assert np.isnan([*found, cell, bent]).all()


@pytest.mark.parametrize("kernels", [kernels, None])
def test_gradients_are_those_of_torch(kernels, monkeypatch):
    monkeypatch.setattr(_compiled, "elmo_kernels", kernels)
    clip, z, before = 2.0, draw(2, N_ROWS, 4 * N_CELLS), draw(2, N_ROWS, N_CELLS)
    of_hidden, of_cell = draw(2, N_ROWS, N_CELLS), draw(2, N_ROWS, N_CELLS)
    weights = z.clone().requires_grad_(), before.clone().requires_grad_()
    enter, new, forget, leave = weights[0].split(N_CELLS, 2)
    cell = weights[1] * forget.sigmoid() + enter.sigmoid() * new.tanh()
    cell = cell.clamp(-clip, clip)
    hidden = leave.sigmoid() * cell.tanh()
    total = (hidden * of_hidden).sum() + (cell * of_cell).sum()
    of_z, of_before = torch.autograd.grad(total, weights)
    cells, bent, left, of_gates = (torch.empty_like(x) for x in (*[before] * 3, z))
    _gates.open_and_keep(z, before, cells, bent, left, clip)
    torch.testing.assert_close((left, cells), (hidden, cell), atol=1e-6, rtol=2e-6)
    _gates.go_back(z, before, cells, bent, of_hidden, of_cell, of_gates, clip)
    torch.testing.assert_close(of_gates, of_z, atol=2e-6, rtol=1e-4)
    torch.testing.assert_close(of_cell, of_before, atol=2e-6, rtol=1e-4)


@pytest.mark.parametrize("with_gradient", [True, False])
@pytest.mark.parametrize("kernels", [kernels, None])
def test_patterns_are_found_as_by_convolution(kernels, with_gradient, monkeypatch):
    monkeypatch.setattr(_compiled, "elmo_kernels", kernels)
    characters, weight = draw(30, 4, size=1.0), draw(9, 4, 3, size=1.0)
    numbers = torch.from_numpy(np.random.default_rng(0).integers(0, 30, (6, 8)))
    weights = characters.clone().requires_grad_(), weight.clone().requires_grad_()
    expected = torch.conv1d(weights[0][numbers].mT, weights[1]).amax(dim=2)
    if not with_gradient:
        with torch.no_grad():
            found = find_patterns(characters, weight, numbers)
            torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
        return
    others = characters.clone().requires_grad_(), weight.clone().requires_grad_()
    found = find_patterns(*others, numbers)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    towards = draw(*found.shape)
    for one, other in zip(
        torch.autograd.grad((found * towards).sum(), others),
        torch.autograd.grad((expected * towards).sum(), weights),
    ):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)


def test_a_pattern_as_long_as_the_token_has_one_place():
    table = draw(7, 3, 5).numpy()
    numbers, best = np.array([[6, 0, 2]]), np.empty((1, 5), np.float32)
    kernels.find_patterns(numbers, table, best)
    expected = table[6, 0] + table[0, 1] + table[2, 2]
    np.testing.assert_allclose(best[0], expected, rtol=1e-6)


def test_characters_that_do_not_fit_are_refused():
    table, best = np.zeros((7, 3, 5), np.float32), np.empty((1, 5), np.float32)
    with pytest.raises(IndexError, match="a character that the table does not have"):
        kernels.find_patterns(np.array([[1, 7, 2]]), table, best)
    with pytest.raises(ValueError, match="fit together"):
        kernels.find_patterns(np.array([[1, 2]]), table, best)


def test_a_model_reads_the_same_without_them(monkeypatch):
    bilm = make_bilm(scale=0.4)
    types, sizes = draw(6, bilm.vector_size // 2, size=1.0), [4, 4, 3, 1]
    rows = torch.arange(24).reshape(2, 12) % 6
    found = []
    for one in (kernels, None):
        monkeypatch.setattr(_compiled, "elmo_kernels", one)
        with torch.inference_mode():
            outputs, state = bilm(types, rows, sizes, bilm.zero_state(4))
        found.append([*outputs, *(x for layer in state for x in layer)])
    for one, other in zip(*found):
        torch.testing.assert_close(one, other, atol=5e-6, rtol=1e-5)


def test_what_does_not_fit_together_is_refused():
    z, cells = np.zeros((2, 3, 8), np.float32), np.zeros((2, 3, 2), np.float32)
    others = [cells.copy() for _ in range(4)]
    with pytest.raises(ValueError, match="fit together"):
        kernels.open_and_keep(z[:, :2], *others, 1.0)
    with pytest.raises(ValueError, match="fit together"):
        kernels.open_and_keep(z[:, :, :7], *others, 1.0)
    with pytest.raises(ValueError, match="fit together"):
        kernels.go_back(z, *others, cells, z[:, :, ::2], 1.0)
    wide = np.zeros((2, 4, 8), np.float32), np.zeros((2, 4, 2), np.float32)
    with pytest.raises(ValueError, match="fit together"):
        kernels.go_back(z, *others, wide[1], wide[0], 1.0)
    with pytest.raises(ValueError, match="fit together"):
        kernels.go_back(*wide, *others[:3], cells, z, 1.0)
    rows, bias = np.array([[0, 1, 2], [3, 0, 0]]), np.zeros((2, 8), np.float32)
    with pytest.raises(IndexError, match="a row that is none"):
        kernels.open_gates(z, z, rows, bias, *others[:3], 1.0)
    with pytest.raises(ValueError, match="fit together"):
        kernels.open_gates(z, z[:, :, :4], rows, bias, *others[:3], 1.0)
