"""Without noise the sum of squared gradients stays bounded for every step size, so that their mean falls as 1/T.

sqrt(S_T) is at most the largest root of y = gamma + D/eta + beta eta log(y / gamma), D the gap of the start, beta the
smoothness that the method does not know: for convex and for other functions. For convex f the mean gap falls by a bound
of its own. Both rest on two telescopes, which hold for every sequence of gradients if S holds the gradient of today.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, below, decays_as, exact, log_steps, plots, script, stacked
from theorylab.models.adaptive import norm
from theorylab.models.adaptive.norm import ScalarAdaGrad
from theorylab.models.adaptive.theory import norm as theory
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (unknown smoothness, 1/T without noise; read); bounds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_sizes: tuple[float, ...] = (0.03, 0.3, 1.0, 10.0, 100.0, 1000.0)
    start: float = 3.0
    smoothness: float = 10.0
    steps: int
    rates: tuple[float, ...] = (0.1, 1.0, 10.0, 100.0)  # step sizes whose rate is read
    sequences: int
    length: int = 100
    seed: int


QUICK = Setting(steps=30_000, sequences=200, seed=1)
FULL = Setting(steps=10_000_000, sequences=20_000, seed=2)
SHAPES = (("square", 1.0), ("ratio", 1.0), ("cosine", 0.5), ("log cosh", 1.0))  # and a factor of the start
CONVEX = ("square", "log cosh")


def problems(s, functions=norm.FUNCTIONS):
    shapes = zip(SHAPES, norm.CURVATURES, strict=True)
    return [ScalarAdaGrad(function=name, scales=[s.smoothness / curvature], start=[s.start * by], step_size=eta)
            for ((name, by), curvature), eta in product(shapes, s.step_sizes) if name in functions]  # fmt: skip


def sequences(s):
    """Squared norms with heavy tails: sums with and without today's, and their bounds, a row per sequence."""
    q, gamma = generator(s.seed, 1).pareto(0.5, (s.sequences, s.length)), 0.3
    today, before = norm.telescoped(q, gamma), norm.telescoped(q, gamma, before=True)
    bounds = np.stack([np.log(today[2] / gamma**2), 2 * (today[2] ** 0.5 - gamma)])
    curves = {"today": today[:2], "before": before[:2], "telescopes": bounds}
    return {name: exact([1, 2], rows.T, ulps=4 * s.length, x_name="sum").drawn_from("sequences with heavy tails")
            for name, rows in curves.items()}  # fmt: skip


def measure(s):
    steps = log_steps(10, s.steps, 20)
    curves = {"sum": stacked([norm.noiseless(p, steps)["sum"] for p in problems(s)])}
    convex = [(p, norm.noiseless(p, steps)) for p in problems(s, CONVEX)]
    curves["gap"] = stacked([found["loss"] for _, found in convex])
    parts = [(found["distance"].mean, p.step_size, found["sum"].mean, steps) for p, found in convex]
    curves["gap bound"] = exact(steps, [theory.convex_gap_bound(*part) for part in parts], ulps=4 * steps + 64)
    half = [part[1] * part[2] ** 0.5 / steps for part in parts]
    curves["one telescope"] = exact(steps, half, ulps=4 * steps + 64)
    for eta in s.rates:
        quadratic = ScalarAdaGrad(scales=[s.smoothness], start=[s.start], step_size=eta)
        curves[f"gradient, {eta:g}"] = norm.noiseless(quadratic, steps)["gradient"]
    return curves | sequences(s)


def predict(s):
    steps, curves = log_steps(10, s.steps, 20), {}
    for name, factor in (("sum", 1.0), ("ignorant", 0.1)):
        roots = [theory.root_sum_bound(p.gap, factor * p.smoothness, p.step_size, p.gamma) for p in problems(s)]
        curves[name] = exact(steps, np.square(roots)[:, None] + 0 * steps, ulps=2**10)
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="with a tenth of the smoothness", predicted=predicted["ignorant"])
    yield below("S_T <= y^2, whatever step size and function", measured["sum"], predicted["sum"], rival=rival)
    rival = Rival(claim="eta sqrt(S_T) / T, its second part", predicted=measured["one telescope"])
    claim = "convex: mean gap <= (R^2 / (2 eta) + eta) sqrt(S_T) / T"
    yield below(claim, measured["gap"], measured["gap bound"], rival=rival)
    for eta in s.rates:
        rival = Rival(claim="as T^-1/2", predicted=-0.5)
        claim = f"step size {eta:g}: mean squared gradient falls as 1/T"
        yield decays_as(claim, measured[f"gradient, {eta:g}"], -1.0, rival=rival)
    rival = Rival(claim="with S before today's gradient", measured=measured["before"])
    claim = "sums of q/S and q/sqrt(S) stay below their telescopes"
    yield below(claim, measured["today"], measured["telescopes"], rival=rival)


def figure(s, measured, predicted):
    drawn, (rates, sums) = plots.panels(2)
    for k, eta in enumerate(s.rates):
        plots.exact_line(rates, measured[f"gradient, {eta:g}"], k, f"step size {eta:g}")
    plots.label(rates, "steps T", "mean squared gradient", f"f = {s.smoothness:g} x² / 2 from {s.start:g}")
    for k, (name, _) in enumerate(SHAPES):
        rows = slice(k * len(s.step_sizes), (k + 1) * len(s.step_sizes))
        ratio = measured["sum"].samples[rows, -1] / predicted["sum"].samples[rows, -1]
        plots.points(sums, s.step_sizes, ratio, k, name)
    plots.limit(sums, 1.0, "bound")
    plots.label(sums, "step size", "S / bound", f"after {s.steps:.0e} steps")
    return drawn


if __name__ == "__main__":
    script()
