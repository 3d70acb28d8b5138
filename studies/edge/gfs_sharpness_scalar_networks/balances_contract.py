"""One step multiplies each balance w_i^2 - w_j^2 by 1 - rho^2, rho = step size (p - 1) p / (w_i w_j), exactly.

An identity at any depth: w_i^2 moves by -2 c + c^2 / w_i^2 with c = step size (p - 1) p common to all weights. In the
invariant class rho <= sqrt 2 (two_root_two), so that no balance grows, though it may change its sign.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, below, plots, script, stacked
from theorylab.curves import Curve
from theorylab.models.edge import model, theory
from theorylab.models.edge.ensembles import random_starts, split_by_class

SOURCE = Source("abstract (monotone decrease, read); identity and bound derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (2, 3, 5, 8)
    starts: int
    inside: tuple[float, float] = (1.0, theory.LOAD_LIMIT)
    outside: tuple[float, float] = (2.9, 3.6)
    seed: int


QUICK = Setting(starts=300, seed=1)
FULL = Setting(starts=20_000, seed=2)


def step(s, depth, loads, inside):
    """Factor on the balance of the first two weights over one step, its form, the form unsquared, and rho."""
    drawn = random_starts(depth, s.starts, loads=loads, products=(0.001, 1.3), spread=1.0, seed=s.seed)
    starts = split_by_class(drawn)[0] if inside else drawn
    path = model.iterates(*starts, 1)
    kept = (path > 0).all(axis=(1, 2))
    before, after, eta = path[kept, 0], path[kept, 1], starts.step_size[kept]
    (a, b), (c, d), p = before[:, :2].T, after[:, :2].T, before.prod(axis=1)
    balance, rho = (a - b) * (a + b), eta * (p - 1) * p / (a * b)
    # Each weight after the step is off by at most 2 D + 5 units of its larger value; the common factor (p - 1) p by
    # D units of p^2, which moves the product of the form by 2 rho times that.
    squares = np.maximum(a, c) ** 2 + np.maximum(b, d) ** 2
    unit = ((4 * depth + 14) * squares / np.abs(balance) + 2 * np.abs(rho) * eta * depth * p**2 / (a * b)) * theory.UNIT
    form = theory.balance_contraction(eta, p, a, b)
    values = {"factor": (c - d) * (c + d) / balance, "form": form, "unsquared": 1 - rho**2 / eta, "rho": np.abs(rho)}
    unit = (unit + 8 * rho**2 * theory.UNIT)[:, None]
    curves = {name: Curve(np.zeros(1), row[:, None], True, unit, "pair") for name, row in values.items()}
    return {name: curve.drawn_from("random starts") for name, curve in curves.items()}


def measure(s):
    inside = [step(s, depth, s.inside, True) for depth in s.depths]
    outside = [step(s, depth, s.outside, False) for depth in s.depths]
    curves = {name: stacked([rows[name] for rows in inside]) for name in inside[0]}
    curves["factor, outside"] = stacked([rows["factor"] for rows in outside])
    return curves


def absolute(curve):
    return replace(curve, samples=np.abs(curve.samples))


def checks(s, measured, predicted):
    rival = Rival(claim="1 - rho^2 / step size", predicted=measured["unsquared"])
    yield agrees("balance after / before = 1 - rho^2", measured["factor"], measured["form"], rival=rival)
    rival = Rival(claim="also for loads of 2.9 to 3.6", measured=absolute(measured["factor, outside"]))
    yield below("no balance grows in the class", absolute(measured["factor"]), 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    rho, factor = (measured[name].samples[:, 0][:: max(1, s.starts // 500)] for name in ("rho", "factor"))
    plots.points(axes, rho, factor, 0, "one step from a start in the class", markersize=2)
    line = np.linspace(0, 2**0.5, 50)
    plots.guide(axes, line, 1 - line**2, "1 - ρ²")
    depths = ", ".join(map(str, s.depths))
    plots.label(axes, "ρ = step size |p - 1| p / (w_i w_j)", "balance after / before", f"D = {depths}", log="")
    return drawn


if __name__ == "__main__":
    script()
