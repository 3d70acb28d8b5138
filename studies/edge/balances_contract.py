"""One step multiplies each balance w_i^2 - w_j^2 by 1 - rho^2, exactly; but shrinking balances alone prove nothing.

rho = step size (p - 1) p / (w_i w_j), an identity at any depth. In the invariant class rho <= sqrt 2, so that no balance
grows. If the order of the weights is kept too, the logarithms of s_i^2 are majorised by the old ones, and the sharpness,
a Schur-convex function of them, falls. Without the order it may rise, from D = 3 on: a finding about that step of the
argument, not about gradient descent, where one map x + c^2 / x moves all squares.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.edge import model, theory
from theorylab.edge.ensembles import random_starts, split_by_class, stacked
from theorylab.replicas import Curve
from theorylab.streams import stream

SOURCE = Source("kreisler2023gfs", "abstract; identity, bound and counterexample derived here")


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (2, 3, 5, 8)
    starts: int
    inside: tuple[float, float] = (1.0, theory.LOAD_LIMIT)
    outside: tuple[float, float] = (2.9, 3.6)
    seed: int


QUICK = Setting(starts=300, seed=1)
FULL = Setting(starts=20_000, seed=2)
PAIR = [0]  # each start gives one pair of weights and one step


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
    return {k: Curve(np.array(PAIR), v[:, None], exact=True, rounding=(unit + 8 * rho**2 * theory.UNIT)[:, None])
            for k, v in values.items()}  # fmt: skip


def shrunk(s, depth, slopes):
    """Sharpness after / before a random shrinking of all balances: sorted squares move by `slopes` times their gaps."""
    draws = stream(s.seed, 100 + depth)
    gaps = np.exp(2 * draws.standard_normal((s.starts, depth - 1)))
    start = np.zeros((s.starts, 1))
    old = np.append(start, gaps.cumsum(axis=1), axis=1)
    new = np.append(start, (gaps * draws.uniform(*slopes, gaps.shape)).cumsum(axis=1), axis=1)
    after, before = (theory.flow_sharpness((1 + x - x.min(axis=1, keepdims=True)) ** 0.5) for x in (new, old))
    # Cumulated gaps are off by D units of the largest, a gap between neighbours by more: 1e-10 covers 1e5-fold ratios.
    return exact(PAIR, (after / before)[:, None], 1e-10)


def measure(s):
    inside = [step(s, depth, s.inside, True) for depth in s.depths]
    outside = [step(s, depth, s.outside, False) for depth in s.depths]
    curves = {name: stacked([rows[name] for rows in inside]) for name in inside[0]}
    curves["factor, outside"] = stacked([rows["factor"] for rows in outside])
    deep = [depth for depth in s.depths if depth > 2]
    curves["any order"] = stacked([shrunk(s, depth, (-1, 1)) for depth in deep])
    curves["order kept"] = stacked([shrunk(s, depth, (0, 1)) for depth in deep])
    return curves


def predict(s):
    return {}  # the forms need the iterates, and stand among the measured curves


def absolute(curve):
    return Curve(curve.x, np.abs(curve.samples), exact=True, rounding=curve.rounding)


def checks(s, measured, predicted):
    rival = Rival(claim="1 - rho^2 / step size", predicted=measured["unsquared"])
    yield agrees("balance after / before = 1 - rho^2", measured["factor"], measured["form"], rival=rival)
    rival = Rival(claim="also for loads of 2.9 to 3.6", measured=absolute(measured["factor, outside"]))
    yield below("no balance grows in the class", absolute(measured["factor"]), 1.0, rival=rival)
    rival = Rival(claim="... and their order is kept", measured=measured["order kept"])
    claim = "sharpness falls when all balances shrink"
    yield below(claim, measured["any order"], 1.0, rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (factors, ratios) = plots.panels(2)
    rho, factor = (measured[name].samples[:2000, 0] for name in ("rho", "factor"))
    factors.plot(rho, factor, "o", color=plots.SERIES[0][0], markersize=2, label="one step from a start in the class")
    line = np.linspace(0, 2**0.5, 50)
    plots.prediction(factors, exact(line, 1 - line**2, 0.0), "1 - ρ²")
    plots.label(factors, "ρ", "balance after / before", f"D in {s.depths}", log="")
    for k, name in enumerate(("any order", "order kept")):
        values = np.sort(measured[name].samples[:, 0])
        share = np.arange(1, values.size + 1) / values.size
        ratios.plot(values, share, color=plots.SERIES[k][0], linestyle=plots.SERIES[k][2], label=name)
    ratios.axvline(1.0, color="black", linewidth=0.8)
    plots.label(ratios, "sharpness after / before", "share of draws below", "all balances shrunk at random", log="x")
    return drawn


if __name__ == "__main__":
    script()
