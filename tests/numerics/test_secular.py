"""Modes of diagonal plus rank one: against dense eigenvectors, and root by root against sixty digits."""

import mpmath
import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.numerics import secular

RNG = np.random.default_rng(1)


def matrix(diagonal, weights, coefficient):
    return np.diag(diagonal) + coefficient * np.outer(weights, weights)


@pytest.mark.parametrize("coefficient", [-0.3, 0.7, -1e-9])
@pytest.mark.parametrize("dimension", [1, 2, 3, 50, 300])
def test_eigenvalues_and_amplitudes_are_those_of_the_dense_matrix(dimension, coefficient):
    d, z, x = RNG.standard_normal((3, dimension))
    if dimension > 10:  # coinciding poles, of different weights, and directions that are not coupled
        d[3] = d[7] = d[8]
        d[20] = d[21]
        z[5] = z[20] = 0.0
    M = matrix(d, z, coefficient)
    modes = secular.rank_one_modes(d, z, coefficient)
    found = secular.eigenvalues(modes, d)
    assert found == pytest.approx(np.linalg.eigvalsh(M), abs=1e-14 * np.linalg.norm(M, 2) * dimension)
    p = secular.amplitudes(modes, z, x)
    for power in range(4):
        expected = z @ np.linalg.matrix_power(M, power) @ x
        assert (p * modes.rates**power).sum() == pytest.approx(expected, rel=1e-11)


NASTY = {
    "alone": ([0.3], [1.0], -0.1),
    "graded": ([2.0, 2e-6, 2e-12], [1.0, 1e-6, 1e-12], -1.0),
    "cluster": ([0.5, 0.5 + 2**-53, 0.5 + 2**-52, 0.6], [1.0, 0.9, 0.8, 1e-3], -0.1),
    "far weights": ([0.5, 0.5 + 1e-12, 0.7], [1.0, 1e-8, 1e-9], -1e-2),
    "weights near underflow": ([0.1, 0.2, 0.3], [1e-150, 1.0, 1e-152], -1e-3),
    "nearly singular": ([0.5, 1.0], [0.5, 0.5], -1.33333333),
    "indefinite": ([0.5, 1.0, -0.2], [0.5, 0.5, 1.0], -3.0),
    "added": ([0.1, 0.3, 1e-9], [1.0, 1e-5, 0.1], 2.0),
    "graded near underflow": ([1.8e-1, 4e-108, 2e-108], [1.0, 2e-107, 1e-107], -1e-2),
    "close poles near underflow": ([0.0, 0.0, 1e-154], [1.0, 1.0, 1.0], 1.0),
}


@pytest.mark.parametrize("name", NASTY)
def test_every_root_is_relatively_accurate_and_so_is_its_distance_to_the_nearest_pole(name):
    d, z, coefficient = NASTY[name]
    modes = secular.rank_one_modes(d, z, coefficient)
    with mpmath.workdps(400 if "underflow" in name else 60):
        for origin, shift in zip(modes.origins, modes.shifts, strict=True):
            o, r = mpmath.mpf(float(origin)), mpmath.mpf(coefficient)

            def moved(x, o=o, r=r):
                return 1 + r * mpmath.fsum(
                    mpmath.mpf(w) ** 2 / (mpmath.mpf(p) - o - x) for p, w in zip(d, z, strict=True)
                )

            # The secular function changes sign between two floats around the shift: the root is in between.
            s, width = mpmath.mpf(float(shift)), mpmath.mpf(2) ** (-20 if name == "nearly singular" else -49)
            assert moved(s * (1 - width)) * moved(s * (1 + width)) < 0, (float(origin), float(shift))


def test_interlacing_holds_strictly_through_the_stored_differences():
    d = np.sort(RNG.uniform(0.1, 1, 200))
    d[50:60] = d[50] * (1 + 2.0**-52 * np.arange(10))
    modes = secular.rank_one_modes(d, np.full(d.size, 0.01), -1.0)
    assert modes.rates.size == np.unique(d).size
    above = (modes.poles - modes.origins) - modes.shifts
    assert (above > 0).all()
    assert (((modes.poles[:-1] - modes.origins[1:]) - modes.shifts[1:]) < 0).all()


def test_without_merging_coinciding_poles_would_divide_by_zero():
    # The kernel alone, on two equal poles: the root between them has no distance to either.
    poles, strengths = np.array([0.5, 0.5, 1.0]), np.array([0.01, 0.01, 0.01])
    origins, shifts, _ = secular._roots(poles, strengths, poles[0])
    assert (poles - origins[1] - shifts[1] == 0).any()
    assert not np.isfinite(secular._consistent(poles, origins, shifts)[1]).all()
    modes = secular.rank_one_modes(poles, np.full(3, 0.1), -1.0)
    assert modes.poles.size == 2
    assert np.isfinite(modes.slopes).all()
    assert modes.weights == pytest.approx([0.02**0.5, 0.1], rel=1e-14)


def test_roots_take_few_evaluations_and_a_limit_is_reported(monkeypatch):
    d = 2e-1 * np.arange(1.0, 401) ** -2
    assert secular.rank_one_modes(d, d, -0.5).evaluations.mean() < 8
    monkeypatch.setattr(secular, "_roots", lambda p, s, b: (p, p, np.array([3, -1])))
    with pytest.raises(ArithmeticError, match="root number 1 was not found"):
        secular.rank_one_modes([1.0, 2.0], [1.0, 1.0], -0.1)


def test_kernels_match_their_python_bodies():
    poles, strengths = np.sort(RNG.uniform(0.1, 1, 6)), RNG.uniform(0, 0.02, 6)
    given = (poles, strengths, poles[0])
    for ours, python in zip(secular._roots(*given), secular._roots.py_func(*given), strict=True):
        assert ours == pytest.approx(python, rel=1e-12, abs=3)  # evaluations may differ by a rounding
    origins, shifts, _ = secular._roots(*given)
    found, expected = (f(poles, origins, shifts) for f in (secular._consistent, secular._consistent.py_func))
    assert np.array(found) == pytest.approx(np.array(expected), rel=1e-12)
    given = (poles, strengths, poles, -0.01 * strengths, strengths)
    assert secular._projections(*given) == pytest.approx(secular._projections.py_func(*given), rel=1e-12)


def test_eigenvectors_are_orthogonal_and_weights_are_consistent_where_roots_are_ill_conditioned():
    d = 2e-1 * np.geomspace(1, 1e-12, 60)
    z = d / (d.sum() * 1.001) ** 0.5  # sum z^2/d = 1/1.001
    modes = secular.rank_one_modes(d, z, -1.0)
    assert modes.weights == pytest.approx(modes.lengths, rel=1e-11)
    vectors = modes.weights / ((modes.poles - modes.origins[:, None]) - modes.shifts[:, None])
    vectors /= np.linalg.norm(vectors, axis=1)[:, None]
    assert np.abs(vectors @ vectors.T - np.eye(60)).max() < 1e-14
    # The slowest coordinate alone: amplitudes of both signs, a thousand times their sum.
    slowest = np.eye(60)[-1]
    p = secular.amplitudes(modes, z, slowest)
    assert np.abs(p).sum() > 100 * z[-1]
    assert p.sum() == pytest.approx(z[-1], rel=2e-12)
    given = modes.lengths / ((modes.poles - modes.origins[:, None]) - modes.shifts[:, None])
    plain = (given[:, 0] / (given**2).sum(axis=1)).sum()  # with the weights as given, in place of the consistent ones
    assert abs(plain / z[-1] - 1) > 5e-12


def test_a_singular_matrix_has_a_root_within_rounding_of_zero():
    for scale in (1.0, 1 - 2.0**-52, 1 + 2.0**-52):
        modes = secular.rank_one_modes(
            [0.3, 0.7, 0.9], [0.5, 0.4, 0.3], -scale / (0.25 / 0.3 + 0.16 / 0.7 + 0.09 / 0.9)
        )
        assert abs(modes.rates[0]) < 1e-15
        assert np.isfinite(modes.slopes).all()


def test_no_coupling_leaves_the_diagonal():
    for weights, coefficient in (([0.0, 0.0], -1.0), ([1.0, 2.0], 0.0)):
        modes = secular.rank_one_modes([0.4, 0.2], weights, coefficient)
        assert modes.rates.size == 0
        assert (secular.eigenvalues(modes, [0.4, 0.2]) == [0.2, 0.4]).all()
        assert secular.amplitudes(modes, weights, [1.0, 1.0]).size == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], [1.0], -1.0), "shapes"),
        (([], [], -1.0), "d >= 1"),
        (([np.nan], [1.0], -1.0), "finite"),
        (([1.0], [1.0], np.inf), "coefficient=inf"),
        (([0.4, 0.2], [1.0, 1e-200], -1.0), "weight number 1: coefficient"),
        (([0.4, 1e-310], [1.0, 1.0], -1.0), "coupled diagonal entry number 1"),
        (([0.0, 1e-34, 1.5e-74], [1e-74, 5e-7, 1e-145], 0.01), "lies closer to a diagonal entry"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(InputError, match=message):
        secular.rank_one_modes(*arguments)
