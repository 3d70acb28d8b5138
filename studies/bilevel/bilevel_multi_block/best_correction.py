"""The correction of least tracking error follows the drift's memory, and that of blocks is best for none.

Stationary E e^2 is a parabola in the correction g; its vertex is g - 1 + a = k (1 - q)(2 - a) / (1 + 2 q (1 - a) k)
with k = c / (1 - c (1 - q a)), c the correlation of neighbouring drifts: STORM's g for a random walk, (1 - q) / q more
for a constant drift, and below the blocks' (1 - q) / (q (1 - a)) for every c <= 1. Vertices are read off three
enumerated errors each.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, below, exact, plots, script
from theorylab.models.bilevel import tracker_moments, trackers

SOURCE = Source("abstract (blockwise variance-reduced trackers, read); best correction derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    blocks: int
    sampled: int
    decays: tuple[float, ...] = (0.1, 0.3, 0.6)
    drift_std: float = 0.3  # noise has 1
    decades: float = 3.0  # of the memory 1 / (1 - c)
    points: int


QUICK = Setting(blocks=6, sampled=2, points=13)
FULL = Setting(blocks=32, sampled=2, points=37)


def correlations(s):
    """From a random walk to a constant drift."""
    return np.append(1 - np.geomspace(1.0, 10**-s.decades, s.points), 1.0)


def vertex(s, decay, c):
    """Of the parabola through the errors at g = 0, 1 and 2, and a bound on its rounding."""
    p = trackers.Tracker(s.blocks, s.sampled, decay, 1.0, s.drift_std)
    found = [tracker_moments.stationary(p, g, [1.0], c) for g in (0.0, 1.0, 2.0)]
    low, middle, high = (w[0, 0] for w, _ in found)
    bend, slack = low - 2 * middle + high, max(bound for _, bound in found)
    return 1 - (high - low) / (2 * bend), 4 * slack * (abs(high - low) + 2 * abs(bend)) / bend**2


def measure(s):
    curves = {}
    for a in s.decays:
        values, slack = (np.array(part) for part in zip(*(vertex(s, a, c) for c in correlations(s)), strict=True))
        curves[f"a = {a:g}"] = exact(correlations(s), values, slack / values, "correlation")
    return curves


def predict(s):
    c, q, curves = correlations(s), s.sampled / s.blocks, dict[str, Curve]()
    for a in s.decays:
        rows = {"": trackers.best_correction(q, a, c), ", blocks": trackers.block_correction(q, a) + 0 * c,
                ", constant": 1 - a + (1 - q) / q + 0 * c}  # fmt: skip
        curves |= {f"a = {a:g}{key}": exact(c, row, ulps=64, x_name="correlation") for key, row in rows.items()}
    return curves


def checks(s, measured, predicted):
    for name in measured:
        rival = Rival(claim="that of a constant drift", predicted=predicted[f"{name}, constant"])
        yield agrees(f"best correction, {name}", measured[name], predicted[name], rival=rival)
        rival = Rival(claim="below STORM's, 1 - a", predicted=1 - float(name[4:]))
        yield below(f"below that of blocks, {name}", measured[name], predicted[f"{name}, blocks"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(measured):
        plots.points(axes, measured[name].x, measured[name].mean, k, f"{name}, enumerated", markersize=2.5)
        plots.prediction(axes, predicted[name], "" if k else "closed form")
    title = f"I = {s.sampled} of m = {s.blocks}"
    plots.label(axes, "correlation c of neighbouring drifts", "correction g of least error", title, log="")
    return drawn


if __name__ == "__main__":
    script()
