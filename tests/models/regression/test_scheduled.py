"""Step sizes that change: every moment against full matrices, leaps against steps, closed forms derived again."""

import mpmath
import numpy as np
import pytest
import sympy as sp

from tests.models.regression import dense
from theorylab import Rival, agrees, exact
from theorylab.errors import InputError
from theorylab.models.regression import kernels, scheduled, theory
from theorylab.models.regression.model import DESIGNS, Acceleration, LeastSquares
from theorylab.models.regression.simulation import Observation, simulate_heavy_ball
from theorylab.models.regression.theory import scheduled as road
from theorylab.models.regression.theory.additive import leap, pairs
from theorylab.models.regression.theory.scheduled import coefficients
from theorylab.numerics.streams import stream

RNG = np.random.default_rng(11)
ROOT = np.array([[0.9, 0.0, 0.0], [0.4, 0.7, 0.0], [-0.5, 0.2, 0.6]])


def problem(design="gaussian", batch=1, noise_std=0.6, covariance=None):
    return LeastSquares(np.array([0.5, 0.3, 0.1]), np.array([1.0, -0.7, 2.0]), noise_std, design, batch, covariance)


def problems():
    for design in DESIGNS:
        yield problem(design, 2)
    yield problem("additive", 3, covariance=ROOT @ ROOT.T)


def noise(p):
    """Covariance of the gradient noise at the minimiser."""
    return dense.label_noise(p) if p.covariance is None else p.noise_std**2 * p.covariance / p.batch


def covariances(p, sizes):
    """E e_t e_t^T for t = 0, ..., T in full matrices."""
    H, path = np.diag(p.eigenvalues), [np.outer(p.error0, p.error0)]
    for h in sizes:
        C = path[-1]
        path.append(C - h * (H @ C + C @ H) + h**2 * (dense.gradient_moment(p, C) + noise(p)))
    return path


def weighted(p, sizes, weights):
    """Second moments (d,) of sum_t w_t e_t, by E e_{t+k} e_t^T = Q_{t+k-1} ... Q_t C_t, pair by pair."""
    H, path, total = np.diag(p.eigenvalues), covariances(p, sizes), 0.0
    for t, wt in enumerate(weights):
        total = total + wt**2 * np.diag(path[t])
        power = path[t]
        for u in range(t + 1, len(weights)):
            power = (np.eye(p.dimension) - sizes[u - 1] * H) @ power
            total = total + 2 * wt * weights[u] * np.diag(power)
    return total


def heavy_ball(p, sizes, momentum):
    """E e e^T of v' = m v + h g, e' = e - v', from the second moments of (e, v) in full matrices."""
    d, H = p.dimension, np.diag(p.eigenvalues)
    S = np.zeros((2 * d, 2 * d))
    S[:d, :d] = np.outer(p.error0, p.error0)
    for h in sizes:
        C, one = S[:d, :d], np.eye(d)
        A = np.block([[one - h * H, -momentum * one], [h * H, momentum * one]])
        fresh = h**2 * (dense.gradient_moment(p, C) - H @ C @ H + noise(p))
        S = A @ S @ A.T + np.block([[fresh, -fresh], [-fresh, fresh]])
    return S[:d, :d]


@pytest.mark.parametrize("p", list(problems()))
def test_moments_are_those_of_dense_covariances_of_the_path(p):
    sizes, decay, start, n = RNG.uniform(0, 1, 9), 0.7, 3, 8
    path = covariances(p, sizes)
    ema = np.array([(1 - decay) * decay ** (n - 1 - t) for t in range(n)])
    ema[0] += decay**n
    tail = np.where(np.arange(n) >= start, 1 / (n - start), 0.0)
    assert theory.sgd_moments(p, sizes, [0, 1, n]) == pytest.approx(np.array([np.diag(path[t]) for t in (0, 1, n)]))
    assert theory.sgd_risk(p, sizes, [n]) == pytest.approx(0.5 * np.diag(path[n]) @ p.eigenvalues)
    assert theory.ema_moments(p, sizes, decay, [n])[0] == pytest.approx(weighted(p, sizes, ema), rel=1e-12)
    assert theory.average_moments(p, sizes, start, [n])[0] == pytest.approx(weighted(p, sizes, tail), rel=1e-12)
    rows = np.stack([ema, tail])
    expected = [0.5 * weighted(p, sizes, row) @ p.eigenvalues for row in rows]
    assert theory.weighted_risk(p, sizes, rows) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("p", list(problems()))
def test_constant_sizes_are_the_constant_step(p):
    steps, sizes = np.array([1, 5, 40]), np.full(40, 0.3)
    for name, extra in (("sgd_risk", ()), ("ema_risk", (0.8,)), ("average_risk", (0,))):
        of = getattr(theory, name)
        assert of(p, sizes, *extra, steps) == pytest.approx(of(p, 0.3, *extra, steps), rel=1e-12)


@pytest.mark.parametrize("p", list(problems()))
@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_heavy_ball_is_the_method_as_written_in_full_matrices(p, momentum):
    sizes = RNG.uniform(0, 1, 12)
    found = theory.heavy_ball_moments(p, sizes, momentum, [0, 1, 2, 12])
    expected = [np.diag(heavy_ball(p, sizes[:t], momentum)) for t in (0, 1, 2, 12)]
    assert found == pytest.approx(np.array(expected), rel=1e-12)
    assert theory.heavy_ball_risk(p, sizes, momentum, [12]) == pytest.approx(0.5 * expected[-1] @ p.eigenvalues)


def test_accelerated_sgd_takes_a_schedule():
    p, a = problem(), Acceleration(0.8, 0.3, 0.25, 0.15)
    steps, ones = np.array([1, 4, 30]), np.ones(30)
    assert theory.asgd_risk(p, a, steps, schedule=ones) == pytest.approx(theory.asgd_risk(p, a, steps), rel=1e-13)
    found = theory.asgd_lookahead_risk(p, a, steps, schedule=ones)
    assert found == pytest.approx(theory.asgd_lookahead_risk(p, a, steps), rel=1e-13)
    ball, sizes = Acceleration.heavy_ball(0.4, 0.7), RNG.uniform(0, 1, 30)
    found = theory.asgd_lookahead_risk(p, ball, steps, schedule=sizes)
    assert found == pytest.approx(theory.heavy_ball_risk(p, 0.4 * sizes, 0.7, steps), rel=1e-13)


@pytest.mark.parametrize("covariance", [None, ROOT @ ROOT.T])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_stages_are_leapt_over_as_their_steps_are_made(covariance, momentum):
    p = problem("additive", 2, covariance=covariance)
    stages = theory.Stages((1.5, 0.4, 0.0, 0.1), (7, 1, 5, 300))
    ends = np.cumsum(stages.lengths)
    steps = theory.heavy_ball_moments(p, stages.each(), momentum, ends)
    assert theory.staged_moments(p, stages, momentum) == pytest.approx(steps, rel=1e-12)
    assert theory.staged_risk(p, stages, momentum) == pytest.approx(0.5 * steps @ p.eigenvalues, rel=1e-12)


def test_the_longest_stages_forget_their_start():
    p = problem("additive")
    found = theory.staged_moments(p, theory.Stages((0.5, 0.2), (10**12, 2**53)), 0.9)[-1]
    expected = 0.36 * p.eigenvalues * theory.heavy_ball_variance(0.2, 0.9, p.eigenvalues)
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_leap_is_its_steps():
    away, fresh = pairs(problem("additive"), 0.1, 0.5, 0.8)
    power, covariance = np.broadcast_to(np.eye(2), away.shape), np.zeros_like(away)
    for _ in range(13):
        one = np.eye(2) + away
        power, covariance = one @ power, one @ covariance @ one.transpose(0, 2, 1) + fresh
    found = leap(away, fresh, 13)
    assert found[0] == pytest.approx(power, rel=1e-12)
    assert found[1] == pytest.approx(covariance, rel=1e-12)


def test_stages_of_step_decay_by_hand():
    # log2(100 sqrt 4) = 7.6: seven stages of 14 steps, 98 in all.
    stages = theory.Stages.step_decay(0.5, 2.0, 100, 4.0)
    assert stages.lengths == (14,) * 7
    assert stages.steps == 98
    assert stages.step_sizes == tuple(0.5 / 2**k for k in range(7))
    assert stages.each()[13:15].tolist() == [0.5, 0.25]
    assert len(theory.Stages.step_decay(1.0, 2.0, 8, 1.0).lengths) == 3  # log2 8 is 3, in floats too
    assert len(theory.Stages.step_decay(1.0, 10.0, 1000, 1.0).lengths) == 3


def test_modulus_is_the_spectral_radius_of_a_mode():
    for scaled in (1e-4, 0.002, 0.3, 1.0, 3.9):
        for m in (0.0, 0.3, 0.95):
            mode = np.array([[1 + m - scaled, -m], [1.0, 0.0]])
            radius = np.abs(np.linalg.eigvals(mode)).max()
            assert theory.heavy_ball_modulus(scaled, m) == pytest.approx(radius, rel=1e-9)
    kappa = 50.0
    m = (1 - 1 / (4 * kappa**0.5)) ** 2
    assert theory.heavy_ball_modulus(np.array([1 / kappa, 1.0]), m) == pytest.approx(1 - 1 / (4 * kappa**0.5))


def test_descent_floor_is_the_longest_step_made_over_and_over():
    kappa, steps = 10.0, 7
    p = LeastSquares(np.array([1.0, 1 / kappa]), np.ones(2), 0.0, "additive")
    left = theory.sgd_moments(p, np.full(steps, 2.0), [steps])[0, 1]
    assert theory.descent_floor(kappa, steps) == pytest.approx(left, rel=1e-13)
    for sizes in RNG.uniform(0, 2, (50, steps)):
        assert theory.sgd_moments(p, sizes, [steps])[0, 1] >= theory.descent_floor(kappa, steps)


def test_chebyshev_steps_reach_the_chebyshev_polynomial():
    sizes, lam = theory.chebyshev_steps(0.1, 2.0, 6), np.linspace(0.1, 2.0, 101)
    factor = np.prod(1 - sizes[:, None] * lam, axis=0)
    T, x = sp.chebyshevt_poly(6, polys=True), lambda value: (2.1 - 2 * value) / 1.9
    expected = np.array([float(T.eval(x(value))) for value in lam]) / float(T.eval(x(0.0)))
    assert factor == pytest.approx(expected, abs=1e-13)


def test_noise_after_step_decay_is_an_integral_over_stages():
    # One direction, n / l^2 = 1, K = 1: sum over stages of a / 2 (1 - exp(-2 a)) exp(-2 a / (C - 1)), a / C next.
    a, C = sp.symbols("a C", positive=True)
    D = sp.symbols("D", positive=True)  # C - 1
    stage = (1 - sp.exp(-2 * a)) * sp.exp(-2 * a / D) / 2
    derived = sp.integrate(stage, (a, 0, sp.oo)).subs(D, C - 1) / sp.log(C)
    assert sp.simplify(derived - (C - 1) ** 2 / (4 * C * sp.log(C))) == 0
    # The stages that are not made: sum over j >= 1 of (a / C^j)^2, to second order.
    j = sp.symbols("j", integer=True, positive=True)
    for value in (sp.Rational(3, 2), sp.Integer(2)):
        unmade = sp.summation((a / value**j) ** 2, (j, 1, sp.oo))
        assert sp.simplify(unmade - a**2 / (value**2 - 1)) == 0
    for factor, within in ((1.5, 1e-8), (2.0, 2e-5), (4.0, 1e-2)):
        for last in (0.0, 1e-3, 0.02):
            speeds = (last or 1e-12) * factor ** np.arange(200)[::-1]
            later = np.append(np.cumsum(speeds[::-1])[::-1][1:], 0.0)
            total = 0.25 * (speeds * -np.expm1(-2 * speeds) * np.exp(-2 * later)).sum()
            found = theory.step_decay_noise_leading(0.7, 0.7, last, factor, 1.0)
            assert found == pytest.approx(total, rel=within + 30 * last**3)


def test_noise_after_long_step_decay_is_the_leading_form():
    lam, matrix = np.array([1.0, 0.4, 0.0625]), ROOT @ ROOT.T
    p = LeastSquares(lam, np.zeros(3), 0.5, "additive", 1, matrix)
    stages = theory.Stages.step_decay(1.0, 2.0, 10**10, 16.0)
    for momentum in (0.0, 0.9):
        last = stages.lengths[0] * stages.step_sizes[-1] * lam / (1 - momentum)
        terms = theory.step_decay_noise_leading(0.25 * np.diag(matrix), lam, last, 2.0, stages.lengths[0])
        assert theory.staged_risk(p, stages, momentum)[-1] == pytest.approx(terms.sum(), rel=1e-3)


def test_rounding_bound_holds_against_sixty_digits():
    worst = 0.0
    for draw in range(200):
        draws = np.random.default_rng(draw)
        d, T = int(draws.integers(1, 5)), int(draws.integers(1, 40))
        lam = np.sort(10 ** draws.uniform(-3, 0, d))[::-1]
        design = DESIGNS[draws.integers(4)]
        lam = lam / max(lam.sum(), 1.0) if design == "one-hot" else lam
        p = LeastSquares(lam, draws.normal(size=d), float(draws.uniform(0, 1)), design, int(draws.integers(1, 4)))
        sizes = 0.5 / lam[0] * draws.uniform(0, 1, T)
        bound = theory.relative_rounding(p, sizes, [T])[0]
        found = scheduled.sgd(coefficients(p), sizes, 0.6, T // 2, np.array([T]))[:, 0]
        with mpmath.workdps(60):
            for row, truth in zip(found, precise(p, sizes, mpmath.mpf(0.6), T // 2), strict=True):
                for value, true in zip(row, truth, strict=True):
                    worst = max(worst, float(abs(value - true) / true / bound) if true else 0.0)
    assert 1e-4 < worst <= 1, worst


def precise(p, sizes, a, start):
    """Last iterate, EMA and tail in mpmath, from the definition of the recursion."""
    f = mpmath.mpf
    lam = [f(float(x)) for x in p.eigenvalues]
    spread = {"gaussian": [x**2 for x in lam], "one-hot": [x * (1 - x) for x in lam]}.get(p.design, [f(0)] * len(lam))
    gain = [f(1)] * len(lam) if p.design == "isotropic" else lam
    c = [f(float(x)) ** 2 for x in p.error0]
    cross, ema, added, total = list(c), list(c), [f(0)] * len(c), [f(0)] * len(c)
    for t, size in enumerate(sizes):
        h = f(float(size))
        fed = (sum(x * y for x, y in zip(lam, c, strict=True)) if p.design == "gaussian" else 0) + f(p.noise_std) ** 2
        for i, x in enumerate(c):
            turn = 1 - h * lam[i]
            ema[i] = a**2 * ema[i] + 2 * a * (1 - a) * cross[i] + (1 - a) ** 2 * x
            cross[i] = turn * (a * cross[i] + (1 - a) * x)
            if t >= start:
                total[i] += 2 * added[i] + x
                added[i] = turn * (added[i] + x)
            c[i] = turn**2 * x + h**2 / p.batch * (spread[i] * x + gain[i] * fed)
    return c, ema, [x / (len(sizes) - start) ** 2 for x in total]


@pytest.mark.parametrize("p", list(problems()))
def test_compiled_code_is_its_python_body(p):
    sizes, steps = RNG.uniform(0, 1, 20), np.array([2, 9, 20])
    observation = kernels.Observation(steps, steps, np.ascontiguousarray(p.eigenvalues), 2)
    given = p.data(), sizes, 0.6, observation
    compiled = kernels.heavy_ball_paths(*given, stream(3, 1))
    assert compiled == pytest.approx(kernels.heavy_ball_paths.py_func(*given, stream(3, 1)), rel=1e-12)
    for kernel, extra in ((scheduled.sgd, (sizes, 0.5, 3)), (scheduled.accelerated, (sizes / 2, sizes, 0.4))):
        assert kernel(coefficients(p), *extra, steps) == pytest.approx(kernel.py_func(coefficients(p), *extra, steps))


@pytest.mark.parametrize("p", list(problems()))
@pytest.mark.parametrize("momentum", [0.0, 0.6])
def test_simulated_heavy_ball_has_the_exact_risks(p, momentum):
    sizes, steps = np.tile([0.3, 0.02, 0.15], 4), np.array([2, 6, 10])
    run = simulate_heavy_ball(p, sizes, momentum, steps, replicas=8000, seed=5)
    truth = exact(steps, theory.heavy_ball_risk(p, sizes, momentum, steps), 1e-12)
    late = exact(steps, theory.heavy_ball_risk(p, np.append(0.15, sizes), momentum, steps), 1e-12)
    check = agrees("risk", run, truth, rival=Rival(claim="the schedule is a step late", predicted=late))
    assert check.as_declared, check


def test_any_covariance_is_that_of_the_noise():
    # After one step of size h from the minimiser, E (g . e)^2 = h^2 sigma^2 / B g' C g: the off-diagonal counts.
    matrix, g = ROOT @ ROOT.T, np.array([1.0, -2.0, 0.5])
    p = LeastSquares(np.array([0.5, 0.3, 0.1]), np.zeros(3), 0.6, "additive", 2, matrix)
    run = simulate_heavy_ball(p, [0.7], 0.0, Observation([1], weights=g, degree=1), replicas=20_000, seed=1)
    truth = 0.49 * 0.18 * (g @ matrix @ g)
    assert run.mean[0] == pytest.approx(0.0, abs=5 * run.standard_error[0])
    assert (run.samples**2).mean() == pytest.approx(truth, rel=0.06)
    assert abs(truth / (0.49 * 0.18 * (g**2 @ np.diag(matrix))) - 1) > 0.4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.sgd_risk(problem(), [0.1, 0.1], [3]), "has 2 sizes for 3 steps"),
        (lambda: theory.sgd_risk(problem(), [0.1, -0.1], [2]), "give sizes >= 0"),
        (lambda: theory.relative_rounding(problem(), np.full(3, 2.0), [3]), "rounding bound needs <= 1/2"),
        (lambda: theory.heavy_ball_risk(problem(), [0.1], 1.0, [1]), r"momentum=1.0 is not allowed.*\[0, 1\)"),
        (lambda: theory.staged_risk(problem(), theory.Stages((0.1,), (5,)), 0.5), "depends on the iterate"),
        (lambda: theory.Stages((0.1, 0.2), (5,)), "give one length per stage"),
        (lambda: theory.Stages((-0.1,), (5,)), "give sizes >= 0"),
        (lambda: theory.Stages((0.1,), (0,)), "length=0 is not allowed"),
        (lambda: theory.Stages.step_decay(1.0, 1.0, 10, 4.0), "factor=1.0 is not allowed"),
        (lambda: theory.Stages.step_decay(1.0, 1.1, 10, 4.0), "31 stages need a step each"),
        (lambda: problem("gaussian", covariance=np.eye(3)), "give design='additive'"),
        (lambda: problem("additive", covariance=np.eye(2)), r"give a symmetric matrix \(3, 3\)"),
        (lambda: problem("additive", covariance=np.ones((3, 3))), "give a positive definite matrix"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_valid_schedules_and_momenta_pass():
    assert theory.valid_schedule("step_sizes", [0.0, 1.0], np.array([2])).tolist() == [0.0, 1.0]
    assert theory.valid_momentum(0.5) == 0.5
    assert road.coefficients(problem(batch=2)).gain == pytest.approx(np.array([0.25, 0.15, 0.05]))
