"""Prodigy without averages grows as the Fibonacci numbers on a linear loss, by 1.618 a step, never past the distance.

d_(k+1) = max(d_k, <g_k, x_0 - x_k> / |g_k|_1) with steps d_k sign(g_k): while no sign changes the estimate is the way
gone, S_k, so that S_(k+2) = S_(k+1) + S_k. For convex losses <g, x_0 - x> <= <g, x_0 - x*>, so that d never exceeds
max(d_0, |x_0 - x*|_inf). The recursion is that of the optimiser with both decays 0.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, geometric, plots, script
from theorylab.models.adaptive.optimisers import prodigy
from theorylab.numerics.streams import generator

SOURCE = Source("Prodigy as sign descent (read); growth and limit derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    steps: int = 60
    first: float = 1e-6
    losses: int
    seed: int


QUICK = Setting(losses=100, seed=1)
FULL = Setting(losses=5000, seed=2)


def estimates(s, gradient, start, steps, first):
    """d after each step."""
    method, x, memory = prodigy.Method(1.0, 0.0, 0.0, 0.0, first), start.copy(), np.zeros((6, start.size))
    prodigy.start(method, x, memory)
    found = np.empty(steps)
    for t in range(steps):
        prodigy.step(method, t + 1, x, gradient(x), memory)
        found[t] = memory[5, 0]
    return found


def quadratic(draws):
    """A convex quadratic of 1 to 5 coordinates, its minimiser, a start."""
    dim = int(draws.integers(1, 6))
    root = draws.standard_normal((dim, dim)) * 10 ** draws.uniform(-1, 1, dim)
    return root @ root.T, draws.standard_normal(dim), 10 * draws.standard_normal(dim)


def measure(s):
    slope, draws, shares = np.array([3.0, -0.1, 1.0]), generator(s.seed, 0), []
    for _ in range(s.losses):
        hessian, target, start = quadratic(draws)
        last = estimates(s, lambda x, h=hessian, c=target: h @ (x - c), start, s.steps, 1e-3)[-1]
        shares.append(last / max(1e-3, np.abs(start - target).max()))
    linear = estimates(s, lambda x: slope, np.zeros(3), s.steps, s.first)
    return {
        "linear": exact(np.arange(1, s.steps + 1), linear / s.first, 1e-12),
        "shares": exact(np.arange(s.losses), shares, 1e-9, "loss").drawn_from("random quadratics"),
    }


def predict(s):
    k, golden = np.arange(1, s.steps + 1), (1 + 5**0.5) / 2
    return {
        "linear": exact(k, (golden**k - (-1 / golden) ** k) / 5**0.5, 1e-12),
        "doubling": exact(k, 2.0 ** np.maximum(k - 2, 0), ulps=1),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="doubling, as with the point after the step", predicted=predicted["doubling"])
    yield agrees("linear loss: d_k / d_0 is Fibonacci's", measured["linear"], predicted["linear"], rival=rival)
    for factor, words in ((2.0, "2"), (2**0.5, "sqrt 2, as with sums of weights")):
        rival = Rival(claim=f"by {words}", predicted=factor)
        claim = f"... it grows by the golden ratio, not by {words.split(',')[0]}"
        yield geometric(claim, measured["linear"], (1 + 5**0.5) / 2, rival=rival)
    half = Rival(claim="half of it", predicted=0.5)
    yield below("convex losses: d is at most the distance", measured["shares"], 1.0, rival=half)


def figure(s, measured, predicted):
    drawn, (growth, ends) = plots.panels(2)
    plots.points(growth, measured["linear"].x, measured["linear"].mean, 0, "Prodigy without averages")
    plots.prediction(growth, predicted["linear"], "Fibonacci numbers")
    plots.label(growth, "steps", "d / d_0", "linear loss", log="y")
    values = np.sort(measured["shares"].samples[0])[:: max(1, s.losses // 200)]
    plots.line(ends, np.linspace(0, 1, values.size), values, 0, f"d after {s.steps} steps")
    plots.limit(ends, 1.0, "the distance")
    plots.label(ends, "share of random quadratics", "d / distance to the minimiser", "convex losses", log="")
    return drawn


if __name__ == "__main__":
    script()
