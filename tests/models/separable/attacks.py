"""Random settings for the bounds on rounding of separable classification: see regression.attacks."""

import math

import numpy as np
from flint import arb

from tests.models.regression.attacks import ball, ratio
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.model import Labelled


def labelled(draw):
    """Points on either side of a slab, of lengths over a decade or two."""
    n, d = int(draw.integers(1, 20)), int(draw.integers(1, 6))
    points = draw.standard_normal((n, d)) * 10.0 ** draw.uniform(-1, 1)
    points[:, 0] = np.abs(points[:, 0]) + 0.1
    labels = np.where(draw.random(n) < 0.5, 1.0, -1.0)
    return Labelled(points * labels[:, None], labels)


def descended(points, size, steps):
    """Positions and losses over the step size, in balls; size None: perceptron, ties at 1/2."""
    n, d = len(points), len(points[0])
    position, path, losses = [arb(0)] * d, [], []
    for _ in range(steps + 1):
        margins = [sum((x * y for x, y in zip(row, position, strict=True)), arb(0)) for row in points]
        path.append(position)
        if size is None:
            losses.append(sum((-m if m < 0 else arb(0) for m in margins), arb(0)) / n)
            weights = [arb(1) if m < 0 else arb(0) if m > 0 else arb(1) / 2 for m in margins]
        else:
            losses.append(sum(((1 + (-size * m).exp()).log() for m in margins), arb(0)) / n / size)
            weights = [1 / (1 + (size * m).exp()) for m in margins]
        position = [p + sum((w * row[k] for w, row in zip(weights, points, strict=True)), arb(0)) / n
                    for k, p in enumerate(position)]  # fmt: skip
    return path, losses


def positions_and_losses(draw):
    """Positions and losses against position_rounding and loss_rounding, where those are stated: s <= 8/R^2, or inf."""
    p, steps = labelled(draw), int(draw.integers(1, 30))
    size = math.inf if draw.random() < 0.4 else float(draw.uniform(0.01, 1.0) * 8 / p.radius**2)
    grid = np.arange(steps + 1)
    places = simulation.positions(p, size, grid)
    values = simulation.loss(p, places, size)
    if math.isinf(size) and steps > 1 and simulation.solve(p, size, limit=steps).closest_tie < 1e-9:
        return 0.0  # a tie: which side it falls is not rounding
    points = [[ball(x) for x in row] for row in p.signed]
    path, losses = descended(points, None if math.isinf(size) else ball(size), steps)
    bounds, allowed = theory.position_rounding(p, places, size), theory.loss_rounding(p, places, size, values)
    worst = 0.0
    for t in range(1, steps + 1):
        off = sum(((ball(x) - y) ** 2 for x, y in zip(places[t], path[t], strict=True)), arb(0)).sqrt()
        worst = max(worst, float((off / ball(bounds[t])).abs_upper()))
        worst = max(worst, ratio(values[t], losses[t], allowed[t]))
    return worst
