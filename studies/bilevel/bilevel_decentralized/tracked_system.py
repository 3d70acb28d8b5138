"""Gradient tracking solves (mean H_i) z = mean b_i linearly, at a factor known exactly; plain gossip ends on a floor.

On a ring with equal curvatures h every eigenvector of W is a system of its own, with factor l - r/2 + (r (1 - l) +
r^2 / 4)^(1/2), r = step h, l its eigenvalue: above 1 - r, that of one agent alone, where r is small to the gap. It
converges for r < (1 + l_N)^2 / 2, l_N the smallest eigenvalue: with equal curvatures no power of the gap limits the
step. Plain gossip stops at step b_k / (1 - l_k + step h) off, which falls as the step. Different curvatures: the factor
is that of the matrix of all agents. Tracking keeps mean V = mean G, if V starts there.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import (
    Curve,
    Power,
    Rival,
    Source,
    agrees,
    bracket,
    brackets,
    decays_as,
    exact,
    geometric,
    plots,
    script,
    threshold,
)
from theorylab.models.bilevel import agents
from theorylab.numerics.streams import generator

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
    points: int
    seed: int


QUICK = Setting(points=10, seed=1)
FULL = Setting(sizes=(3, 4, 5, 8, 12, 20, 30), points=25, seed=2)


def sides(s):
    return generator(s.seed).standard_normal((s.agents, s.size))


def hessians(s, alike):
    """Equal ones, or random ones with eigenvalues between 1/2 and 2 times the curvature."""
    if alike:
        return np.repeat(s.curvature * np.eye(s.size)[None], s.agents, axis=0)
    draws = generator(s.seed, 1)
    turns = np.linalg.qr(draws.standard_normal((s.agents, s.size, s.size)))[0]
    spectra = s.curvature * np.exp2(draws.uniform(-1.0, 1.0, (s.agents, 1, s.size)))
    return (turns * spectra) @ turns.transpose(0, 2, 1)


def distance(s, alike, steps, **how):
    """Root of the sum over agents of squared distances from the solution."""
    H, b = hessians(s, alike), sides(s)
    found, _, _ = agents.solve(agents.ring(s.agents), H, b, s.step, steps, **how)
    return np.sqrt(((found - np.linalg.solve(H.mean(axis=0), b.mean(axis=0))) ** 2).sum(axis=(1, 2)))


def largest(count, weight):
    """Bracket of the step where the matrix of a ring with curvature 1 leaves the unit disc."""
    W, H = agents.ring(count, weight), np.ones((count, 1, 1))
    return bracket(lambda step: agents.slowest_factor(W, H, step) > 1, 0.05, 3.0, relative_width=1e-6)


def floor(s, step):
    """Distance at which plain gossip ends; sides of mean 0, whose solution is 0: the mean is there from the start."""
    b = sides(s) - sides(s).mean(axis=0)
    found, _, _ = agents.solve(agents.ring(s.agents), hessians(s, True), b, step, [400], tracking=False)
    return np.sqrt((found**2).sum())


def floors(s):
    return np.geomspace(1e-4, 0.1, s.points)


def measure(s):
    steps = np.arange(s.horizon // 3, s.horizon + 1, 10)
    curves = {}
    for alike, name in ((True, "equal"), (False, "different")):
        found = distance(s, alike, steps)
        curves[name] = exact(steps, found, 1e-13 * np.sqrt(s.agents * s.size) / found)
    # Of the start 0.86^400 is left; sums of some N terms are rounded, and damped by 1 - l again.
    curves["floor"] = exact(floors(s), [floor(s, step) for step in floors(s)], ulps=4096, x_name="step")
    pairs = [largest(n, w) for w in s.weights for n in s.sizes]
    curves["largest"] = brackets(np.arange(len(pairs)), pairs, "ring")
    for name, started in (("V", True), ("V from 0", False)):
        _, mean, slope = agents.solve(
            agents.ring(s.agents), hessians(s, False), sides(s), s.step, steps, started=started
        )
        slack = np.abs(sides(s)).max() * 2.0**-52 * 8 * (steps + 1)  # a sum of N terms per step
        curves[name] = Curve(steps, mean.T, exact=True, rounding=slack)
        curves[f"G, {name}"] = Curve(steps, slope.T, exact=True, rounding=slack)
    return curves


def predict(s):
    values, b = agents.ring_eigenvalues(s.agents), np.fft.fft(sides(s), axis=0, norm="ortho")
    values, parts = values[1:], np.sqrt((np.abs(b[1:]) ** 2).sum(axis=1))
    forms = [np.sqrt(agents.plain_floor(values, parts, step, s.curvature).sum()) for step in floors(s)]
    gapless = [np.sqrt(agents.plain_floor(values, parts, step, 0.0).sum()) for step in floors(s)]
    rings = [agents.ring_eigenvalues(n, w) for w in s.weights for n in s.sizes]
    gaps = [(1 - np.sort(np.abs(x))[-2]) ** 2 for x in rings]
    rows = {"largest": [agents.largest_tracking_rate(x.min()) for x in rings], "gap": gaps}
    return {"floor": exact(floors(s), forms, ulps=64, x_name="step"),
            "no curvature": exact(floors(s), gapless, ulps=64, x_name="step")} | {
        name: exact(np.arange(len(row)), row, ulps=16, x_name="ring") for name, row in rows.items()}  # fmt: skip


def checks(s, measured, predicted):
    rate, W = s.step * s.curvature, agents.ring(s.agents)
    factor = max(1 - rate, agents.tracking_factor(agents.ring_eigenvalues(s.agents)[1], rate))
    rival = Rival(claim="1 - step h, as of one agent", predicted=1 - rate)
    claim = "equal curvatures: l - r/2 + (r (1 - l) + r^2 / 4)^(1/2) a step"
    yield geometric(claim, measured["equal"], factor, rival=rival)
    slowest = agents.slowest_factor(W, hessians(s, False), s.step)
    mean = 1 - s.step * np.linalg.eigvalsh(hessians(s, False).mean(axis=0))[0]
    rival = Rival(claim="1 - step times the mean Hessian's", predicted=mean)
    yield geometric(
        "different curvatures: the factor of all agents' matrix", measured["different"], slowest, rival=rival
    )
    rival = Rival(claim="(1 - rho)^2: the gap limits the step", predicted=predicted["gap"])
    claim = "equal curvatures: step h < (1 + l_N)^2 / 2"
    yield threshold(claim, measured["largest"], predicted["largest"], rival=rival)
    rival = Rival(claim="with 1 - l in place of 1 - l + step h", predicted=predicted["no curvature"])
    claim = "plain gossip: floor step b / (1 - l + step h)"
    yield agrees(claim, measured["floor"], predicted["floor"], rival=rival)
    rival = Rival(claim="as its root", predicted=Power(0.5))
    small = floors(s) <= 0.01
    yield decays_as("floor of plain gossip as the step", measured["floor"].at(small), Power(1), rival=rival, towards=0)
    rival = Rival(claim="from V = 0 too", measured=measured["V from 0"], predicted=measured["G, V from 0"])
    yield agrees("tracking keeps mean V = mean G", measured["V"], measured["G, V"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, name in enumerate(("equal", "different")):
        plots.points(left, measured[name].x, measured[name].mean, k, f"{name} curvatures, tracked", markersize=2.5)
    steps = measured["equal"].x
    plots.exact_line(left, exact(steps, distance(s, True, steps, tracking=False), ulps=0), 2, "equal, plain gossip")
    plots.label(left, "iterations", "distance from the solution", f"ring of {s.agents}", log="y")
    plots.points(right, floors(s), measured["floor"].mean, 0, "plain gossip, simulated")
    plots.prediction(right, predicted["floor"], "step b / (1 - l + step h)")
    plots.label(right, "step", "floor of the distance", "equal curvatures")
    return drawn


if __name__ == "__main__":
    script()
