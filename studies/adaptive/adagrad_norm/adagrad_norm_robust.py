"""Robust to the step size at a price: the sum of squared gradients grows as its square at both ends.

f = beta x^2 / 2 without noise, step sizes eta over six decades. Small ones: sqrt(S) tends to gamma + D / (2 eta), by a
conservation law of the flow, half of what the bound allows. Large ones: the first step goes to about -eta, the second
back, so that S tends to (beta eta)^2, without the bound's logarithm. Gradient descent with a fixed step size has no
price at all up to 2 / beta, and diverges beyond.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.adaptive import norm
from theorylab.models.adaptive.norm import ScalarAdaGrad
from theorylab.models.adaptive.theory import norm as theory

SOURCE = Source("abstract (no tuning to unknown parameters, read); both ends derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    small: tuple[float, ...]
    middle: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
    large: tuple[float, ...] = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0)
    start: float = 3.0
    smoothness: float = 10.0
    steps: int
    within: float = 0.05  # terms left out: of order eta beta start / D


QUICK = Setting(small=(0.02, 0.03), steps=200_000)
FULL = Setting(small=(0.003, 0.005, 0.01, 0.02, 0.03), steps=10_000_000)


def problem(s, step_size):
    return ScalarAdaGrad(scales=[s.smoothness], start=[s.start], step_size=step_size)


def roots(s, step_sizes):
    values = [norm.noiseless(problem(s, eta), [s.steps])["sum"].mean[0] ** 0.5 for eta in step_sizes]
    return exact(step_sizes, values, ulps=s.steps + 16, x_name="step size")


def measure(s):
    return {"small": roots(s, s.small), "middle": roots(s, s.middle), "large": roots(s, s.large)}


def predict(s):
    small, large = np.array(s.small), np.array(s.large)
    gap, gamma = problem(s, 1.0).gap, problem(s, 1.0).gamma
    every = np.array([*s.small, *s.middle, *s.large])
    bound = [theory.root_sum_bound(gap, s.smoothness, eta, gamma) for eta in every]
    curves = {
        "small": (small, theory.slow_root_sum_leading(gap, small, gamma)),
        "twice": (small, gamma + gap / small),
        "large": (large, s.smoothness * large),
        "once": (large, 2 * s.smoothness * large),
        "bound": (every, bound),
    }
    return {name: exact(x, y, ulps=2**10, x_name="step size") for name, (x, y) in curves.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="gamma + D / eta, as the bound", predicted=predicted["twice"])
    claim = "small step sizes: sqrt(S) tends to gamma + D / (2 eta)"
    yield agrees(claim, measured["small"], predicted["small"], rival=rival, within=s.within)
    rival = Rival(claim="with the bound's logarithm", predicted=Power(1, 1))
    yield decays_as("large step sizes: sqrt(S) grows as eta", measured["large"], Power(1), rival=rival)
    rival = Rival(claim="2 beta eta", predicted=predicted["once"].at(slice(1, None)))
    far, form = measured["large"].at(slice(1, None)), predicted["large"].at(slice(1, None))
    yield agrees("... and tends to beta eta", far, form, rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(("small", "middle", "large")):
        plots.points(axes, measured[name].x, measured[name].mean ** 2, k, f"{name} step sizes")
    every = predicted["bound"]
    plots.guide(axes, every.x, every.mean**2, "bound y²")
    plots.line(axes, predicted["small"].x, predicted["small"].mean ** 2, 3, "(γ + D / (2 η))²")
    plots.line(axes, predicted["large"].x, predicted["large"].mean ** 2, 4, "(β η)²")
    plots.label(axes, "step size η", "sum of squared gradients S", f"f = {s.smoothness:g} x² / 2 from {s.start:g}")
    return drawn


if __name__ == "__main__":
    script()
