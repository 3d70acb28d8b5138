"""Gradient descent leaves many starts in a sharp well up to step size 2 / k, by a known share, and none beyond.

A bowl of gradient m x has a well |x - z| < r of gradient k (x - z). Small steps trap every start from z - r on, as the
flow does; once a step at z is longer than the well, 2 r, some starts jump over it, and those that come in are the union
of (z - r, z + r) / (1 - step size m)^t, t = 0, 1, ... That set is trapped up to step size 2 / k and left for 0 beyond,
though the well is still come into.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.curves import Curve
from theorylab.models.smoothing import wells
from theorylab.models.smoothing.wells import Landscape

SOURCE = Source("theorem on escapes (recalled); shares and constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    starts: int  # a grid of them on (0, high)
    high: float = 5.0
    loads: tuple[float, ...] = (0.2, 1.0, 1.5, 1.8, 1.95)  # step size x k
    beyond: tuple[float, ...] = (2.05, 3.0, 5.0, 10.0, 20.0)
    steps: int


QUICK = Setting(starts=4000, steps=1200)
FULL = Setting(
    starts=10_000, loads=tuple(np.linspace(0.1, 1.98, 24)), beyond=tuple(np.linspace(2.03, 38.0, 24)), steps=3000
)
WELL = Landscape(flat=0.8)  # not 1, so that its place in every formula matters


def ends(s, load):
    """Shares of the grid that end in the well, at the bowl's minimum, and that came into the well."""
    starts = (np.arange(s.starts) + 0.5) / s.starts * s.high
    last, entered, _ = wells.run(WELL, starts, load / WELL.sharp, s.steps)
    inside = np.abs(last - WELL.centre) < WELL.radius
    return inside.mean(), (np.abs(last) < 1e-3).mean(), entered.mean()


def critical(s):
    """Bracket of the step size from which no start of the grid ends in the well."""

    def free(step_size):
        return bool(ends(s, step_size * WELL.sharp)[0] == 0)

    low, high = bracket(free, 0.5 / WELL.sharp, 8 / WELL.sharp, relative_width=1e-3)
    return low * (1 - 20 / s.steps), high * (1 + 20 / s.steps)  # at 2 + x leaving takes log(r / e) / x steps, e < 1 / n


def measure(s):
    rows = np.array([ends(s, load) for load in (*s.loads, *s.beyond)]).T
    few = 32 / s.starts  # of the grid's starts, two ends of each of less than 16 intervals
    loads = np.array([*s.loads, *s.beyond])
    return {"trapped": Curve(loads, rows[:1], True, np.array(few), "load"),
            "free": Curve(np.array(s.beyond), 1 - rows[1:2, len(s.loads) :], True, x_name="load"),
            "held": Curve(np.array(s.beyond), rows[:1, : len(s.beyond)], True, x_name="load"),
            "entered": Curve(loads, rows[2:], True, np.array(few), "load"),
            "limit": brackets([0], [critical(s)])}  # fmt: skip


def predict(s):
    loads = np.array([*s.loads, *s.beyond])
    curves = {
        "trapped": [wells.trapped_mass(WELL, x / WELL.sharp, 0, s.high) for x in loads],
        "entered": [wells.trapped_mass(WELL, x / WELL.sharp, 0, s.high, ever=True) for x in loads],
        "flow": [(s.high - WELL.centre + WELL.radius) / s.high for _ in loads],
    }
    return {name: exact(loads, row, ulps=256, x_name="load") for name, row in curves.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="what the flow traps", predicted=predicted["flow"])
    yield agrees("share of starts that end in the well", measured["trapped"], predicted["trapped"], rival=rival)
    rival = Rival(claim="as many as are trapped below 2 / k", predicted=predicted["trapped"])
    yield agrees("share that come into the well", measured["entered"], predicted["entered"], rival=rival)
    rival = Rival(claim="from 1 / k", predicted=1 / WELL.sharp)
    yield threshold("none ends there from step size 2 / k", measured["limit"], 2 / WELL.sharp, rival=rival)
    rival = Rival(claim="below 2 / k, too", measured=measured["held"])
    yield below("beyond 2 / k all starts come to the bowl's minimum", measured["free"], 0.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=6.0)
    plots.points(axes, measured["trapped"].x, measured["trapped"].mean, 0, "end in the well", markersize=3)
    plots.points(axes, measured["entered"].x, measured["entered"].mean, 1, "come into it", markersize=3)
    across = np.concatenate([np.linspace(0.1, 1.9999, 200), np.linspace(2.0001, max(s.beyond), 300)])
    for k, ever in enumerate((False, True)):
        row = [wells.trapped_mass(WELL, x / WELL.sharp, 0, s.high, ever=ever) for x in across]
        plots.guide(axes, across, row, "" if k else "union of intervals")
    axes.axvline(2.0, color="black", linewidth=0.8)
    title = "m = {:g}, k = {:g}, z = {:g}, r = {:g}".format(*WELL)
    plots.label(axes, "load = step size x k (2: line)", "share of starts", title, log="x")
    return drawn


if __name__ == "__main__":
    script()
