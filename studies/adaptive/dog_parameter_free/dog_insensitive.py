"""Seven decades of the first distance cost DoG a factor of three at most; SGD pays for a wrong rate in proportion.

f = |x|_1 / sqrt(d) with noise, gap of the average after T steps, the solution at distance 1. DoG from every first
distance up to 1 stays within a factor of the best rate of SGD on a grid. A first distance too large is never taken
back: the gap grows in proportion to r_0, as that of SGD does with its rate. The weighted average falls faster than
T^-1/2 here, as this f is sharp; the last point as T^-1/2. Units of f and of x do not matter, if r_0 is in those of x.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, decays_as, exact, log_steps, plots, script
from theorylab.curves import Curve
from theorylab.models.adaptive import parameter_free as model
from theorylab.numerics.streams import stream

SOURCE = Source("message (tuned SGD up to logarithms, without a rate), recalled; factors are ours", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    noise: float = 1.0
    small: tuple[float, ...]  # first distances, the solution at distance 1
    large: tuple[float, ...] = (10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
    rates: tuple[float, ...]  # of SGD
    factor: float = 3.0
    steps: int
    replicas: int
    seed: int


QUICK = Setting(dim=2, small=(1e-4, 1e-2, 1.0), rates=(1e-3, 0.01, 0.03, 0.1), steps=3000, replicas=200, seed=1)
FULL = Setting(dim=10, small=(1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0), steps=10_000, replicas=400, seed=2,
               rates=(1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1))  # fmt: skip


def runs(s, rule, first, steps):
    side = np.full(s.dim, s.dim**-0.5)
    descent = model.Descent(rule=rule, scales=side, target=side, first=first, noise=s.noise)
    return model.simulated(descent, steps, replicas=s.replicas, seed=s.seed)


def sweep(s, rule, sizes, x_name):
    """Gaps of the average after the last step, a replica a row, a point per size."""
    found = [runs(s, rule, size, [s.steps])["gap"].samples[:, 0] for size in sizes]
    return Curve(np.array(sizes), np.stack(found, axis=1), x_name=x_name)


def units(s, rule):
    """Gap of one noisy path in units 1024 times as large for f and 1/32 for x, over that of the path itself."""
    side, gaps = np.full(s.dim, s.dim**-0.5), []
    for unit, length in ((1.0, 1.0), (2.0**10, 2.0**-5)):
        slope = unit / length
        start = {"scales": slope * side, "target": length * side, "first": 0.01 * length, "noise": s.noise * slope}
        descent = model.Descent(rule=rule, **start)
        gaps.append(model.path(descent.problem(), np.array([10, 100, s.steps]), stream(s.seed, 0))[0] / unit)
    return exact([10, 100, s.steps], gaps[1] / gaps[0], ulps=16 * s.steps)


def measure(s):
    steps = log_steps(s.steps // 100, s.steps, 8)
    over_time = runs(s, "DoG", 1.0, steps)
    return {
        "DoG": sweep(s, "DoG", s.small, "first distance"), "DoG, large": sweep(s, "DoG", s.large, "first distance"),
        "SGD": sweep(s, "SGD", s.rates, "rate"), "SGD, large": sweep(s, "SGD", s.large, "rate"),
        "SGD, same": sweep(s, "SGD", s.small, "first distance"),
        "AdaGrad-Norm": sweep(s, "AdaGrad-Norm", (1.0,), "rate"),
        "units, DoG": units(s, "DoG"), "units, SGD": units(s, "SGD"),
        "average": over_time["gap"], "last": over_time["last gap"],
    }  # fmt: skip


def checks(s, measured, predicted):
    best = measured["SGD"].mean.min()
    rival = Rival(claim="SGD, from the same sizes as rates", measured=measured["SGD, same"])
    claim = f"first distances {s.small[0]:g} to 1: within {s.factor:g} times the best rate of SGD"
    yield below(claim, measured["DoG"], s.factor * best, rival=rival)
    claim = f"... and {s.factor:g} times AdaGrad-Norm that knows the distance"
    yield below(claim, measured["DoG"], s.factor * measured["AdaGrad-Norm"].mean[0], rival=rival)
    rival = Rival(claim="of SGD with its rate in units of x", measured=measured["units, SGD"])
    yield agrees("other units of f and of x: the same path", measured["units, DoG"], 1.0, rival=rival)
    for rule in ("DoG", "SGD"):
        rival = Rival(claim="as its root", predicted=0.5)
        claim = f"{rule} from sizes too large: gap grows in proportion"
        yield decays_as(claim, measured[f"{rule}, large"], 1.0, rival=rival, homogeneous=True)
    rival = Rival(claim="as T^-1/2", predicted=-0.5)
    yield decays_as(
        "sharp f: the gap of the average falls as 1/T", measured["average"], -1.0, rival=rival, homogeneous=True
    )
    rival = Rival(claim="as 1/T", predicted=-1.0)
    yield decays_as("... that of the last point as T^-1/2", measured["last"], -0.5, rival=rival, homogeneous=True)


def figure(s, measured, predicted):
    drawn, (sizes, time) = plots.panels(2)
    for k, rule in enumerate(("DoG", "SGD")):
        plots.measurement(sizes, measured[rule], k, rule)
        plots.measurement(sizes, measured[f"{rule}, large"], k)
    plots.limit(sizes, measured["AdaGrad-Norm"].mean[0], "AdaGrad-Norm, rate 1")
    plots.label(sizes, "first distance of DoG, rate of SGD", "gap of the average", f"d = {s.dim}, T = {s.steps}")
    plots.measurement(time, measured["average"], 0, "weighted average")
    plots.measurement(time, measured["last"], 1, "last point")
    plots.label(time, "steps T", "gap of DoG", "first distance 1")
    return drawn


if __name__ == "__main__":
    script()
