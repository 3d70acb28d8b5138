"""The direction comes as 1/|W|: 1 - cosine falls as |W|^-2 along the run, and so it does along the constrained
minimisers.

The part of W across the margin's direction stays bounded, as for any hard margin by descent: it balances the pulls of
the tokens at the margin. With steps of fixed length |W| grows as their number. The minimisers of the loss under |W| <=
R, reached by projecting, have the same limit and the same rate in R.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, above, decays_as, exact, log_steps, plots, script
from theorylab.models.separable import attention
from theorylab.models.separable.attention import Sequences

SOURCE = Source("convergence in direction, regularisation path (recalled); rate derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 3
    length: int = 4
    dimension: int = 5
    steps: int
    points: int
    radii: tuple[float, ...]
    seed: int


QUICK = Setting(steps=40_000, points=16, radii=(20.0, 28.0, 40.0, 56.0, 80.0, 113.0, 160.0), seed=1)
FULL = Setting(steps=1_000_000, points=25, radii=tuple(20.0 * 2 ** (k / 2) for k in range(15)), count=6, length=8,
               dimension=10, seed=2)  # fmt: skip


def defect(places, margin):
    """1 - cosine of each W with the margin's direction, from the part across it."""
    along = (places * margin).sum(axis=(1, 2))
    across = np.linalg.norm(places - along[:, None, None] * margin, axis=(1, 2))
    return 1 - np.cos(np.arctan2(across, along)) if across.min() > 1e-3 * along.max() else (across / along) ** 2 / 2


def problem(s):
    given = Sequences.random(s.count, s.length, s.dimension, seed=s.seed)
    end = attention.weights_at(given, 0.1, [2000])[0]
    return given, attention.frobenius_margin(given, attention.selection(given, end))[0]


def constrained(s, given, radius):
    """W that minimises the loss under |W| <= radius: projected steps, ever shorter."""
    weights = attention.weights_at(given, 0.1, [2000])[0]
    weights = weights * radius / np.linalg.norm(weights)
    for length in radius * np.array([1e-2, 1e-3, 1e-4]):
        weights = attention.weights_at(given, length, [3000], weights, radius=radius)[0]
    return weights


def measure(s):
    given, margin = problem(s)
    steps = log_steps(s.steps // 100, s.steps, s.points)
    places = attention.weights_at(given, 0.1, steps)
    ends = np.array([constrained(s, given, radius) for radius in s.radii])
    first = defect(attention.weights_at(given, 0.1, [20]), margin)
    return {"run": exact(np.linalg.norm(places, axis=(1, 2)), defect(places, margin), 1e-4, "|W|"),
            "path": exact(s.radii, defect(ends, margin), 1e-2, "radius"),
            "cosine": exact([s.steps], [1 - defect(places, margin)[-1]], ulps=64),
            "early": exact([s.steps], 1 - first, ulps=64)}  # fmt: skip


def checks(s, measured, predicted):
    for name, words in (("run", "along the run"), ("path", "along the minimisers under |W| <= R")):
        rival = Rival(claim="as 1/|W|", predicted=Power(-1))
        yield decays_as(f"1 - cosine falls as |W|^-2 {words}", measured[name], Power(-2), rival=rival)
    rival = Rival(claim="after 20 steps too", measured=measured["early"])
    yield above("cosine with the margin >= 0.99999", measured["cosine"], 0.99999, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("run", "descent"), ("path", "minimiser under |W| <= R"))):
        plots.points(axes, measured[name].x, measured[name].mean, k, label)
    x = np.array([measured["path"].x[0], measured["run"].x[-1]])
    plots.guide(axes, x, measured["run"].mean[-1] * (x / x[-1]) ** -2.0, "slope -2")
    plots.label(axes, "|W|", "1 - cosine with the margin", f"n = {s.count}, T = {s.length}, d = {s.dimension}")
    return drawn


if __name__ == "__main__":
    script()
