"""Each bound on the steps is where the least growth along the max-margin direction meets the largest squared length.

Per unit of weight the position grows by mu / n or more along that direction, its square by R^2 / n at most, plus 2 / s
times the most that points already right add, W(1/e) each per step: with T <= 2 S the two cross at S = n R^2/mu^2 + 4
W(1/e) n^2/(s mu^2). Divided by the mean weight the growth is mu per step, the square R^2 + 2 c_n / s, c_n the most of
sum q m / sum q; divided by the gradient's length mu / R, and 1 + 2 c_n / (s mu). Crossings and maxima are found by
bisection and by grids here, from the inequalities alone; tests of the bounds on data are the other studies.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.separable import theory

SOURCE = Source("iteration complexity (read); bounds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    counts: tuple[int, ...] = (2, 10, 100)
    ratios: tuple[float, ...] = (1.5, 5.0, 30.0)  # R / mu
    step_sizes: tuple[float, ...] = (1e-2, 1.0, 1e2)
    margin: float = 0.7
    grid: int


QUICK, FULL = Setting(grid=40_000), Setting(counts=(2, 3, 10, 30, 100, 1000), grid=1_000_000)


def most(s, n):
    """Largest m / (1 + e^m), and largest sum q m / sum q with one margin at 0 and n - 1 equal ones, on a grid."""
    m = np.linspace(0, 12, s.grid)
    q = 1 / (1 + np.exp(m))
    return (m * q).max(), ((n - 1) * m * q / (0.5 + (n - 1) * q)).max()


def cases(s):
    """n, R, mu, s and both maxima."""
    for n, ratio, size in product(s.counts, s.ratios, s.step_sizes):
        yield n, ratio * s.margin, s.margin, size, *most(s, n)


def crossing(growth, square):
    """Where (growth x)^2 passes square(x), beyond 0."""
    return bracket(lambda x: (growth * x) ** 2 > square(x), 1e-6, 1e12)


def measure(s):
    rows = [
        (
            crossing(mu / n, lambda x, n=n, r=r: r**2 * x / n),
            crossing(mu / n, lambda x, n=n, r=r, size=size, most=most: r**2 * x / n + 2 * x * 2 * most / size),
            crossing(mu, lambda x, r=r, size=size, gain=gain: x * (r**2 + 2 * gain / size)),
            crossing(mu / r, lambda x, mu=mu, size=size, gain=gain: x * (1 + 2 * gain / (size * mu))),
        )
        for n, r, mu, size, most, gain in cases(s)
    ]
    names = ("perceptron", "logistic", "mean weight", "length")
    return {
        name: brackets(range(len(rows)), column)
        for name, column in zip(names, np.array(rows).transpose(1, 0, 2), strict=True)
    }


def predict(s):
    rows = []
    for n, r, mu, size, _, _ in cases(s):
        gain = theory.normalised_gain(n)
        rows.append((
            theory.mistakes_bound(n, r, mu),
            theory.weight_bound(n, r, mu, size),
            theory.normalised_bound(r, mu, size, gain),
            theory.unit_gradient_bound(r, mu, size, gain),
            theory.logistic_bound(n, r, mu, size) / 2,
            theory.normalised_bound(r, mu, np.inf, gain),
        ))  # fmt: skip
    names = ("perceptron", "logistic", "mean weight", "length", "steps / 2", "no s")
    # A maximum on a grid of width w is low by w^2 / 2 times a curvature below 1, relatively by less than w^2.
    short = 12 * (12 / s.grid) ** 2
    return {name: exact(range(len(rows)), x, short, "setting") for name, x in zip(names, np.array(rows).T, strict=True)}


def checks(s, measured, predicted):
    pairs = (("perceptron", "mistakes of the perceptron", "logistic", "with 1/s"),
             ("logistic", "weights of gradient descent", "perceptron", "without 1/s"),
             ("mean weight", "steps, divided by the mean weight", "no s", "without 1/s"),
             ("length", "steps, divided by the length", "mean weight", "that of the mean weight"))  # fmt: skip
    for name, what, other, words in pairs:
        rival = Rival(claim=words, predicted=predicted[other])
        yield threshold(f"bound on {what}: the crossing", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="that of the perceptron", predicted=predicted["perceptron"])
    yield agrees("T <= 2 S", predicted["steps / 2"], predicted["logistic"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(measured):
        plots.points(axes, predicted[name].mean, measured[name].mean, k, name, markersize=3)
    ends = np.array([predicted["mean weight"].mean.min(), predicted["logistic"].mean.max()])
    plots.guide(axes, ends, ends, "equal")
    plots.label(axes, "bound, closed form", "crossing of the two inequalities", "steps or weights")
    return drawn


if __name__ == "__main__":
    script()
