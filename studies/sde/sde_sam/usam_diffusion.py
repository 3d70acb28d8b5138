"""The rescaled variance Var x / eta shows USAM's diffusion: without its Hessian-noise term the error is 2 rho h.

On quadratics USAM is linear: mean (1 - eta h (1 + rho h))^k, stationary covariance C = M C M + eta^2 K S K with
K = 1 + rho H. As eta falls, Var x / eta tends to s^2 (1 + rho h)/(2 h); the limit's s^2 (1 + 2 rho h)/(2 h (1 + rho h))
misses it by a relative (rho h)^2, the same without the covariance term S1 by 2 rho h. The stationary covariance is that
of the method itself, run in two dimensions: both gradients of a step see one batch; seen on two batches the noise has
no term in rho. Not on trial: the O(eta) approach to eta -> 0, taken here in closed form.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.sde import theory
from theorylab.models.sde.simulation import usam_covariance
from theorylab.models.sde.weak import weak_error

SOURCE = Source("stationary law on quadratics (recalled); closed forms derived here", kind="derived")
HESSIAN, COVARIANCE = np.array([[2.0, 0.5], [0.5, 0.7]]), np.array([[1.0, -0.6], [-0.6, 0.8]])
VANISHING = 1e-9  # a step size whose own effect on Var x / eta is that small
ENTRIES = ([0, 0, 1], [0, 1, 1])


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 2.0
    step_size: float = 0.05
    radius: float = 0.1
    least: float = 1e-3  # radii
    most: float = 0.2
    points: int
    replicas: int
    seed: int


QUICK = Setting(points=12, radius=0.3, replicas=2000, seed=1)
FULL = Setting(points=30, step_size=0.02, replicas=100_000, seed=2)


def at_rest(s, one_batch):
    """Entries 11, 12, 22 of E x x^T of USAM, run to rest."""
    return usam_covariance(
        HESSIAN, COVARIANCE, step_size=s.step_size, radius=s.radius, one_batch=one_batch, replicas=s.replicas,
        seed=s.seed,
    )  # fmt: skip


def path(s):
    """Mean of USAM from 1, by its definition: a gradient taken at x + rho times a gradient."""
    x = np.ones(40)
    for k in range(1, 40):
        x[k] = x[k - 1] - s.step_size * s.curvature * (x[k - 1] + s.radius * s.curvature * x[k - 1])
    return exact(np.arange(40), x, ulps=8 * np.arange(40))


def measure(s):
    h, rho = s.curvature, np.geomspace(s.most, s.least, s.points)
    true = theory.usam_stationary_variance(VANISHING, h, rho, 1.0) / VANISHING
    kept, dropped = (theory.usam_limit_variance(1.0, h, rho, 1.0, c) for c in (1, 0))
    unsure = true * (VANISHING * h * (1 + s.most * h) + 2.0**-48)
    return {
        "with S1": weak_error(1 / rho, true, kept, unsure, "1/rho"),
        "without S1": weak_error(1 / rho, true, dropped, unsure, "1/rho"),
        "covariance": at_rest(s, True),
        "two batches": at_rest(s, False),
        "mean": path(s),
    }


def predict(s):
    covariance = theory.usam_covariance(s.step_size, HESSIAN, COVARIANCE, s.radius)
    k, factors = np.arange(40), [theory.usam_contraction(s.step_size, s.curvature, r) for r in (s.radius, 0.0)]
    mean, plain = (exact(k, factor**k, ulps=8 * k) for factor in factors)
    # The discrete Lyapunov equation loses eta times the smallest curvature, here above 1/2.
    rest = exact(range(3), covariance[ENTRIES], 80 / s.step_size * 2.0**-52, "entry")
    return {"covariance": rest, "mean": mean, "SGD": plain}


def checks(s, measured, predicted):
    rival = Rival(claim="SGD's", predicted=predicted["SGD"])
    yield agrees("mean of USAM is the product formula", measured["mean"], predicted["mean"], rival=rival)
    rival = Rival(claim="the same on two batches", measured=measured["two batches"])
    yield agrees("stationary covariance of USAM, run", measured["covariance"], predicted["covariance"], rival=rival)
    rival = Rival(claim="by rho", predicted=Power(-1))
    yield decays_as("Var x / eta of the limit is off by rho^2", measured["with S1"], -2, rival=rival)
    rival = Rival(claim="by rho^2", predicted=Power(-2))
    yield decays_as("without S1 it is off by rho", measured["without S1"], -1, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, power, size) in enumerate((("without S1", 1, 2.0), ("with S1", 2, 1.0))):
        plots.measurement(axes, measured[name], k, f"limit {name}")
        leading = size * (s.curvature / measured[name].x) ** power / (2 * s.curvature)
        plots.guide(axes, measured[name].x, leading, "" if k else "2 ρh and (ρh)², over 2h")
    plots.label(axes, "1 / radius, 1/ρ", "error of Var x / η", f"USAM on h x²/2, h = {s.curvature:g}, η → 0")
    return drawn


if __name__ == "__main__":
    script()
