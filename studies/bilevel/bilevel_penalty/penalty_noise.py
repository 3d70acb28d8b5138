"""Noise in the lower gradients is divided by sigma: the hypergradient's variance is 2 s^2 / (b sigma^2).

That is with samples of its own at y_sigma and at z*, noise s xi + m xi' (y - y*(x)), batch b, to leading order in
sigma. Common samples cancel s altogether and leave m^2 t^2 / (b sigma^2), which is bounded, since t = y_sigma - z* is
O(sigma). What that costs in samples is on trial in penalty_samples.py.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.kernels import Sampled
from theorylab.models.bilevel.simulation import hypergradient_errors

SOURCE = Source("abstract (noisy and mean-squared smooth gradients, read); variances derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 0.5
    coupling: float = 1.5
    slope: float = -1.0  # f_y at the lower minimiser
    additive: float = 1.0
    multiplicative: float = 1.0
    batch: int = 4
    points: int
    smallest: float = 1e-4
    largest: float = 1.0
    replicas: int
    seed: int


QUICK = Setting(points=13, replicas=5000, seed=1)
FULL = Setting(points=25, replicas=100_000, seed=2)


def simulate(s, multiplicative, replicas):
    sigma = np.geomspace(s.smallest, s.largest, s.points)
    problem = Sampled(s.slope, s.curvature, s.coupling, s.additive, multiplicative)
    run = hypergradient_errors(problem, sigma, s.batch, replicas=replicas, seed=s.seed)
    return {name: run[name] for name in ("fresh", "common")}


def measure(s):
    cancelled = simulate(s, 0.0, 1000)["common"].drawn_from("draws of the noise")
    return simulate(s, s.multiplicative, s.replicas) | {"cancelled": cancelled}


def predict(s):
    sigma = np.geomspace(s.smallest, s.largest, s.points)
    given = (sigma, s.slope, s.curvature, s.additive, s.multiplicative, s.batch)
    fresh, common = (theory.hypergradient_variance(*given, shared) for shared in (False, True))
    once = fresh - s.additive**2 / (s.batch * sigma**2)
    rows = {"fresh": fresh, "common": common, "once": once, "none": 0 * sigma}
    return {name: exact(sigma, values, ulps=16, x_name="sigma") for name, values in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="without the noise at z*: s^2 in place of 2 s^2", predicted=predicted["once"])
    yield agrees("variance, fresh samples", measured["fresh"], predicted["fresh"], rival=rival)
    rival = Rival(claim="that of fresh samples", predicted=predicted["fresh"])
    yield agrees("variance, common samples", measured["common"], predicted["common"], rival=rival)
    rival = Rival(claim="multiplicative noise too", measured=measured["common"])
    yield agrees("common samples cancel additive noise", measured["cancelled"], predicted["none"], rival=rival)
    small = measured["fresh"].x <= 0.1 * s.curvature
    for name, power, other in (("fresh", -2, -1), ("common", 0, -1)):
        rival = Rival(claim=f"as sigma^{other}", predicted=Power(other))
        yield decays_as(
            f"variance as sigma^{power}, {name} samples", measured[name].at(small), Power(power), rival=rival, towards=0
        )


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(("fresh", "common")):
        plots.measurement(axes, measured[name], k, f"{name} samples")
        plots.prediction(axes, predicted[name], "" if k else "closed form")
    plots.label(axes, "penalty strength sigma", "variance of the hypergradient", f"batch {s.batch}")
    return drawn


if __name__ == "__main__":
    script()
