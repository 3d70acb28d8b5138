"""Which minimum gradient descent reaches from where: two weights, every start of a square.

A minimum (s, 1/s) has sharpness s^2 + 1/s^2 = sqrt(4 + b^2), its balance b = s^2 - 1/s^2. Gradient flow keeps the
balance of its start; a step multiplies it by 1 - rho^2, here with rho = step size |p - 1|. For p < 1 that is below
sqrt 2 for all step sizes up to sqrt 2, for p > 1 below 1 if the weights stay positive: whatever the load, no run that
survives grows sharper, and where one settles the load is at most 2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, exact, plots, script
from theorylab.curves import Curve
from theorylab.models.edge import model, theory

SOURCE = Source(
    "abstract (convergence to the edge, read); two weights derived here",
    figure="heat map of the final sharpness, ours",
    kind="derived",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    side: int  # starts along each weight
    largest: float = 2.1
    step_size: float = 0.8
    wild: float = 1.5  # step size of the rival, above sqrt 2
    horizon: int = 2000
    settled: float = 1e-6


QUICK = Setting(side=80)
FULL = Setting(side=500)


def grid(s):
    """Starts (side^2, 2) at the centres of the cells of a square."""
    axis = (np.arange(s.side) + 0.5) * s.largest / s.side
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


def measure(s):
    starts, rounding = grid(s), float(theory.run_rounding(2, s.largest**2))
    runs, wild = (model.descend(starts, step, [0, 1, s.horizon]) for step in (s.step_size, s.wild))
    settled = np.abs(runs.product[:, -1] - 1) < s.settled
    load = s.step_size * runs.sharpness
    cells = np.arange(1.0 * len(starts))
    return {
        "flow": exact([0], load[settled, :1], rounding),
        "end": exact([0], load[settled, -1:], rounding),
        "growth": exact([s.horizon], runs.growth[runs.survived, -1:], 2 * rounding),
        # The first step alone: where it keeps the weights positive, later ones may not.
        "wild growth": exact([1], wild.growth[np.isfinite(wild.sharpness[:, 1]), 1:2], 2 * rounding),
        "map": Curve(cells, np.where(settled, load[:, -1], np.inf)[None], exact=True, x_name="start"),
        "flow map": Curve(cells, load[:, :1].T, exact=True, x_name="start"),
        "class": Curve(cells, theory.class_margins(starts, s.step_size).min(axis=0)[None], exact=True, x_name="start"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim=f"also at step size {s.wild:g} > sqrt 2", measured=measured["wild growth"])
    yield below("no step of a surviving run raises the sharpness", measured["growth"], 1.0, rival=rival)
    rival = Rival(claim="the load of gradient flow's minimum", measured=measured["flow"])
    yield below("load at the end <= 2", measured["end"], theory.EDGE, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5, height=4.6, top=0.42)
    final, flow, margin = (measured[name].mean.reshape(s.side, s.side) for name in ("map", "flow map", "class"))
    extent = (0, s.largest, 0, s.largest)
    limits = 2 * s.step_size, theory.EDGE
    plots.image(axes, final, extent, limits, "load (step size x sharpness) at the end")
    axis = (np.arange(s.side) + 0.5) * s.largest / s.side
    axes.contour(axis, axis, margin, [0.0], colors="black", linestyles="dashed", linewidths=1.2)
    axes.contour(axis, axis, flow, [theory.EDGE], colors="white", linewidths=1.0)
    title = f"step size {s.step_size:g}; blank: reaches 0 or cycles\n"
    title += "dashes: border of the class; white: load 2 of the flow's end"
    plots.label(axes, "first weight", "second weight", title, log="", legend=False)
    axes.grid(False)
    return drawn


if __name__ == "__main__":
    script()
