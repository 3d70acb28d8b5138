"""Tuning needs the response's slope, and no slope of the training loss in the hyperparameter: it may be a whole number.

On a jointly quadratic loss lam comes to its optimum from a slope U = 0 that is trained on perturbations, in every run:
where U is the tangent the noise has no effect. With U frozen at 0 lam does not move. A whole-number penalty n in A
(w-1)^2 / 2 + n w^2 / 2 is perturbed by 1 to either side: the trained value lies between the best responses at n - 1
and n + 1, so that the hypergradient has the sign of the two differences of the validation loss, wherever they agree.
The slope of the training loss in n, w^2 / 2, has one sign.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from theorylab import Rival, Source, above, below, exact, plots, script
from theorylab.models.bilevel import best_responses
from theorylab.models.bilevel.best_responses import Tuner
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (discrete hyperparameters, tuned alternately, read); derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 2.0
    tilt: float = -0.8
    offset: float = 0.2
    wanted: float = 0.4
    start: float = 1.5  # of lam; it ends at (wanted - offset) / tilt
    step_size: float = 0.1  # of b and of U
    hyper_step: float = 0.4
    spread: float = 0.5
    horizon: int
    replicas: int
    problems: int
    seed: int


QUICK = Setting(horizon=2000, replicas=200, problems=200, seed=1)
FULL = Setting(horizon=6000, replicas=2000, problems=5000, seed=2)


def runs(s, slope_step):
    """Distance of lam from its optimum over that of its start, as the run goes on."""
    given = Tuner(s.curvature, False, s.spread, s.wanted, s.step_size, slope_step, s.hyper_step, (s.start, 0.0, 0.0),
                  s.offset, s.tilt)  # fmt: skip
    steps, end = np.linspace(0, s.horizon, 9).astype(int), (s.wanted - s.offset) / s.tilt
    found = best_responses.tuning(given, steps, replicas=s.replicas, seed=s.seed)["hyper"]
    off = np.abs(found.samples - end) / abs(s.start - end)
    return exact(steps, off, ulps=64).drawn_from("draws of eps")


def whole_numbers(s):
    """For random (A, n, w_V): hypergradient, and slope of L_T in n, times the sign of both differences of L_V."""
    draws, rows = generator(s.seed), list[Any]()
    while len(rows) < s.problems:
        a, n, wanted = draws.uniform(0.5, 20.0), int(draws.integers(2, 30)), draws.uniform(0.05, 0.95)
        before, after = np.diff([(a / (a + k) - wanted) ** 2 for k in (n - 1, n, n + 1)])
        sides = np.array([[1.0, -1.0], [1.0, 1.0]])  # w = b + U eps, eps = -1 and 1
        normal = sides.T @ (np.array([[a + n - 1], [a + n + 1]]) * sides)
        value, slope = np.linalg.solve(normal, sides.T @ np.array([a, a]))
        if before * after > 0:
            rows.append(np.sign(before) * np.array([(value - wanted) * slope, (a / (a + n)) ** 2 / 2]))
    return np.array(rows).T


def measure(s):
    signs = whole_numbers(s)
    rows = {}
    for name, row in zip(("response", "direct"), signs, strict=True):
        rows[name] = exact([0], row[:, None], 1e-12, "problem").drawn_from("random problems")
    return rows | {"trained": runs(s, s.step_size), "frozen": runs(s, 0.0)}


def checks(s, measured, predicted):
    rival = Rival(claim="also with U frozen at 0", measured=measured["frozen"].at([-1]))
    claim = "from U = 0 lam comes to within a thousandth of its start's distance"
    yield below(claim, measured["trained"].at([-1]), 1e-3, rival=rival)
    rival = Rival(claim="so has the slope of L_T in n", measured=measured["direct"])
    claim = "whole numbers: the hypergradient has the sign of both differences"
    yield above(claim, measured["response"], 0.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("trained", "U trained from 0"), ("frozen", "U = 0 frozen"))):
        curve = measured[name]
        for row in curve.samples[:10]:
            plots.line(axes, curve.x, np.maximum(row, 1e-16), k, label, alpha=0.5)
            label = ""
    plots.limit(axes, 1e-3, "a thousandth")
    plots.label(axes, "steps", "distance of lam from its optimum / start's", "ten runs", log="y")
    return drawn


if __name__ == "__main__":
    script()
