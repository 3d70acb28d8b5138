"""With a cyclical step size the mean of the cycles' end points averages an AR(1) process, too, of another correlation.

Within a cycle the step size falls; a point is taken at the end. Ends of cycles have the correlation p = prod_j (1 -
eta_j h) and, at rest, the variance sum_j (eta_j s prod_{i > j} (1 - eta_i h))^2 / (1 - p^2); the mean of n of them has
that of n points of such a process. A constant step size of the same mean gives another. Exact moments of a cycle, as a
product of maps, meet the closed form, and simulation meets both.
"""

import functools
from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, plots, script
from theorylab.models.quadratics import model, moments, simulation
from theorylab.models.quadratics.kernels import Mode
from theorylab.models.quadratics.theory import averaging
from theorylab.numerics.known import known

SOURCE = Source("cyclical step sizes (recalled); variances derived here", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    cycle: tuple[float, ...] = (0.4, 0.3, 0.2, 0.1)  # eta h
    curvature: float = 0.7
    noise_std: float = 1.3
    counts: tuple[int, ...] = (1, 2, 5, 20, 50)
    replicas: int
    seed: int


QUICK = Setting(replicas=8000, seed=1)
FULL = Setting(counts=(1, 2, 5, 10, 20, 50, 100), replicas=100_000, seed=2)


def step_sizes(s):
    return [load / s.curvature for load in s.cycle]


def cycle_map(s, summed):
    """The map of moments that a cycle makes; with a running sum of its ends."""
    steps = [model.sgd(step_size, s.curvature, s.noise_std) for step_size in step_sizes(s)]
    maps = [moments.operator(step.observed(1.0, 0.0) if summed else step) for step in steps]
    take = [moments.operator(model.linear([[[1.0]]], [[0.0]]).observed(1.0, 1.0))] if summed else []
    return functools.reduce(lambda before, after: after @ before, maps + take)


def measure(s):
    rest = moments.at_rest(cycle_map(s, False)).second(1, 1)
    sums = moments.run(cycle_map(s, True), model.start_at([0.0], 3, rest[:, None, None]), s.counts).second(2, 2)[:, 0]
    mode = Mode(s.curvature, s.noise_std, float(rest.value[0]) ** 0.5)
    mean = simulation.averages(mode, step_sizes(s), s.counts, replicas=s.replicas, seed=s.seed)["average"]
    return {"exact": moments.curve(s.counts, sums / np.array(s.counts, dtype=float) ** 2, "points averaged"),
            "simulated": replace(mean, samples=mean.samples**2)}  # fmt: skip


def predict(s):
    rates, h, n = [known(step_size) for step_size in step_sizes(s)], s.curvature, np.array(s.counts, dtype=float)
    p, v = averaging.cycle_correlation(rates, h), averaging.cycle_variance(rates, h, s.noise_std)
    mean = known(np.mean(step_sizes(s)))
    forms = {
        "ends": averaging.average_variance(v, p, n),
        "constant": averaging.average_variance(
            averaging.sgd_variance(mean, h, s.noise_std), (1 - mean * h) ** len(s.cycle), n
        ),
        "independent": v / n,
    }
    return {name: moments.curve(s.counts, form, "points averaged") for name, form in forms.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="as at the mean step size", predicted=predicted["constant"])
    yield agrees("variance of the mean of the ends of cycles", measured["exact"], predicted["ends"], rival=rival)
    rival = Rival(claim="v / n, as of independent points", predicted=predicted["independent"])
    yield agrees("... and simulated", measured["simulated"], predicted["ends"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.measurement(axes, measured["simulated"], 0, "simulated")
    plots.prediction(axes, predicted["ends"], "closed form")
    plots.line(axes, s.counts, predicted["constant"].mean, 1, "constant step size of the same mean (rival)")
    plots.line(axes, s.counts, predicted["independent"].mean, 4, "v / n (rival)")
    loads = ", ".join(f"{load:g}" for load in s.cycle)
    plots.label(axes, "cycles averaged", "variance of the mean", f"cycles of step size × curvature = {loads}")
    return drawn


if __name__ == "__main__":
    script()
