"""In several dimensions RMSprop's stationary covariance solves P^-1 H S + S H P^-1 = noise^2 P^-1 C P^-1.

P = noise sqrt(diag C) + epsilon scales the coordinates and does not commute with a tilted Hessian H, so that they do
not decouple into noise^2 C_ii / (2 H_ii P_ii); the noise is correlated, C is not diagonal. At a step eta^2 the
covariance is S + eta^2 S' + O(eta^4): S' is derived here, too, from the moments of x and u at rest, so that no size of
an O(eta^2) has to be guessed. It differs between the new v in the denominator and the old one, which the runs tell
apart. What is left, of order eta^4, is not bounded: in 150 000 runs at eta^2 = 1/10, and at 1/20, it was below eta^4
times the largest entry of S; two of eta^4 times each entry are allowed.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.sde import theory
from theorylab.models.sde.model import Limit
from theorylab.models.sde.simulation import rmsprop_covariance

SOURCE = Source("limit of RMSprop (recalled); stationary covariance derived here", kind="derived")
HESSIAN, COVARIANCE = np.array([[2.0, 0.8], [0.8, 1.0]]), np.array([[1.0, -0.2], [-0.2, 0.25]])
NOISE, EPSILON, ENTRIES = 0.5, 0.1, ([0, 0, 1], [0, 1, 1])
LIMIT = Limit(noise=NOISE, epsilon=EPSILON)


@dataclass(frozen=True, kw_only=True)
class Setting:
    steps: int  # per unit of time
    time: int = 8  # the first half of it is given away, to come to rest
    replicas: int
    seed: int


QUICK = Setting(steps=40, replicas=10_000, seed=1)
FULL = Setting(steps=100, replicas=200_000, seed=2)


def measure(s):
    run = rmsprop_covariance(
        HESSIAN, COVARIANCE, LIMIT, time_step=1 / s.steps, steps=s.time * s.steps, replicas=s.replicas, seed=s.seed
    )
    return {"covariance": run}


def corrected(s, covariance, old=False):
    """S + eta^2 S' of noise of that covariance, as a curve over the entries 11, 12, 22."""
    first = theory.adaptive_stationary_covariance(HESSIAN, covariance, NOISE, EPSILON)
    slope = theory.adaptive_covariance_slope(HESSIAN, covariance, LIMIT, old_denominator=old)
    return exact(range(3), (first + slope / s.steps)[ENTRIES], ulps=256, x_name="entry")


def predict(s):
    apart = np.diag(theory.adaptive_stationary_variance(np.diag(HESSIAN), NOISE, EPSILON, np.diag(COVARIANCE)))
    limit = theory.adaptive_stationary_covariance(HESSIAN, COVARIANCE, NOISE, EPSILON)
    return {
        "covariance": corrected(s, COVARIANCE),
        "old v": corrected(s, COVARIANCE, old=True),
        "uncorrelated": corrected(s, np.diag(np.diag(COVARIANCE))),
        "limit": exact(range(3), limit[ENTRIES], ulps=32, x_name="entry"),
        "apart": exact(range(3), apart[ENTRIES], ulps=32, x_name="entry"),
    }


def checks(s, measured, predicted):
    for claim, name in (
        ("the covariance of RMSprop solves the Lyapunov equation, and its next order", "apart"),
        ("it is that of correlated noise", "uncorrelated"),
        ("it is that of the new v in the denominator", "old v"),
    ):
        rival = Rival(claim={"apart": "coordinate by coordinate"}.get(name, name), predicted=predicted[name])
        yield agrees(claim, measured["covariance"], predicted["covariance"], rival=rival, within=2 / s.steps**2)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.measurement(axes, measured["covariance"], 0, "RMSprop, simulated")
    plots.prediction(axes, predicted["covariance"], "S + η² S'", marker="_", markersize=18, linestyle="none")
    for k, (name, label) in enumerate((("limit", "S"), ("apart", "coordinate by coordinate (rival)"))):
        plots.measurement(axes, predicted[name], k + 1, label, markerfacecolor="none")
    axes.set_xticks(range(3), ["S₁₁", "S₁₂", "S₂₂"])
    plots.label(axes, "entry of the stationary covariance", "E x xᵀ", f"two dimensions, η² = 1/{s.steps}", log="")
    return drawn


if __name__ == "__main__":
    script()
