"""On convex losses that are no quadratics a merge helps by a square of the step size; between two wells it harms.

f_i = (1 + (x - a_i)^2)^(1/2), seven clients with a_i in [-1, 1], one at 6. At rest on a ring the merged model's excess
is of second order in the step size, and a small share of the local one's; merged from isolated clients it stays. By
Jensen's inequality a merge is never worse than the mean of the models where F is convex, at rest or anywhere. Two
workers in the two wells of (w^2 - 1)^2 merge on the maximum between them.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from theorylab import Power, Rival, Source, above, below, decays_as, exact, plots, script
from theorylab.models.gossip import kernels, model
from theorylab.models.gossip.model import Landscape, Method
from theorylab.numerics.streams import generator, stream

SOURCE = Source("abstract (one merge lifts performance, read); instances and orders derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    outlier: float = 6.0
    step_sizes: tuple[float, ...]
    draws: int  # of local models at random
    seed: int


QUICK = Setting(step_sizes=tuple(0.4 * 2.0 ** np.arange(-9, 1)), draws=500, seed=1)
FULL = Setting(step_sizes=tuple(0.4 * 2.0 ** (0.5 * np.arange(-22, 1))), draws=20_000, seed=2)


def targets(s):
    return np.append(np.linspace(-1, 1, 7), s.outlier)


def excess(s, x):
    """F(x) - min F, in the shape of x."""

    def mean_loss(y):
        return ((1 + (np.asarray(y)[..., None] - targets(s)) ** 2) ** 0.5).mean(axis=-1)

    return mean_loss(x) - minimize_scalar(mean_loss, bounds=(-2, 7), method="bounded", options={"xatol": 1e-9}).fun


def at_rest(s, step_size):
    """Local models on a ring at rest, without noise, by Newton's method."""
    w, a, x = model.ring(8), targets(s), np.zeros(8)
    for _ in range(60):
        root = (1 + (x - a) ** 2) ** 0.5
        moved = x - w @ (x - step_size * (x - a) / root)
        x = x - np.linalg.solve(np.eye(8) - w * (1 - step_size / root**3), moved)
    return x


def wells(s):
    """F at two workers in two wells that never communicate, and at their merge, after 200 steps without noise."""
    given = (Landscape(height=0.25), Method(0.1, 0.0), np.array([-0.7, 0.8]), np.array([200]))
    merged, diversity = kernels.gossip_paths(np.eye(2), *given, stream(0, 0))[:2, 0]
    local = merged + diversity**0.5 * np.array([-1.0, 1.0])
    return ((local**2 - 1) ** 2).mean(), (merged**2 - 1) ** 2


def measure(s):
    rest = np.array([at_rest(s, step_size) for step_size in s.step_sizes])
    anywhere = 3 * generator(s.seed).standard_normal((s.draws, 8))
    gains = excess(s, anywhere).mean(axis=1) - excess(s, anywhere.mean(axis=1))
    rows = {
        "merged": excess(s, rest.mean(axis=1)),
        "local": excess(s, rest).mean(axis=1),
        "isolated": np.full(len(s.step_sizes), excess(s, targets(s).mean())),
    }
    off = {name: 1e-14 / row + 1e-9 for name, row in rows.items()}  # values of F near 2 cancel
    apart, merged = wells(s)
    return {name: exact(s.step_sizes, row, off[name], "step size") for name, row in rows.items()} | {
        "gain": exact([0], gains[:, None], 1e-9, "draw").drawn_from("local models", s.draws),
        "gain in wells": exact([0], [apart - merged], 1e-9, "draw")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="step size", predicted=Power(1))
    yield decays_as("ring: merged excess ~ step size^2", measured["merged"], Power(2), rival=rival, towards=0)
    share = measured["local"].mean / 50
    rival = Rival(claim="merged from isolated clients", measured=measured["isolated"])
    claim = "ring: merged excess below a fiftieth of the local one"
    yield below(claim, measured["merged"], exact(s.step_sizes, share, 1e-9, "step size"), rival=rival)
    rival = Rival(claim="in two wells, too", measured=measured["gain in wells"])
    yield above("convex: a merge is never worse than the mean of the models", measured["gain"], 0.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    labels = {"isolated": "merge of isolated models", "local": "local models, ring, mean", "merged": "merge, ring"}
    for k, (name, label) in enumerate(labels.items()):
        plots.points(axes, s.step_sizes, measured[name].mean, k, label)
    plots.label(axes, "step size", "excess of F", f"seven clients in [-1, 1], one at {s.outlier:g}")
    return drawn


if __name__ == "__main__":
    script()
