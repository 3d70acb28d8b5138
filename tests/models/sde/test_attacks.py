"""Error bounds and estimates that are argued, not proved, against finer calculations and mpmath at random settings.

THEORYLAB_SLOW=1 takes 10^4 settings each (of `escape` and `waves`: 2000, of `rest_of_sam` and `limit_of_sam`: 200).
Largest errors over bounds: 0.29 of `rest_of_sam` in 150, 0.35 of `flow` in 1000, and in 10^4 each
0.32 of `gap`, 0.25 of `enumeration_of_adam`, 0.50 of `estimate_of_adam` (with more degrees in log u than it has now).
The others are still to be run at that size.
"""

import mpmath
import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.sde import adam, adaptive, circle, sam
from theorylab.models.sde.integrators import Linear
from theorylab.models.sde.model import Adam, Landscape, Limit, Noise


def log_uniform(draw, low, high):
    return float(np.exp(draw.uniform(np.log(low), np.log(high))))


def random_adam(draw):
    problem = Adam(
        curvature=draw.uniform(0, 2), noise=log_uniform(draw, 0.2, 3), epsilon=draw.choice([0.0, draw.uniform(0, 1)]),
        momentum_rate=log_uniform(draw, 0.3, 5), rate=log_uniform(draw, 0.3, 5), begin=0.5,
        start=(draw.uniform(-2, 2), draw.uniform(-1, 1), log_uniform(draw, 0.3, 3)),
    )  # fmt: skip
    noise = [
        lambda: Noise.symmetric(draw.uniform(0, 1)),
        lambda: Noise.skewed(draw.uniform(0.4, 1.5)),
        lambda: Noise.heavy(draw.uniform(0.1, 1)),
    ][draw.integers(3)]()
    return problem, noise, 0.5 / int(draw.integers(4, 200)), bool(draw.integers(2))


def enumeration_of_adam(draw):
    """`adam.enumerated` against the definition in mpmath, up to 3 steps."""
    problem, noise, e, old = random_adam(draw)
    steps = int(draw.integers(1, 4))
    found, bound = adam.enumerated(problem, noise, steps * e, steps, old_denominator=old)
    with mpmath.workdps(40):
        e = mpmath.mpf(steps * e) / steps
        eta, h = mpmath.sqrt(e), mpmath.mpf(problem.curvature)
        b1, b2 = 1 - problem.momentum_rate * e, 1 - problem.rate * e
        sigma, eps, first = problem.noise / eta, problem.epsilon / eta, round(problem.begin / float(e))
        states = [(*map(mpmath.mpf, problem.start[:2]), problem.start[2] * sigma**2, mpmath.mpf(1))]
        for k in range(first + 1, first + steps + 1):
            after = []
            for (x, m, v, weight), (z, chance) in (
                (state, pair) for state in states for pair in zip(noise.values, noise.probabilities, strict=True)
            ):
                g = h * x + sigma * mpmath.mpf(float(z))
                fresh, mean = b2 * v + (1 - b2) * g**2, b1 * m + (1 - b1) * g
                hat = v / (1 - b2 ** (k - 1)) if old else fresh / (1 - b2**k)
                moved = x - eta * mean / (1 - b1**k) / (mpmath.sqrt(hat) + eps)
                after.append((moved, mean, fresh, weight * mpmath.mpf(float(chance))))
            states = after
        true = [sum(s[3] * s[0] ** power for s in states) for power in (1, 2)]
        return max(float(abs(a - b)) for a, b in zip(map(mpmath.mpf, map(float, found)), true, strict=True)) / bound


def estimate_of_adam(draw):
    """`adam.expectations` against all noise sequences, at most 2^12 of them; what it returns is an estimate."""
    problem, noise, e, old = random_adam(draw)
    steps = int(draw.integers(1, 1 + int(12 * np.log(2) / np.log(noise.values.size))))
    truth, unsure = adam.enumerated(problem, noise, steps * e, steps, old_denominator=old)
    size = int(draw.integers(6, 10))
    found, error = adam.expectations(problem, noise, steps * e, steps, old_denominator=old, size=size)
    return (np.abs(found - truth) / (error + unsure)).max()


def limit_of_adam(draw):
    """`adam.limit_moments` against collocation of the linear equations at 60 Chebyshev points."""
    p, _, _, _ = random_adam(draw)
    horizon, (x, m, u0), chebyshev = draw.uniform(0.1, 2), p.start, np.polynomial.chebyshev
    found, bound = adam.limit_moments(p, horizon)
    place = -np.cos((np.arange(60) + 0.5) * np.pi / 60)
    into = np.linalg.inv(chebyshev.chebvander(place, 59))
    integral = horizon / 2 * chebyshev.chebvander(place, 60) @ chebyshev.chebint(into, lbnd=-1)
    whole = horizon / 2 * chebyshev.chebval(1.0, chebyshev.chebint(into, lbnd=-1))
    t = p.begin + horizon / 2 * (place + 1)
    g1, g2, u = -np.expm1(-p.momentum_rate * t), -np.expm1(-p.rate * t), 1 + (u0 - 1) * np.exp(-p.rate * (t - p.begin))
    c, h, q = p.momentum_rate, p.curvature, g2**0.5 / (g1 * (p.noise * u**0.5 + p.epsilon * g2**0.5))
    a, zero, one = np.zeros((5, 5, 60)), 0 * q, 1 + 0 * q
    a[0, 1], a[1, 0], a[1, 1], a[2, 3], a[3, 4] = -q, c * h * one, -c * one, -2 * q, -q
    a[3, 2], a[3, 3], a[4, 3], a[4, 4] = c * h * one, -c * one, 2 * c * h * one, -2 * c * one
    start, push = np.array([x, m, x * x, x * m, m * m]), np.array([zero, zero, zero, zero, (c * p.noise) ** 2 * one])
    right = start[:, None] + np.einsum("ij,rj->ri", integral, push)
    system = np.eye(300) - np.einsum("ij,rsj->risj", integral, a).reshape(300, 300)
    y = np.linalg.solve(system, right.ravel()).reshape(5, 60)
    end = start + (np.einsum("rsj,sj->rj", a, y) + push) @ whole
    return np.abs(found - end[[0, 2]]).max() / bound


def flow(draw):
    """`circle.flow` of the pendulum against its closed form."""
    start, time, rate = draw.uniform(-3.1, 3.1), draw.uniform(0, 4), draw.uniform(0.1, 3)
    found, bound = circle.flow(lambda x: -rate * np.sin(x), start, time)
    with mpmath.workdps(40):
        end = 2 * mpmath.atan(mpmath.tan(mpmath.mpf(start) / 2) * mpmath.exp(-mpmath.mpf(rate) * time))
        true = mpmath.cos(end), mpmath.sin(end)
        return max(float(abs(mpmath.mpf(float(a)) - b)) / c for a, b, c in zip(found, true, bound, strict=True))


def random_landscape(draw):
    method = ("SGD", "USAM", "DNSAM", "SAM")[draw.integers(4)]
    tilt = draw.uniform(1.2, 3) if method == "DNSAM" else draw.uniform(-1, 1)
    wells = draw.uniform(-0.8, 0.8) if draw.integers(3) == 0 and method != "DNSAM" else None
    landscape = Landscape(tilt=tilt, noise_std=draw.uniform(0.3, 3), wells=wells)
    step_size = log_uniform(draw, 1e-3, 0.3)
    return landscape, method, step_size, draw.uniform(0, 0.3 if method != "DNSAM" else 0.1)


def run_of_sam(draw):
    """`sam.expectations` against twice the nodes."""
    given, start, steps = random_landscape(draw), draw.uniform(-3, 3), int(draw.integers(1, 300))
    nodes = int(2 * draw.integers(9, 25) + 1)
    (found, bound), (true, more) = (sam.expectations(*given, start, steps, n) for n in (nodes, 2 * nodes + 1))
    return (np.abs(found - true) / (bound + more)).max()


def limit_of_sam(draw):
    """`sam.limit_expectations` against twice the nodes."""
    given, start, time = random_landscape(draw), draw.uniform(-3, 3), draw.uniform(0.1, 2)
    nodes = int(2 * draw.integers(9, 25) + 1)
    (found, bound), (true, more) = (sam.limit_expectations(*given, start, time, n) for n in (nodes, 2 * nodes + 1))
    return (np.abs(found - true) / (bound + more)).max()


def rest_of_sam(draw):
    """`sam.stationary_cosine` against 81 more nodes."""
    given, nodes = random_landscape(draw), int(2 * draw.integers(30, 50) + 1)
    (found, bound), (true, more) = (sam.stationary_cosine(*given, n) for n in (nodes, nodes + 80))
    return abs(found - true) / (bound + more)


def escape(draw):
    """`sam.escape_steps` against 60 more nodes."""
    method, curvature = ("SGD", "USAM", "SAM")[draw.integers(3)], draw.choice([-1, 1]) * log_uniform(draw, 0.2, 3)
    noise, step, radius = log_uniform(draw, 0.1, 3), log_uniform(draw, 0.02, 0.3), draw.uniform(0, 0.3)
    width, nodes = noise * draw.uniform(0.2, 1.5), int(draw.integers(33, 70))
    given = method, curvature, noise, step, radius, width
    (found, bound), (true, more) = (sam.escape_steps(*given, n) for n in (nodes, nodes + 60))
    return abs(found - true) / (bound + more)


def waves(draw):
    """`adaptive.limit_waves` against twice the modes, and against its closed form where there is no force."""
    height = draw.choice([0.0, draw.uniform(0, 2)])
    limit = Limit(
        height=height, noise=log_uniform(draw, 0.3, 2), epsilon=draw.uniform(0, 1), rate=log_uniform(draw, 0.2, 4)
    )
    start, times = (draw.uniform(-3, 3), log_uniform(draw, 0.2, 4)), np.sort(draw.uniform(0.01, 2, 2))
    modes = int(draw.integers(16, 40))
    found, bound = adaptive.limit_waves(limit, start, times, modes=modes)
    if height:
        true, more = adaptive.limit_waves(limit, start, times, modes=modes + 24)
        return (np.abs(found - true) / (bound + more)).max()
    worst = 0.0
    for k, end in enumerate(times):
        node, weight = np.polynomial.legendre.leggauss(60)
        s = end / 2 * (node + 1)
        spread = end / 2 * weight @ (limit.noise / adaptive.denominator(limit, start[1], s)) ** 2
        for n in (1, 2, 3):
            worst = max(worst, abs(found[n - 1, k] - np.exp(1j * n * start[0] - n**2 * spread / 2)) / bound[n - 1, k])
    return worst


def gap(draw):
    """`Linear.mean_square_gap` against its recursion in mpmath."""
    a, s, h = draw.choice([-1, 1]) * log_uniform(draw, 0.01, 4), draw.uniform(0, 2), log_uniform(draw, 1e-4, 0.3)
    steps, start = int(draw.integers(1, 40)), draw.uniform(-2, 2)
    found, bound = Linear(growth=a, additive=s, start=start).mean_square_gap(h, steps)
    with mpmath.workdps(60):
        a, s, h, d, x, y = (*map(mpmath.mpf, (float(a), s, h)), mpmath.mpf(0), mpmath.mpf(0), mpmath.mpf(start) ** 2)
        decay, euler = mpmath.exp(a * h), 1 + a * h
        lag, shared, total = euler - decay, (decay - 1) / a, (decay**2 - 1) / (2 * a)
        for _ in range(steps):
            d, x, y = (
                euler**2 * d + 2 * euler * lag * x + lag**2 * y + s**2 * (h - 2 * shared + total),
                decay * (euler * x + lag * y) + s**2 * (shared - total),
                decay**2 * y + s**2 * total,
            )
        error = float(abs(mpmath.mpf(found) - d))
    return error / bound if error else 0.0


FUNCTIONS = (enumeration_of_adam, estimate_of_adam, limit_of_adam, flow, waves, gap,
             run_of_sam, limit_of_sam, rest_of_sam, escape)  # fmt: skip
CASES = {function.__name__: function for function in FUNCTIONS}


def worst(case, settings, seed):
    draw, found, done = np.random.default_rng(seed), 0.0, 0
    while done < settings:
        try:
            ratio = CASES[case](draw)
        except InputError:
            continue
        found, done = max(found, float(ratio)), done + 1
    return found


@pytest.mark.parametrize("case", CASES)
def test_bounds_that_are_argued_hold(case):
    assert worst(case, 8, 1) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_bounds_that_are_argued_hold_in_ten_thousand_settings(case):
    few = {"escape": 2000, "waves": 2000, "rest_of_sam": 200, "limit_of_sam": 200}
    found = worst(case, few.get(case, 10_000), 2)
    print(f"{case}: {found:.3g}")  # noqa: T201
    assert found <= 1
