"""Linear losses: moments and regret derived again, drifts against kernels, bounds attacked, a proof step by step."""

import itertools

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.adaptive import kernels, simulation
from theorylab.models.adaptive.model import PeriodicLosses, method
from theorylab.models.adaptive.optimisers import rules
from theorylab.models.adaptive.theory import linear
from theorylab.numerics import streams

C, low, b = sp.symbols("C l b", positive=True)
THREE = PeriodicLosses(high=3.0)


@pytest.mark.parametrize("period", [2, 3, 5])
def test_periodic_moments_solve_their_recursions(period):
    for form, values in (
        (linear.periodic_first_moment, [C] + [-low] * (period - 1)),
        (linear.periodic_second_moment, [C**2] + [low**2] * (period - 1)),
    ):
        for k in range(period):
            before = form(C, low, period, b, (k - 1) % period)
            assert sp.simplify(form(C, low, period, b, k) - b * before - (1 - b) * values[k]) == 0


@pytest.mark.parametrize(("high", "low_slope", "period"), [(4.0, 1.0, 3), (2.2, 1.0, 3), (30.0, 2.0, 7)])
@pytest.mark.parametrize(("b1", "b2", "epsilon"), [(0.0, 0.3, 0.0), (0.5, 0.9, 0.2), (0.9, 0.95, 0.0), (0.8, 0.5, 0.0)])
def test_drift_is_what_a_period_of_the_kernel_adds_up(high, low_slope, period, b1, b2, epsilon):
    losses = PeriodicLosses(high=high, low=low_slope, period=period)
    chosen = method("Adam", 1.0, first_decay=b1, second_decay=b2, epsilon=epsilon)
    rounds = period * 400
    sums = simulation.periodic(losses, chosen, 0.0, [rounds, rounds + period])["directions"]
    change = sums.mean[1] - sums.mean[0]
    assert abs(change - linear.periodic_drift(losses, b1, b2, epsilon)) < 2 * sums.rounding.max() + 1e-12


def test_drift_takes_symbols():
    form = linear.periodic_drift(PeriodicLosses(high=4.0), 0, b)
    assert float(form.subs(b, 0.3)) == pytest.approx(linear.periodic_drift(PeriodicLosses(high=4.0), 0, 0.3))


def test_drifts_of_fifteen_settings_have_the_signs_of_their_ends():
    for high, b2 in itertools.product((2.2, 4.0, 10.0), (0.02, 0.3, 0.6, 0.9, 0.99)):
        losses = PeriodicLosses(high=high)
        end = simulation.periodic(losses, method("Adam", 0.5, second_decay=b2), 0.0, [30_000])["point"].mean[0]
        assert np.sign(end) == -np.sign(linear.periodic_drift(losses, 0, b2))


def test_regret_of_standing_at_a_point():
    # At x the regret of a period is (C - 2) x + (C - 2): 2 (C - 2) at +1.
    assert linear.worst_point_regret(5.0, 30) == 10 * ((5 - 2) * 1 + (5 - 2))
    found = kernels.periodic_path(5.0, 1.0, 3, method("SGD", 1e-300), 1.0, np.array([30]))
    assert found[1, 0] == linear.worst_point_regret(5.0, 30)


@pytest.mark.parametrize("seed", range(40))
def test_excess_over_the_worst_point_is_two_moves_a_period(seed):
    draws = np.random.default_rng(seed)
    high, size, declining = draws.uniform(2.0, 30), draws.exponential(2.0), bool(seed % 2)
    steps, b2 = 3 * np.array([1, 2, 10, 300]), 1 / (1 + high**2)
    chosen = method("Adam", size, second_decay=b2, declining=declining)
    found = simulation.periodic(PeriodicLosses(high=high), chosen, 1.0, steps)
    excess = found["regret"].mean - linear.worst_point_regret(high, steps)
    bound = linear.worst_point_excess_bound(size, b2, steps, declining)
    assert (excess >= -1e-9).all()
    assert (excess <= bound * (1 + 1e-9)).all()
    if size < 0.5:  # no clipping at -1
        assert (excess >= bound / 4).all()
    assert (found["point"].mean == 1.0).all()


def test_what_goes_down_comes_up_for_every_high_slope():
    t, grows = sp.symbols("t", positive=True), linear.return_ratio_bound(C, sp.Symbol("t", positive=True))
    # It grows with C and with t, and is above 1 at C = 2, t = 4.
    assert sp.simplify(sp.diff(grows**1, C)).subs({C: 3, t: 5}) > 0
    assert linear.return_ratio_bound(2.0, 4.0) > 1
    for high, step in itertools.product(np.linspace(2, 50, 25), (4, 7, 10, 100, 10**6)):
        assert linear.return_ratio_bound(high, step) > 1
    # t = 1, with the second moments of the first three rounds: v_1 = (1 - b2) C^2.
    for high in np.linspace(2, 50, 100):
        b2 = 1 / (1 + high**2)
        v = [(1 - b2) * high**2]
        v += [b2 * v[0] + 1 - b2]
        v += [b2 * v[1] + 1 - b2]
        assert (2 * v[1]) ** -0.5 + (3 * v[2]) ** -0.5 > high / v[0] ** 0.5


def test_return_ratio_is_a_bound_on_real_periods():
    for high, period in itertools.product((2.0, 2.5, 4.0, 20.0), (1, 2, 5, 40)):
        b2, t = 1 / (1 + high**2), 3 * period + 1
        v, moves = 0.0, []
        for s in range(1, t + 3):
            g = high if s % 3 == 1 else -1.0
            v = b2 * v + (1 - b2) * g**2
            moves.append(g / (s * v) ** 0.5)
        down, up = moves[t - 1], -moves[t] - moves[t + 1]
        assert up / down >= linear.return_ratio_bound(high, t)


@pytest.mark.parametrize("period", [3, 6])
def test_settled_regret_adds_up_one_period(period):
    u, p = sp.symbols("u", positive=True), period
    # Points of a period, relative to -1: (p - 1) u, 0, u, ..., (p - 2) u; the loss at -1 is the least.
    places = [(p - 1) * u, *[k * u for k in range(p - 1)]]
    cost = sum(g * x for g, x in zip([C] + [-low] * (p - 1), places, strict=True))
    assert sp.expand(cost - u * (p - 1) * (C - low * sp.Rational(p - 2, 2))) == 0
    losses, steps = PeriodicLosses(high=10.0, low=1.5, period=period), np.array([300_000, 1_200_000])
    found = simulation.periodic(losses, method("SGD", 0.3), -1.0, steps)["regret"].mean
    assert np.diff(found)[0] == pytest.approx(
        np.diff(linear.settled_regret_leading(losses, 0.3, 1.0, steps))[0], rel=1e-4
    )


def test_boundary_is_a_sign_change_of_the_drift():
    for losses, b1 in ((PeriodicLosses(high=4.0), 0.0), (PeriodicLosses(high=40.0, period=40), 0.9)):
        edge = linear.forgetting_boundary(losses, b1)
        assert (
            linear.periodic_drift(losses, b1, 1 - 0.99 * edge) > 0 > linear.periodic_drift(losses, b1, 1 - 1.01 * edge)
        )
    with pytest.raises(InputError, match="mean slope"):
        linear.forgetting_boundary(PeriodicLosses(high=2.0))
    with pytest.raises(InputError, match="longer period"):
        linear.forgetting_boundary(PeriodicLosses(high=3.5, period=3), 0.99)


def test_boundary_of_long_periods():
    exact = [linear.forgetting_boundary(PeriodicLosses(high=float(c), period=c)) for c in (100, 200, 400)]
    relative = [
        found / linear.forgetting_boundary_leading(c) - 1 for found, c in zip(exact, (100, 200, 400), strict=True)
    ]
    assert np.allclose(relative, 1.3 / np.array([100, 200, 400]), rtol=0.03)


def test_sufficient_periods_satisfy_the_recalled_inequalities():
    assert linear.sufficient_period(0.0, 0.999) == 42622
    assert linear.sufficient_period(0.9, 0.99) == 3218
    for b1, b2 in ((0.0, 0.9), (0.5, 0.9), (0.9, 0.99), (0.0, 0.999), (0.9, 0.999)):
        period = linear.sufficient_period(b1, b2)
        assert linear.periodic_drift(PeriodicLosses(high=float(period), period=period), b1, b2) < -1
    with pytest.raises(InputError, match="b1 < sqrt"):
        linear.sufficient_period(0.9, 0.8)


def test_regret_bound_adds_up_its_proof():
    # Each inequality of the proof, on one run of random linear losses in one coordinate.
    draws = np.random.default_rng(3)
    rounds, a, b1, fading, b2, width = 400, 0.2, 0.6, 0.97, 0.9, 2.0
    g = draws.standard_normal(rounds) * draws.exponential(size=rounds)
    t, best = np.arange(1, rounds + 1), -np.sign(g.sum())
    b1_t, rates = b1 * fading ** (t - 1.0), a / np.sqrt(t)
    x, m, v, u = np.zeros(rounds + 1), np.zeros(rounds + 1), np.zeros(rounds + 1), np.zeros(rounds + 1)
    for k in range(rounds):
        m[k + 1] = b1_t[k] * m[k] + (1 - b1_t[k]) * g[k]
        v[k + 1] = b2 * v[k] + (1 - b2) * g[k] ** 2
        u[k + 1] = max(u[k], v[k + 1])
        x[k + 1] = np.clip(x[k] - rates[k] * m[k + 1] / u[k + 1] ** 0.5, -1, 1)
    regret, root = (g * (x[:-1] - best)).sum(), u[1:] ** 0.5
    weights = root / rates
    assert (np.diff(weights) >= 0).all()
    left = 1 / (1 - b1_t)
    telescoped = (weights * left / 2 * ((x[:-1] - best) ** 2 - (x[1:] - best) ** 2)).sum()
    first = width**2 * weights[-1] / (2 * (1 - b1))
    assert telescoped <= first
    squares = (rates * m[1:] ** 2 / root).sum()
    gamma, norm = b1 / b2**0.5, (g**2).sum() ** 0.5
    assert squares <= a * (1 + np.log(rounds)) ** 0.5 * norm / ((1 - b1) * (1 - gamma) * (1 - b2) ** 0.5)
    young = (b1_t * left * weights / 2 * (x[:-1] - best) ** 2).sum()
    faded = (b1_t * weights).sum()
    assert young <= width**2 * faded / (2 * (1 - b1))
    parts = (
        telescoped + young + (left / 2 * rates * m[1:] ** 2 / root + b1_t * left / 2 * rates * m[:-1] ** 2 / root).sum()
    )
    assert regret <= parts
    bound = linear.amsgrad_regret_bound(
        step_size=a, first_decay=b1, second_decay=b2, width=width, steps=rounds, roots=root[-1], faded=faded, norms=norm
    )
    third = (1 + b1) * a * (1 + np.log(rounds)) ** 0.5 * norm / (2 * (1 - b1) ** 2 * (1 - gamma) * (1 - b2) ** 0.5)
    assert bound == pytest.approx(first + width**2 * faded / (2 * (1 - b1)) + third)
    chosen = method("AMSGrad", a, first_decay=b1, first_fading=fading, second_decay=b2)
    sums = simulation.online("linear", -g[:, None], chosen, [0.0], [rounds])[:, 0]
    assert sums == pytest.approx([(g * x[:-1]).sum(), root[-1], faded, norm])


@pytest.mark.parametrize("seed", range(60))
def test_regret_bound_holds_on_random_losses(seed):
    draws = np.random.default_rng(seed)
    d, rounds = int(draws.integers(1, 4)), int(draws.integers(1, 300))
    a, b1, b2 = float(np.exp(draws.uniform(-6, 4))), float(draws.uniform(0, 0.9)), float(draws.uniform(0.82, 0.999))
    points = draws.standard_t(2, (rounds, d)) + draws.normal(size=d)
    chosen = method("AMSGrad", a, first_decay=b1, first_fading=float(draws.uniform(0.1, 1)), second_decay=b2)
    cost, roots, faded, norms = simulation.online("linear", points, chosen, draws.uniform(-1, 1, d), [rounds])[:, 0]
    regret = cost + np.abs(points.sum(axis=0)).sum()
    bound = linear.amsgrad_regret_bound(
        step_size=a, first_decay=b1, second_decay=b2, width=2.0, steps=rounds, roots=roots, faded=faded, norms=norms
    )
    assert regret <= bound


def test_limits_of_the_drawn_direction_hold_that_of_enumeration():
    # 14 rounds of two slopes, from the smallest and the largest v: E g / sqrt(v) falls in |g| only through v.
    high, chance, decay, length = 6.0, 0.3, 0.4, 14
    low_end, top = linear.drawn_direction_limits(high, chance, decay)
    means = []
    for start in (1.0, high**2):
        v, weight = np.array([start]), np.ones(1)
        for _ in range(length - 1):
            v = np.concatenate([decay * v + (1 - decay) * high**2, decay * v + 1 - decay])
            weight = np.concatenate([chance * weight, (1 - chance) * weight])
        up, down = decay * v + (1 - decay) * high**2, decay * v + 1 - decay
        means.append(weight @ (chance * high * up**-0.5 - (1 - chance) * down**-0.5))
    assert abs(means[0] - means[1]) < 1e-4
    assert low_end - 1e-4 < min(means)
    assert max(means) < top + 1e-4
    assert top - low_end < 1e-4
    coarse = linear.drawn_direction_limits(high, chance, decay, nodes=50)
    assert coarse[0] <= low_end
    assert top <= coarse[1]
    with pytest.raises(InputError, match=r"chance=1\.5"):
        linear.drawn_direction_limits(3.0, 1.5, 0.5)


def test_drawn_directions_of_the_kernel_have_that_mean():
    losses, chosen = PeriodicLosses(high=6.0), method("Adam", 0.1, second_decay=0.4)
    found = simulation.drawn(losses, 0.3, chosen, 0.0, [400], replicas=2000, seed=5)["direction"]
    low_end, top = linear.drawn_direction_limits(6.0, 0.3, 0.4)
    assert low_end - 4 * found.standard_error[0] < found.mean[0] < top + 4 * found.standard_error[0]


def test_kernels_are_their_python_bodies():
    chosen, steps = method("AMSGrad", 0.7, first_decay=0.5, second_decay=0.9, epsilon=0.1), np.array([0, 1, 5, 40])
    compiled = kernels.periodic_path(5.0, 1.0, 3, chosen, 0.2, steps)
    assert np.allclose(compiled, kernels.periodic_path.py_func(5.0, 1.0, 3, chosen, 0.2, steps), rtol=1e-13, atol=0)
    weights = kernels.periodic_weights(5.0, 1.0, 3, chosen, 20)
    assert np.allclose(weights, kernels.periodic_weights.py_func(5.0, 1.0, 3, chosen, 20), rtol=1e-13, atol=0)
    points = np.random.default_rng(1).standard_normal((30, 2))
    for kind in range(3):
        both = [body(kind, points, chosen, np.zeros(2), np.array([1, 30])) for body in
                (kernels.online_sums, kernels.online_sums.py_func)]  # fmt: skip
        assert np.allclose(*both, rtol=1e-12, atol=1e-12)


def test_drawn_paths_average_the_directions_of_their_second_half():
    chosen = method("Adam", 0.5, second_decay=0.0)  # directions are signs
    steps = np.array([2, 8])
    found = kernels.drawn_path.py_func(3.0, 1.0, 0.4, chosen, 0.0, steps, streams.stream(5, 1))
    draws = np.empty(8)
    streams.fill_uniform(streams.stream(5, 1), draws)
    signs, x = np.where(draws < 0.4, 1.0, -1.0), [0.0]
    for t, sign in enumerate(signs, 1):
        x.append(np.clip(x[-1] - 0.5 * t**-0.5 * sign, -1, 1))
    assert found[0] == pytest.approx([x[2], x[8]])
    assert found[1] == pytest.approx([signs[1], signs[4:].mean()])
    assert np.allclose(found, kernels.drawn_path(3.0, 1.0, 0.4, chosen, 0.0, steps, streams.stream(5, 1)))


def test_losses_have_their_slopes():
    for kind in range(3):
        for margin in (-3.0, -0.2, 0.4, 0.99, 1.01, 5.0):
            loss, slope = kernels.loss_and_slope.py_func(kind, margin)
            ahead, _ = kernels.loss_and_slope.py_func(kind, margin + 1e-6)
            assert (ahead - loss) / 1e-6 == pytest.approx(slope, abs=1e-5)
    assert kernels.clipped.py_func(-3.0) == -1.0


def test_rounding_of_periodic_runs_holds_against_many_digits():
    import mpmath

    losses, b2 = PeriodicLosses(high=4.0), 0.99
    chosen = method("Adam", 0.3, first_decay=0.9, second_decay=b2)
    found = simulation.periodic(losses, chosen, 0.2, [600])
    with mpmath.workdps(40):
        m, v, x, cost, total = (mpmath.mpf(0) for _ in range(5))
        x += mpmath.mpf(0.2)
        for t in range(1, 601):
            g = 4 if t % 3 == 1 else -1
            cost += g * x
            m = mpmath.mpf(0.9) * m + (1 - mpmath.mpf(0.9)) * g
            v = mpmath.mpf(b2) * v + (1 - mpmath.mpf(b2)) * g**2
            total += m / mpmath.sqrt(v)
            x = min(1, max(-1, x - mpmath.mpf(0.3) / mpmath.sqrt(t) * m / mpmath.sqrt(v)))
        for name, value in (("point", x), ("regret", cost + 400), ("directions", total)):
            curve = found[name]
            assert abs(value - mpmath.mpf(float(curve.mean[0]))) <= curve.rounding[0, 0]


def test_weights_of_adam_fall_and_those_of_amsgrad_do_not():
    losses = PeriodicLosses(high=4.0)
    for rule, grows in (("AMSGrad", True), ("AdamNC", True), ("Adam", False)):
        found = simulation.weights(losses, method(rule, 0.5, second_decay=1 / 17), 60)
        assert bool((np.diff(found.mean) >= 0).all()) is grows
    assert simulation.weights(losses, method("Adam", 0.5, second_decay=0.5), 1).mean[0] == 8**0.5 / 0.5


@pytest.mark.parametrize(
    ("words", "call"),
    [
        (r"give a point of \[-1, 1\]", lambda: simulation.periodic(THREE, method("SGD", 1.0), 2.0, [3])),
        ("integers >= 0", lambda: simulation.periodic(PeriodicLosses(high=3.0), method("SGD", 1.0), 0.0, [1.5])),
        ("multiples of 3", lambda: linear.worst_point_excess_bound(0.1, 0.5, [4])),
        ("period=1", lambda: PeriodicLosses(high=3.0, period=1)),
        ("high=-3", lambda: PeriodicLosses(high=-3)),
        ("'hinge'", lambda: simulation.online("squared", np.ones((3, 1)), method("SGD", 1.0), [0.0], [3])),
        ("4 rounds at least", lambda: simulation.online("hinge", np.ones((3, 1)), method("SGD", 1.0), [0.0], [4])),
        ("leaves the box", lambda: simulation.online("hinge", np.ones((3, 1)), method("SGD", 1.0), [1.5], [3])),
        ("probability", lambda: simulation.drawn(THREE, 0.0, method("SGD", 1.0), 0.0, [4], replicas=9, seed=1)),
    ],
)  # fmt: skip
def test_bad_input_is_answered_in_a_sentence(words, call):
    with pytest.raises(InputError, match=words):
        call()


def test_rules_are_named_in_their_order():
    assert rules.RULES[rules.AMSGRAD] == "AMSGrad"


def test_excess_of_two_periods_by_hand():
    # Two moves of 0.3 / sqrt(t) / sqrt(1 - 0.75) at t = 1 and t = 4.
    assert linear.worst_point_excess_bound(0.3, 0.75, [3, 6]) == pytest.approx([1.2, 1.8])
    assert linear.worst_point_excess_bound(0.3, 0.75, [3, 6], declining=False) == pytest.approx([1.2, 2.4])
