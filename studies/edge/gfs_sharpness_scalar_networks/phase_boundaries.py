"""The frozen map doubles its period at load 2 whatever the weights; for two equal weights all boundaries are known.

Load is step size x sharpness; the frozen map takes one step and returns to the old balances. Its slope at p = 1 is
1 - load. For D = 2 and equal weights it is p (1 + eta (1 - p))^2, with load 2 eta: a 2-cycle of multiplier
9 - 2 (1 + eta)^2 until load 2 (sqrt 5 - 1) = 2.472, and an escape of the largest product 4 (1 + eta)^3 / (27 eta) past
1 + 1/eta, where a step makes weights negative, from load sqrt 27 - 2 = 3.196 on: beyond the class's limit 2 sqrt 2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, bracket, brackets, exact, plots, script, threshold
from theorylab.curves import Curve
from theorylab.models.edge import theory
from theorylab.models.edge.ensembles import random_starts

SOURCE = Source("abstract (edge of stability, read); the boundaries are derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8)
    offset: float = 1e-4  # from the fixed point: curvature moves the threshold by its square
    transient: int
    points: int = 200
    seed: int


QUICK = Setting(transient=50_000, seed=1)
FULL = Setting(transient=400_000, points=1200, seed=2)
PAIR = np.ones(2)


def doubling(s, depth):
    """Bracket of the load at which two frozen steps from 1 + offset lead further away, and 2 / step size there."""
    weights = random_starts(depth, 1, loads=(2.0, 2.0), products=(1.0, 1.0), spread=1.0, seed=s.seed).weights[0]
    sharpness, start = theory.flow_sharpness(weights), theory.flow_point(weights, 1 + s.offset)

    def leaves(load):
        return bool(theory.frozen_orbit(start, load / sharpness, skip=1, keep=1)[0] > 1 + s.offset)

    return bracket(leaves, 1.4, 2.5, relative_width=1e-6), sharpness


def four_cycle(s):
    """Bracket of the load at which the 2-cycle of two equal weights gives way."""

    def gone(load):
        late = theory.frozen_orbit(0.8 * PAIR, load / 2, skip=s.transient, keep=3)
        return bool(abs(late[2] - late[0]) > 1e-6)

    low, high = bracket(gone, 2.3, 2.6, relative_width=1e-4)
    margin = 28 / (4.5 * s.transient)  # at distance x the 2-cycle is reached to 1e-6 after 14 / (4.5 x) pairs of steps
    return low - margin, high + margin


def measure(s):
    found = [doubling(s, depth) for depth in s.depths]
    loads = np.linspace(1.8, 3.25, s.points)
    orbits = theory.frozen_orbit(np.tile(0.8 * PAIR, (loads.size, 1)), loads / 2, skip=2000, keep=64)
    return {
        "doubling": brackets(s.depths, [pair for pair, _ in found], "depth"),
        "equal": exact(
            s.depths,
            [2 * x / d for (_, x), d in zip(found, s.depths, strict=True)],
            [2 * theory.flow_rounding(d) for d in s.depths],
            "depth",
        ),
        "four-cycle": brackets([2], [four_cycle(s)], "depth"),
        "escape": brackets([2], [bracket(lambda x: theory.class_margins(PAIR, x / 2)[1] <= 0, 2.5, 3.5)], "depth"),
        "orbit": Curve(loads, np.where(orbits > 0, orbits, np.inf).T, exact=True, x_name="load"),
    }


def predict(s):
    return {"doubling": exact(s.depths, np.full(len(s.depths), theory.EDGE), ulps=0, x_name="depth"),
            "four-cycle": exact([2], [theory.BALANCED_FOUR_CYCLE_LOAD], ulps=4, x_name="depth"),
            "escape": exact([2], [theory.BALANCED_ESCAPE_LOAD], ulps=4, x_name="depth")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="at step size x D = 2, as if weights were equal", predicted=measured["equal"])
    yield threshold("the period doubles at load 2", measured["doubling"], predicted["doubling"], rival=rival)
    rival = Rival(claim="at 2.449 = sqrt 6, as in the logistic map", predicted=6**0.5)
    yield threshold("D = 2: 4-cycle from 2 (sqrt 5 - 1)", measured["four-cycle"], predicted["four-cycle"], rival=rival)
    rival = Rival(claim="from the class's limit 2 sqrt 2", predicted=theory.LOAD_LIMIT)
    yield threshold("D = 2: escape from sqrt 27 - 2", measured["escape"], predicted["escape"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=6.5, height=4.0)
    loads, products = np.broadcast_arrays(measured["orbit"].x, measured["orbit"].samples)
    plots.cloud(axes, loads, products, plots.SERIES[0][0])
    marks = {"edge 2": theory.EDGE, "2(√5 - 1)": theory.BALANCED_FOUR_CYCLE_LOAD, "2√2": theory.LOAD_LIMIT}
    for name, load in (marks | {"√27 - 2": theory.BALANCED_ESCAPE_LOAD}).items():
        axes.axvline(load, color="black", linestyle=(0, (4, 2)), linewidth=1.0)
        axes.annotate(name, (load, 1.72), ha="center", va="bottom", fontsize=8, annotation_clip=False)
    axes.set_ylim(0, 1.7)
    plots.label(axes, "load (step size x sharpness)", "product p on the attractor", log="", legend=False)
    return drawn


if __name__ == "__main__":
    script()
