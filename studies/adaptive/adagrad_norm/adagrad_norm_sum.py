"""Without noise the sum of squared gradients stays bounded for every step size, so that their mean falls as 1/T.

sqrt(S_T) is at most the largest root of y = gamma + D/eta + beta eta log(y / gamma), D the gap of the start, beta the
smoothness that the method does not know: for convex and for other functions. Small step sizes reach half of it,
gamma + D / (2 eta), by a conservation law of the flow; large ones beta eta, without the logarithm: being robust to the
step size has its price, a square of it at each end. For convex f the gap falls by its own bound. Both rest on two
telescopes that hold for every sequence of gradients, if S holds the gradient of today.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, log_steps, plots, script, stacked
from theorylab.models.adaptive import norm
from theorylab.models.adaptive.norm import ScalarAdaGrad
from theorylab.models.adaptive.theory import norm as theory
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (adaptive to smoothness, no noise: 1/T; read); bounds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_sizes: tuple[float, ...]
    slow: int = 1  # of these, the first that are small
    large: tuple[float, ...] = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0)
    start: float = 3.0
    smoothness: float = 10.0
    steps: int
    rates: tuple[float, ...] = (0.1, 1.0, 10.0, 100.0)  # step sizes whose rate is read
    sequences: int
    length: int = 100
    seed: int


QUICK = Setting(step_sizes=(0.03, 0.3, 1.0, 10.0, 100.0, 1000.0), steps=100_000, sequences=200, seed=1)
FULL = Setting(step_sizes=(0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0, 100.0, 1000.0), slow=3, steps=10_000_000,
               sequences=20_000, seed=2)  # fmt: skip
SHAPES = (("square", 1.0), ("ratio", 1.0), ("cosine", 0.5), ("log cosh", 1.0))  # and a factor of the start


def problems(s, functions=None):
    return [ScalarAdaGrad(function=name, scales=[s.smoothness / curvature], start=[s.start * by], step_size=eta)
            for ((name, by), curvature), eta in product(zip(SHAPES, norm.CURVATURES, strict=True), s.step_sizes)
            if functions is None or name in functions]  # fmt: skip


def sequences(s):
    """Squared norms with heavy tails: sums with and without today's, and their bounds, a row per sequence."""
    q = generator(s.seed, 1).pareto(0.5, (s.sequences, s.length))
    gamma = 0.3
    with_today, without = norm.telescoped(q, gamma), norm.telescoped(q, gamma, before=True)
    bounds = np.stack([np.log(with_today[2] / gamma**2), 2 * (with_today[2] ** 0.5 - gamma)])
    curves = {"today": with_today[:2], "before": without[:2], "telescopes": bounds}
    return {name: exact([1, 2], rows.T, ulps=4 * s.length, x_name="power").drawn_from("sequences with heavy tails")
            for name, rows in curves.items()}  # fmt: skip


def measure(s):
    steps = log_steps(10, s.steps, 20)
    runs = [norm.noiseless(p, steps) for p in problems(s)]
    convex = [norm.noiseless(p, steps) for p in problems(s, ("square", "log cosh"))]
    curves = {"sum": stacked([run["sum"] for run in runs]), "gap": stacked([run["loss"] for run in convex])}
    last = np.array([run["sum"].mean[-1] for run in runs[: len(s.step_sizes)]])
    curves["total"] = exact(s.step_sizes, last, ulps=4 * s.steps, x_name="step size")
    curves["slow"] = exact(s.step_sizes[: s.slow], last[: s.slow] ** 0.5, ulps=4 * s.steps, x_name="step size")
    large = [norm.noiseless(ScalarAdaGrad(scales=[s.smoothness], start=[s.start], step_size=eta), [1000])["sum"]
             for eta in s.large]  # fmt: skip
    curves["large"] = exact(s.large, [curve.mean[0] for curve in large], ulps=4000, x_name="step size")
    for eta in s.rates:
        found = norm.noiseless(ScalarAdaGrad(scales=[s.smoothness], start=[s.start], step_size=eta), steps)["gradient"]
        curves[f"gradient, {eta:g}"] = found
    return curves | sequences(s)


def predict(s):
    steps, rows, ignorant, gaps, slack = log_steps(10, s.steps, 20), [], [], [], []
    for p in problems(s):
        both = [theory.root_sum_bound(p.gap, p.smoothness * factor, p.step_size, p.gamma) ** 2 for factor in (1, 0.1)]
        rows.append(both[0] + 0 * steps)
        ignorant.append(both[1] + 0 * steps)
    for p in problems(s, ("square", "log cosh")):
        found = norm.noiseless(p, steps)
        parts = found["distance"].mean, p.step_size, found["sum"].mean, steps
        gaps.append(theory.convex_gap_bound(*parts))
        slack.append(gaps[-1] - p.step_size * parts[2] ** 0.5 / steps)
    first = problems(s)[0]
    slow = theory.slow_root_sum_leading(first.gap, np.array(s.step_sizes), first.gamma)
    few = np.array(s.step_sizes[: s.slow])
    curves = {"sum": rows, "ignorant": ignorant, "gap": gaps, "one telescope": slack}
    return {name: exact(steps, values, ulps=2**10) for name, values in curves.items()} | {
        "total": exact(s.step_sizes, slow**2, ulps=16, x_name="step size"),
        "slow": exact(few, slow[: s.slow], ulps=16, x_name="step size"),
        "first order": exact(few, first.gamma + first.gap / few, ulps=16, x_name="step size"),
        "bound": exact(s.step_sizes, np.array(rows)[: len(s.step_sizes), 0], ulps=2**10, x_name="step size"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="with a tenth of the smoothness", predicted=predicted["ignorant"])
    yield below("S_T <= y^2, whatever step size and function", measured["sum"], predicted["sum"], rival=rival)
    rival = Rival(claim="without the second telescope, eta sqrt(S_T) / T", predicted=predicted["one telescope"])
    yield below(
        "convex: mean gap <= (R^2 / (2 eta) + eta) sqrt(S_T) / T", measured["gap"], predicted["gap"], rival=rival
    )
    for eta in s.rates:
        rival = Rival(claim="as T^-1/2", predicted=-0.5)
        yield decays_as(
            f"step size {eta:g}: mean squared gradient falls as 1/T", measured[f"gradient, {eta:g}"], -1.0, rival=rival
        )
    rival = Rival(claim="with S before today's gradient", measured=measured["before"])
    yield below(
        "sums of q/S and q/sqrt(S) stay below their telescopes", measured["today"], measured["telescopes"], rival=rival
    )
    rival = Rival(claim="gamma + D / eta, as the bound", predicted=predicted["first order"])
    claim = "small step sizes: sqrt(S_T) tends to gamma + D / (2 eta)"
    yield agrees(claim, measured["slow"], predicted["slow"], rival=rival, within=0.05)
    rival = Rival(claim="with the square of the bound's logarithm", predicted=Power(2, 2))
    yield decays_as("large step sizes: S_T grows as eta^2", measured["large"], Power(2), rival=rival)


def figure(s, measured, predicted):
    drawn, (rates, arms) = plots.panels(2)
    for k, eta in enumerate(s.rates):
        plots.exact_line(rates, measured[f"gradient, {eta:g}"], k, f"step size {eta:g}")
    plots.label(rates, "steps T", "mean squared gradient", f"f = {s.smoothness:g} x² / 2 from {s.start:g}")
    plots.points(arms, s.step_sizes, measured["total"].mean, 0, f"S after {s.steps:.0e} steps")
    plots.prediction(arms, predicted["bound"], "bound")
    plots.line(arms, s.step_sizes, predicted["total"].mean, 2, "(γ + D / (2 η))²")
    plots.label(arms, "step size η", "sum of squared gradients")
    return drawn


if __name__ == "__main__":
    script()
