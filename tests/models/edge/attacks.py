"""Random settings for the bounds on rounding of scalar networks and squared regression: see regression.attacks."""

import numpy as np
from flint import arb, arb_mat

from tests.models.regression.attacks import ball, relative
from theorylab.models.edge import model, squared, theory


def middle(x):
    """The middle of a ball: an iteration converges by itself, and its errors are not to be carried along."""
    return arb(x.mid())


def weights(draw, most=8):
    """Positive weights from nearly balanced to unequal by many decades."""
    d = int(draw.integers(1, most + 1))
    spread = draw.choice([1e-8, 0.1, 1.0, 5.0])
    return np.exp(draw.uniform(0, spread) * draw.standard_normal(d) + draw.uniform(-2, 2) * (draw.random() < 0.5))


def flow_root(squares):
    """Squares of the flow's solution from exact squares of weights: sum log(x_i + c) = 0, by Newton in log."""
    least = min(squares, key=lambda x: float(x.mid()))
    gaps = [x - least for x in squares]
    log_u = arb(0)
    for _ in range(400):
        u = log_u.exp()
        terms = [u + g for g in gaps]
        step = sum((x.log() for x in terms), arb(0)) / sum((u / x for x in terms), arb(0))
        log_u = middle(log_u - step)
        if abs(float(step.mid())) < 1e-45:
            break
    u = log_u.exp()
    return [u + g for g in gaps]


def flow_solution(draw):
    """gradient_flow_solution and flow_sharpness, signs in pairs, against flow_rounding."""
    w = weights(draw)
    squares = flow_root([ball(x) ** 2 for x in w])
    if draw.random() < 0.3 and w.size > 1:
        w[:2] *= -1
    bound = theory.flow_rounding(w.size)
    found = np.abs(theory.gradient_flow_solution(w))
    worst = max(relative(x, y.sqrt(), bound) for x, y in zip(found, squares, strict=True))
    sharpness = sum((1 / x for x in squares), arb(0))
    return max(worst, relative(theory.flow_sharpness(w), sharpness, bound))


def one_step(draw):
    """Sharpness of the flow's solution after a step that keeps the weights positive, against run_rounding."""
    d = int(draw.integers(1, 9))
    minimum = np.exp(draw.uniform(0, 1.5) * draw.standard_normal(d))
    minimum /= minimum.prod() ** (1 / d)
    start = theory.flow_point(minimum, float(10.0 ** draw.uniform(-3, 0.2)))
    step = float(draw.uniform(0.05, 3.5) / theory.flow_sharpness(minimum))
    runs = model.descend(start, step, [1])
    if not runs.survived[0]:
        return 0.0
    exact = [ball(x) for x in start]
    product = arb(1)
    for x in exact:
        product *= x
    push = ball(step) * (product - 1) * product
    after = [x - push / x for x in exact]
    true = sum((1 / x for x in flow_root([x * x for x in after])), arb(0))
    larger = max(float(product.mid()), float(runs.product[0, 0]))
    return relative(runs.sharpness[0, 0], true, float(theory.run_rounding(d, larger)))


def squared_paths(draw):
    """Sharpness along three steps of squared regression against the bound that `descend` returns."""
    samples = int(draw.integers(1, 4))
    d = int(draw.integers(samples, 6))
    plus, minus = np.exp(draw.uniform(0, 1) * draw.standard_normal((2, d)))
    x = draw.standard_normal((1, samples, d)) * 10.0 ** draw.uniform(-1, 1)
    given = squared.problems(x, draw.standard_normal(samples) * 3, plus, minus)
    step = float(draw.uniform(0.1, 2.8) / squared.flow_sharpness(given)[0])
    paths = squared.descend(given, step, 3)
    if not paths.survived[0] or not np.isfinite(paths.sharpness).all():
        return 0.0
    rows = arb_mat([[ball(v) for v in row] for row in given.inputs[0]])
    y = [ball(v) for v in given.targets[0]]
    up, down = [ball(v) for v in given.plus[0]], [ball(v) for v in given.minus[0]]
    worst = 0.0
    for t in range(4):
        true = flow_sharpness_of(rows, y, up, down, samples)
        worst = max(worst, relative(paths.sharpness[0, t], true, float(paths.rounding[0, t])))
        beta = arb_mat([[a * a - b * b] for a, b in zip(up, down, strict=True)])
        residual = rows * beta - arb_mat([[v] for v in y])
        g = rows.transpose() * residual
        change = [2 * ball(step) * g[i, 0] / samples for i in range(d)]
        up = [a * (1 - e) for a, e in zip(up, change, strict=True)]
        down = [b * (1 + e) for b, e in zip(down, change, strict=True)]
    return worst


def flow_sharpness_of(rows, y, up, down, samples):
    """Largest eigenvalue of 4/N X diag(plus^2 + minus^2) X' where the flow ends: damped Newton, then the matrix."""
    d = len(up)
    nu = arb_mat([[arb(0)] for _ in range(samples)])
    for _ in range(200):
        exponent = rows.transpose() * nu
        high = [a * a * (-2 * exponent[i, 0]).exp() for i, a in enumerate(up)]
        low = [b * b * (2 * exponent[i, 0]).exp() for i, b in enumerate(down)]
        scaled = arb_mat([[rows[n, i] * (high[i] + low[i]) for i in range(d)] for n in range(samples)])
        curvature = 2 * scaled * rows.transpose()
        missing = rows * arb_mat([[a - b] for a, b in zip(high, low, strict=True)]) - arb_mat([[v] for v in y])
        step = curvature.solve(missing)
        size = max(abs(float((2 * (rows.transpose() * step)[i, 0]).mid())) for i in range(d))
        nu = arb_mat([[middle(nu[n, 0] + step[n, 0] / max(1.0, size))] for n in range(samples)])
        if size < 1e-40:
            break
    matrix = 2 * curvature * (arb(1) / samples)
    values = matrix.eig(algorithm="approx") if samples > 1 else [matrix[0, 0]]
    return max((arb(v.real) if samples > 1 else v for v in values), key=lambda v: float(v.mid()))
