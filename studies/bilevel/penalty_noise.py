"""Noise in the lower gradients is divided by sigma: the hypergradient's variance is 2 s^2 / (b sigma^2).

That is with fresh samples at y_sigma and at z*. Common samples cancel additive noise s altogether; noise
m xi (y - y*(x)), smooth in the mean square, leaves m^2 t^2 / (b sigma^2), bounded since t = O(sigma). With sigma = eps /
(2 C) for the bias C sigma, an accuracy eps per hypergradient then takes eps^-4 fresh samples or eps^-2 common ones:
the order of the paper's eps^-7 and eps^-5, whose remaining factors are worst-case. A sigma that does not shrink
leaves the bias C sigma, whatever the batch.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, ordered, plots, replicate, script
from theorylab.bilevel import theory
from theorylab.bilevel.kernels import hypergradient_errors

SOURCE = Source("kwon2024penalty", "abstract (eps^-5 with mean-squared smooth noise, eps^-7); variances derived here")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 0.5
    coupling: float = 1.0
    slope: float = -1.0  # a x - d
    additive: float = 1.0
    multiplicative: float = 1.0
    batch: int = 4
    points: int
    smallest: float = 1e-4
    largest: float = 1.0
    fixed: float = 0.1  # sigma of the rival
    replicas: int
    seed: int


QUICK = Setting(points=13, replicas=4000, seed=1)
FULL = Setting(points=25, replicas=100_000, seed=2)


def problem(s):
    return s.slope, s.curvature, s.coupling, s.additive, s.multiplicative, s.batch


def gap(s, sigma):
    return abs(s.coupling * s.slope) * sigma / (s.curvature + sigma)


def variance(s, sigma, batch, common):
    return theory.hypergradient_variance(sigma, s.slope, s.curvature, s.additive, s.multiplicative, batch, common)


def needed(s, common):
    """Batch (a real number) for a variance of (eps/2)^2 at sigma = eps / (2 C), over eps; C = |a (a x - d)| / mu."""
    eps = np.geomspace(0.1, 1e-3, s.points)
    sigma = eps * s.curvature / (2 * abs(s.coupling * s.slope))
    return exact(1 / eps, variance(s, sigma, 1.0, common) / (eps / 2) ** 2, 2.0**-48, "1/eps")


def accuracy(s, batches, sigma):
    """Least root-mean-square error over a grid of sigma (rows) at each batch, bias included."""
    square = gap(s, sigma[:, None]) ** 2 + variance(s, sigma[:, None], batches, False)
    return exact(batches, np.sqrt(square.min(axis=0)), 1e-3, "batch")  # grid: within 1e-3 of its minimum


def measure(s):
    sigma, batches = np.geomspace(s.smallest, s.largest, s.points), np.geomspace(1e4, 1e12, s.points)
    options = {"x": sigma, "seed": s.seed, "names": ("fresh", "common"), "x_name": "sigma"}
    run = replicate(hypergradient_errors, *problem(s), sigma, replicas=s.replicas, **options)
    additive = replicate(hypergradient_errors, *problem(s)[:4], 0.0, s.batch, sigma, replicas=100, **options)
    return run | {
        "additive": additive["common"], "samples, fresh": needed(s, False), "samples, common": needed(s, True),
        "accuracy": accuracy(s, batches, np.geomspace(1e-5, 1.0, 2000)),
        "fixed": accuracy(s, batches, np.array([s.fixed])),
    }  # fmt: skip


def predict(s):
    sigma = np.geomspace(s.smallest, s.largest, s.points)
    curves = {"fresh": variance(s, sigma, s.batch, False), "common": variance(s, sigma, s.batch, True)}
    curves["once"] = curves["fresh"] - s.additive**2 / (s.batch * sigma**2)
    curves = {name: exact(sigma, values, 2.0**-48, "sigma") for name, values in curves.items()}
    return curves | {"none": exact(sigma, np.zeros(sigma.size), 0.0, "sigma")}


def checks(s, measured, predicted):
    rival = Rival(claim="the noise at z* is left out: s^2 in place of 2 s^2", predicted=predicted["once"])
    yield agrees("variance, fresh samples", measured["fresh"], predicted["fresh"], rival=rival)
    rival = Rival(claim="that of fresh samples", predicted=predicted["fresh"])
    yield agrees("variance, common samples", measured["common"], predicted["common"], rival=rival)
    rival = Rival(claim="the same with fresh samples", measured=measured["fresh"].at(slice(0, 1)))
    claim = "common samples cancel additive noise"
    some = slice(0, 1)
    yield agrees(claim, measured["additive"].at(some), predicted["none"].at(some), rival=rival)
    for name, power, other in (("fresh", -2, -1), ("common", 0, -2)):
        rival = Rival(claim=f"as sigma^{other}", predicted=Power(other))
        low = measured[name].at(measured[name].x <= 0.1 * s.curvature)
        yield decays_as(f"variance as sigma^{power}, {name} samples", low, Power(power), rival=rival)
    for name, power, other in (("fresh", 4, 3), ("common", 2, 3)):
        rival = Rival(claim=f"eps^-{other}", predicted=Power(other))
        claim = f"eps^-{power} {name} samples per hypergradient"
        yield decays_as(claim, measured[f"samples, {name}"], Power(power), rival=rival)
    rival = Rival(claim="the other way", measured=measured["samples, fresh"], predicted=measured["samples, common"])
    yield ordered("fewer with common samples", measured["samples, common"], measured["samples, fresh"], rival=rival)
    rival = Rival(claim="batch^(-1/2), as without bias", predicted=Power(-0.5))
    yield decays_as("least error falls as batch^(-1/4)", measured["accuracy"], Power(-0.25), rival=rival)
    rival = Rival(claim="it falls as batch^(-1/4)", predicted=Power(-0.25))
    yield decays_as(f"at sigma = {s.fixed} the error stays", measured["fixed"], Power(0), rival=rival)


def figure(s, measured, predicted):
    drawn, (spread, total) = plots.panels(2)
    for k, name in enumerate(("fresh", "common")):
        plots.measurement(spread, measured[name], k, f"{name} samples")
        plots.prediction(spread, predicted[name], "" if k else "closed form")
    plots.label(spread, "penalty strength sigma", "variance of the hypergradient", f"batch {s.batch}")
    plots.exact_line(total, measured["accuracy"], 0, "best sigma")
    plots.exact_line(total, measured["fixed"], 1, f"sigma = {s.fixed}")
    batches, first = measured["accuracy"].x, measured["accuracy"].mean[0]
    plots.prediction(total, exact(batches, first * (batches / batches[0]) ** -0.25, 0.0), "batch^(-1/4)")
    plots.label(total, "batch", "r.m.s. error, bias included", "fresh samples")
    return drawn


if __name__ == "__main__":
    script()
