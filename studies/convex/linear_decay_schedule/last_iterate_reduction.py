"""Whatever moves a method makes, the gap of the last x is at most the weighted regret of z; weights must not see noise.

x_(t+1) = x_t + (tail_(t+1)/total) Delta_t and z_(t+1) = z_t + Delta_t give f(x_T) - f(u) <= (1/total) sum w_t <g_t,
z_t - u> for every convex f, weights and moves: an inequality of each run. With the tail of one index earlier it fails.
On f = c x with noise +-s on the gradient, G^2 = c^2 + s^2, linear decay has E gap <= D G/sqrt T. Weights |g_t|^-2 taken
from the run itself prefer gradients that noise made small, or turned: for s > c the mean move is up the slope, and the
gap is far above their bound D/sqrt(sum |g_t|^-2).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, below, exact, plots, replicate, script
from theorylab.models.convex import last_iterates, theory
from theorylab.models.convex.last_iterates import FAMILIES, random_problem, reduced
from theorylab.numerics.streams import generator

SOURCE = Source(
    "reduction of the last iterate to regret (recalled); both counterexamples derived here", kind="recalled"
)
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "The bound D/sqrt(sum |g_t|^-2) of the refined schedule needs norms that are known beforehand, or independent "
        "of the noise: with the noisy norms of the run itself it fails, on a straight line."
    ),
    case="f = 0.3 x, noise +-1, D = 1, T = 100: mean gap above 0.3, mean bound 0.08",
    check="refined by its own noisy norms",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    runs: int  # of each family
    dimension: int = 3
    most: int = 20  # moves of a run
    slope: float = 0.3
    noise: float = 1.0
    steps: tuple[int, ...]
    replicas: int
    seed: int


QUICK = Setting(runs=10, steps=(4, 16, 64, 256), replicas=2000, seed=1)
FULL = Setting(runs=400, steps=(4, 16, 64, 256, 1024, 4096), replicas=20_000, seed=2)


def reductions(s, late):
    """f(x_T) - f(u) minus the weighted regret, over the size of their terms, of runs with random moves and weights."""
    found, draws = [], generator(s.seed, 9)
    for k, family in enumerate(FAMILIES):
        for i in range(s.runs):
            p = random_problem(family, s.dimension, s.seed, 1000 * k + i)
            count = int(draws.integers(1, s.most + 1))
            weights = np.exp(draws.uniform(-1.5, 1.5, count))
            moves = draws.standard_normal((count, s.dimension)) * np.exp(draws.uniform(-3, 1))
            start = p.start + draws.standard_normal(s.dimension)
            run = reduced(p.function, start, p.comparator, weights, moves, late=late)
            gap, regrets = run.values[-1] - p.function(p.comparator)[0], run.regrets / weights.sum()
            found.append((gap - regrets.sum()) / (np.abs(run.values).max() + np.abs(regrets).sum()))
    values = np.array(found)[:, None]
    return exact([0], values, ulps=0, x_name="run").drawn_from("random moves, weights and functions")


def noisy(s, own):
    """Mean gap over the mean bound of each horizon: curves of the gap and of the bound, a replica a row."""
    return [replicate(last_iterates.noisy_slope, s.slope, s.noise, T, 1.0, own, x=[T], replicas=s.replicas, seed=s.seed,
                      names=("gap", "bound")) for T in s.steps]  # fmt: skip


def measure(s):
    ROUND = 1e-13
    curves = {}
    for name, late in (("regret", False), ("late", True)):
        curve = reductions(s, late)
        curves[name] = exact([0], curve.samples + 1, ROUND, "run").drawn_from(curve.population)
    for own in (0, 1):
        for T, run in zip(s.steps, noisy(s, own), strict=True):
            curves |= {f"gap, {own}, {T}": run["gap"], f"bound, {own}, {T}": run["bound"]}
    return curves


def predict(s):
    G = (s.slope**2 + s.noise**2) ** 0.5
    return {f"{T}": exact([T], [theory.tuned_subgradient_bound(1.0, G, T)], ulps=8) for T in s.steps}


def checks(s, measured, predicted):
    rival = Rival(claim="with the tail of one index earlier", measured=measured["late"])
    yield below("f(x_T) - f(u) <= weighted regret, of any moves", measured["regret"], 1.0, rival=rival)
    for T in s.steps[1:]:
        own = Rival(claim="refined by its own noisy norms, its own bound", measured=measured[f"gap, 1, {T}"],
                    predicted=measured[f"bound, 1, {T}"])  # fmt: skip
        yield below(f"E gap <= D G/sqrt T under noise, T = {T}", measured[f"gap, 0, {T}"], predicted[f"{T}"], rival=own)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    for T in s.steps:
        first = s.steps[0] == T
        plots.measurement(axes, measured[f"gap, 0, {T}"], 0, "linear decay" if first else "")
        plots.measurement(axes, measured[f"gap, 1, {T}"], 1, "refined by its own norms" if first else "")
        plots.points(axes, T, measured[f"bound, 1, {T}"].mean, 1, "mean of its bound" if first else "",
                     markerfacecolor="none")  # fmt: skip
    plots.guide(axes, s.steps, [predicted[f"{T}"].mean[0] for T in s.steps], "D G/√T")
    axes.set_ylim(-1.5, 5.0)  # f is not bounded from below: linear decay ends beyond u
    plots.label(axes, "gradients T", "mean gap", f"f = {s.slope:g} x, noise ±{s.noise:g}, D = 1", log="x")
    return drawn


if __name__ == "__main__":
    script()
