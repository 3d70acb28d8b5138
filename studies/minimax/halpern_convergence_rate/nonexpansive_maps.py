"""Halpern's iteration keeps |x_k - T x_k| <= 2D/(k+1) on random nonexpansive maps in higher dimension.

Orthogonal maps, reflections of projections, proximal maps of a norm: all nonexpansive, none of them built to be hard.
Their largest residual comes close to the bound, which Krasnoselskii-Mann breaks on rotations. (The equality cases are
in halpern_worst_case.py. The bound is recalled; tests/minimax/test_certificates.py certifies it for few steps.)
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, below, exact, log_steps, plots, script
from theorylab.models.minimax import schedules, simulation, theory
from theorylab.models.minimax.model import rotation_slopes
from theorylab.numerics.streams import generator

SOURCE = Source("convergence rate", kind="recalled")
UNIT = 2.0**-53


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    points: int
    dim: int = 20
    maps: int  # of each of the three kinds
    seed: int


QUICK = Setting(horizon=300, points=12, maps=5, seed=1)
FULL = Setting(horizon=10_000, points=20, maps=50, seed=2)


def grid(s):
    return log_steps(1, s.horizon, s.points)


def random_maps(s):
    """Residuals from the distance D = 1 of three kinds of nonexpansive maps with the fixed point 0, rows of maps."""
    draws = generator(s.seed)
    turns = np.linalg.qr(draws.standard_normal((s.maps, s.dim, s.dim)))[0]
    bases = turns[:, :, : s.dim // 2]
    starts = draws.standard_normal((s.maps, s.dim))
    starts /= np.linalg.norm(starts, axis=1, keepdims=True)
    maps = (
        lambda x: np.einsum("mij,mj->mi", turns, x),
        lambda x: x - 2 * np.einsum("mij,mj->mi", bases, np.einsum("mij,mi->mj", bases, x)),  # reflected projection
        lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.01, 0),  # proximal map of 0.01 |x|_1
    )
    anchors = schedules.anchor_weights("1/(k+2)", s.horizon)
    rows = [simulation.halpern_residuals(T, starts, anchors, grid(s)).T for T in maps]
    # A step of T rounds d + 2 products; errors of steps add up, at most, in nonexpansive maps.
    residuals = Curve(grid(s), np.concatenate(rows), True, 4 * (s.dim + 8) * UNIT * (grid(s) + 1.0))
    return residuals.drawn_from("orthogonal, reflected and proximal maps")


def measure(s):
    k = grid(s)
    worst = rotation_slopes(theory.halpern_worst_angle(k))
    mann = 2 * simulation.at_own_mode(worst, schedules.krasnoselskii_mann(s.horizon), k).samples
    return {"maps": random_maps(s), "mann": exact(k, mann, ulps=12 * (k + 1) ** 2)}


def predict(s):
    return {"maps": exact(grid(s), theory.halpern_bound(grid(s)), ulps=2)}


def checks(s, measured, predicted):
    rival = Rival(claim="of Krasnoselskii-Mann, on rotations by pi/(k+1)", measured=measured["mann"])
    claim = "random orthogonal, reflected and proximal maps: |x_k - T x_k| <= 2D/(k+1)"
    yield below(claim, measured["maps"], predicted["maps"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    maps = measured["maps"]
    for i, kind in enumerate(("orthogonal", "reflected projection", "proximal")):
        largest = maps.samples[i * s.maps : (i + 1) * s.maps].max(axis=0)
        seen = largest > 1e-6
        plots.points(axes, maps.x[seen], largest[seen], i, f"largest of {s.maps}, {kind}")
    plots.measurement(axes, measured["mann"], 3, "Krasnoselskii-Mann, rotation by pi/(k+1)")
    plots.prediction(axes, predicted["maps"], "bound 2D/(k+1)")
    plots.label(axes, "iterations k", "residual |x - Tx| / D", f"random maps, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
