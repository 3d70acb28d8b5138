"""Oracles from the definitions: perceptron in rationals, gradient descent in many digits, unscaled NumPy loops."""

from fractions import Fraction

import mpmath
import numpy as np


def rational_perceptron(signed, tie=Fraction(1, 2), normalised=False, limit=10_000):
    """Positions of the batch perceptron in exact arithmetic until all margins are > 0, (T+1, d) Fractions."""
    points = [[Fraction(x) for x in row] for row in signed]
    position = [Fraction(0)] * len(points[0])
    path = [position]
    for _ in range(limit):
        margins = [sum(x * y for x, y in zip(row, position, strict=True)) for row in points]
        weights = [tie if m == 0 else Fraction(int(m < 0)) for m in margins]
        if all(m > 0 for m in margins):
            return path
        scale = sum(weights) if normalised else len(points)
        move = [sum(w * row[k] for w, row in zip(weights, points, strict=True)) for k in range(len(position))]
        position = [p + m / scale for p, m in zip(position, move, strict=True)]
        path.append(position)
    raise AssertionError("not solved within the limit")


def precise_descent(signed, step_size, steps):
    """Positions and losses of logistic gradient descent, over the step size, at steps 0..steps in 60 digits."""
    with mpmath.workdps(60):
        points = [[mpmath.mpf(float(x)) for x in row] for row in signed]
        size, n = mpmath.mpf(step_size), len(points)
        position = [mpmath.mpf(0)] * len(points[0])
        path, losses = [], []
        for _ in range(steps + 1):
            margins = [size * mpmath.fsum(x * y for x, y in zip(row, position, strict=True)) for row in points]
            path.append(list(position))
            losses.append(mpmath.fsum(mpmath.log(1 + mpmath.exp(-m)) for m in margins) / n / size)
            weights = [1 / (1 + mpmath.exp(m)) for m in margins]
            for k in range(len(position)):
                position[k] += mpmath.fsum(w * row[k] for w, row in zip(weights, points, strict=True)) / n
        return path, losses


def plain_descent(signed, step_size, steps, normalisation):
    """theta_0..theta_steps in the original variable, by the updates as the papers write them."""
    theta, path = np.zeros(signed.shape[1]), []
    for _ in range(steps + 1):
        path.append(theta)
        q = 1 / (1 + np.exp(signed @ theta))
        gradient = -(q @ signed) / len(signed)
        if normalisation == "weights":
            gradient = gradient / q.mean()
        elif normalisation == "gradient":
            gradient = gradient / np.linalg.norm(gradient)
        theta = theta - step_size * gradient
    return np.array(path)
