"""An accuracy eps per hypergradient takes eps^-4 fresh samples, eps^-2 common ones: sigma must shrink with eps.

The bias is C sigma with C = |a (a x - d)| / mu, so sigma = eps / (2 C), and the variance of penalty_noise.py must fall
below (eps/2)^2. Hypergradients with just that many samples are drawn, and have the mean square eps^2/2, bias included;
the powers are those of sampled variances. At the best sigma for each batch b the error falls as b^(-1/4).
Times eps^-2 outer steps, taken over and not measured, these are eps^-6 and eps^-4, within the paper's eps^-7 and eps^-5
and in their order. Neither the stochastic double loop nor the single loop with momentum is run.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.kernels import Sampled
from theorylab.models.bilevel.simulation import hypergradient_errors

SOURCE = Source("abstract (eps^-5 with mean-squared smooth noise, eps^-7, read); powers derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 0.5
    coupling: float = 1.5
    slope: float = -1.0  # f_y at the lower minimiser, a x - d
    additive: float = 0.2
    multiplicative: float = 1.0
    points: int
    finest: float = 1e-3  # eps, from 0.1 down
    drawn: tuple[float, ...]  # eps of the hypergradients that are drawn with all their samples
    replicas: int
    singles: int  # replicas of single samples
    seed: int


QUICK = Setting(points=13, drawn=(0.8, 0.6, 0.45, 0.35), replicas=400, singles=4000, seed=1)
FULL = Setting(points=25, finest=1e-4, drawn=(0.8, 0.6, 0.45, 0.35, 0.25, 0.18), replicas=2000, singles=40_000, seed=2)
KINDS = {"fresh": False, "common": True}


def variance(s, sigma, batch, common):
    return theory.hypergradient_variance(sigma, s.slope, s.curvature, s.additive, s.multiplicative, batch, common)


def strength(s, eps):
    return eps * s.curvature / (2 * abs(s.coupling * s.slope))


def batches(s, eps, common):
    return np.ceil(variance(s, strength(s, eps), 1.0, common) / (eps / 2) ** 2)


def draw(s, eps, counts, replicas):
    problem = Sampled(s.slope, s.curvature, s.coupling, s.additive, s.multiplicative)
    return hypergradient_errors(problem, strength(s, eps), counts.astype(int), replicas=replicas, seed=s.seed)


def least_error(s, counts):
    """Root-mean-square error at each batch, bias included, at the best sigma of a grid with steps of 0.6%."""
    sigma = np.geomspace(1e-5, 1, 2000)[:, None]
    bias = abs(s.coupling * s.slope) * sigma / (s.curvature + sigma)
    square = bias**2 + variance(s, sigma, counts, False)
    return exact(counts, np.sqrt(square.min(axis=0)), 1e-4, "batch")  # off in second order of the grid's steps


def measure(s):
    eps, drawn = np.geomspace(0.1, s.finest, s.points), np.array(s.drawn)
    single, curves = draw(s, eps, np.ones(s.points), s.singles), {"best": least_error(s, np.geomspace(1e4, 1e12, 25))}
    for name, common in KINDS.items():
        run = draw(s, drawn, batches(s, drawn, common), s.replicas)[f"{name}, all"]
        curves[name] = Curve(1 / eps, single[name].samples * 4 / eps**2, x_name="1/eps")  # samples needed
        curves[f"drawn, {name}"] = Curve(1 / drawn, run.samples / drawn**2, x_name="1/eps")
    return curves


def predict(s):
    eps, curves = np.array(s.drawn), {}
    bias = (abs(s.coupling * s.slope) * strength(s, eps) / (s.curvature + strength(s, eps)) / eps) ** 2
    for name, common in KINDS.items():
        spread = variance(s, strength(s, eps), batches(s, eps, common), common) / eps**2
        for key, value in (("", bias + spread), ("unbiased, ", spread), ("half, ", bias + 2 * spread)):
            curves[key + name] = exact(1 / eps, value, ulps=64, x_name="1/eps")
    return curves


def checks(s, measured, predicted):
    for name in KINDS:
        for key, words in (("unbiased, ", "without the bias"), ("half, ", "as of half the samples")):
            rival = Rival(claim=words, predicted=predicted[key + name])
            claim = f"mean square error of hypergradients drawn with {name} samples: eps^2/2, not {words}"
            yield agrees(claim, measured[f"drawn, {name}"], predicted[name], rival=rival)
    for name, power, other in (("fresh", 4, 3), ("common", 2, 3)):
        rival = Rival(claim=f"eps^-{other}", predicted=Power(other))
        yield decays_as(f"eps^-{power} {name} samples per hypergradient", measured[name], Power(power), rival=rival)
    rival = Rival(claim="as b^(-1/2), as without bias", predicted=Power(-0.5))
    yield decays_as("least error falls as b^(-1/4)", measured["best"], Power(-0.25), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, power) in enumerate((("fresh", 4), ("common", 2))):
        plots.measurement(axes, curve := measured[name], k, f"{name} samples")
        plots.guide(axes, curve.x, curve.mean[-1] * (curve.x / curve.x[-1]) ** power)
    plots.label(axes, "1 / eps", "batch per hypergradient", "bias and spread eps/2 each")
    return drawn


if __name__ == "__main__":
    script()
