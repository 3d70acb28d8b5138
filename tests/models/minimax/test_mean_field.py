"""Mean-field flows on the Gaussian game: SymPy, mpmath, integration, particles; equilibria on a grid."""

import math

import mpmath
import numpy as np
import pytest
import sympy

from theorylab.errors import InputError
from theorylab.models.minimax import mean_field
from theorylab.models.minimax.theory import mean_field as theory
from theorylab.numerics.streams import stream


def test_flows_solve_their_equations():
    c, k, t = sympy.symbols("c k t", positive=True)
    m = theory.descent_ascent_mean(c, k, t, sympy.exp)
    assert sympy.simplify(sympy.diff(m, t) - (-k + sympy.I * c) * m) == 0
    # a' = (r+1)/t (m - a), m' = -k m + i c a: series of Kummer's function, term by term.
    for r in (0, 1, 3):
        a = sum(sympy.rf((r + 1) * (1 - sympy.I * c / k), n) / sympy.rf(r + 2, n) * (-k * t) ** n / sympy.factorial(n)
                for n in range(5))  # fmt: skip
        m = a + t * sympy.diff(a, t) / (r + 1)
        rest = sympy.expand(sympy.diff(m, t) + k * m - sympy.I * c * a)
        assert all(sympy.simplify(rest.coeff(t, n)) == 0 for n in range(4))
    for power in (0.0, 1.0, 2.5):
        times = np.array([0.3, 2.0, 9.0])
        found = mean_field.flow(1.0, 0.5, times, mean_field.power_speed(power))
        form = [complex(theory.averaged_mean(1.0, 0.5, power, x, mpmath.hyp1f1)) for x in times]
        assert found.first_average + 1j * found.second_average == pytest.approx(form, abs=1e-8)
        plain = mean_field.flow(1.0, 0.5, times)
        form = theory.descent_ascent_mean(1.0, 0.5, times, np.exp)
        assert plain.first + 1j * plain.second == pytest.approx(form, abs=1e-9)


def test_the_averaged_mean_falls_as_a_power():
    for c, k, r in ((1.0, 0.5, 0), (0.3, 1.0, 2), (0.7, 0.5, 1)):
        t = 1e7
        form = abs(theory.averaged_mean(c, k, r, t, mpmath.hyp1f1)) * (k * t) ** (r + 1)
        assert float(form) == pytest.approx(float(theory.averaged_limit(c, k, r, mpmath.gamma)), rel=1e-4)


def test_exponential_weights_lose_stability():
    k = sympy.symbols("k", positive=True)
    c = theory.exponential_weights_limit(k)
    # Eigenvalues: (z + k)(z + 1) = i c; z = i sqrt k solves it.
    z = sympy.I * sympy.sqrt(k)
    assert sympy.simplify(sympy.nsimplify((z + k) * (z + 1) - sympy.I * c)) == 0
    for share, grows in ((0.97, False), (1.03, True)):
        roots = np.roots([1, 1.5, 0.5 - 1j * share * theory.exponential_weights_limit(0.5)])
        assert (roots.real.max() > 0) == grows


def test_discrete_steps_by_hand():
    c, k, h, s, v = sympy.symbols("c k h s v", positive=True)
    square = (1 - h * k) ** 2 + (h * c) ** 2
    (limit,) = sympy.solve(sympy.expand(square - 1) / h, h)
    assert sympy.simplify(limit - theory.largest_time_step(c, k)) == 0
    (variance,) = sympy.solve((1 - h * k) ** 2 * v + 2 * k * s**2 * h - v, v)
    assert sympy.simplify(variance - theory.discrete_variance(k, s, h)) == 0
    path = mean_field.discrete_means(2.0, 0.5, 0.1, 2)
    assert path[1].tolist() == pytest.approx([0.95, 0.2])
    assert path[2].tolist() == pytest.approx([0.95**2 - 0.2**2, 2 * 0.95 * 0.2])
    averaged = mean_field.discrete_means(2.0, 0.5, 0.1, 2, power=1.0)
    seen = np.array([(1.0 + 2 * 0.95) / 3, 2 * 0.2 / 3])
    assert averaged[2] == pytest.approx([0.95 * 0.95 - 0.2 * seen[1], 0.95 * 0.2 + 0.2 * seen[0]])


def test_the_particle_kernel_is_its_python_body_and_has_the_means():
    arguments = (1.0, 0.5, 1.3, 0.4, 1.0, 3, np.array([0, 1, 4]))
    for power in (1.0, -1.0):
        arguments = (*arguments[:4], power, *arguments[5:])
        ours = mean_field.particles(*arguments, stream(1, 5))
        assert ours == pytest.approx(mean_field.particles.py_func(*arguments, stream(1, 5)))
    runs = np.array([mean_field.particles(*arguments[:4], 1.0, *arguments[5:], stream(2, r)) for r in range(4000)])
    path = mean_field.discrete_means(1.0, 0.5, 0.4, 4, power=1.0)
    error = runs.std(axis=0) / 4000**0.5
    assert (np.abs(runs.mean(axis=0)[:2] - path[[0, 1, 4]].T) <= 5 * error[:2]).all()
    start = 1.3**2 * 2 / 3
    assert runs.mean(axis=0)[4, 0] == pytest.approx(start, abs=5 * error[4, 0])


def test_the_gap_over_all_laws():
    k, spread = 0.5, 1.1
    game = mean_field.gaussian_grid(lambda x, y: 0.8 * x * y, spread, k * spread**2, 801)
    mu, nu = (mean_field.normal_law(game, mean, spread) for mean in (0.6, -0.4))
    gap = mean_field.nikaido_isoda(game, mu, nu)
    assert gap == pytest.approx(theory.equilibrium_gap(0.8, k, 0.6, -0.4), rel=1e-10)
    total = game.temperature * sum(mean_field.divergence(x, game.reference) for x in (mu, nu))
    assert total == pytest.approx(k * (0.36 + 0.16) / 2, rel=1e-10)
    # No law does better than the log-sums: try some.
    for mean in np.linspace(-2, 2, 21):
        other = mean_field.normal_law(game, mean, 0.9)
        value = mu @ game.payoffs @ other - game.temperature * mean_field.divergence(other, game.reference)
        best = game.temperature * np.log(np.exp(game.reference + mu @ game.payoffs / game.temperature).sum())
        assert value <= best + 1e-12


def test_the_equilibrium_is_a_fixed_point_and_the_reference_on_the_bilinear_game():
    game = mean_field.gaussian_grid(lambda x, y: x * y, 1.0, 2.0)
    mu, nu = mean_field.equilibrium(game, 0.3, 300)
    assert mu == pytest.approx(np.exp(game.reference), abs=1e-13)
    other = mean_field.gaussian_grid(lambda x, y: np.sin(x + 0.7) * np.sin(y), 1.0, 0.5)
    mu, nu = mean_field.equilibrium(other, 0.2, 400)
    left, right = mean_field.best_responses(other, mu, nu)
    assert np.exp(left) == pytest.approx(mu, abs=1e-13)
    assert np.exp(right) == pytest.approx(nu, abs=1e-13)
    assert abs(mean_field.nikaido_isoda(other, mu, nu)) < 1e-12
    assert mean_field.nikaido_isoda(other, nu, mu) > 1e-3


def test_best_responses_by_hand():
    c, k, b, e = sympy.symbols("c k b e", positive=True)
    m, linear = sympy.symbols("m linear")
    # x answers -(c y + a)/k, y answers (c x - b)/k: i (c/k) m - linear/k, reached up to e.
    step = (1 - b) * m + b * (1 - e) * (sympy.I * c / k * m - linear / k)
    assert sympy.simplify(step.subs(linear, 0) / m - theory.best_response_factor(c, k, b, e)) == 0
    (fixed,) = sympy.solve(step - m, m)
    assert sympy.simplify(fixed - theory.shifted_equilibrium(c, k, linear, e)) == 0
    square = (1 - b) ** 2 + (b * c / k) ** 2
    (limit,) = sympy.solve(sympy.expand(square - 1) / b, b)
    assert sympy.simplify(limit - theory.best_response_limit(c, k)) == 0
    (best,) = sympy.solve(sympy.diff(square, b), b)
    assert sympy.simplify(best - limit / 2) == 0
    path = mean_field.anchored_responses(1.0, 0.5, 0.25, 1)
    assert path[1].tolist() == pytest.approx([0.75, 0.5])
    path = mean_field.anchored_responses(1.0, 0.5, 0.2, 500, inner_time=3.0, linear=0.3 - 0.4j)
    form = theory.shifted_equilibrium(1.0, 0.5, 0.3 - 0.4j, math.exp(-1.5))
    assert complex(*path[-1]) == pytest.approx(form, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_field.flow(1.0, 0.5, [2.0, 1.0]), "times must be > 0 and increase"),
        (lambda: mean_field.flow(1.0, 0.0, [1.0]), "pull=0.0 is not allowed"),
        (lambda: mean_field.power_speed(-1.0), "power=-1.0 is not allowed"),
        (lambda: mean_field.discrete_means(1.0, 0.5, 0.0, 3), "time_step=0.0 is not allowed"),
        (lambda: mean_field.gaussian_grid(lambda x, y: x * y, 1.0, 1.0, 2), "size=2 is not allowed"),
        (lambda: mean_field.equilibrium(mean_field.gaussian_grid(lambda x, y: x * y, 1.0, 1.0), 0.0), "weight=0.0"),
        (lambda: mean_field.anchored_responses(1.0, 0.5, 0.1, 0), "rounds=0 is not allowed"),
    ],
)
def test_bad_input_is_answered(call, message):
    with pytest.raises(InputError, match=message):
        call()
