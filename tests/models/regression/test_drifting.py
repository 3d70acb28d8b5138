"""A minimiser that moves: moments against full matrices, the greedy schedule against all others, limits and bounds."""

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import minimize

from tests.models.regression import dense
from theorylab import Rival, agrees, exact
from theorylab.errors import InputError
from theorylab.models.regression import kernels, scheduled, theory
from theorylab.models.regression.model import DESIGNS, LeastSquares
from theorylab.models.regression.simulation import simulate_drifting
from theorylab.models.regression.theory.scheduled import coefficients
from theorylab.numerics.streams import stream

RNG = np.random.default_rng(5)
T = 7
SIZES, SHIFTS, WALKS = RNG.uniform(0, 0.9, T), RNG.normal(size=(T, 3)), RNG.uniform(0, 1, (T, 3))


def problem(design="gaussian", batch=2):
    return LeastSquares(np.array([0.5, 0.3, 0.1]), np.array([1.0, -0.7, 2.0]), 0.6, design, batch)


def isotropic(d=4, batch=2, noise_std=0.8, start=1.0):
    return LeastSquares(np.ones(d), np.full(d, start / d**0.5), noise_std, batch=batch)


@pytest.mark.parametrize("design", DESIGNS)
def test_moments_are_those_of_full_matrices_with_a_moving_minimiser(design):
    p, path = problem(design), []
    mean, C, H = p.error0, np.outer(p.error0, p.error0), np.diag(p.eigenvalues)
    for h, shift, walk in zip(SIZES, SHIFTS, WALKS, strict=True):
        path.append(np.diag(C))
        moved = (np.eye(3) - h * H) @ mean
        cross = np.outer(moved, shift)
        C = dense.step(p, h, C) - cross - cross.T + np.outer(shift, shift) + np.diag(walk)
        mean = moved - shift
    path.append(np.diag(C))
    found = theory.drifting_moments(p, SIZES, np.arange(T + 1), SHIFTS, WALKS)
    assert found == pytest.approx(np.array(path), rel=1e-12)
    risks = theory.drifting_risk(p, SIZES, [T], SHIFTS, WALKS)
    assert risks == pytest.approx([0.5 * np.diag(C) @ p.eigenvalues], rel=1e-12)


def test_without_moves_it_is_sgd():
    steps = np.arange(T + 1)
    assert theory.drifting_moments(problem(), SIZES, steps) == pytest.approx(
        theory.sgd_moments(problem(), SIZES, steps)
    )


def test_one_move_by_hand_in_dimension_one():
    # e' = (1 - h l) e + noise - D: E e'^2 = (1 - h l)^2 e^2 + 2 h^2 l^2 e^2 + h^2 l s^2 + D^2 - 2 (1 - h l) e D.
    h, lam, e, s2, D = 0.4, 0.8, 1.5, 0.36, 0.3
    p = LeastSquares(np.array([lam]), np.array([e]), 0.6)
    expected = (1 - h * lam) ** 2 * e**2 + 2 * (h * lam * e) ** 2 + h**2 * lam * s2 + D**2 - 2 * (1 - h * lam) * e * D
    assert theory.drifting_moments(p, [h], [1], D)[0, 0] == pytest.approx(expected, rel=1e-14)
    assert theory.drifting_moments(p, [h], [1], 0.0, 0.7)[0, 0] == pytest.approx(
        expected - D**2 + 2 * (1 - h * lam) * e * D + 0.7
    )


def test_one_number_closes_on_itself_where_all_eigenvalues_are_one():
    p = isotropic()
    k1, k2 = theory.shift_constants(4, 2, 0.64)
    assert (k1, k2) == (3.5, 1.28)
    walks, v = RNG.uniform(0, 0.2, T), 1.0
    for t in range(T):
        found = theory.drifting_moments(p, SIZES, [t], walks=walks[:, None] / 4).sum()
        assert found == pytest.approx(v, rel=1e-12)
        v = (1 - 2 * SIZES[t] + SIZES[t] ** 2 * k1) * v + SIZES[t] ** 2 * k2 + walks[t]


def test_the_greedy_step_is_the_best_single_step():
    h, v, k1, k2 = sp.symbols("h v k1 k2", positive=True)
    after = (1 - 2 * h + h**2 * k1) * v + h**2 * k2
    (best,) = sp.solve(sp.diff(after, h), h)
    assert sp.simplify(best - v / (k1 * v + k2)) == 0
    assert sp.simplify(after.subs(h, best) - v * (1 - best)) == 0
    least = v - v**2 / (k1 * v + k2)
    assert (
        sp.simplify(sp.diff(least, v) - ((k1 - 1) * k1 * v**2 + 2 * (k1 - 1) * k2 * v + k2**2) / (k1 * v + k2) ** 2)
        == 0
    )
    sizes, values = theory.greedy_schedule(3.0, 0.5, [0.1, 0.2, 0.0], 2.0)
    assert values == pytest.approx([2.0, 2.0 - 4 / 6.5 + 0.1, values[2]], rel=1e-14)
    assert sizes == pytest.approx(values / (3.0 * values + 0.5), rel=1e-14)
    found = scheduled.greedy.py_func(3.0, 0.5, np.array([0.1, 0.2, 0.0]), 2.0)
    assert found == pytest.approx(np.array([sizes, values]), rel=1e-14)


def test_no_schedule_has_less_regret_than_the_greedy_one():
    k1, k2 = 3.5, 1.28
    for draw in range(100):
        draws = np.random.default_rng(draw)
        walks, weights = draws.exponential(0.1, 12), draws.uniform(0, 1, 12)
        sizes, values = theory.greedy_schedule(k1, k2, walks, 1.0)

        def regret(steps, walks=walks, weights=weights):
            v, total = 1.0, 0.0
            for h, walk, weight in zip(steps, walks, weights, strict=True):
                total += weight * v
                v = (1 - 2 * h + h * h * k1) * v + h * h * k2 + walk
            return total

        least = weights @ values
        assert regret(sizes) == pytest.approx(least, rel=1e-12)
        assert regret(sizes * draws.uniform(0.5, 1.5, 12)) >= least
        if draw < 5:
            assert minimize(regret, np.full(12, 0.1), method="L-BFGS-B").fun >= least * (1 - 1e-12)


def test_the_steady_state_is_the_fixed_point():
    g, k1, k2 = sp.symbols("g k1 k2", positive=True)
    v = sp.nsimplify(theory.steady_error(g, k1, k2))
    assert sp.simplify(v**2 / (k1 * v + k2) - g) == 0
    walks = np.full(20_000, 0.05)
    sizes, values = theory.greedy_schedule(6.25, 5.0, walks, 1.0)
    assert values[-1] == pytest.approx(theory.steady_error(0.05, 6.25, 5.0), rel=1e-12)
    assert sizes[-1] == pytest.approx(0.05 / values[-1], rel=1e-12)


def test_the_convex_bound_adds_up_the_steps():
    # 2 h (1 - h L) gap_t <= |e_t|^2 - E |e_t - h g|^2 + h^2 s^2, and |e_{t+1}| <= |e_t - h g| + gamma_t: attacked.
    worst = 0.0
    for draw in range(300):
        draws = np.random.default_rng(draw)
        d, steps = int(draws.integers(1, 4)), int(draws.integers(1, 15))
        lam = np.sort(10 ** draws.uniform(-2, 0, d))[::-1]
        p = LeastSquares(lam, draws.normal(size=d), float(draws.uniform(0, 1)), "additive")
        h, shifts = float(draws.uniform(0, 1)) / lam[0], draws.normal(size=(steps, d)) * draws.uniform(0, 1)
        path = theory.drifting_moments(p, np.full(steps, h), np.arange(steps + 1), shifts)
        after = [theory.drifting_moments(p, np.full(t, h), [t], np.vstack([shifts[: t - 1], np.zeros((1, d))]))
                 for t in range(1, steps + 1)]  # fmt: skip
        most = np.sqrt(max(rows.sum() for rows in after))
        gamma, noise = np.linalg.norm(shifts, axis=1), p.noise_std**2 * lam.sum()
        bound = theory.convex_regret_bound(
            h, lam[0], p.error0 @ p.error0 / 2, (gamma * most + gamma**2 / 2).sum(), steps * h**2 * noise / 2
        )
        regret = theory.risk_of(p, path[:-1]).sum()
        worst = max(worst, regret / bound)
    assert 0.2 < worst <= 1, worst


@pytest.mark.parametrize("design", DESIGNS)
def test_compiled_code_is_its_python_body(design):
    p, steps = problem(design), np.array([1, 4, T])
    observation = kernels.Observation(steps, steps, np.ascontiguousarray(p.eigenvalues), 2)
    given = p.data(), SIZES, (SHIFTS, WALKS**0.5), observation
    compiled = kernels.drifting_paths(*given, stream(3, 1))
    assert compiled == pytest.approx(kernels.drifting_paths.py_func(*given, stream(3, 1)), rel=1e-12)
    given = coefficients(p), p.error0, SIZES, SHIFTS, WALKS, steps
    assert scheduled.drifting(*given) == pytest.approx(scheduled.drifting.py_func(*given), rel=1e-13)


@pytest.mark.parametrize("design", DESIGNS)
def test_simulated_risks_are_the_exact_ones(design):
    p, steps = problem(design), np.array([1, 4, T])
    run = simulate_drifting(p, SIZES, steps, shifts=SHIFTS, walks=WALKS, replicas=8000, seed=5)
    truth = exact(steps, theory.drifting_risk(p, SIZES, steps, SHIFTS, WALKS), 1e-12)
    early = exact(steps, theory.drifting_risk(p, SIZES, steps, np.roll(SHIFTS, -1, 0), np.roll(WALKS, -1, 0)), 1e-12)
    check = agrees("risk", run, truth, rival=Rival(claim="moves a step early", predicted=early))
    assert check.as_declared, check


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.drifting_risk(problem(), SIZES, [8]), "7 sizes for 8 steps"),
        (lambda: theory.drifting_risk(problem(), SIZES, [7], np.ones((5, 3))), r"shifts of shape \(5, 3\)"),
        (lambda: theory.drifting_risk(problem(), SIZES, [7], walks=-1.0), "walks hold -1: variances are >= 0"),
        (lambda: theory.drifting_risk(problem(), SIZES, [7], np.nan), "shifts hold a value that is not finite"),
        (lambda: theory.greedy_schedule(0.5, 1.0, [0.0], 1.0), "curvature=0.5 is not allowed"),
        (lambda: theory.greedy_schedule(1.5, 1.0, [-1.0], 1.0), "walks hold -1"),
        (lambda: theory.greedy_schedule(1.5, 1.0, [1.0], 0.0), "start=0.0 is not allowed"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_moves_are_broadcast():
    means, variances = theory.valid_moves(problem(), 4, np.ones(3), np.full((4, 1), 2.0))
    assert means.shape == variances.shape == (4, 3)
    assert variances.min() == 2.0
