"""Norms of matrices: duals and constants attacked, Newton-Schulz on singular values."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.preconditioning import spectral
from theorylab.models.preconditioning.optimisers import muon
from theorylab.numerics.streams import generator


def size(norm, matrix):
    if norm == "spectral":
        return np.linalg.norm(matrix, 2)
    if norm == "columns":
        return np.linalg.norm(matrix, axis=0).max()
    return np.linalg.norm(matrix) if norm == "frobenius" else np.abs(matrix).max()


def test_norms_by_hand():
    g = np.array([[3.0, 0.0], [4.0, -2.0]])
    assert spectral.dual_norm("frobenius", g) == pytest.approx(29**0.5)
    assert spectral.dual_norm("spectral", g) == pytest.approx((29 + 2 * 6) ** 0.5)  # sum^2 = squares + 2 |det|
    assert spectral.dual_norm("columns", g) == pytest.approx(7.0)
    assert spectral.dual_norm("entries", g) == 9.0
    gram = np.array([[2.0, -1.0], [-1.0, 2.0]])
    assert [spectral.smoothness(n, gram, 1) for n in spectral.NORMS] == pytest.approx([3.0, 3.0, 6.0, 6.0])
    assert [spectral.smoothness(n, gram, 2) for n in spectral.NORMS] == pytest.approx([3.0, 4.0, 6.0, 12.0])


@pytest.mark.parametrize("norm", spectral.NORMS)
def test_no_direction_beats_the_dual_norm(norm):
    draws = generator(1, 0)
    for _ in range(100):
        m, n = draws.integers(1, 6, 2)
        g, t = draws.standard_normal((2, m, n))
        dual, best = spectral.dual_norm(norm, g), spectral.direction(norm, g)
        assert size(norm, best) == pytest.approx(1.0)
        assert (g * best).sum() == pytest.approx(dual)
        assert (g * t).sum() <= dual * size(norm, t) * (1 + 1e-12)


@pytest.mark.parametrize("norm", spectral.NORMS)
def test_no_direction_is_steeper_than_its_smoothness(norm):
    draws = generator(2, 0)
    for _ in range(100):
        m, n = draws.integers(1, 6, 2)
        root, t = draws.standard_normal((n, n)), draws.standard_normal((m, n))
        t = spectral.direction(norm, t) if draws.random() < 0.5 else t
        gram = root @ root.T
        assert ((t @ gram) * t).sum() <= spectral.smoothness(norm, gram, m) * size(norm, t) ** 2 * (1 + 1e-12)


def test_a_fall_by_hand():
    # One number: f = (2 w - 6)^2 / 2 has L = 4, and a step ends at the minimum: the fall is what is promised.
    found = spectral.promised_falls("spectral", np.array([[2.0]]), np.array([[6.0]]), 1, 4.0)
    assert found == pytest.approx([1.0])
    assert spectral.promised_falls("frobenius", np.array([[2.0]]), np.array([[6.0]]), 1, 8.0) == pytest.approx([1.5])


def test_no_step_of_layers_beats_the_modular_one():
    draws, weights = generator(4, 0), np.array([1.0, 3.0])
    layers = [draws.standard_normal((2, 3)), draws.standard_normal((2, 2))]
    value, duals = spectral.modular_value(layers, weights)
    assert value == pytest.approx(-(duals.sum() ** 2) / 2)
    assert duals == pytest.approx(
        [size("spectral", g) / w + np.linalg.svd(g)[1][1] / w for g, w in zip(layers, weights, strict=True)]
    )
    for _ in range(300):
        moves = [draws.standard_normal(g.shape) - 3 * g for g in layers]
        length = max(w * size("spectral", move) for w, move in zip(weights, moves, strict=True))
        along = sum((g * move).sum() for g, move in zip(layers, moves, strict=True))
        assert value <= -(along**2) / (2 * length**2) + 1e-12  # the best length of that move


def test_shampoo_by_singular_values():
    g = generator(3, 0).standard_normal((3, 5))
    u, s, v = np.linalg.svd(g, full_matrices=False)
    assert spectral.shampoo_direction(g) == pytest.approx(u @ v, abs=1e-12)
    assert spectral.shampoo_direction(g, -0.5) == pytest.approx((u / s) @ v, abs=1e-12)


def test_iterations_act_on_singular_values():
    memory = np.zeros((muon.MEMORIES, 2, 3))
    memory[1] = [[0.0, 0.3, 0.0], [-0.8, 0.0, 0.0]]
    muon.newton_schulz(muon.Method(linear=1.5, cubic=-0.5, quintic=0.0), memory)
    found = np.linalg.svd(memory[1], compute_uv=False)
    assert found == pytest.approx([spectral.cubic_step(0.8), spectral.cubic_step(0.3)], rel=1e-14)
    assert spectral.cubic_step(0.8) == pytest.approx(1.2 - 0.256)


def test_counts_of_cubic_steps():
    assert spectral.cubic_steps(0.8, 0.1) == 1
    assert spectral.cubic_steps(0.8, 0.01) == 2  # 0.944, then 0.995
    with pytest.raises(InputError, match="give 0 < s < 1"):
        spectral.cubic_steps(1.5, 0.1)


def test_the_range_of_the_quintic():
    low, high = spectral.quintic_range()
    s = np.linspace(low, high, 100_001)
    p = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    assert p.min() == pytest.approx(low, abs=1e-8)  # it maps onto itself
    assert p.max() == pytest.approx(high, abs=1e-8)
    assert spectral.quintic_step(0.7) == pytest.approx(3.4445 * 0.7 - 4.7750 * 0.343 + 2.0315 * 0.16807)
    s = np.linspace(1e-3, 1.0, 10_001)  # whatever its start, it is inside after ten steps
    for _ in range(10):
        s = spectral.quintic_step(s)
    assert low - 1e-9 <= s.min()
    assert s.max() <= high + 1e-9


def test_muon_ends_on_a_cycle_that_attracts():
    cycle = spectral.quintic_cycle()
    assert np.sort(spectral.quintic_step(cycle)) == pytest.approx(cycle, rel=1e-12)
    assert np.diff(cycle).min() > 0.05
    multiplier = np.prod(3.4445 - 3 * 4.7750 * cycle**2 + 5 * 2.0315 * cycle**4)
    assert abs(multiplier) < 1


def test_other_norms_are_refused():
    for function in (spectral.dual_norm, spectral.direction):
        with pytest.raises(InputError, match="give one of frobenius"):
            function("l7", np.eye(2))
