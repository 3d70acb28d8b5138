"""Gradient tracking solves (mean H_i) z = mean b_i linearly, at a factor known exactly.

On a ring with equal curvatures h every eigenvector of W is a system of its own, with factor l - r/2 + (r (1 - l) +
r^2 / 4)^(1/2), r = step h, l its eigenvalue: slower than 1 - r, the factor of one agent, where r is not small. It
converges for r < (1 + l_N)^2 / 2, l_N the smallest eigenvalue: with equal curvatures no power of the gap limits the
step. With different ones the factor is that of the matrix of all agents. Tracking keeps mean V = mean G, if V starts
there: the mean of z then descends on the mean system.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, bracket, brackets, exact, geometric, plots, script, threshold
from theorylab.models.bilevel import agents

SOURCE = Source("abstract (Hessian-vector products and gossip); recalled, factors derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    agents: int = 8
    size: int = 3  # of z
    curvature: float = 1.3
    step: float = 0.1
    horizon: int = 390
    sizes: tuple[int, ...] = (3, 4, 5, 8, 12)  # rings whose largest step is searched
    weights: tuple[float, ...] = (0.5, 0.7)  # that an agent gives itself, likewise
    seed: int


QUICK = Setting(seed=1)
FULL = Setting(sizes=(3, 4, 5, 8, 12, 20, 30), seed=2)


def system(s, alike):
    return agents.random_system(s.seed, s.agents, s.size, s.curvature, alike=alike)


def run(s, alike, **how):
    """Steps, distances from the solution over all agents, mean V and mean G."""
    (H, b), steps = system(s, alike), np.arange(s.horizon // 3, s.horizon + 1, 10)
    z, mean, slope = agents.solve(agents.ring(s.agents), H, b, s.step, steps, **how)
    off = z - np.linalg.solve(H.mean(axis=0), b.mean(axis=0))
    return steps, np.sqrt((off**2).sum(axis=(1, 2))), mean.T, slope.T


def largest(count, weight):
    """Bracket of the step where the matrix of a ring with curvature 1 leaves the unit disc."""
    W, H = agents.ring(count, weight), np.ones((count, 1, 1))
    return bracket(lambda step: agents.slowest_factor(W, H, step) > 1, 0.05, 3.0, relative_width=1e-6)


def measure(s):
    pairs = [largest(n, w) for w in s.weights for n in s.sizes]
    curves = {"largest": brackets(np.arange(len(pairs)), pairs, "ring")}
    for alike, name in ((True, "equal"), (False, "different")):
        steps, off, _, _ = run(s, alike)
        curves[name] = exact(steps, off, 1e-13 * np.sqrt(s.agents * s.size) / off)
    for name, started in (("V", True), ("V from 0", False)):
        steps, _, mean, slope = run(s, False, started=started)
        slack = np.abs(system(s, False)[1]).max() * 2.0**-52 * 8 * (steps + 1)  # a sum of N terms per step
        curves[name] = Curve(steps, mean, exact=True, rounding=slack)
        curves[f"G, {name}"] = Curve(steps, slope, exact=True, rounding=slack)
    return curves


def predict(s):
    rings = [agents.ring_eigenvalues(n, w) for w in s.weights for n in s.sizes]
    gaps = [(1 - np.sort(np.abs(x))[-2]) ** 2 for x in rings]
    rows = {"largest": [agents.largest_tracking_rate(x.min()) for x in rings], "gap": gaps}
    return {name: exact(np.arange(len(row)), row, ulps=16, x_name="ring") for name, row in rows.items()}


def checks(s, measured, predicted):
    rate, H = s.step * s.curvature, system(s, False)[0]
    factor = max(1 - rate, agents.tracking_factor(agents.ring_eigenvalues(s.agents)[1], rate))
    rival = Rival(claim="1 - step h, as of one agent", predicted=1 - rate)
    claim = "equal curvatures: l - r/2 + (r (1 - l) + r^2 / 4)^(1/2) a step"
    yield geometric(claim, measured["equal"], factor, rival=rival)
    slowest = agents.slowest_factor(agents.ring(s.agents), H, s.step)
    mean = 1 - s.step * np.linalg.eigvalsh(H.mean(axis=0))[0]
    rival = Rival(claim="1 - step times the mean Hessian's", predicted=mean)
    claim = "different curvatures: the factor of all agents' matrix"
    yield geometric(claim, measured["different"], slowest, rival=rival)
    rival = Rival(claim="(1 - rho)^2: the gap limits the step", predicted=predicted["gap"])
    claim = "equal curvatures: step h < (1 + l_N)^2 / 2"
    yield threshold(claim, measured["largest"], predicted["largest"], rival=rival)
    rival = Rival(claim="from V = 0 too", measured=measured["V from 0"], predicted=measured["G, V from 0"])
    yield agrees("tracking keeps mean V = mean G", measured["V"], measured["G, V"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, name in enumerate(("equal", "different")):
        plots.points(left, measured[name].x, measured[name].mean, k, f"{name} curvatures, tracked", markersize=2.5)
    steps, off, _, _ = run(s, True, tracking=False)
    plots.line(left, steps, off, 2, "equal, plain gossip")
    plots.label(left, "iterations", "distance from the solution", f"ring of {s.agents}", log="y")
    plots.points(right, predicted["largest"].mean, measured["largest"].mean, 0, "bisected")
    plots.guide(right, predicted["largest"].mean, predicted["largest"].mean, "equal")
    title = f"rings of {min(s.sizes)} to {max(s.sizes)} agents"
    plots.label(right, "(1 + l_N)² / 2", "largest stable step h", title, log="")
    return drawn


if __name__ == "__main__":
    script()
