"""Beyond step size 2 / mu a step leads away from a sharp minimum, by step size mu - 1 at least, and soon out of it.

One-point strong convexity, <g, e> >= mu |e|^2 with e = x - z, is enough: |e'| >= (h mu - 1) |e| for h = step size > 2 /
mu, which a quadratic attains. A well of radius r around z is left after ceil(log(r / |e_0|) / log(h k - 1)) steps. In
more dimensions the sharpest direction decides, h l_1(H) > 2, but for starts across it.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.smoothing import wells
from theorylab.models.smoothing.wells import Landscape
from theorylab.numerics.streams import generator

SOURCE = Source("assumptions of the theorem on escapes (recalled); all bounds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    fields: int  # random ones, one-point strongly convex with mu = 1
    loads: tuple[float, ...] = (2.02, 2.2, 3.0, 6.0)  # step size x k of the escapes
    distances: tuple[float, ...] = (1e-9, 1e-6, 1e-3, 0.02)
    dimensions: tuple[int, ...] = (2, 5, 10)
    seed: int


QUICK = Setting(fields=300, seed=1)
FULL = Setting(fields=20_000, loads=(2.02, 2.05, 2.1, 2.2, 2.5, 3.0, 4.0, 6.0), dimensions=tuple(range(2, 11)), seed=2)
WELL = Landscape()


def expansions(s, low, high, relative=False):
    """|e'| / |e| (relative: over h - 1) in a step h in (low, high) of fields with <g, e> >= |e|^2, first of e."""
    draws, rows = generator(s.seed), []
    for i in range(s.fields):
        d, h = int(draws.integers(1, 6)), draws.uniform(low, high)
        e, stiff, power = draws.standard_normal(d), draws.standard_normal((d, d)), draws.uniform(0, 3)
        g = e if i == 0 else e * (1 + draws.uniform(0, 1) * np.linalg.norm(e) ** power) + stiff.T @ (stiff @ e) / 4
        rows.append(np.linalg.norm(e - h * g) / np.linalg.norm(e) / (wells.expansion_bound(h) if relative else 1.0))
    return exact([0], np.array(rows)[:, None], ulps=256, x_name="field").drawn_from("random fields", s.fields)


def steps_to_leave(s):
    rows = [[wells.run(WELL, WELL.centre + np.array(s.distances), load / WELL.sharp, 4000)[2]] for load in s.loads]
    return np.array(rows).ravel()


def sharpest(s, d):
    """A bracket of the step size from which a random quadratic is left, its largest eigenvalue and their mean."""
    draws = generator(s.seed, d)
    turn = np.linalg.qr(draws.standard_normal((d, d)))[0]
    values, start = np.sort(draws.uniform(1, 40, d)), draws.standard_normal(d)
    hessian = (turn * values) @ turn.T

    def leaves(step_size):
        step, e = np.eye(d) - step_size * hessian, start
        for _ in range(14):  # the power 2^14 by squaring
            step = np.clip(step @ step, -1e100, 1e100)
        return bool(np.linalg.norm(step @ e) > np.linalg.norm(start))

    low, high = bracket(leaves, 1 / values[-1], 4 / values[-1], relative_width=1e-6)
    return (low * 0.999, high * 1.001), values[-1], values.mean()


def measure(s):
    return {"beyond": expansions(s, 2.0, 6.0), "within": expansions(s, 1.0, 1.95),
            "relative": expansions(s, 2.0, 6.0, relative=True),
            "steps": exact(range(len(s.loads) * len(s.distances)), steps_to_leave(s), ulps=0, x_name="case"),
            "limit": brackets(s.dimensions, [sharpest(s, d)[0] for d in s.dimensions], "dimension")}  # fmt: skip


def predict(s):
    cases = [(load, WELL.centre + e - WELL.centre) for load in s.loads for e in s.distances]  # e as in floats
    counts = [wells.escape_steps(load, e, WELL.radius) for load, e in cases]
    wrong = [wells.escape_steps(load + 1, e, WELL.radius) for load, e in cases]
    largest, mean = np.array([sharpest(s, d)[1:] for d in s.dimensions]).T
    curves = {
        name: exact(range(len(cases)), row, ulps=0, x_name="case") for name, row in (("steps", counts), ("k", wrong))
    }
    return curves | {"limit": exact(s.dimensions, 2 / largest, ulps=8, x_name="dimension"),
                     "mean": exact(s.dimensions, 2 / mean, ulps=8, x_name="dimension")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="below 2 / mu, too", measured=measured["within"])
    yield above("beyond step size 2 / mu: |e'| > |e|", measured["beyond"], 1.0, rival=rival)
    rival = Rival(claim="1% more", predicted=1.01)
    yield above("|e'| >= (step size mu - 1) |e|", measured["relative"], 1.0, rival=rival)
    rival = Rival(claim="log(r / e) / log(load)", predicted=predicted["k"])
    yield agrees("steps to leave: log(r / e) / log(load - 1)", measured["steps"], predicted["steps"], rival=rival)
    rival = Rival(claim="by the mean eigenvalue", predicted=predicted["mean"])
    yield threshold("left from step size 2 / l_1(H)", measured["limit"], predicted["limit"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, load in enumerate((2.05, 2.5, 6.0)):
        e = np.geomspace(1e-9, 0.04, 25)
        left = wells.run(WELL, WELL.centre + e, load / WELL.sharp, 4000)[2]
        plots.points(axes, e, left, k, f"load {load:g}", markersize=3)
        plots.guide(axes, e, wells.escape_steps(load, e, WELL.radius), "" if k else "log(r / e) / log(load - 1)")
    plots.label(axes, "distance from the sharp minimum", "steps to leave", "load = step size x k")
    return drawn


if __name__ == "__main__":
    script()
