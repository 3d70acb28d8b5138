"""Bounds and floors of stochastic methods: every sequence of draws enumerated, SymPy, moments, and random sums."""

import math
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
import sympy
from scipy.optimize import brentq
from scipy.special import eval_genlaguerre

from theorylab.errors import InputError
from theorylab.models.convex import batches as batches_of
from theorylab.models.convex import kernels, model, moments, simulation, theory
from theorylab.models.convex.model import QuadraticSum
from theorylab.numerics.streams import stream

EDGE = 1 + 1e-10
PAIR = QuadraticSum(np.array([0.2, 1.0]), np.array([1.5, -0.3]))


class Sum:
    """f = mean of Huber functions of x - centre plus mu/2 (x - anchor)^2, on the line, and its constants."""

    def __init__(self, draw, mu):
        self.curvatures = draw.uniform(0.1, 1, 3)
        self.kinks, self.centres = np.exp(draw.uniform(-2, 1, 3)), draw.standard_normal(3)
        self.mu, self.anchors = mu, draw.standard_normal(3)
        self.solution = brentq(lambda x: self.gradients(x).mean(), -30, 30, xtol=1e-14)
        self.lmax = float((self.curvatures + mu).max())
        self.noise = float((self.gradients(self.solution) ** 2).mean())

    def values(self, x):
        value = model.huber(x - self.centres, self.curvatures, self.kinks)[0]
        return value + self.mu / 2 * (x - self.anchors) ** 2

    def gradients(self, x):
        slope = model.huber(x - self.centres, self.curvatures, self.kinks)[1]
        return slope + self.mu * (x - self.anchors)

    def gap(self, x):
        return float(self.values(x).mean() - self.values(self.solution).mean())


def enumerated(f, start, step_sizes, momentum=False):
    """E of the gap of the average, E (x_T - x*)^2, E gap of x_T, and E of the mean square of f', over all draws."""
    found = []
    for draws in product(range(3), repeat=len(step_sizes)):
        x = before = start
        path = []
        for t, (i, g) in enumerate(zip(draws, step_sizes, strict=True)):
            path.append(x)
            gradient = f.gradients(x)[i]
            if momentum:
                x, before = x + t / (t + 3) * (x - before) - 2 * g / (t + 3) * gradient, x
            else:
                x = x - g * gradient
        squares = np.mean([f.gradients(y).mean() ** 2 for y in path])
        found.append((f.gap(np.mean(path)), (x - f.solution) ** 2, f.gap(x), squares))
    return np.mean(found, axis=0)


@pytest.mark.parametrize("trial", range(40))
def test_bounds_hold_on_random_sums(trial):
    draw = np.random.default_rng(trial)
    mu, steps = (0.0, draw.uniform(0.02, 0.5))[trial % 2], int(draw.integers(1, 4))
    f, start = Sum(draw, mu), float(draw.uniform(-6, 6))
    D, L = abs(start - f.solution), f.lmax
    g = draw.uniform(0.05, 0.49) / L
    average, distance, _, squares = enumerated(f, start, [g] * steps)
    assert average <= theory.average_bound(g, L, D, f.noise, steps) * EDGE
    assert mu == 0 or distance <= theory.distance_bound(g, mu, D, f.noise, steps) * EDGE
    if mu == 0:  # gradients are bounded, and so is their variance
        spread = max(float(f.gradients(x).var()) for x in np.linspace(-12, 12, 101))
        assert squares <= theory.mean_gradient_bound(g, L, f.gap(start), spread * 1.05, steps) * EDGE
    last = enumerated(f, start, [g / 2] * steps, momentum=True)[2]
    assert last <= theory.moving_average_bound(g / 2, D, f.noise, steps) * EDGE
    if mu:
        least = np.array([f.values(x) for x in np.linspace(-8, 8, 161)]).min(axis=0).mean()
        excess = float(f.values(f.solution).mean()) - least
        small = draw.uniform(0.1, 1.0) * mu / L**2
        gap = enumerated(f, start, [small] * steps)[2]
        bound = theory.lojasiewicz_sgd_bound(small, L, L, f.gap(start), excess, steps, constant=mu)
        assert gap <= bound * EDGE


@pytest.mark.parametrize("trial", range(120))
def test_bounds_hold_on_random_quadratic_sums(trial):
    draw = np.random.default_rng(1000 + trial)
    a, p = draw.uniform(0, 1, 4) ** 2, draw.dirichlet(np.ones(4))
    a[0] = 1.0
    b = draw.standard_normal(4)
    b -= (p * a * b).sum() / (p * a).sum()
    problem, still = QuadraticSum(a, b, p), QuadraticSum(a, 0 * b, p)
    mu, s, T = problem.curvature, problem.noise, np.array([1, 2, 5, 20, 100])
    g = draw.uniform(0.01, 0.5)
    found = {name: x.samples[0] for name, x in moments.moments(problem, moments.sgd(g, 100), T).items()}
    assert (found["square"] <= theory.distance_bound(g, mu, 1.0, s, T) * EDGE).all()
    assert g > 0.49 or (found["average"] * mu / 2 <= theory.average_bound(g, 1.0, 1.0, s, T) * EDGE).all()
    plan = moments.sgd(theory.decreasing_step_size(mu, 1.0, np.arange(100)), 100)
    square = moments.moments(problem, plan, T)["square"].samples[0]
    assert (square <= theory.decreasing_bound(mu, 1.0, 1.0, s, T) * EDGE).all()
    square = moments.moments(problem, moments.moving_average(g / 2, 100), T)["square"].samples[0]
    assert (square * mu / 2 <= theory.moving_average_bound(g / 2, 1.0, s, T) * EDGE).all()
    wide = draw.uniform(0.01, 1.99)
    square = moments.moments(still, moments.sgd(wide, 100), T)["square"].samples[0]
    assert (square <= theory.interpolation_bound(wide, mu, 1.0, 1.0, T) * EDGE).all()
    wide = draw.uniform(0.01, 0.999)
    gap = moments.moments(still, moments.sgd(wide, 100), T)["average"].samples[0] * mu / 2
    assert (gap <= theory.interpolation_average_sharper(wide, 1.0, T) * EDGE).all()
    assert (gap <= theory.interpolation_average_bound(wide, 1.0, 1.0, T) * EDGE).all()


def test_the_bound_of_decreasing_steps_telescopes():
    mu, L, D, s, t = sympy.symbols("mu L D s t", positive=True)
    now, after = (theory.decreasing_bound(mu, L, D, s, x) for x in (t, t + 1))
    g = theory.decreasing_step_size(mu, L, t)
    # One step: d+ <= (1 - g mu) d + 2 g^2 s. The bound must not be below that.
    slack = sympy.factor(sympy.simplify(after - ((1 - g * mu) * now + 2 * g**2 * s)))
    assert all(slack.subs({mu: m, L: 1, D: d, s: 3, t: x}) >= -1e-15
               for m in (0.1, 0.5, 1.0) for d in (0, 2) for x in (0, 1, 10, 1000))  # fmt: skip
    assert sympy.simplify(theory.decreasing_bound(mu, L, D, s, 0) - D**2) == 0
    assert sympy.simplify(g.subs(t, 0) - 1 / (2 * L)) == 0


def test_limit_of_decreasing_steps():
    c, mu, s, m, t = sympy.symbols("c mu s m t", positive=True)
    # E x^2 = m/t: (1 - c/t)^2 m/t + c^2 s/(mu t)^2 - m/(t+1) vanishes at order 1/t^2.
    step = (1 - c / t) ** 2 * m / t + c**2 * s / (mu * t) ** 2 - m / (t + 1)
    (limit,) = sympy.solve(sympy.limit(step * t**2, t, sympy.oo), m)
    assert sympy.simplify(limit - theory.decreasing_limit(mu, s, c)) == 0
    assert theory.decreasing_limit(1.0, 3.0) == pytest.approx(4.0)


def test_floor_solves_the_moment_equation():
    g, a, q, s = sympy.symbols("g a q s", positive=True)
    floor = theory.quadratic_floor(g, a, q, s)
    assert sympy.simplify((1 - 2 * g * a + g**2 * q) * floor + g**2 * s - floor) == 0


def test_average_under_additive_noise_is_a_sum_of_weights():
    g, a, D, s = (sympy.Rational(x) for x in ("1/3", "1/2", "2", "5/7"))
    r = 1 - g * a
    for T in (1, 2, 3, 6):
        bias = D * sum(r**t for t in range(T)) / T
        weights = [g * sum(r ** (t - j - 1) for t in range(j + 1, T)) / T for j in range(T)]
        value = bias**2 + s * sum(w**2 for w in weights)
        assert theory.additive_average(g, a, D, s, T) == value


@pytest.mark.parametrize("trial", range(20))
def test_moments_are_those_of_every_sequence(trial):
    draw = np.random.default_rng(trial)
    a, p = [Fraction(int(x), 10) for x in draw.integers(1, 11, 3)], [Fraction(1, 6), Fraction(1, 3), Fraction(1, 2)]
    b = [Fraction(int(x), 7) for x in draw.integers(-9, 10, 2)]
    b.append(-sum(x * y * z for x, y, z in zip(p, a, b, strict=False)) / (p[2] * a[2]))
    method = ("sgd", "proximal", "momentum")[trial % 3]
    g, T = [Fraction(int(x), 10) for x in draw.integers(1, 8, 4)], 4
    if method == "momentum":
        g = [g[0]] * T
    square = average = mean = Fraction(0)
    for draws in product(range(3), repeat=T):
        x = before = total = Fraction(1)
        weight = Fraction(1)
        for t, i in enumerate(draws):
            total = total + x if t else x
            if method == "sgd":
                x = x - g[t] * a[i] * (x - b[i])
            elif method == "proximal":
                x = (x + g[t] * a[i] * b[i]) / (1 + g[t] * a[i])
            else:
                x, before = (x + Fraction(t, t + 3) * (x - before) - 2 * g[t] / (t + 3) * a[i] * (x - b[i])), x
            weight *= p[i]
        square, average, mean = square + weight * x**2, average + weight * (total / T) ** 2, mean + weight * x
    problem = QuadraticSum(*(np.array([float(x) for x in row]) for row in (a, b, p)))
    plan = (moments.moving_average(float(g[0]), T) if method == "momentum"
            else moments.sgd([float(x) for x in g], T, proximal=method == "proximal"))  # fmt: skip
    found = moments.moments(problem, plan, [T])
    for name, truth in (("square", square), ("average", average), ("mean", mean)):
        assert abs(found[name].samples[0, 0] - float(truth)) <= found[name].rounding[0, 0], name


def test_rounding_of_moments_against_many_digits():
    with_noise, without = QuadraticSum.additive(0.37, 2.0), QuadraticSum.gated(0.37)
    a, g, T = Fraction(0.37), Fraction(0.9), 60
    kept = [1 - 2 * g * a + g**2 * a**2, 1 - 2 * g * a + g**2 * a]
    for problem, factor, noise in ((with_noise, kept[0], Fraction(2)), (without, kept[1], Fraction(0))):
        value = Fraction(1)
        for _ in range(T):
            value = factor * value + g**2 * noise
        curve = moments.moments(problem, moments.sgd(0.9, T), [T])["square"]
        assert abs(curve.samples[0, 0] - float(value)) <= curve.rounding[0, 0]


def test_weighted_averages_use_their_weights():
    problem, weights = QuadraticSum.additive(1.0, 0.0), np.array([1.0, 2.0, 3.0])
    found = moments.moments(problem, moments.sgd(0.5, 3, weights=weights), [3])["average"]
    assert found.samples[0, 0] == pytest.approx(((1 + 2 * 0.5 + 3 * 0.25) / 6) ** 2)


def test_the_moving_average_follows_laguerre_polynomials():
    g, a, t = sympy.Rational(1, 4), sympy.Rational(2, 3), sympy.symbols("t")
    problem = QuadraticSum.additive(2 / 3, 0.0)
    found = moments.moments(problem, moments.moving_average(0.25, 30), np.arange(31))["mean"].samples[0]
    exact = [theory.moving_average_mean(g, a, 1, n, lambda n, k, y: sympy.assoc_laguerre(n, k, y)) for n in range(9)]
    assert found[:9] == pytest.approx([float(x) for x in exact], rel=1e-12)
    # The recurrence of the polynomials is that of the iteration, (t+3) m_(t+1) = (2t+3-y) m_t - t m_(t-1), y = 2 g a.
    m = sympy.Function("m")
    momentum = m(t) + t / (t + 3) * (m(t) - m(t - 1)) - 2 * g / (t + 3) * a * m(t)
    assert sympy.simplify(momentum - ((2 * t + 3 - 2 * g * a) * m(t) - t * m(t - 1)) / (t + 3)) == 0


def test_scipy_laguerre_polynomials_are_accurate_where_they_are_used():
    import mpmath

    for curvature in (0.1, 0.5, 1.0):
        for n in (1, 10, 100, 1000):
            ours = theory.moving_average_mean(0.25, curvature, 1.0, n, eval_genlaguerre)
            with mpmath.workdps(60):
                truth = mpmath.laguerre(n, 2, 2 * 0.25 * curvature) * 2 / ((n + 1) * (n + 2))
            assert abs(ours - float(truth)) <= 1e-12


def test_floor_of_the_moving_average():
    g, a, s, t, T = sympy.symbols("g a s t T", positive=True)
    # A kick at t moves z by g, and so x's velocity by 2 g/t; frequency (2 g a/t)^(1/2), amplitude ~ t^(-5/4) after it.
    amplitude = (2 * g / t) ** 2 / (2 * g * a / t) * (t / T) ** sympy.Rational(5, 2)
    square = sympy.integrate(amplitude / 2 * s, (t, 0, T))
    assert sympy.simplify(a / 2 * square - theory.moving_average_floor(g, s)) == 0
    for curvature in (0.1, 1.0):
        plan = moments.moving_average(0.25, 4000)
        found = moments.moments(QuadraticSum.additive(curvature, 1.0), plan, [4000])["square"].samples[0, 0]
        assert curvature / 2 * found == pytest.approx(theory.moving_average_floor(0.25, 1.0), rel=1e-3)


def batches(matrices, batch):
    """E A_B^2 over all subsets of a size."""
    subsets = list(combinations(range(len(matrices)), batch))
    means = [matrices[list(B)].mean(axis=0) for B in subsets]
    return sum(mean @ mean for mean in means) / len(subsets)


def test_minibatches_by_enumeration():
    draw = np.random.default_rng(3)
    for n, b in ((4, 2), (5, 3), (6, 1), (6, 6)):
        rows = draw.standard_normal((n, 3))
        matrices = rows[:, :, None] * rows[:, None, :]
        full = matrices.mean(axis=0)
        L, largest = np.linalg.eigvalsh(full)[-1], (rows**2).sum(axis=1).max()
        bound = theory.expected_smoothness(L, largest, n, b)
        assert np.linalg.eigvalsh(bound * full - batches(matrices, b))[0] >= -1e-10
        gradients = draw.standard_normal((n, 2))
        gradients -= gradients.mean(axis=0)
        found = np.mean([np.sum(gradients[list(B)].mean(axis=0) ** 2) for B in combinations(range(n), b)])
        assert found == pytest.approx(theory.minibatch_noise((gradients**2).sum(axis=1).mean(), n, b), abs=1e-14)


def test_groups_break_the_larger_of_two_constants():
    n, b = sympy.symbols("n b", positive=True)
    ratio = theory.grouped_smoothness_ratio(n, b)
    assert sympy.simplify(b * theory.expected_smoothness(1 / b, 1, n, b) - ratio) == 0
    # No instance breaks it by more: the constant over max(L, Lmax/b) is largest where both are equal, and < 2.
    assert sympy.simplify(2 - ratio - (n * (b - 1) + b * (n - b) - 2 * b * (n - 1)) / (b * (1 - n))) == 0
    for size, batch in ((4, 2), (9, 3), (100, 10), (10**6, 1000)):
        assert 1 < theory.grouped_smoothness_ratio(size, batch) < 2
        root = math.isqrt(size)
        assert theory.grouped_smoothness_ratio(size, root) == pytest.approx(2 * root / (root + 1))
    matrices = np.array([np.diag([1.0, 0]), np.diag([1.0, 0]), np.diag([0, 1.0]), np.diag([0, 1.0])])
    assert batches(matrices, 2) == pytest.approx(np.eye(2) / 3)  # over A = I/2: constant 2/3, max(1/2, 1/2) broken


@pytest.mark.parametrize("method", simulation.METHODS)
def test_the_kernel_is_its_python_body_and_follows_the_moments(method):
    steps, g = np.array([1, 3, 7]), np.full(7, 0.4)
    code = simulation.METHODS[method]
    for replica in range(5):
        ours = kernels.path(PAIR.data(), g, code, 1.0, steps, stream(1, replica))
        assert ours == pytest.approx(kernels.path.py_func(PAIR.data(), g, code, 1.0, steps, stream(1, replica)))
    runs = simulation.simulate(PAIR, method, 0.4, steps, replicas=4000, seed=5)
    plan = (
        moments.moving_average(0.4, 7) if method == "momentum" else moments.sgd(0.4, 7, proximal=method == "proximal")
    )
    for name, truth in moments.moments(PAIR, plan, steps).items():
        if name != "mean":
            off = np.abs(runs[name].mean - truth.samples[0])
            assert (off <= 5 * runs[name].standard_error).all()


def test_the_moment_kernel_is_its_python_body():
    plan = moments.sgd([0.1, 0.5, 0.3], 3, weights=[1.0, 2.0, 0.5])
    ours = moments.follow(PAIR.data(), plan, 1.0, np.array([0, 1, 3]))
    assert ours == pytest.approx(moments.follow.py_func(PAIR.data(), plan, 1.0, np.array([0, 1, 3])))


def test_constants_of_sums():
    gate = QuadraticSum.gated(0.25, 2.0)
    assert (gate.curvature, gate.max_smoothness, gate.square_curvature) == (0.25, 1.0, 0.25)
    assert gate.noise == pytest.approx(2.0)
    assert gate.excess == pytest.approx(1.0)
    pair = QuadraticSum.additive(2.0, 3.0)
    assert (pair.curvature, pair.max_smoothness) == (2.0, 2.0)
    assert pair.noise == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: QuadraticSum([1.0, 2.0], [1.0]), "2 curvatures, 1 centres"),
        (lambda: QuadraticSum([-1.0], [0.0]), "curvatures must be >= 0"),
        (lambda: QuadraticSum([1.0, 1.0], [1.0, 0.0]), "the minimiser is not 0"),
        (lambda: QuadraticSum([1.0], [0.0], [0.5]), "sum to 1"),
        (lambda: QuadraticSum.gated(0.0), "share=0.0 is not allowed"),
        (lambda: QuadraticSum.additive(1.0, -1.0), "noise=-1.0 is not allowed"),
        (lambda: moments.sgd([0.1, 0.2], 3), "2 step_sizes for 3 steps"),
        (lambda: moments.moments(PAIR, moments.sgd(0.1, 3), [4]), "4 steps are more than the 3 of the plan"),
        (lambda: simulation.simulate(PAIR, "adam", 0.1, [1], replicas=2, seed=1), "method='adam' is not known"),
        (lambda: simulation.simulate(PAIR, "sgd", [0.1, 0.2], [3], replicas=2, seed=1), "2 step sizes for 3 steps"),
    ],
)
def test_bad_input_is_answered(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_batches_by_hand():
    found = batches_of.smoothness(batches_of.grouped(4, 2), 2)
    assert found == pytest.approx((2 / 3, 0.5, 1.0))
    assert batches_of.noise([[1.0], [1.0]], [1.0, -1.0], 1) == pytest.approx(1.0)
    assert batches_of.noise([[1.0], [1.0]], [1.0, -1.0], 2) == pytest.approx(0.0, abs=1e-30)
    rows, targets = next(batches_of.random_families(1, 5, 2, 3))
    assert (rows.shape, targets.shape) == ((5, 2), (5,))
    matrices = rows[:, :, None] * rows[:, None, :]
    for b in (1, 3, 5):
        full, square = matrices.mean(axis=0), batches(matrices, b)
        worst = np.linalg.eigvals(np.linalg.solve(full, square)).real.max()
        assert batches_of.smoothness(matrices, b).expected == pytest.approx(worst)
    with pytest.raises(InputError, match="batch=6 is not allowed"):
        batches_of.smoothness(matrices, 6)
    with pytest.raises(InputError, match="batch=3 does not divide size=4"):
        batches_of.grouped(4, 3)


def test_bounds_are_their_one_step_inequalities_unrolled():
    g, L, mu, D, s, f, v = (sympy.Rational(x) for x in ("1/5", "3/2", "1/4", "3", "7/3", "5/2", "2/7"))
    T, q = 4, sympy.symbols("q")

    def largest(kept, noise):
        """The gap that, attained at every step, uses up D^2: 0 = D^2 - T (kept * gap - noise)."""
        return sympy.solve(D**2 - T * (kept * q - noise), q)[0]

    assert theory.average_bound(g, L, D, s, T) == largest(2 * g * (1 - 2 * g * L), 2 * g**2 * s)
    assert theory.interpolation_average_bound(g, L, D, T) == largest(2 * g * (1 - g * L), 0)
    assert theory.interpolation_average_sharper(g, D, T) == largest(2 * g, 0)
    assert theory.descent_gap_bound(g, D, T) == largest(2 * g, 0)
    assert theory.polyak_bound(L, D, T) == largest(1 / (2 * L), 0)
    assert theory.subgradient_bound(g, D, L, T) == largest(2 * g, g**2 * L**2)
    assert theory.mean_gradient_bound(g, L, f, v, T) == sympy.solve(f - T * (g / 2 * q - g**2 * L * v / 2), q)[0]
    assert theory.smallest_gradient_bound(g, f, T) == sympy.solve(f - T * g / 2 * q, q)[0]
    # Of distances: a factor per step, and a floor that the step keeps.
    floor = theory.distance_bound(g, mu, 0, s, T)
    assert floor == (1 - g * mu) * floor + 2 * g**2 * s
    assert theory.distance_bound(g, mu, D, 0, T) == (1 - g * mu) ** 4 * 9
    floor = theory.lojasiewicz_sgd_bound(g, L, 2 * L, 0, v, T, constant=mu)
    assert floor == (1 - g * mu) * floor + g**2 * L * 2 * L * v
    assert theory.lojasiewicz_sgd_bound(g, L, L, f, 0, T, constant=mu) == (1 - g * mu) ** 4 * f
    assert theory.lojasiewicz_bound(g, mu, L, f, 1) == f - g * (1 - g * L / 2) * 2 * mu * f
    assert theory.lojasiewicz_bound(g, mu, L, f, 3) == theory.lojasiewicz_bound(g, mu, L, f, 1) ** 3 / f**2
    assert theory.strongly_convex_bound(g, mu, D, 3) ** 2 == theory.strongly_convex_worst(g, mu, L, 1, 3) * D**4
    # Weights t, |x+|^2 <= (1 - g_t mu) |x|^2 - 2 g_t gap + g_t^2 G^2, g_t = 2/(mu (t+1)): G^2/mu at most for each t.
    assert theory.strongly_convex_subgradient_bound(mu, L, T) == T * L**2 / mu / (T * (T + 1) / sympy.Integer(2))
    tau = T + 4 * L / mu
    now, after = (theory.decreasing_bound(mu, L, D, s, x) for x in (T, T + 1))
    assert after * tau * (tau - 1) - now * (tau - 1) * (tau - 2) == 8 * s / mu**2


def test_the_moving_average_bound_telescopes():
    # 2 g w gap with w = (T+1)/2 at the end, from D^2 at the start: T + 1 draws add 2 g^2 s each, at most.
    g, D, s, T = (sympy.Rational(x) for x in ("1/5", "3", "7/3", "4"))
    assert theory.moving_average_bound(g, D, s, T) == (D**2 + 2 * g**2 * s * (T + 1)) / (g * (T + 1))


def test_the_moving_average_without_noise_is_that_of_the_moments():
    run = simulation.moving_average(lambda x: (x**2 / 3, 2 * x / 3), [1.0], 0.25, 9)
    found = moments.moments(QuadraticSum.additive(2 / 3, 0.0), moments.moving_average(0.25, 9), np.arange(10))["mean"]
    assert run.iterates[:, 0] == pytest.approx(found.samples[0], rel=1e-12)
    assert run.values[:, 0] == pytest.approx(found.samples[0] ** 2 / 3, rel=1e-12)
