"""Logistic regression approaches the perceptron exponentially in the step size s, as exp(-s delta).

delta is the closest tie: the least |margin| |m| over points and steps of the perceptron. The distance is at most
e' = e + 1/n sum_i |z_i| exp(-s (|m_i| - |z_i| e)) from step to step, and equals its first order in exp(-s |m_i|) up to
a remainder that is bounded too (theory.limit_distance_*). No rate is read off a fit: the formula gives every value.
Data sets differ in delta by orders of magnitude: each is run at its own step sizes, s delta = 2, 4, ..., 20.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, below, plots, script
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.model import Labelled

SOURCE = Source("abstract, first observation (read); distance derived here", kind="derived")
FORMS = {  # closed form, and the factor on its step size
    "first order": (theory.limit_distance_leading, 1.0),
    "half": (theory.limit_distance_leading, 0.5),
    "bound": (theory.limit_distance_bound, 1.0),
    "double": (theory.limit_distance_bound, 2.0),
    "remainder": (theory.limit_distance_remainder, 1.0),
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 40
    dim: int = 8
    gap: float = 0.15
    sets: int
    horizon: int
    nearness: tuple[float, ...] = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20)  # step size x delta
    first_order: float = 16  # e^-16 R^2/n is below the delta of these sets: the remainder is finite from here on
    seed: int


QUICK = Setting(sets=10, horizon=10, seed=1)
FULL = Setting(count=200, dim=20, gap=0.05, sets=100, horizon=30, seed=2)


def paths(s):
    """Data, the perceptron's positions at steps 0..horizon, and the step sizes, set by set."""
    for replica in range(s.sets):
        data = Labelled.gaussian(s.count, s.dim, s.gap, seed=s.seed, replica=replica)
        perceptron = simulation.positions(data, np.inf, np.arange(s.horizon + 1))
        yield data, perceptron, np.array(s.nearness) / theory.closest_tie(data, perceptron)


def measure(s):
    rows, rounding = [], []
    for data, perceptron, sizes in paths(s):
        gaps = [simulation.positions(data, size, [s.horizon])[0] - perceptron[-1] for size in sizes]
        rows.append((np.array(gaps) ** 2).sum(axis=1) ** 0.5)
        rounding.append(np.full(sizes.size, 2 * theory.position_rounding(data, perceptron)[-1]))  # of both paths
    distance = Curve(np.array(s.nearness), np.array(rows), True, np.array(rounding), "s delta")
    return {"distance": distance.drawn_from("Gaussian data")}


def predict(s):
    values = {
        name: np.array([[form(data, factor * size, path)[-1] for size in sizes] for data, path, sizes in paths(s)])
        for name, (form, factor) in FORMS.items()
    }
    rest = values.pop("remainder")
    return {name: Curve(np.array(s.nearness), rows, True, rest if FORMS[name][0] is theory.limit_distance_leading else
                        np.zeros(()), "s delta") for name, rows in values.items()}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="with exp(-2 s |m|)", predicted=predicted["double"])
    yield below("distance <= bound made of exp(-s |m|)", measured["distance"], predicted["bound"], rival=rival)
    near = np.array(s.nearness) >= s.first_order
    rival = Rival(claim="with exp(-s |m| / 2)", predicted=predicted["half"].at(near))
    claim = "distance = first order in exp(-s |m|), up to the remainder"
    yield agrees(claim, measured["distance"].at(near), predicted["first order"].at(near), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k in range(3):
        plots.points(axes, s.nearness, measured["distance"].samples[k], k, f"data set {k + 1}")
        plots.guide(axes, s.nearness, predicted["first order"].samples[k], "" if k else "first order, no fit")
    plots.line(axes, s.nearness, predicted["bound"].samples[0], 4, "bound, data set 1")
    title = f"after {s.horizon} steps, n = {s.count}, d = {s.dim}"
    y = "|theta / s - perceptron|, feature units"
    plots.label(axes, "step size s x closest tie of the perceptron", y, title, log="y")
    return drawn


if __name__ == "__main__":
    script()
