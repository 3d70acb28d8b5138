"""Under interpolation SGD contracts by 1 - g mu (2 - g Lmax) a step, attained; 1 - g mu fails beyond g = 1/Lmax.

The gate is 0 with probability 1 - p and x^2/2 with p: Lmax = 1, mu = p, no noise at the solution. Its second moment
falls by 1 - p + p (1 - g)^2 = 1 - g p (2 - g) exactly: the bound is an equality for every g < 2/Lmax and every mu. The
simpler factor 1 - g mu equals it at g = 1/Lmax, and is broken at any larger step that is still stable.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Curve, Finding, Rival, Source, agrees, below, plots, script, stacked
from theorylab.models.convex import moments, simulation, theory
from theorylab.models.convex.model import QuadraticSum
from theorylab.numerics.rounding import UNIT
from theorylab.numerics.streams import generator

SOURCE = Source("SGD under interpolation; the factor and its equality case are derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "The rate (1 - g mu)^T of SGD under interpolation needs g <= 1/Lmax: at every g between that and 2/Lmax, where "
        "SGD still converges, the gate breaks it, and 1 - g mu (2 - g Lmax) per step is exact."
    ),
    case="f_i = 0 or x^2/2, with probability 1/2 each, g = 1.9: E x_1^2 = 0.905, not 0.05",
    check="E x_T^2 <= (1 - g mu)^T D^2 at every stable g",
)
OPEN, GAIN = 0.3, 1.5


@dataclass(frozen=True, kw_only=True)
class Setting:
    shares: tuple[float, ...] = (0.01, 0.1, 0.5, 1.0)
    gains: tuple[float, ...] = (0.25, 0.5, 1.0, 1.25, 1.5, 1.9)
    horizons: tuple[int, ...]
    sums: int
    steps: tuple[int, ...] = (1, 2, 3, 5, 8)
    replicas: int
    seed: int


QUICK = Setting(horizons=(1, 3, 10, 30), sums=100, replicas=20_000, seed=1)
FULL = Setting(horizons=(1, 3, 10, 30, 100, 300), sums=3000, replicas=400_000, seed=2)


def square(s, problem, gain):
    return moments.moments(problem, moments.sgd(gain, max(s.horizons)), s.horizons)["square"]


def drawn_sums(s):
    """Quadratic sums of two to five components with their minima at 0, Lmax = 1, and step sizes up to 2."""
    draws = generator(s.seed, 5)
    for _ in range(s.sums):
        size = draws.integers(2, 6)
        a, p = draws.uniform(0, 1, size) ** 3, draws.uniform(0.01, 1, size)
        yield QuadraticSum(np.append(a[1:], 1.0), np.zeros(size), p / p.sum()), draws.uniform(0.05, 1.95)


def measure(s):
    gated = stacked([square(s, QuadraticSum.gated(share), gain) for share, gain in product(s.shares, s.gains)])
    mixed = stacked([square(s, problem, gain) for problem, gain in drawn_sums(s)]).drawn_from("random sums", s.sums)
    run = simulation.simulate(QuadraticSum.gated(OPEN), "sgd", GAIN, s.steps, replicas=s.replicas, seed=s.seed)
    return {"gate": gated, "sums": mixed, "run": run["square"].bounded(0.0, 1.0)}  # |1 - g| <= 1


def powers(steps, factors):
    """Rows factor^T with their rounding."""
    T = np.array(steps)
    rows = np.array(factors)[:, None] ** T
    return Curve(T, rows, True, (8 * T + 8) * UNIT * rows)


def predict(s):
    T, form, drawn = s.horizons, theory.interpolation_bound, list(drawn_sums(s))
    return {"gate": powers(T, [form(gain, share, 1.0, 1.0, 1) for share, gain in product(s.shares, s.gains)]),
            "simple": powers(T, [abs(1 - gain * share) for share, gain in product(s.shares, s.gains)]),
            "sums": powers(T, [form(gain, p.curvature, 1.0, 1.0, 1) for p, gain in drawn]),
            "full": powers(T, [form(gain, p.curvature, p.curvature, 1.0, 1) for p, gain in drawn]),
            "run": powers(s.steps, [form(GAIN, OPEN, 1.0, 1.0, 1)]),
            "other": powers(s.steps, [1 - GAIN * OPEN])}  # fmt: skip


def checks(s, measured, predicted):
    gate, sharp, simple = measured["gate"], predicted["gate"], predicted["simple"]
    rival = Rival(claim="(1 - g mu)^T", predicted=simple)
    yield agrees("gate: E x_T^2 = (1 - g mu (2 - g Lmax))^T D^2", gate, sharp, rival=rival)
    rival = Rival(claim="(1 - g mu (2 - g Lmax))^T D^2", predicted=sharp)
    yield below("E x_T^2 <= (1 - g mu)^T D^2 at every stable g", gate, simple, rival=rival, declared="refuted")
    rival = Rival(claim="with L in place of Lmax", predicted=predicted["full"])
    yield below("sums of quadratics: at most that of the gate", measured["sums"], predicted["sums"], rival=rival)
    rival = Rival(claim="(1 - g mu)^T", predicted=predicted["other"])
    yield agrees("SGD on the gate, g = 1.5, mu = 0.3", measured["run"], predicted["run"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    x = np.linspace(0.0, 2.0, 81)
    for k, share in enumerate(s.shares[1:3]):
        rows = [i for i, (p, _) in enumerate(product(s.shares, s.gains)) if p == share]
        plots.points(axes, s.gains, measured["gate"].samples[rows, 0], k, f"gate, mu = {share:g} Lmax")
        plots.line(axes, x, theory.interpolation_bound(x, share, 1.0, 1.0, 1), k, "" if k else "1 - g mu (2 - g Lmax)")
        plots.guide(axes, x, np.maximum(1 - x * share, 0), "" if k else "1 - g mu")
    axes.set_ylim(0, 1.4)
    plots.label(axes, "step size x Lmax", "E x_1² / D²", "one step of SGD, s = 0", log="")
    return drawn


if __name__ == "__main__":
    script()
