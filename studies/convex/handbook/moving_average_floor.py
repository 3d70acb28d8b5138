"""Momentum as an iterate average does not average noise out: its last iterate keeps the gap g s/5, SGD's g s/4.

x+ = ((t+1) x + 2 z+)/(t+3), z+ = z - g f_i'(x), is heavy-ball momentum t/(t+3). The textbook bounds the last iterate by
D^2/(g (T+1)) + 2 g s. Its mean on a mode of curvature a is a Laguerre polynomial, D L_T^(2)(2 g a)/binomial(T+2, 2). A
kick of noise rings with an amplitude that falls as t^(-5/4), and all kicks together leave g s/5 whatever the curvature:
a floor, a tenth of the bound's, and a fifth below that of plain SGD at small steps.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import eval_genlaguerre

from theorylab import Curve, Finding, Rival, Source, agrees, below, exact, log_steps, plots, script, stacked
from theorylab.models.convex import moments, simulation, theory
from theorylab.models.convex.model import QuadraticSum

SOURCE = Source("bound of SGD with momentum in the form of an iterate average; floor derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "Momentum written as an iterate average does not average the noise: with a constant step the mean gap of its "
        "last iterate tends to g s/5 on every quadratic mode, only a fifth below that of SGD."
    ),
    case="f = x^2/2, additive noise of variance 1, step size 0.25: mean gap 0.0500, against 0.0714 of SGD",
    check="mean gap of the last iterate tends to g s/5",
)
NOISE = 1.0


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.25
    curvatures: tuple[float, ...] = (0.1, 0.5, 1.0)
    horizon: int
    steps: tuple[int, ...] = (4, 8, 16, 32, 64)
    replicas: int
    seed: int


QUICK = Setting(horizon=3000, replicas=10_000, seed=1)
FULL = Setting(horizon=100_000, replicas=200_000, seed=2)


def grid(s):
    return log_steps(1, s.horizon, 30)


def exact_moments(s, curvature, noise, steps):
    plan = moments.moving_average(s.step_size, int(steps[-1]))
    return moments.moments(QuadraticSum.additive(curvature, noise), plan, steps)


def measure(s):
    short = grid(s)[grid(s) <= 1000]
    found = [(a / 2, exact_moments(s, a, NOISE, grid(s))["square"]) for a in s.curvatures]
    run = simulation.simulate(QuadraticSum.additive(0.5, NOISE), "momentum", s.step_size, s.steps,
                              replicas=s.replicas, seed=s.seed)  # fmt: skip
    return {"gap": stacked([Curve(x.x, c * x.samples, True, c * x.rounding) for c, x in found]),
            "mean": stacked([exact_moments(s, a, 0.0, short)["mean"] for a in s.curvatures]),
            "run": run["square"]}  # fmt: skip


def predict(s):
    T, short = grid(s), grid(s)[grid(s) <= 1000]
    laguerre = [theory.moving_average_mean(s.step_size, a, 1.0, short, eval_genlaguerre) for a in s.curvatures]
    plain = [(1 - s.step_size * a) ** short for a in s.curvatures]
    steps = np.array(s.steps)
    sgd = moments.moments(QuadraticSum.additive(0.5, NOISE), moments.sgd(s.step_size, max(s.steps)), s.steps)
    floor = theory.moving_average_floor(s.step_size, NOISE)
    decayed = theory.moving_average_bound(s.step_size, 1.0, 0.0, T)
    return {"mean": Curve(short, np.array(laguerre), True, np.array(1e-11)), "plain": exact(short, plain, 1e-12),
            "run": exact_moments(s, 0.5, NOISE, steps)["square"], "sgd": sgd["square"],
            "floor": exact(T, np.full(T.size, floor), ulps=4), "decayed": exact(T, decayed, ulps=4),
            "bound": exact(T, theory.moving_average_bound(s.step_size, 1.0, NOISE, T), ulps=4)}  # fmt: skip


def checks(s, measured, predicted):
    late = grid(s) >= s.horizon // 2
    rival = Rival(claim="noise averages out: D^2/(g (T+1))", predicted=predicted["decayed"].at(late))
    claim = "mean gap of the last iterate tends to g s/5"
    yield agrees(claim, measured["gap"].at(late), predicted["floor"].at(late), within=0.005, rival=rival)
    rival = Rival(claim="g s/4, that of SGD at small steps", predicted=s.step_size * NOISE / 4)
    claim = "... a fifth below SGD's"
    yield agrees(claim, measured["gap"].at(late), predicted["floor"].at(late), within=0.05, rival=rival)
    rival = Rival(claim="without noise", predicted=predicted["decayed"])
    yield below("mean gap <= D^2/(g (T+1)) + 2 g s", measured["gap"], predicted["bound"], rival=rival)
    rival = Rival(claim="(1 - g a)^T, that of SGD", predicted=predicted["plain"])
    yield agrees("mean iterate is a Laguerre polynomial", measured["mean"], predicted["mean"], rival=rival)
    rival = Rival(claim="that of SGD", predicted=predicted["sgd"])
    yield agrees("the momentum form follows the recursion", measured["run"], predicted["run"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, a in enumerate(s.curvatures):
        plots.line(left, grid(s), measured["gap"].samples[k], k, f"curvature {a:g}")
    plots.prediction(left, predicted["bound"], "bound", linestyle=":")
    plots.limit(left, theory.moving_average_floor(s.step_size, NOISE), "g s/5")
    plots.label(left, "steps T", "mean gap of the last iterate", f"g = {s.step_size:g}, s = 1, D = 1")
    short = predicted["mean"].x
    for k, a in enumerate(s.curvatures):
        plots.points(right, short, measured["mean"].samples[k], k, f"curvature {a:g}")
        plots.guide(right, short, predicted["mean"].samples[k], "" if k else "Laguerre polynomial")
    plots.label(right, "steps T", "mean iterate / D", "", log="x")
    return drawn


if __name__ == "__main__":
    script()
