"""In several dimensions RMSprop's stationary covariance solves P^-1 H S + S H P^-1 = noise^2 P^-1 C P^-1.

P = noise sqrt(diag C) + epsilon scales the coordinates and does not commute with a tilted Hessian H, so that they do
not decouple into noise^2 C_ii / (2 H_ii P_ii). Simulated at a small step; the limit is met to O(eta^2), for which
10 eta^2 = 2 % is allowed, a twelfth of the distance to the rival. At one step size only: the order in eta^2 is not on
trial here, and the factor 10 is a choice, not a bound.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.sde import theory
from theorylab.models.sde.model import Limit
from theorylab.models.sde.simulation import rmsprop_covariance

SOURCE = Source("limit of RMSprop (recalled); stationary covariance derived here", kind="derived")
HESSIAN, COVARIANCE = np.array([[2.0, 0.8], [0.8, 1.0]]), np.array([[1.0, 0.0], [0.0, 0.25]])
NOISE, EPSILON, ENTRIES = 0.5, 0.1, ([0, 0, 1], [0, 1, 1])


@dataclass(frozen=True, kw_only=True)
class Setting:
    steps: int = 500  # per unit of time
    time: int = 8  # the first half of it is given away, to come to rest
    replicas: int
    seed: int


QUICK = Setting(replicas=1000, seed=1)
FULL = Setting(replicas=50_000, seed=2)


def measure(s):
    run = rmsprop_covariance(
        HESSIAN, COVARIANCE, Limit(noise=NOISE, epsilon=EPSILON),
        time_step=1 / s.steps, steps=s.time * s.steps, replicas=s.replicas, seed=s.seed,
    )  # fmt: skip
    return {"covariance": run}


def predict(s):
    full = theory.adaptive_stationary_covariance(HESSIAN, COVARIANCE, NOISE, EPSILON)
    apart = np.diag(theory.adaptive_stationary_variance(np.diag(HESSIAN), NOISE, EPSILON, np.diag(COVARIANCE)))
    return {
        "covariance": exact(range(3), full[ENTRIES], ulps=32, x_name="entry"),
        "apart": exact(range(3), apart[ENTRIES], ulps=32, x_name="entry"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="coordinate by coordinate", predicted=predicted["apart"])
    claim = "the covariance of RMSprop solves the Lyapunov equation, within 10 eta^2"
    yield agrees(claim, measured["covariance"], predicted["covariance"], rival=rival, within=10 / s.steps)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.measurement(axes, measured["covariance"], 0, "RMSprop, simulated")
    plots.prediction(axes, predicted["covariance"], "Lyapunov equation", marker="_", markersize=18, linestyle="none")
    plots.measurement(axes, predicted["apart"], 1, "coordinate by coordinate (rival)", markerfacecolor="none")
    axes.set_xticks(range(3), ["S₁₁", "S₁₂", "S₂₂"])
    plots.label(axes, "entry of the stationary covariance", "E x xᵀ", f"two dimensions, η² = 1/{s.steps}", log="")
    return drawn


if __name__ == "__main__":
    script()
