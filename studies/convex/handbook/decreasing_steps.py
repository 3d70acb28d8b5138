"""SGD with steps 2/(mu t) leaves (4/3) s/(mu^2 T), a sixth of its bound; steps below 1/(2 mu t) are slower than 1/T.

With steps 2/(mu (t + k)), k = 4 Lmax/mu, the bound ((k-1)(k-2) D^2 + 8 s T/mu^2)/((T+k-1)(T+k-2)) telescopes. Under
additive noise steps c/(mu t) have T E x_T^2 -> c^2/(2c-1) s/mu^2 for c > 1/2, and fall as T^(-2c) for c < 1/2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, log_steps, plots, script
from theorylab.models.convex import moments, theory
from theorylab.models.convex.model import QuadraticSum

SOURCE = Source("bound of SGD with decreasing steps; limits derived here", kind="derived")
MU, NOISE, SLOW = 0.5, 0.7, 0.25


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    points: int = 20


QUICK = Setting(horizon=20_000)
FULL = Setting(horizon=1_000_000, points=30)


def grid(s):
    return log_steps(10, s.horizon, s.points)


def run(s, scale):
    plan = moments.sgd(scale / (MU * (np.arange(s.horizon) + 4 / MU)), s.horizon)
    return moments.moments(QuadraticSum.additive(MU, NOISE), plan, grid(s))["square"]


def measure(s):
    return {"tuned": run(s, 2), "slow": run(s, SLOW)}


def predict(s):
    T, bound = grid(s), theory.decreasing_bound
    return {"limit": exact(T, theory.decreasing_limit(MU, NOISE) / T, ulps=8),
            "first": exact(T, theory.decreasing_limit(MU, NOISE, 1) / T, ulps=8),
            "bound": exact(T, bound(MU, 1.0, 1.0, NOISE, T), ulps=64),
            "without": exact(T, bound(MU, 1.0, 1.0, 0.0, T), ulps=64)}  # fmt: skip


def checks(s, measured, predicted):
    late = grid(s) >= s.horizon // 10
    rival = Rival(claim="s/(mu^2 T), that of steps 1/(mu t)", predicted=predicted["first"].at(late))
    claim = "steps 2/(mu t): T E x_T^2 tends to (4/3) s/mu^2"
    yield agrees(claim, measured["tuned"].at(late), predicted["limit"].at(late), within=0.01, rival=rival)
    rival = Rival(claim="without noise", predicted=predicted["without"])
    yield below("... and keeps its bound", measured["tuned"], predicted["bound"], rival=rival)
    rival = Rival(claim="as T^-1/2", predicted=Power(-0.5))
    yield decays_as("steps 2/(mu t): E x_T^2 falls as 1/T", measured["tuned"], Power(-1), rival=rival)
    rival = Rival(claim="as 1/T", predicted=Power(-1))
    yield decays_as("steps 1/(4 mu t): E x_T^2 falls as T^-1/2", measured["slow"], Power(-0.5), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    plots.measurement(axes, measured["tuned"], 0, "steps 2/(mu t)")
    plots.measurement(axes, measured["slow"], 1, "steps 1/(4 mu t)")
    plots.prediction(axes, predicted["limit"], "(4/3) s/(mu² T)")
    plots.line(axes, grid(s), predicted["bound"].mean, 2, "bound")
    plots.label(axes, "steps T", "E x_T²", f"additive noise, mu = {MU:g}, Lmax = 1")
    return drawn


if __name__ == "__main__":
    script()
