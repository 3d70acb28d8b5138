"""Kept in units of the step size, every method makes the steps of its own formula in theta.

phi = theta / s is what is computed, so that no step size overflows: phi' = phi + 1/n sum_i q_i z_i, or divided by the
mean weight, or by the length of the gradient; the perceptron is s = infinity. Here the updates as papers write them,
theta' = theta - s grad f(theta) and its divided forms, run beside it in theta itself, on points z; phi runs on c z with
s / c^2 (s / c where the length divides). Same positions, to the factor c: many points, few dimensions, and steps beyond
the solution, where weights become small. Rounding may make 1e-11 of their length; other methods are far.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import expit

from theorylab import Curve, Rival, Source, agrees, exact, plots, script
from theorylab.models.separable import simulation
from theorylab.models.separable.model import Labelled

SOURCE = Source("setting; the form in units of the step size derived here", kind="derived")
METHODS = {  # step size is s or not, normalisation, power of c in the step size and in the position
    "logistic": (True, "none", 2, 1),
    "mean weight": (True, "weights", 2, 1),
    "unit gradient": (True, "gradient", 1, 0),
    "perceptron": (False, "none", 0, 1),
    "normalised perceptron": (False, "weights", 0, 1),
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 70  # more than two blocks of the kernel
    dim: int = 5
    gap: float = 0.15
    sets: int
    step_size: float = 1.0
    factors: tuple[float, ...] = (0.125, 1.0, 8.0)
    steps: tuple[int, ...] = (1, 2, 3, 4, 5, 10, 30)
    rounding: float = 1e-11  # allowed to every coordinate, of the position's length
    seed: int


QUICK = Setting(sets=5, seed=1)
FULL = Setting(count=200, dim=20, sets=50, seed=2)


def problems(s):
    return [Labelled.gaussian(s.count, s.dim, s.gap, seed=s.seed, replica=r) for r in range(s.sets)]


def measure(s):
    """Positions at c = 1, rows (set x factor x coordinate)."""
    curves = {}
    for name, (sized, kind, power, grows) in METHODS.items():
        rows, slack = [], []
        for data, c in product(problems(s), s.factors):
            size = s.step_size / c**power if sized else np.inf
            rows.append(simulation.positions(data.scaled(c), size, s.steps, kind).T / c**grows)
            slack.append(np.tile(s.rounding * (rows[-1] ** 2).sum(axis=0) ** 0.5, (s.dim, 1)))
        found = Curve(np.array(s.steps), np.concatenate(rows), True, np.concatenate(slack))
        curves[name] = found.drawn_from("Gaussian data", s.sets)
    return curves


def as_written(s, data, name, tie):
    """theta / s at the steps, (dim, steps), of the method as written."""
    sized, kind, _, _ = METHODS[name]
    z, theta, path = data.signed, np.zeros(s.dim), []
    for _ in range(max(s.steps)):
        margins = z @ theta
        weights = expit(-margins) if sized else np.where(margins == 0, tie, margins < 0)
        gradient = -(weights @ z) / s.count
        divide = {"weights": weights.mean(), "gradient": (gradient**2).sum() ** 0.5}.get(kind, 1.0)
        theta = theta - s.step_size * gradient / (divide or 1.0)  # at rest once no weight is left
        path.append(theta / s.step_size)
    return np.array(path).T[:, np.array(s.steps) - 1]


def predict(s):
    def rows(name, tie=0.5):
        places = [np.tile(as_written(s, data, name, tie), (len(s.factors), 1)) for data in problems(s)]
        return exact(s.steps, np.concatenate(places), ulps=0)

    return {name: rows(name) for name in METHODS} | {"textbook": rows("perceptron", 1.0)}


def checks(s, measured, predicted):
    names = list(METHODS)
    for name, other in zip(names, [*names[1:3], names[0], "textbook", "perceptron"], strict=True):
        rival = Rival(claim=f"those of {other}", predicted=predicted[other])
        yield agrees(f"positions of {name}", measured[name], predicted[name], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(METHODS):
        length, plain = (
            (curve.samples[: s.dim] ** 2).sum(axis=0) ** 0.5 for curve in (measured[name], predicted[name])
        )
        plots.points(axes, s.steps, length, k, name)
        plots.guide(axes, s.steps, plain, "" if k else "as written")
    plots.label(axes, "iterations", "|theta| / step size", f"Gaussian data, n = {s.count}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
