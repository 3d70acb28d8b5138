"""The mean of n iterates is as near to the centre at every step size; points that are taken rarely lose.

On one curvature h with gradient noise s, SGD at rest is an AR(1) process, and the mean of n successive iterates has the
variance (v / n) ((1 + p) / (1 - p) - 2 p (1 - p^n) / (n (1 - p)^2)), p = 1 - eta h: s^2 / (n h^2) for every step size
once n eta h is large, and not v / n. A point every c steps has p^c for p: at the same length of run its variance grows
with eta. Moments of SGD with a running sum are powers of one linear map, to 10^12 steps, with proved rounding bounds.
"""

import functools
from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.quadratics import model, moments
from theorylab.models.quadratics.theory import averaging
from theorylab.numerics.known import known

SOURCE = Source("abstract (averages move to the centre, read); variances derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...]  # eta h
    curvature: float = 0.7
    noise_std: float = 1.3
    count: int = 1000
    every: int = 10
    long: int = 10**12


QUICK = Setting(loads=(0.01, 0.1, 0.5, 1.0, 1.5, 1.9))
FULL = Setting(loads=(*np.geomspace(0.01, 0.5, 12).tolist(), 1.0, 1.25, 1.5, 1.75, 1.9))


def average(s, every, count):
    """n h^2 Var / s^2, (m,), of the mean of a point every so many steps, n steps in all, SGD being at rest; exact."""
    eta = np.array(s.loads) / s.curvature
    plain = model.sgd(eta, s.curvature, s.noise_std)
    rest = moments.at_rest(moments.operator(plain)).second(1, 1)
    held, taken = (moments.operator(plain.observed(1.0, take)) for take in (0.0, 1.0))
    cycle = functools.reduce(lambda before, after: after @ before, [held] * (every - 1), taken)
    start = model.start_at([0.0], 3, rest[:, None, None])
    square = moments.run(cycle, start, [count // every]).second(2, 2)[0] / float(count // every) ** 2
    return unit(s, square, count)


def unit(s, variance, count):
    return variance * (count * s.curvature**2 / s.noise_std**2)


def measure(s):
    runs = {"average": (1, s.count), "long": (1, s.long), "rare": (s.every, s.count)}
    return {name: moments.curve(s.loads, average(s, *run), "eta h") for name, run in runs.items()}


def predict(s):
    eta, count = known(np.array(s.loads) / s.curvature), float(s.count)
    v, p = averaging.sgd_variance(eta, s.curvature, s.noise_std), 1 - eta * s.curvature
    forms = {
        "average": unit(s, averaging.average_variance(v, p, count), count),
        "independent": unit(s, v / count, count),
        "rare": unit(s, averaging.average_variance(v, p**s.every, count / s.every), count),
    }
    curves = {name: moments.curve(s.loads, form, "eta h") for name, form in forms.items()}
    return curves | {"load": exact(s.loads, s.loads, ulps=1, x_name="eta h")}


def checks(s, measured, predicted):
    rival = Rival(claim="v / n, as of independent points", predicted=predicted["independent"])
    yield agrees(f"variance of the mean of {s.count} iterates", measured["average"], predicted["average"], rival=rival)
    rival = Rival(claim="in proportion to the step size", predicted=predicted["load"])
    claim = f"s^2 / (n h^2) at every step size, n = {s.long:.0e}"
    yield agrees(claim, measured["long"], 1.0, rival=rival, within=1e-9)
    rival = Rival(claim="nothing is lost", predicted=predicted["average"])
    claim = f"a point every {s.every} steps: variance at the same length of run"
    yield agrees(claim, measured["rare"], predicted["rare"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, text) in enumerate((("average", "all iterates"), ("rare", f"one in {s.every}"))):
        plots.points(axes, s.loads, measured[name].mean, k, f"{text}, run of {s.count} steps")
        plots.guide(axes, s.loads, predicted[name].mean, "" if k else "closed form")
    plots.line(axes, s.loads, predicted["independent"].mean, 4, "v / n (rival)")
    plots.label(axes, "step size × curvature", "n h² Var / s²", "mean of n points along SGD")
    return drawn


if __name__ == "__main__":
    script()
