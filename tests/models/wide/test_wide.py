"""Gradient flow in many dimensions: the spectrum, one mode by hand, limits, and finite draws."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

from theorylab.errors import InputError
from theorylab.models.wide import theory
from theorylab.models.wide.model import Student, simulate_flow, times_of
from theorylab.numerics.streams import generator


@pytest.mark.parametrize("load", [0.3, 1.0, 2.5])
def test_the_spectrum_is_that_of_a_large_draw(load):
    values, weights, unseen = theory.spectrum(load)
    low, high = theory.edges(load)
    assert weights.sum() + unseen == pytest.approx(1.0, rel=1e-12)
    assert (weights * values).sum() == pytest.approx(load, rel=1e-12)  # tr X X^T / N = P / N
    assert (weights * values**2).sum() == pytest.approx(load + load**2, rel=1e-12)
    assert low <= values.min() < values.max() <= high

    def density(x):
        return np.sqrt(max((high - x) * (x - low), 0.0)) / (2 * np.pi * x)

    middle = (low + high) / 2
    assert weights[values < middle].sum() == pytest.approx(quad(density, low, middle, limit=200)[0], abs=1e-3)
    n = 600
    x = np.random.default_rng(1).normal(size=(n, round(load * n))) / n**0.5
    drawn = np.linalg.eigvalsh(x @ x.T)
    below = (drawn[drawn > 1e-9] < middle).sum() / n
    assert below == pytest.approx(weights[values < middle].sum(), abs=0.02)


def test_errors_are_those_of_a_mode_by_hand():
    # w = e^(-lt) w0 + (1 - e^(-lt)) (teacher + noise / sqrt l): squares of teacher - w, and of the residual.
    l, t, s, n = sp.symbols("l t s n", positive=True)  # noqa: E741
    teacher, start, noise = sp.symbols("b w e")
    gone = sp.exp(-l * t)
    w = gone * start + (1 - gone) * (teacher + noise / sp.sqrt(l))

    def mean(square):
        squares = sp.expand(square).subs({teacher**2: 1, start**2: s, noise**2: n})
        return squares.subs({teacher: 0, start: 0, noise: 0})

    assert sp.simplify(mean((teacher - w) ** 2) - ((1 + s) * gone**2 + n * (1 - gone) ** 2 / l)) == 0
    residual = sp.sqrt(l) * teacher + noise - sp.sqrt(l) * w
    assert sp.simplify(mean(residual**2) - ((1 + s) * l + n) * gone**2) == 0
    stop = sp.diff((1 + s) * gone**2 + n * (1 - gone) ** 2 / l, t)
    best = sp.log(1 + l * (1 + s) / n) / l
    assert sp.simplify(stop.subs(t, best)) == 0
    assert theory.mode_time(0.7, 0.3, 0.2) == pytest.approx(float(best.subs({l: 0.7, n: 0.3, s: 0.2})))
    # The integrals put weights on these: at time 0 and by a quadrature of their own.
    student, values = Student(2.0, 0.3, 0.25), theory.spectrum(2.0)
    assert theory.generalisation_error(student, [0.0])[0] == pytest.approx(1.25 + 0.3, rel=1e-12)
    assert theory.training_error(student, [0.0])[0] == pytest.approx(1.25 + 0.3, rel=1e-12)  # |x|^2 = 1 on the average
    mode = 1.25 * np.exp(-2 * values[0] * 0.7) + 0.3 * (1 - np.exp(-values[0] * 0.7)) ** 2 / values[0]
    assert theory.generalisation_error(student, [0.7])[0] == pytest.approx((values[1] * mode).sum() + 0.3, rel=1e-12)


@pytest.mark.parametrize("load", [0.5, 2.0])
def test_late_errors_are_limits_of_the_integrals(load):
    student = Student(load, 0.3, 0.25)
    expected = theory.late_error(load, 0.3, 0.25)
    found = theory.generalisation_error(student, [1e4])[0]
    assert found == pytest.approx(expected, rel=1e-10)
    assert theory.training_error(student, [1e4])[0] == pytest.approx(0.3 * max(1 - 1 / load, 0), abs=1e-12)


def test_ridge_is_least_at_the_noise_ratio():
    for load in (0.4, 1.0, 3.0):
        student = Student(load, 0.3)
        best = theory.ridge_error(student, 0.3)
        assert best < min(theory.ridge_error(student, q) for q in (0.2, 0.29, 0.31, 0.5))
        values, weights, unseen = theory.spectrum(load)
        assert best == pytest.approx((weights * 0.3 / (values + 0.3)).sum() + unseen + 0.3, rel=1e-12)


def test_the_best_stop_is_a_minimum_between_the_modes():
    for load in (0.3, 1.0, 2.5):
        student = Student(load, 0.3, 0.1)
        time, error = theory.best_stop(student)
        low, high = theory.edges(load)
        assert theory.mode_time(high, 0.3, 0.1) < time
        assert load == 1.0 or time < theory.mode_time(low, 0.3, 0.1)
        near = theory.generalisation_error(student, np.array([0.9, 1.0, 1.1]) * time)
        assert near.argmin() == 1
        assert near[1] == pytest.approx(error, rel=1e-12)


def test_noise_grows_as_the_root_of_time_at_load_one():
    u = sp.symbols("u", positive=True)
    x = sp.symbols("x", positive=True)
    part = sp.integrate((1 - sp.exp(-u * x)) * u ** sp.Rational(-3, 2), (u, 0, sp.oo))  # 2 sqrt(pi x)
    assert sp.simplify(part - 2 * sp.sqrt(sp.pi * x)) == 0
    # (1 - e^-u)^2 = 2 (1 - e^-u) - (1 - e^-2u); density 1 / (pi sqrt l) at the edge.
    constant = (2 * part.subs(x, 1) - part.subs(x, 2)) / sp.pi
    assert theory.slow_growth_leading(1.0, 1.0) == pytest.approx(float(constant))
    clean, noisy = Student(1.0, 0.0), Student(1.0, 0.5)
    added = theory.generalisation_error(noisy, [1e4])[0] - theory.generalisation_error(clean, [1e4])[0]
    assert added == pytest.approx(theory.slow_growth_leading(0.5, 1e4), rel=0.02)


@pytest.mark.parametrize("load", [0.5, 2.0])
def test_finite_draws_have_the_errors_of_the_limit(load):
    student, times = Student(load, 0.3, 0.25), np.array([0.0, 0.5, 5.0])
    runs = simulate_flow(student, times, dimension=60, draws=80, seed=3)
    for name, form in (("test", theory.generalisation_error), ("train", theory.training_error)):
        error = runs[name].standard_error
        assert runs[name].mean == pytest.approx(form(student, times), abs=5 * error.max() + 0.02)
    assert runs["test"].samples[0, 0] != runs["test"].samples[1, 0]


def test_a_draw_is_the_flow_made_in_small_steps():
    student = Student(2.0, 0.3, 0.5)
    runs = simulate_flow(student, [0.0, 1.0], dimension=3, draws=2, seed=4)
    draws = generator(4, 0)
    x, teacher = draws.normal(size=(3, 6)) / 3**0.5, draws.normal(size=3)
    y = x.T @ teacher + 0.3**0.5 * draws.normal(size=6)
    w = 0.5**0.5 * draws.normal(size=3)
    for _ in range(20_000):
        w = w + x @ (y - x.T @ w) / 20_000
    assert runs["test"].samples[0, 1] == pytest.approx(((w - teacher) ** 2).sum() / 3 + 0.3, rel=1e-3)
    assert runs["train"].samples[0, 1] == pytest.approx(((y - x.T @ w) ** 2).mean(), rel=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Student(0.0), "load=0.0 is not allowed"),
        (lambda: Student(1.0, -0.1), "noise_ratio=-0.1 is not allowed"),
        (lambda: theory.generalisation_error(Student(1.0), [-1.0]), "times hold -1"),
        (lambda: theory.best_stop(Student(1.0)), "noise_ratio=0.0 is not allowed"),
        (lambda: theory.ridge_error(Student(1.0), 0.0), "penalty=0.0 is not allowed"),
        (lambda: simulate_flow(Student(1.0), [1.0], dimension=1, draws=4, seed=1), "dimension=1 is not allowed"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_times_are_a_row():
    assert times_of(2.0).tolist() == [2.0]
