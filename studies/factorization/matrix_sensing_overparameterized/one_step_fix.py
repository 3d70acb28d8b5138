"""Stretching one factor once frees the rate from alpha: 2 s beta^2 from every start; balancing brings 1/T^2 back.

When the error is small, F <- F B and G <- G B^-T with all singular values of F B at least beta leave the product as it
is, and give the slowest mode the rate of beta^2. The opposite change with the same product, F^T F = G^T G, makes the
run symmetric: its error falls as 1/T^2 again. So it is the imbalance that helps.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, log_steps, plots, script
from theorylab.models.factorization import sensing, theory
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (one modified step removes alpha, read); the step is derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    values: tuple[float, ...] = (1.0, 1.0, 1.0)
    rank: int = 5
    alphas: tuple[float, ...] = (0.025, 0.05, 0.1)
    step_size: float = 0.1
    least: float = 0.6  # beta
    horizon: int  # of the balanced run
    seed: int


QUICK = Setting(size=12, horizon=20_000, seed=1)
FULL = Setting(size=30, alphas=(0.0125, 0.025, 0.05, 0.1), horizon=300_000, seed=2)


def warm(s, alpha):
    """Target and factors once the squared error is below 1e-4."""
    draws = generator(s.seed, s.rank)
    f, g = (scale * draws.standard_normal((s.size, s.rank)) for scale in (alpha, alpha / 3))
    goal = sensing.target(s.size, s.values, seed=s.seed)
    while True:
        run = sensing.asymmetric(goal, f, g, s.step_size, [20])
        f, g = run.left, run.right
        if run.errors[-1] < 1e-4:
            return goal, f, g


def rate(s, goal, f, g):
    """Of the squared error per step, between 1e-14 and 1e-24."""
    errors = sensing.asymmetric(goal, f, g, s.step_size, np.arange(1, 4000)).errors
    first, last = (errors > 1e-14).sum(), (errors > 1e-24).sum()
    if last == errors.size:  # too slow for this horizon: its second half tells
        first, last = errors.size // 2, errors.size - 1
    return -np.log(errors[last] / errors[first]) / (last - first)


def measure(s):
    fixed, plain, kept, alone = [], [], [], []
    for alpha in s.alphas:
        goal, f, g = warm(s, alpha)
        a, b = sensing.stretched(f, g, s.least)
        fixed.append(rate(s, goal, a, b))
        plain.append(rate(s, goal, f, g))
        kept.append(np.linalg.norm(a @ b.T - f @ g.T))
        alone.append(np.linalg.norm(a @ g.T - f @ g.T))
    steps = log_steps(s.horizon // 100, s.horizon, 20)
    rows = {"rate": fixed, "plain": plain, "moved": kept, "moved, F alone": alone}
    even = sensing.asymmetric(goal, *sensing.balanced(f, g), s.step_size, steps).errors
    return {name: exact(s.alphas, x, 1e-6, "alpha") for name, x in rows.items()} | {
        "balanced": exact(steps, even, 1e-9)
    }


def predict(s):
    forms = {"rate": s.least**2, "size": s.least}
    return {name: exact(s.alphas, np.full(len(s.alphas), -np.log(theory.imbalanced_factor(s.step_size, x))), ulps=8,
                        x_name="alpha") for name, x in forms.items()}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="stretching F alone", measured=measured["moved, F alone"])
    yield below("the step moves F G^T by rounding", measured["moved"], 1e-10, rival=rival)
    claim = "after the step: rate of (1 - s beta^2)^2 for every alpha, to 5%"
    rivals = (Rival(claim="without the step", measured=measured["plain"]),
              Rival(claim="beta, not its square", predicted=predicted["size"]))  # fmt: skip
    for rival in rivals:
        yield agrees(claim, measured["rate"], predicted["rate"], rival=rival, within=0.05)
    rival = Rival(claim="as 1/T", predicted=Power(-1))
    yield decays_as("after balancing: 1/T^2", measured["balanced"], Power(-2), rival=rival)


def figure(s, measured, predicted):
    drawn, (paths, rates) = plots.panels(2)
    goal, f, g = warm(s, s.alphas[-1])
    steps, stretched = log_steps(1, s.horizon, 60), sensing.stretched(f, g, s.least)
    pairs = {"as it is": (f, g), "stretched": stretched, "balanced": sensing.balanced(f, g)}
    for k, (label, factors) in enumerate(pairs.items()):
        errors = sensing.asymmetric(goal, *factors, s.step_size, steps).errors
        plots.line(paths, steps[errors > 1e-28], errors[errors > 1e-28], k, label)
    title = f"alpha = {s.alphas[-1]:g}, k = {s.rank}, r = {len(s.values)}"
    plots.label(paths, "steps after the change", "squared error", title)
    for k, (name, label) in enumerate((("plain", "as it is"), ("rate", "stretched"))):
        plots.points(rates, s.alphas, measured[name].mean, k, label)
    plots.guide(rates, s.alphas, predicted["rate"].mean, "-2 log(1 - s beta²)")
    plots.label(rates, "alpha", "rate of the squared error per step")
    return drawn


if __name__ == "__main__":
    script()
