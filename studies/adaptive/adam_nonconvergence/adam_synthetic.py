"""On the paper's synthetic losses Adam goes to +1, the worst point, and AMSGrad to -1; with drawn slopes, too.

1010 x once in 101 rounds, else -10 x: -1 is the best point by a mean slope of 10/101. b1 = 0.9, b2 = 0.99. The text
read gives no step size: 1/2 is ours. The same slopes drawn, 1010 with probability 0.01: the mean slope is 0.2. Adam
fails there, as is seen at b1 = 0, because g and the v that divides it are not independent: E g / sqrt(v) is negative
though E g is positive. Its value in the long run is computed between two bounds, and a v from before the gradient has
no such bias.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, above, agrees, below, exact, log_steps, monotone, plots, script
from theorylab.models.adaptive import simulation
from theorylab.models.adaptive.model import PeriodicLosses, method
from theorylab.models.adaptive.theory import linear

SOURCE = Source("synthetic experiment (read); step size and constants ours", figure="Figure 1", kind="read")
LOSSES = PeriodicLosses(high=1010.0, low=10.0, period=101)


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.5
    chance: float = 0.01  # of the high slope, where slopes are drawn
    nodes: int
    rounds: int
    drawn_rounds: int
    replicas: int
    seed: int


QUICK = Setting(chance=0.012, nodes=1500, rounds=1_000_000, drawn_rounds=10_000, replicas=100, seed=1)
FULL = Setting(nodes=8000, rounds=10_000_000, drawn_rounds=100_000, replicas=1000, seed=2)
RULES = ("Adam", "AMSGrad")


def optimiser(s, rule, first_decay=0.9):
    return method(rule, s.step_size, first_decay=first_decay, second_decay=0.99)


def measure(s):
    steps = 101 * log_steps(100, s.rounds // 101, 24)
    late = s.drawn_rounds // 8 * np.array([1, 8])
    curves = {}
    for rule in RULES:
        found = simulation.periodic(LOSSES, optimiser(s, rule), 0.0, steps)
        regret = found["regret"]
        curves[f"average, {rule}"] = exact(steps, regret.mean / steps, regret.rounding[0] / np.abs(regret.mean))
        curves[f"point, {rule}"] = found["point"]
        drawn = simulation.drawn(LOSSES, s.chance, optimiser(s, rule), 0.0, late, replicas=s.replicas, seed=s.seed)
        curves[f"drawn, {rule}"] = drawn["point"]
    plain = optimiser(s, "Adam", first_decay=0.0)
    drawn = simulation.drawn(LOSSES, s.chance, plain, 0.0, late[-1:], replicas=s.replicas, seed=s.seed)
    return curves | {"direction": drawn["direction"]}


def predict(s):
    low, high = linear.drawn_direction_limits(LOSSES.high / LOSSES.low, s.chance, 0.99, s.nodes)
    x = np.array([float(s.drawn_rounds)])
    centre, half = (low + high) / 2, np.array((high - low) / 2)
    # With the v from before the gradient: E g E v^(-1/2), at least E g / sqrt(E v), by Jensen's inequality.
    mean_square = s.chance * LOSSES.high**2 + (1 - s.chance) * LOSSES.low**2
    before = (s.chance * LOSSES.high - (1 - s.chance) * LOSSES.low) / mean_square**0.5
    return {"direction": Curve(x, np.full((1, 1), centre), True, half), "before": exact(x, [before], ulps=8)}


def checks(s, measured, predicted):
    rival = Rival(claim="of AMSGrad, too", measured=measured["average, AMSGrad"])
    claim = "Adam's regret per round stays above that of standing at +1"
    yield above(claim, measured["average, Adam"], 2 * LOSSES.mean_slope, rival=rival)
    rival = Rival(claim="of AMSGrad, too", measured=measured["point, AMSGrad"])
    yield agrees("Adam is at +1 after every period", measured["point, Adam"], 1.0, rival=rival)
    rival = Rival(claim="Adam's, too", measured=measured["point, Adam"])
    yield below("AMSGrad's point is below its start", measured["point, AMSGrad"], 0.0, rival=rival)
    for rule, other, where in (("Adam", "AMSGrad", "increasing"), ("AMSGrad", "Adam", "decreasing")):
        rival = Rival(claim=f"that of {other}, too", measured=measured[f"drawn, {other}"])
        claim = f"slopes drawn: the mean point of {rule} goes on {where}"
        yield monotone(claim, measured[f"drawn, {rule}"], rival=rival, direction=where)
    rival = Rival(claim="E g / sqrt(E v), of a v from before g", predicted=predicted["before"])
    claim = "slopes drawn, b1 = 0: E g / sqrt(v) is that of the stationary v"
    yield agrees(claim, measured["direction"], predicted["direction"], rival=rival)


def figure(s, measured, predicted):
    drawn, (regret, point, chance) = plots.panels(3, width=3.8)
    for k, rule in enumerate(RULES):
        plots.exact_line(regret, measured[f"average, {rule}"], k, rule)
        plots.exact_line(point, measured[f"point, {rule}"], k, rule)
        plots.measurement(chance, measured[f"drawn, {rule}"], k, rule)
    plots.limit(regret, 2 * LOSSES.mean_slope, "20/101")
    plots.label(regret, "rounds T", "average regret", "periodic slopes")
    plots.label(point, "rounds T", "point x", "periodic slopes", log="x")
    plots.label(chance, "rounds T", "mean point x", "slopes drawn", log="x")
    for axes in (point, chance):
        axes.set_ylim(-1.1, 1.1)
    return drawn


if __name__ == "__main__":
    script()
