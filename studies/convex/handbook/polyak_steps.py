"""Polyak's step brings every iterate of every run nearer to the solution, if it knows the values f_i(x*).

x+ = x - (f_i(x) - f_i(x*))_+/|grad f_i|^2 grad f_i, convex f_i: |x+ - x*|^2 <= |x - x*|^2 - (f_i(x) - f_i(x*))_+^2 /
|grad f_i|^2, run by run, noise at the solution or not. With 0 in place of f_i(x*) > 0 it steps too far.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, below, exact, monotone, plots, script
from theorylab.models.convex import simulation
from theorylab.numerics.rounding import UNIT
from theorylab.numerics.streams import generator

SOURCE = Source("stochastic Polyak steps; derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    problems: int
    samples: int = 8
    dimension: int = 3
    noise: float = 0.5
    steps: int
    seed: int


QUICK = Setting(problems=60, steps=60, seed=1)
FULL = Setting(problems=300, steps=300, seed=2)


def runs(s):
    """|x_t - x*|/|x_0 - x*| on noisy least squares, knowing f_i(x*) and with 0 in its place; and what a step gains.

    The gain of a step is (f_i(x) - f_i(x*))_+^2/|grad f_i|^2, over the fall of the squared distance: at most 1.
    """
    found: dict[str, list[np.ndarray]] = {"known": [], "zero": []}
    draws, gains = generator(s.seed, 11), []
    for _ in range(s.problems):
        rows = draws.standard_normal((s.samples, s.dimension))
        targets = rows @ np.ones(s.dimension) + s.noise * draws.standard_normal(s.samples)
        solution = np.linalg.lstsq(rows, targets, rcond=None)[0]
        least, choices = (rows @ solution - targets) ** 2 / 2, draws.integers(0, s.samples, s.steps)
        for name, low in (("known", least), ("zero", 0 * least)):
            path = simulation.polyak_path(rows, targets, np.zeros(s.dimension), choices, low) - solution
            found[name].append(np.linalg.norm(path, axis=1) / np.linalg.norm(path[0]))
            if name == "known":
                residuals = (rows[choices] * (path[:-1] + solution)).sum(axis=1) - targets[choices]
                excess = np.maximum(residuals**2 / 2 - least[choices], 0)
                squares = residuals**2 * (rows[choices] ** 2).sum(axis=1)
                gained = np.divide(excess**2, squares, out=np.zeros(s.steps), where=squares > 0)
                squares = (path**2).sum(axis=1)
                far = squares[:-1] > 1e-6 * squares[0]  # nearer, the loss of digits decides
                gains.append(np.where(far, squares[1:] + gained, 0.0) / np.where(far, squares[:-1], 1.0))
    return found, gains


def measure(s):
    found, gains = runs(s)
    t = np.arange(s.steps + 1)
    curves = {name: Curve(t, np.array(rows), True, np.array(64 * UNIT)) for name, rows in found.items()}
    curves["kept"] = exact(t[1:], np.array(gains), 1e-9)
    return {name: curve.drawn_from("random least squares") for name, curve in curves.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="with 0 for f_i(x*)", measured=measured["zero"])
    yield monotone("no step of any run moves away from x*", measured["known"], rival=rival)
    rival = Rival(claim="at most 0.9 of the distance is kept", predicted=0.9)
    yield below("|x+ - x*|^2 + gain <= |x - x*|^2", measured["kept"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    for k, (name, text) in enumerate((("known", "with f_i(x*)"), ("zero", "with 0 in its place"))):
        for j in range(3):
            plots.line(axes, measured[name].x[:61], measured[name].samples[j][:61], k, text if j == 0 else "")
    plots.label(axes, "steps", "|x - x*| / |x_0 - x*|", "Polyak's step, three noisy least squares", log="")
    return drawn


if __name__ == "__main__":
    script()
