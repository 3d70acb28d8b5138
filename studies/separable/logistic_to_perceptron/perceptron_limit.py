"""Logistic regression with a huge step is the batch perceptron with ties at 1/2, step for step.

In units of the step size s both start at 0 with all weights 1/2 (every margin is a tie), so that step 1 is the same.
After it a weight differs from the perceptron's 0 or 1 by at most exp(-s |margin|), which is 0 to double precision
once s |margin| > 750. Textbook perceptrons count a tie as an error, and take a first step twice as long: the limit is
not theirs. How fast it is approached is the study perceptron_distance.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Finding, Rival, Source, agrees, plots, script
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.model import Labelled

SOURCE = Source("abstract, first observation; ties at 1/2 derived here", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "Logistic regression with huge steps is the batch perceptron only if a tie counts one half; textbook "
        "perceptrons, which count it as an error, take another path from the first step on."
    ),
    case="the first step from 0, any data: half as long as the textbook perceptron's",
    check="a tie counts as an error, as in textbooks",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 40
    dim: int = 8
    gap: float = 0.15
    sets: int
    horizon: int
    huge: float = 1e12
    drawn: tuple[float, ...] = (1.0, 10.0, 1e12)
    seed: int


QUICK = Setting(sets=20, horizon=10, seed=1)
FULL = Setting(count=200, dim=20, gap=0.05, sets=200, horizon=30, seed=2)


def problems(s):
    return (Labelled.gaussian(s.count, s.dim, s.gap, seed=s.seed, replica=r) for r in range(s.sets))


def paths(s, step_size, tie=0.5):
    """Positions over the step size, rows (set x coordinate), columns steps 0..horizon."""
    steps = np.arange(s.horizon + 1)
    return np.concatenate([simulation.positions(data, step_size, steps, tie=tie).T for data in problems(s)])


def measure(s):
    steps = np.arange(s.horizon + 1)
    sizes = (s.huge, *s.drawn)  # rows are coordinates
    return {f"{size:g}": Curve(steps, paths(s, size), True).drawn_from("Gaussian data", s.sets) for size in sizes}


def predict(s):
    slack, steps = [], np.arange(s.horizon + 1)
    for data in problems(s):
        perceptron = simulation.positions(data, np.inf, steps)
        bound = theory.limit_distance_bound(data, s.huge, perceptron)
        slack += s.dim * [bound + 2 * theory.position_rounding(data, perceptron)]  # of both paths
    return {name: Curve(steps, paths(s, np.inf, tie), True, np.array(slack))
            for name, tie in (("perceptron", 0.5), ("textbook", 1.0))}  # fmt: skip


def checks(s, measured, predicted):
    after = slice(1, None)  # at the start all are 0
    rival = Rival(claim="a tie counts as an error, as in textbooks", predicted=predicted["textbook"].at(after))
    claim = f"theta / s at s = {s.huge:g} is the perceptron's, every step and coordinate"
    yield agrees(claim, measured[f"{s.huge:g}"].at(after), predicted["perceptron"].at(after), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)

    def length(curve):
        """Length of the position on the first data set."""
        return (curve.samples[: s.dim] ** 2).sum(axis=0) ** 0.5

    steps = predicted["perceptron"].x
    for k, size in enumerate(s.drawn):
        plots.points(axes, steps, length(measured[f"{size:g}"]), k, f"logistic, s = {size:g}")
    plots.guide(axes, steps, length(predicted["perceptron"]), "perceptron, ties at 1/2")
    plots.line(axes, steps, length(predicted["textbook"]), 4, "textbook perceptron (rival)")
    title = f"Gaussian outside a slab, n = {s.count}, d = {s.dim}"
    plots.label(axes, "iterations", "|theta| / step size, feature units", title, log="")
    return drawn


if __name__ == "__main__":
    script()
