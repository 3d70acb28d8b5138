"""Along runs the minority's loss rises the more the larger the imbalance; normalised descent keeps it below its start.

Logistic regression on two Gaussian classes that share an offset in every coordinate, which pulls both gradients the
majority's way. From 0, with weights on the classes in place of copies: the highest loss of the minority over log 2, its
value at the start. At imbalance 1 there is hardly a rise.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, above, below, exact, plots, script
from theorylab.models.separable.classes import logistic_gradients, logistic_losses, mixture
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (minority initial drop, per-class normalised descent, read); data are ours", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    ratios: tuple[float, ...]
    runs: int
    count: int  # samples of a class
    dim: int = 16
    steps: int
    step_sizes: tuple[float, float] = (0.05, 0.005)  # plain, normalised
    seed: int


QUICK = Setting(ratios=(1.0, 3.0, 10.0, 30.0), runs=4, count=60, steps=150, seed=1)
FULL = Setting(ratios=(1.0, 3.0, 10.0, 30.0, 100.0), runs=50, count=200, steps=600, seed=2)
METHODS = ("plain", "normalised")


def losses(s, replica, ratio, method):
    """The minority's loss over that at the start, at steps 0..steps."""
    z = mixture(s.count, s.dim, 0.7, 0.5, generator(s.seed, replica))
    w, found = np.zeros(s.dim), []
    for _ in range(s.steps + 1):
        found.append(logistic_losses(z, w)[0] / np.log(2))
        g = logistic_gradients(z, w)
        if method == "plain":
            w = w - s.step_sizes[0] * (g[0] + ratio * g[1]) / (1 + ratio)
        else:
            w = w - s.step_sizes[1] * (g / np.linalg.norm(g, axis=1)[:, None]).sum(axis=0)
    return np.array(found)


def grown(curve, ratios):
    """The curve 15% higher, at other imbalances."""
    return replace(curve, samples=1.15 * curve.samples, x=np.array(ratios))


def measure(s):
    curves = {}
    for method in METHODS:
        top = [[losses(s, r, ratio, method).max() for ratio in s.ratios] for r in range(s.runs)]
        curves[method] = exact(s.ratios, top, 1e-9, "ratio").drawn_from("mixtures", s.runs)
        curves[f"path, {method}"] = exact(range(s.steps + 1), losses(s, 0, s.ratios[-1], method), 1e-9)
    return curves


def checks(s, measured, predicted):
    before, after = slice(None, -1), slice(1, None)
    least, even = (
        grown(measured["plain"].at(before), s.ratios[1:]),
        grown(measured["normalised"].at(before), s.ratios[1:]),
    )
    rival = Rival(claim="of normalised descent too", measured=measured["normalised"].at(after), predicted=even)
    claim = "plain: each step of the imbalance raises it by 15% or more"
    yield above(claim, measured["plain"].at(after), least, rival=rival)
    rival = Rival(claim="plain: never above its start", measured=measured["plain"])
    yield below("normalised: never above its start", measured["normalised"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (runs, path) = plots.panels(2)
    for k, method in enumerate(METHODS):
        curve = measured[method]
        plots.points(runs, np.tile(curve.x, s.runs), curve.samples, k, f"{method}, {s.runs} problems", markersize=3)
        plots.line(runs, curve.x, np.median(curve.samples, axis=0), k)
        plots.line(path, measured[f"path, {method}"].x, measured[f"path, {method}"].mean, k, method)
    plots.label(runs, "imbalance", "largest minority loss / loss at the start", f"{s.steps} steps from 0", log="x")
    plots.label(path, "steps", "minority loss / loss at the start", f"imbalance {s.ratios[-1]:g}", log="")
    return drawn


if __name__ == "__main__":
    script()
