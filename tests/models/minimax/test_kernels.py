"""Kernels against their pure-Python bodies and exact arithmetic, moments against enumeration and simulation."""

from itertools import product

import mpmath
import numpy as np
import pytest

from theorylab import Rival, agrees
from theorylab.models.minimax import game_kernels, games, kernels, moments, schedules, simulation
from theorylab.models.minimax.model import Affine, FiniteSum, MatrixGame, bilinear_slopes, rotation_slopes
from theorylab.models.minimax.subsets import fill_subset
from theorylab.numerics.streams import stream

STEPS = np.array([0, 1, 5, 20])
SCHEMES = {
    "halpern": schedules.halpern(20),
    "mann": schedules.krasnoselskii_mann(20),
    "ascent": schedules.gradient_descent_ascent(20, 0.3),
    "extragradient": schedules.extragradient(20, 0.5, 1.0),
    "EAG-C": schedules.anchored_extragradient(20, 0.125, 1.0),
    "EAG-V": schedules.varying_anchored_extragradient(20, 0.618, 1.0),
    "FEG": schedules.fast_extragradient(20, 1.0, 1.0),
}


@pytest.mark.parametrize("name", SCHEMES)
def test_mode_kernel_matches_its_python_body(name):
    slopes = np.concatenate([bilinear_slopes([0.0, 0.3, 1.0]), rotation_slopes([0.5, np.pi])])
    given = (slopes, SCHEMES[name], STEPS)
    assert kernels.mode_iterates(*given) == pytest.approx(kernels.mode_iterates.py_func(*given), rel=1e-12)


@pytest.mark.parametrize("name", SCHEMES)
def test_affine_kernel_is_the_mode_kernel_in_two_dimensions(name):
    # The plane with [[0, -s], [s, 0]] is the mode i s.
    problem = Affine(np.array([[0.0, -0.7], [0.7, 0.0]]))
    plane = simulation.affine_iterates(problem, [1.0, 0.0], SCHEMES[name], STEPS)
    given = (problem.matrix, np.array([1.0, 0.0]), SCHEMES[name], STEPS)
    assert plane == pytest.approx(kernels.affine_iterates.py_func(*given), rel=1e-12)
    mode = kernels.mode_iterates(np.array([0.7j]), SCHEMES[name], STEPS)[:, 0]
    assert plane[:, 0] + 1j * plane[:, 1] == pytest.approx(mode, rel=1e-12)


@pytest.mark.parametrize("name", SCHEMES)
def test_rounding_bound_of_modes_holds_against_fifty_digits(name):
    slope, steps = complex(rotation_slopes([0.05])[0]), np.array([20])
    with mpmath.workdps(50):
        z, s = mpmath.mpc(1), mpmath.mpc(slope)
        for k in range(20):
            b1, a1, b2, a2 = (mpmath.mpf(float(row[k])) for row in SCHEMES[name])
            w = z + b1 * (1 - z) - a1 * s * z
            z = z + b2 * (1 - z) - a2 * s * w
        true = float(abs(s * z))
    curve = simulation.residuals([slope], SCHEMES[name], steps)
    assert abs(curve.samples[0, 0] - true) <= curve.rounding[0, 0] < 1e-12


def test_rounding_bound_of_moments_holds_against_fifty_digits():
    slope, spread, size, steps = complex(rotation_slopes([0.3])[0]) * 0.9, 0.002, 16, 300
    lam, refresh, batch, _ = schedules.page_rule(size, steps)
    with mpmath.workdps(50):
        s, eta, one = mpmath.mpc(slope), mpmath.mpf(0.25), mpmath.mpf(1)
        mean, square, cross, error = mpmath.mpc(1), one, mpmath.mpc(0), mpmath.mpf(0)
        for k in range(steps):
            w, keep = mpmath.mpf(float(lam[k])), 1 - mpmath.mpf(float(refresh[k + 1]))
            g = w + eta * s
            c = 1 - g
            moved = w**2 + abs(g) ** 2 * square + eta**2 * error - 2 * w * (g * mean).real + 2 * eta * (g * cross).real
            square, cross, mean, error = (
                w**2 + abs(c) ** 2 * square + eta**2 * error + 2 * w * (c * mean).real - 2 * eta * (c * cross).real,
                keep * (c * cross - eta * error),
                w + c * mean,
                keep * (error + mpmath.mpf(spread) / batch * moved),
            )
        truth = {"value": float(abs(s) ** 2 * square), "error": float(error)}
    found = simulation.page_moments([slope], [spread], size, [steps])
    for name, true in truth.items():
        assert abs(found[name].samples[0, 0] - true) <= found[name].rounding[0, 0]


def test_clipped_translation_matches_its_python_body_and_its_own_closed_form():
    for horizon in (1, 2, 7, 100):
        steps = np.arange(horizon + 1)
        values = kernels.clipped_translation(horizon, steps)
        assert values == pytest.approx(kernels.clipped_translation.py_func(horizon, steps), rel=1e-13)
        assert values == pytest.approx(np.full(steps.size, 2 / (horizon + 1)), rel=1e-10)


def problem():
    return FiniteSum.rotations([0.4, 2.0], offsets=[0.3j, -0.3j])


def test_page_kernels_match_their_python_bodies():
    p, steps = problem(), np.array([0, 1, 4, 9])
    for source in ("paper", "code"):
        given = (p.data(), schedules.page_rule(2, 9, source), 0.25, steps)
        assert kernels.page_runs(*given, stream(1, 0)) == pytest.approx(
            kernels.page_runs.py_func(*given, stream(1, 0)), rel=1e-10, abs=1e-28
        )
    path = np.exp(-0.1 * np.arange(10)).astype(complex)
    along = (p.data(), path, schedules.page_rule(2, 9).refresh, 2, steps)
    assert kernels.page_errors(*along, stream(1, 0)) == pytest.approx(
        kernels.page_errors.py_func(*along, stream(1, 0)), rel=1e-12
    )
    sampled = (p.data(), 1 / (np.arange(9) + 2.0), 2, 2.0, steps)
    assert kernels.minibatch_runs(*sampled, stream(1, 0)) == pytest.approx(
        kernels.minibatch_runs.py_func(*sampled, stream(1, 0)), rel=1e-12
    )
    inner = (p.data(), 0.3, 0.4, steps)
    assert kernels.inner_runs(*inner, stream(1, 0)) == pytest.approx(
        kernels.inner_runs.py_func(*inner, stream(1, 0)), rel=1e-12
    )
    assert kernels.halpern_calls(p.data(), 2.0, 0.05, 100) == kernels.halpern_calls.py_func(p.data(), 2.0, 0.05, 100)


def test_halpern_counts_calls_of_all_components_until_it_is_there():
    # Two equal rotations by pi/10: |F| = |sin((k+1) a/2)|/(k+1) falls to 1/10 at k = 9, after 10 evaluations.
    same = FiniteSum.rotations([np.pi / 10] * 2)
    assert simulation.halpern_calls(same, 0.1 * (1 + 1e-9)) == 20
    scaled = FiniteSum.rotations([np.pi / 10] * 2, 3.0)
    assert simulation.halpern_calls(scaled, 0.3 * (1 + 1e-9)) == 20
    assert simulation.halpern_calls(same, 1e-9, limit=15) == np.inf  # a turn later it is there by itself


def test_components_and_their_mean_count_their_calls():
    p, calls = problem(), np.zeros(1, dtype=np.int64)
    assert kernels.component(p.data(), 1, 2.0 + 0j, calls) == pytest.approx(2 * p.slopes[1] + p.offsets[1])
    assert calls[0] == 1
    assert kernels.average(p.data(), 2.0 + 0j, calls) == pytest.approx(2 * p.slope)
    assert calls[0] == 3
    change = kernels.page_estimate(p.data(), np.array([0, 0]), 2.0 + 0j, 1.0 + 0j, calls)
    assert change == pytest.approx(p.slopes[0])
    assert calls[0] == 7


def test_subsets_are_equally_likely_and_hold_no_entry_twice():
    order, out, counts = np.arange(4), np.empty(2, dtype=np.int64), np.zeros((4, 4))
    source = stream(3, 0)
    for _ in range(6000):
        fill_subset(source, order, out)
        counts[out.min(), out.max()] += 1
    pairs = counts[np.triu_indices(4, 1)]
    assert (np.diag(counts) == 0).all()
    assert pairs == pytest.approx(np.full(6, 1000), abs=5 * (6000 * 5 / 36) ** 0.5)


@pytest.mark.parametrize("batch", [1, 2])
def test_minibatch_moments_are_the_mean_over_all_samples(batch):
    p, anchors = FiniteSum.rotations([0.4, 2.0], offsets=[0.3j, -0.3j]), 1 / (np.arange(2) + 2.0)
    states = [(1.0, 1.0 + 0j)]
    for k in range(2):
        fresh = []
        for chance, u in states:
            for chosen in product(range(2), repeat=batch):
                estimate = sum(p.slopes[i] * u + p.offsets[i] for i in chosen) / batch
                fresh.append((chance * 0.5**batch, anchors[k] + (1 - anchors[k]) * (u - 2 * estimate)))
        states = fresh
        mixed = complex(((p.slopes - p.slope) * np.conj(p.offsets)).mean())
        given = (p.slope, p.spread, 0.09, mixed, batch, anchors, np.array([k + 1]))
        value = sum(c * abs(p.slope * u) ** 2 for c, u in states)
        assert moments.minibatch(*given)[0] == pytest.approx(value, rel=1e-13)


def test_moments_match_their_python_bodies():
    slopes, spreads = np.array([0.1 + 0.2j, 0.5 + 0j]), np.array([0.05, 0.25])
    rule = schedules.page_rule(9, 20)
    given = (slopes, spreads, rule.anchors, rule.refresh, 3.0, 0.25, STEPS)
    assert moments.page(*given) == pytest.approx(moments.page.py_func(*given), rel=1e-12)
    along = (np.array([0.0, 0.3, 0.1]), 0.5, np.array([1.0, 0.5, 0.2]), 3)
    assert moments.page_error(*along) == pytest.approx(moments.page_error.py_func(*along), rel=1e-14)


@pytest.mark.parametrize("batch", [1, 2])
def test_moments_are_the_mean_over_all_outcomes(batch):
    # Two components, three steps: every coin and every sample, in plain arithmetic.
    p, lam, refresh, eta = problem(), schedules.page_rule(2, 3).anchors, np.array([1.0, 0.6, 0.3, 0.5]), 0.25
    states = [(1.0, 1.0 + 0j, p.slope * (1.0 + 0j))]
    for k in range(3):
        fresh = []
        for chance, u, estimate in states:
            new = lam[k] + (1 - lam[k]) * u - eta * estimate
            fresh.append((chance * refresh[k + 1], new, p.slope * new))
            for chosen in product(range(2), repeat=batch):
                change = sum(p.slopes[i] * (new - u) for i in chosen) / batch
                fresh.append((chance * (1 - refresh[k + 1]) * 0.5**batch, new, estimate + change))
        states = fresh
        value = sum(c * abs(p.slope * u) ** 2 for c, u, _ in states)
        error = sum(c * abs(e - p.slope * u) ** 2 for c, u, e in states)
        given = (np.array([p.slope]), np.array([p.spread]), lam, refresh, batch, eta, np.array([k + 1]))
        assert moments.page(*given)[:, 0, 0] == pytest.approx([value, error], rel=1e-13)


@pytest.mark.parametrize("source", ["paper", "code"])
def test_simulated_page_agrees_with_its_moments(source):
    p, steps = FiniteSum.rotations(np.linspace(-2.0, 3.0, 9)), np.array([2, 3, 10, 40])
    run = simulation.simulate_page(p, steps, replicas=160_000, seed=7, source=source)  # few carry the variance
    truth = simulation.page_moments([p.slope], [p.spread], p.size, steps, source=source)
    for name in ("value", "error"):
        more = type(truth[name])(steps, 1.3 * truth[name].samples, True)
        check = agrees(name, run[name], truth[name], rival=Rival(claim="thirty per cent more", predicted=more))
        assert check.as_declared, check


def test_page_without_spread_is_the_deterministic_recursion():
    p, steps = FiniteSum.rotations([0.7, 0.7, 0.7]), np.array([1, 5, 30])
    run = simulation.simulate_page(p, steps, replicas=4, seed=0)
    zeros = np.zeros(30)
    scheme = schedules.Schedule(zeros, zeros, schedules.page_rule(3, 30).anchors, zeros + 0.25)
    plain = simulation.residuals([p.slope], scheme, steps).samples[0]
    assert run["value"].samples == pytest.approx(np.tile(plain**2, (4, 1)), rel=1e-11)
    assert run["error"].samples == pytest.approx(0.0, abs=1e-28)


@pytest.mark.parametrize("simplex", [False, True])
def test_game_kernels_match_their_python_bodies(simplex):
    p, steps = MatrixGame.burglar(4, simplex=simplex), np.array([0, 1, 6])
    data = games.data(p)
    scheme = schedules.anchored_extragradient(6, 0.1, 1.0)
    python = game_kernels.deterministic_path.py_func(data, scheme, steps)
    assert game_kernels.deterministic_path(data, scheme, steps) == pytest.approx(python, rel=1e-11)
    for source in ("paper", "code"):
        given = (data, schedules.page_rule(4, 6, source), 0.05, steps)
        python = game_kernels.page_path.py_func(*given, stream(1, 0))
        assert game_kernels.page_path(*given, stream(1, 0)) == pytest.approx(python, rel=1e-11)
    method = game_kernels.Resolvent(0.5, 0.2, np.array([5, 9]), 2.0)
    inner = (data, method, np.array([True, True]))
    python = game_kernels.resolvent_path.py_func(*inner, stream(1, 0))
    assert game_kernels.resolvent_path(*inner, stream(1, 0)) == pytest.approx(python, rel=1e-11)


def test_projection_is_that_of_quadratic_programming_by_hand():
    z = np.array([0.9, 0.5, -2.0, 0.0, 0.0])
    game_kernels.project(game_kernels.Game(np.ones((3, 2)), True, z, 1.0), z)
    assert z == pytest.approx([0.7, 0.3, 0.0, 0.5, 0.5], rel=1e-14)


@pytest.mark.parametrize("shape", [(5, 5), (3, 5), (5, 2)])
def test_components_of_a_game_sum_to_its_operator_and_count_their_calls(shape):
    draws = np.random.default_rng(0)
    p = MatrixGame(payoffs=draws.standard_normal(shape), simplex=False)
    rows, total = shape[0], sum(shape)
    data, z, zero = games.data(p), draws.standard_normal(total), np.zeros(total)
    whole, parts, calls = np.empty(total), np.zeros(total), np.zeros(1, dtype=np.int64)
    game_kernels.operator(data, z, whole, calls)
    assert calls[0] == 5
    for i in range(5):
        game_kernels.add_change(data, i, 1 / 5, z, zero, parts, calls)
    assert calls[0] == 15
    assert parts == pytest.approx(whole, rel=1e-13)
    assert whole == pytest.approx(np.concatenate([p.payoffs @ z[rows:], -p.payoffs.T @ z[:rows]]), rel=1e-13)


def test_an_exact_inner_solve_is_the_resolvent():
    # v + eta F(v) = u, by a linear solve, after more than enough inner steps.
    p = MatrixGame.burglar(4, simplex=False)
    eta, n = 4**0.5 / p.average_lipschitz, p.size
    A, u, z = p.payoffs, np.linspace(-1, 1, 8), np.zeros(8)
    method = game_kernels.Resolvent(eta, 0.9 * (2 / n) ** 0.5 / n**0.5, np.zeros(1, dtype=np.int64), 2.0)
    game_kernels.inner_solve(games.data(p), method, u, z, 1000, np.zeros(1, dtype=np.int64), stream(2, 0))
    F = np.block([[np.zeros((4, 4)), A], [-A.T, np.zeros((4, 4))]])
    assert z == pytest.approx(np.linalg.solve(np.eye(8) + eta * F, u), rel=1e-10)


def test_average_lipschitz_constant_is_attained_and_not_exceeded():
    p, draws = MatrixGame.burglar(6, simplex=False), np.random.default_rng(1)
    n, best = p.size, 0.0
    for z in [*draws.standard_normal((50, 12)), *np.eye(12)]:
        squares = [n**2 * ((p.payoffs[:, i] * z[n + i]) ** 2).sum() + n**2 * ((p.payoffs[i] * z[i]) ** 2).sum()
                   for i in range(n)]  # fmt: skip
        best = max(best, (np.mean(squares) / (z @ z)) ** 0.5)
        assert np.mean(squares) <= (1 + 1e-12) * p.average_lipschitz**2 * (z @ z)
    assert best == pytest.approx(p.average_lipschitz, rel=1e-12)


def test_divergence_is_inf_in_the_output():
    scheme = schedules.gradient_descent_ascent(3000, 2.0)
    curve = games.deterministic(MatrixGame.burglar(3, simplex=False), scheme, [1, 3000])
    assert curve.samples[0, 1] == np.inf
