"""Exact moments: one step by enumeration, many steps by hand and at 60 digits, rest by the Lyapunov equation."""

import itertools

import mpmath
import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.quadratics import model, moments
from theorylab.numerics.known import known

RNG = np.random.default_rng(11)


def mixture(d, branches, scale=1.0):
    """A random recursion in d states, and its parts as arrays."""
    matrices = [scale * RNG.standard_normal((d, d)) / d for _ in range(branches)]
    pushes = [RNG.standard_normal(d) for _ in range(branches)]
    root = RNG.standard_normal((d, d))
    odds = RNG.dirichlet(np.ones(branches))
    noise = root @ root.T
    noise = (noise + noise.T) / 2
    made = model.linear([m.tolist() for m in matrices], noise.tolist(), pushes=[c.tolist() for c in pushes], odds=odds)
    return made, (matrices, pushes, odds, noise)


def stepped(parts, second, mean):
    """One step of E z z^T and E z, written out."""
    matrices, pushes, odds, noise = parts
    new, moved = noise.copy(), 0 * mean
    for a, c, p in zip(matrices, pushes, odds, strict=True):
        cross = np.outer(a @ mean, c)
        new += p * (a @ second @ a.T + cross + cross.T + np.outer(c, c))
        moved += p * (a @ mean + c)
    return new, moved


@pytest.mark.parametrize("d", [1, 2, 3])
def test_one_step_of_every_mixture_by_enumeration(d):
    for branches in (1, 2, 3):
        made, parts = mixture(d, branches)
        z = RNG.standard_normal(d)
        found = moments.run(moments.operator(made), model.start_at(z, made.states), [0, 1, 2, 3])
        second, mean = np.outer(z, z), z
        for k in range(4):
            for i, j in itertools.product(range(d), repeat=2):
                assert found.second(i + 1, j + 1).value[k, 0] == pytest.approx(second[i, j], rel=1e-12, abs=1e-13)
                covariance = second[i, j] - mean[i] * mean[j]
                assert found.covariance(i + 1, j + 1).value[k, 0] == pytest.approx(covariance, rel=1e-11, abs=1e-12)
                assert found.mean(i + 1).value[k, 0] == pytest.approx(mean[i], rel=1e-12, abs=1e-13)
            second, mean = stepped(parts, second, mean)


def test_a_step_of_sgd_by_hand():
    # x' = (1 - eta h) x - eta s xi from 2: mean 2 (1 - .3) = 1.4, variance (.3 * 2)^2 = .36.
    found = moments.run(moments.operator(model.sgd(0.3, 1.0, 2.0)), model.start_at([2.0], 2), [1])
    assert found.mean(1).value[0, 0] == pytest.approx(1.4, rel=1e-15)
    assert found.covariance(1, 1).value[0, 0] == pytest.approx(0.36, rel=1e-14)


def exact_power(made, start, count):
    """Second moments after `count` steps with 60 digits, one branch: A^n Y A^n' + sum of A^k noise A^k'."""
    a, q = (mpmath.matrix(x.tolist()) for x in (made.maps.value[0, 0], made.noise.value[0]))
    y, covariance = mpmath.matrix(start.tolist()), q * 0
    power = mpmath.eye(a.rows)
    for digit in f"{count:b}":
        covariance = covariance + power * covariance * power.T
        power = power * power
        if digit == "1":
            covariance = a * covariance * a.T + q
            power = a * power
    return power * y * power.T + covariance


def test_leaps_are_steps():
    made, _ = mixture(2, 1, 0.9)
    step = moments.operator(made)
    start = model.start_at(RNG.standard_normal(2), 3)
    by_steps = moments.run(step, start, np.arange(40))
    leaps = moments.run(step, start, [0, 7, 39])
    for i, j in ((1, 1), (1, 2), (2, 2)):
        assert leaps.second(i, j).value == pytest.approx(by_steps.second(i, j).value[[0, 7, 39]], rel=1e-12)
    fifth = moments.power(step, 5)
    assert moments.run(fifth, start, [3]).second(1, 2).value == pytest.approx(by_steps.second(1, 2).value[15:16])


@pytest.mark.parametrize("count", [1, 10, 1000, 10**6, 10**12])
def test_bounds_hold_at_sixty_digits(count):
    for _ in range(6):
        eta, h, a = RNG.uniform(0.01, 1.9), 1.0, RNG.uniform(0.5, 0.999)
        made = [
            model.sgd(eta, h, 1.3).observed(1.0, 1.0),
            model.sgd(eta / 100, h, 1.3).observed(a, 1 - known(a)),
            model.momentum(eta / 2, a, h, 0.7),
            model.nag_gs(eta, 0.3, 0.7, h, 0.5),
        ]
        for recursion in made:
            start = model.start_at(RNG.standard_normal(2)[: 2 if recursion.states > 2 else 1], recursion.states)
            found = moments.run(moments.operator(recursion), start, [count])
            with mpmath.workdps(60):
                truth = exact_power(recursion, start.value, count)
                for i, j in itertools.combinations_with_replacement(range(recursion.states), 2):
                    value = found.second(i, j)
                    assert abs(float(value.value[0, 0]) - truth[i, j]) <= float(value.error[0, 0])


def test_sums_are_as_exact_after_a_million_million_steps():
    recursion = model.sgd(0.3, 1.0, 1.0).observed(1.0, 1.0)
    found = moments.run(moments.operator(recursion), model.start_at([0.0], 3), [10**12])
    assert found.second(2, 2).relative.max() < 1e-12


def test_rest_solves_the_lyapunov_equation():
    for _ in range(30):
        made, (matrices, pushes, odds, noise) = mixture(3, 2, 0.6)
        if moments.radius(made)[1][0] > 0.95:
            continue
        rest = moments.at_rest(moments.operator(made))
        second = np.array([[rest.second(i, j).value[0] for j in (1, 2, 3)] for i in (1, 2, 3)])
        mean = np.array([rest.mean(i).value[0] for i in (1, 2, 3)])
        new, moved = stepped((matrices, pushes, odds, noise), second, mean)
        assert new == pytest.approx(second, rel=1e-10, abs=1e-10)
        assert moved == pytest.approx(mean, rel=1e-10, abs=1e-10)


def test_no_rest_is_refused():
    for made in (model.sgd(2.1, 1.0, 1.0), model.sgd(0.3, 1.0, 1.0).observed(1.0, 1.0)):
        with pytest.raises(InputError, match="does not come to rest"):
            moments.at_rest(moments.operator(made))


def test_radii_of_scalar_mixtures_by_hand():
    # x' = a x with a = 0.5 or 1.2, odds 3:1: mean 0.675, mean square 0.75 * 0.25 + 0.25 * 1.44.
    made = model.linear([[[0.5]], [[1.2]]], [[0.0]], odds=[0.75, 0.25])
    mean, square = moments.radius(made)
    assert mean[0] == pytest.approx(0.675)
    assert square[0] == pytest.approx(0.5475)


def test_instances_stand_side_by_side():
    steps = np.array([1, 10, 100])
    eta, h = np.array([0.1, 0.5]), np.array([1.0, 0.3])
    both = moments.run(moments.operator(model.sgd(eta, h, 1.0)), model.start_at([1.0], 2), steps)
    for k in range(2):
        alone = moments.run(moments.operator(model.sgd(eta[k], h[k], 1.0)), model.start_at([1.0], 2), steps)
        assert np.array_equal(both.second(1, 1).value[:, k], alone.second(1, 1).value[:, 0])


def test_bad_input_is_answered_by_one_sentence():
    step = moments.operator(model.sgd(0.3, 1.0, 1.0))
    with pytest.raises(InputError, match="does not fit the recursion"):
        moments.run(step, model.start_at([1.0], 3), [1])
    with pytest.raises(InputError, match="steps must increase"):
        moments.run(step, model.start_at([1.0], 2), [2, 1])
    with pytest.raises(InputError, match="are not there"):
        moments.run(step, model.start_at([1.0], 2), [1]).second(1, 2)
    with pytest.raises(InputError, match=">= 1"):
        moments.power(step, 0)


def test_a_curve_carries_the_bounds():
    found = moments.run(moments.operator(model.sgd(0.3, 1.0, 1.0)), model.start_at([0.0], 2), [1, 5])
    curve = moments.curve([1, 5], found.second(1, 1)[:, 0])
    assert curve.exact
    assert np.array_equal(curve.rounding[0], found.second(1, 1).error[:, 0])
