"""Random settings for every bound on rounding that regression states, and the truth of each in balls of many bits.

An attack draws one setting and returns the largest ratio error / bound in it: above 1 the bound is broken. Settings are
drawn where terms matter: clustered, graded and tiny spectra, steps next to the stability limit, memories next to 1,
starts of one direction. Floats are the binary numbers that they are.
"""

import numpy as np
from flint import arb, arb_mat, ctx

from theorylab.errors import InputError
from theorylab.models.regression import theory
from theorylab.models.regression.model import DESIGNS, Acceleration, LeastSquares
from theorylab.models.regression.theory import spectral, stepped
from theorylab.numerics import secular, spectra

BITS = 240


def ball(x):
    return arb(float(x))


def ratio(found, true, bound):
    """|found - true| / bound, from above; 0 where both are exact."""
    assert true.rel_accuracy_bits() > 60 or true == 0, "the truth needs more bits"
    error = abs(ball(found) - true)
    return 0.0 if error == 0 else float((error / ball(bound)).abs_upper())


def relative(found, true, bound):
    """As `ratio`, for a bound relative to what was found, as curves take it; nothing said below the normal floats."""
    if not abs(true) > 1e-290:
        return 0.0
    return ratio(found, true, abs(float(found)) * bound) if np.isfinite(bound) else 0.0


def spectrum(draw, dimension):
    """Eigenvalues of some kind, largest first."""
    kind = draw.integers(6)
    if kind == 0:
        return spectra.power_law(dimension, draw.uniform(0, 4))
    if kind == 1:
        return np.ones(dimension) * draw.uniform(0.1, 3)
    if kind == 2:  # two clusters
        near = 1 - 10.0 ** -draw.uniform(3, 15) * np.arange(dimension)
        return np.sort(np.where(draw.random(dimension) < 0.5, near, draw.uniform(0.01, 0.9) * near))[::-1]
    if kind == 3:
        return np.geomspace(1, 10.0 ** -draw.uniform(1, 12), dimension)
    if kind == 4:
        return np.sort(10.0 ** -draw.uniform(0, 40, dimension))[::-1]
    return np.sort(draw.random(dimension) + 1e-3)[::-1]


def problem(draw, most=6, design=None):
    d = int(draw.integers(1, most + 1))
    design = design or DESIGNS[draw.integers(len(DESIGNS))]
    lam = spectrum(draw, d)
    lam = lam / lam.sum() * (1 - 2.0**-50) if design == "one-hot" else lam
    start = [np.ones(d), draw.standard_normal(d), np.eye(d)[draw.integers(d)], np.zeros(d)][draw.integers(4)]
    noise = [0.0, 1.0, 10.0 ** draw.uniform(-6, 2)][draw.integers(3)]
    noise = noise if start.any() else noise or 1.0
    return LeastSquares(lam, start, float(noise), design, int([1, 1, 2, 7][draw.integers(4)]))


def parts(p):
    """Spectrum, spread of the gradient, spectrum of the noise, feedback and sigma^2, in balls."""
    lam = [ball(x) for x in p.eigenvalues]
    spread = {"gaussian": [x * x for x in lam], "one-hot": [x * (1 - x) for x in lam]}.get(
        p.design, [arb(0)] * len(lam)
    )
    noise = [arb(1)] * len(lam) if p.design == "isotropic" else lam
    return lam, spread, noise, arb(1 if p.design == "gaussian" else 0), ball(p.noise_std) ** 2


def dot(a, b):
    return sum((x * y for x, y in zip(a, b, strict=True)), arb(0))


def safe_step(draw, p, most):
    """A stable step size with step x largest eigenvalue <= most, often next to a limit."""
    share = [draw.uniform(0.01, 0.9), 1 - 10.0 ** -draw.uniform(1, 3), 10.0 ** -draw.uniform(0, 6)][draw.integers(3)]
    return float(min(share * theory.critical_step_size(p), most * (1 - 2.0**-50) / p.eigenvalues[0]))


def stepped_moments(draw):
    """Every moment and risk of `stepped` against its relative_rounding."""
    p = problem(draw)
    step, decay, steps = (
        safe_step(draw, p, 0.5),
        float(draw.choice([0.0, 0.5, 0.99, draw.random()])),
        int(draw.integers(1, 80)),
    )
    start = int(draw.integers(steps))
    lam, spread, noise, fed, sigma = parts(p)
    h, a, batch = ball(step), ball(decay), p.batch
    c = [ball(e) ** 2 for e in p.error0]
    cross, v, total, tail = list(c), list(c), [arb(0)] * len(c), [arb(0)] * len(c)
    for t in range(steps):
        drift, turn = fed * dot(lam, c), [1 - h * x for x in lam]
        v = [a * a * x + 2 * a * (1 - a) * y + (1 - a) ** 2 * z for x, y, z in zip(v, cross, c, strict=True)]
        cross = [q * (a * y + (1 - a) * z) for q, y, z in zip(turn, cross, c, strict=True)]
        if t >= start:
            total = [x + 2 * y + z for x, y, z in zip(total, tail, c, strict=True)]
            tail = [q * (y + z) for q, y, z in zip(turn, tail, c, strict=True)]
        c = [(q * q + h * h / batch * s) * z + h * h / batch * (x * drift + n * sigma)
             for q, s, x, n, z in zip(turn, spread, lam, noise, c, strict=True)]  # fmt: skip
    points, bound = np.array([steps]), float(stepped.relative_rounding(p, step, np.array([steps]))[0])
    found = (
        (stepped.sgd_moments(p, step, points)[0], c),
        (stepped.ema_moments(p, step, decay, points)[0], v),
        (stepped.average_moments(p, step, start, points)[0], [x / (steps - start) ** 2 for x in total]),
    )
    worst = max(relative(x, y, bound) for rows in found for x, y in zip(*rows, strict=True))
    risk = dot(lam, c) / 2
    return max(worst, relative(stepped.sgd_risk(p, step, points)[0], risk, bound))


def parameters(draw, p):
    """Accelerated SGD of some kind, stable on the problem; None if this draw is not."""
    kind, largest = draw.integers(4), float(p.eigenvalues[0])
    scale = float(draw.choice([1.0, 0.3, 2.0, 3.0]))
    momentum = float(1 - 10.0 ** -draw.uniform(0.1, 5))
    if kind == 0 and p.dimension > 1:
        a = Acceleration.with_cutoff(p, int(draw.integers(1, p.dimension)), scale=scale)
    elif kind == 1:
        a = Acceleration.nesterov(0.2 * scale / largest / (p.dimension + 2), momentum)
    elif kind == 2:
        a = Acceleration.heavy_ball(0.2 * scale / largest / (p.dimension + 2), momentum)
    else:
        long, short = 10.0 ** -draw.uniform(0, 3, 2) / largest
        a = Acceleration(float(draw.uniform(0.05, 1)), float(10.0 ** -draw.uniform(0, 4)), float(long), float(short))
    return a if a.beta <= 1 and theory.asgd_amplification(p, a) < 1 else None


def asgd_risks(draw):
    """asgd_risk and asgd_tail_risk against their own relative rounding, from alpha, beta and both steps as they are."""
    a = None
    while a is None:
        p = problem(draw)
        a = parameters(draw, p)
    steps = int(draw.integers(1, 100))
    start = int(draw.integers(steps))
    ctx.prec = BITS + 8 * steps  # balls grow where terms cancel, by a few bits in a step
    lam, spread, noise, fed, sigma = parts(p)
    alpha, beta, long, d = (ball(x) for x in (a.alpha, a.beta, a.long_step, a.short_step))
    c, q = alpha * (1 - beta), alpha * d + (1 - alpha) * long
    ww = wu = uu = [ball(e) ** 2 for e in p.error0]
    v = pw = pu = [arb(0)] * len(lam)
    for t in range(steps):
        drift = fed * dot(lam, uu)
        n = [(s * u + x * drift + y * sigma) / p.batch for s, u, x, y in zip(spread, uu, lam, noise, strict=True)]
        stay, ahead = [1 - d * x for x in lam], [1 + c - q * x for x in lam]
        if t >= start:
            v = [x + 2 * y + z for x, y, z in zip(v, pw, ww, strict=True)]
            sums = [x + y for x, y in zip(pw, ww, strict=True)], [x + y for x, y in zip(pu, wu, strict=True)]
            pw = [s * x for s, x in zip(stay, sums[1], strict=True)]
            pu = [g * x - c * y for g, x, y in zip(ahead, sums[1], sums[0], strict=True)]
        rows = zip(stay, ahead, ww, wu, uu, n, strict=True)
        moved = [(s * s * u + d * d * e, s * (g * u - c * x) + d * q * e,
                  c * c * w - 2 * c * g * x + g * g * u + q * q * e)
                 for s, g, w, x, u, e in rows]  # fmt: skip
        ww, wu, uu = (list(row) for row in zip(*moved, strict=True))
    bounds = (
        float(theory.asgd_relative_rounding(p, a, [steps])[0]),
        float(theory.asgd_tail_relative_rounding(p, a, start, [steps])[0]),
    )
    last, tail = dot(lam, ww) / 2, dot(lam, v) / 2 / (steps - start) ** 2
    found = theory.asgd_risk(p, a, [steps])[0], theory.asgd_tail_risk(p, a, start, [steps])[0]
    return max(relative(found[0], last, bounds[0]), relative(found[1], tail, bounds[1]))


def transition(p, step, decay):
    """One step of (1, c, p, v) in balls; p, v of the EMA, or of the running sum where decay is None."""
    lam, spread, noise, fed, sigma = parts(p)
    d, h = p.dimension, ball(step)
    a, b = (arb(1), arb(1)) if decay is None else (ball(decay), 1 - ball(decay))
    rows = [[arb(0)] * (3 * d + 1) for _ in range(3 * d + 1)]
    rows[0][0] = arb(1)
    for i in range(d):
        c, cross, v, turn = 1 + i, 1 + d + i, 1 + 2 * d + i, 1 - h * lam[i]
        rows[c][0] = h * h / p.batch * noise[i] * sigma
        for j in range(d):
            rows[c][1 + j] = h * h / p.batch * lam[i] * lam[j] * fed
        rows[c][c] += turn * turn + h * h / p.batch * spread[i]
        rows[cross][cross], rows[cross][c] = turn * a, turn * b
        rows[v][v], rows[v][cross], rows[v][c] = a * a, 2 * a * b, b * b
    return arb_mat(rows)


def far_risks(draw):
    """Risks of `spectral` (last, EMA, tail) after up to 10^15 steps against its relative_rounding."""
    p = problem(draw, 3)
    step, steps = safe_step(draw, p, 1.0), int(10.0 ** draw.uniform(0, 15))
    start = int(draw.choice([0, steps // 2, min(5, steps - 1)]))
    decay = float(1 - 10.0 ** -draw.uniform(0.1, 13))
    points, lam = np.array([steps]), parts(p)[0]
    try:
        found = (
            spectral.sgd_risk(p, step, points)[0],
            theory.risk_of(p, spectral.ema_moments(p, step, decay, points))[0],
            theory.risk_of(p, spectral.average_moments(p, step, start, points))[0],
        )
        bounds = [float(spectral.relative_rounding(p, step, points, np.array([value]))[0]) for value in found]
    except InputError:  # too close to the limit, or tiny, or forgotten in one step: refused, not wrong
        return 0.0
    ctx.prec = 900
    d = p.dimension
    squares = [ball(e) ** 2 for e in p.error0]
    state = arb_mat([[x] for x in (arb(1), *squares, *squares, *squares)])
    ema = transition(p, step, decay) ** steps * state
    run = transition(p, step, None)
    state = run**start * state
    mean = run ** (steps - start) * arb_mat([[state[i, 0]] if i <= d else [arb(0)] for i in range(3 * d + 1)])
    count = arb(steps - start) ** 2
    true = (
        sum((x * ema[1 + i, 0] for i, x in enumerate(lam)), arb(0)) / 2,
        sum((x * ema[1 + 2 * d + i, 0] for i, x in enumerate(lam)), arb(0)) / 2,
        sum((x * mean[1 + 2 * d + i, 0] for i, x in enumerate(lam)), arb(0)) / 2 / count,
    )
    return max(relative(x, y, bound) for x, y, bound in zip(found, true, bounds, strict=True))


def secular_roots(draw):
    """Residuals of roots against 4 units 2^-52 of the terms of the secular function."""
    d = int(draw.integers(1, 8))
    kinds = draw.random(d), 10.0 ** -draw.uniform(0, 250, d), 1 - 10.0 ** -draw.uniform(5, 15, d)
    poles = np.sort(kinds[draw.integers(3)])
    poles = np.where(draw.random(d) < 0.2, poles[0], poles) if draw.random() < 0.3 else poles
    weights = [np.ones(d), draw.standard_normal(d), 10.0 ** -draw.uniform(0, 40, d)][draw.integers(3)]
    size = float(10.0 ** draw.uniform(-12, 3)) if draw.random() < 0.5 else float(0.999 / (weights**2 / poles).sum())
    sign = float(draw.choice([-1.0, 1.0]))
    try:
        modes = secular.rank_one_modes(poles, weights, sign * size)
    except InputError:
        return 0.0
    ctx.prec = 2500
    places = [ball(x) for x in modes.poles]
    strengths = [arb(0)] * len(places)
    for place, weight in zip(modes.group, weights, strict=True):
        strengths[place] += ball(size) * ball(weight) ** 2
    worst = 0.0
    for origin, shift in zip(modes.origins, modes.shifts, strict=True):
        root = ball(origin) + ball(shift)
        terms = [s / (x - root) for s, x in zip(strengths, places, strict=True)]
        value = sum(terms, arb(0)) + ball(sign)
        allowed = sum((abs(x) for x in terms), arb(1)) * arb(2) ** -50
        worst = max(worst, float((abs(value) / allowed).abs_upper()))
    return worst


def critical_steps(draw):
    """critical_step_size against 8 units 2^-53, from the noise feedback K = 1 next to it."""
    p = problem(draw, 8)
    found, (lam, *_) = theory.critical_step_size(p), parts(p)
    if p.design != "gaussian":
        low = ball(p.eigenvalues[0])
        true = 2 / low if p.design != "one-hot" else 2 / (low + (1 - low) / p.batch)
        return relative(found, true, 2.0**-50)

    def excess(step):
        return sum((step * x / (2 - step * x * (1 + arb(1) / p.batch)) / p.batch for x in lam), arb(0)) - 1

    step, h = ball(found), arb(2) ** -80
    slope = (excess(step * (1 + h)) - excess(step)) / h  # per relative change
    return float(abs(excess(step) / slope).abs_upper()) / 2.0**-50
