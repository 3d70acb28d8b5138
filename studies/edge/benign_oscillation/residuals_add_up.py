"""Below load 1/2 residuals cancel in the end; beyond it they add up for ever, by 1/2 - 1 / (4 load) per step.

load = step size x squared length of the feature, f = a^2 on one datum, r = 1 - f. A step multiplies a by 1 + 2 load r,
so that sum log(1 + 2 load r) = log(a_T / a_0), and a stays bounded: by log(1 + x) <= x - x^2/2 + x^3/3 then sum r >=
log(a_T / a_0) / (2 load) + load sum r^2 - 4/3 load^2 sum r^3, which grows as long as residuals keep their size. On the
2-cycle f g = 1/s^2, f + g = 1 + 1/s, s = 2 load, which gives the mean.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.edge import residual

SOURCE = Source("single datum (setting read from reviews); sums and constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...] = (0.51, 0.53, 0.55, 0.57, 0.59, 0.61)  # of the 2-cycle
    below: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.45, 0.48)
    wild: tuple[float, ...] = (0.65, 0.7, 0.75, 0.78)
    start: float = 0.05
    steps: int  # an even number


QUICK = Setting(steps=4000)
FULL = Setting(
    loads=tuple(np.linspace(0.505, 0.615, 23)), below=tuple(np.linspace(0.1, 0.485, 23)),
    wild=tuple(np.linspace(0.625, 0.795, 18)), steps=40_000,
)  # fmt: skip


def runs(s, loads):
    """Rows of the run at each load, (6, loads, 2), at half of the steps and at all."""
    ends = [s.steps // 2, s.steps]
    return np.array([residual.run((s.start, 0.0), (1.0, 0.0), load, ends) for load in loads]).transpose(1, 0, 2)


def measure(s):
    drift, zero, wild = (runs(s, loads) for loads in (s.loads, s.below, s.wild))
    x, unit = np.array(s.loads), 1e-12 * s.steps
    mean = (drift[2, :, 1] - drift[2, :, 0]) / (s.steps / 2)
    sums = np.concatenate([drift[2, :, 1], wild[2, :, 1]])
    places, settled = np.arange(sums.size), (zero[2, :, 1] - zero[2, :, 0]) / (s.steps / 2)
    return {
        "mean": exact(x, mean, 1e-9, "load"),
        "late": exact(np.arange(x.size), mean, 1e-9, "case"),
        "settled": exact(np.arange(settled.size), settled, ulps=0, x_name="case"),
        "sum": exact(places, sums, unit, "case"),
        "logarithms": exact(x, drift[5, :, 1], unit, "load"),
    }  # fmt: skip


def predict(s):
    x = np.array(s.loads)
    rows = np.concatenate([runs(s, s.loads), runs(s, s.wild)], axis=1)[:, :, 1]
    load, growth = np.concatenate([s.loads, s.wild]), np.log(rows[0] / s.start)
    unit, places = 1e-12 * s.steps, np.arange(load.size)
    quadratic = growth / (2 * load) + load * rows[3]
    return {
        "mean": exact(x, residual.cycle_residual(x), ulps=8, x_name="load"),
        "second order": exact(x, (x * (runs(s, s.loads)[3] @ [-1, 1])) / (s.steps / 2), 1e-9, "load"),
        "bound": exact(places, residual.residual_sum_bound(load, growth, rows[3], rows[4]), unit, "case"),
        "quadratic": exact(places, quadratic, unit, "case"),
        "growth": exact(x, growth[: x.size], unit, "load"),
        "first order": exact(x, 2 * x * rows[2, : x.size], unit, "load"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="2 load sum r", predicted=predicted["first order"])
    yield agrees("sum log(1 + 2 load r) = log(a_T / a_0)", measured["logarithms"], predicted["growth"], rival=rival)
    rival = Rival(claim="load x mean r^2, to second order", predicted=predicted["second order"])
    yield agrees("beyond 1/2: mean r = 1/2 - 1 / (4 load)", measured["mean"], predicted["mean"], rival=rival)
    rival = Rival(claim="also beyond 1/2", measured=measured["late"])
    yield below("below 1/2 the sum of residuals stops growing", measured["settled"], 1e-9, rival=rival)
    rival = Rival(claim="without the cubic term", predicted=predicted["quadratic"])
    yield above("sum r >= its bound", measured["sum"], predicted["bound"], rival=rival)


def figure(s, measured, predicted):
    drawn, (sums, means) = plots.panels(2)
    steps = np.unique(np.geomspace(1, s.steps, 200).astype(int))
    for k, load in enumerate((0.3, 0.55, 0.75)):
        plots.line(sums, steps, residual.run((s.start, 0.0), (1.0, 0.0), load, steps).residuals, k, f"load {load:g}")
    plots.label(sums, "steps", "sum of residuals", "one feature, f = a²")
    plots.points(means, s.below, measured["settled"].mean, 0, "below the edge")
    plots.points(means, s.loads, measured["mean"].mean, 1, "2-cycle")
    plots.prediction(means, predicted["mean"], "1/2 - 1 / (4 load)")
    wild = runs(s, s.wild)[2] @ [-1, 1] / (s.steps / 2)
    plots.points(means, s.wild, wild, 2, "beyond the 2-cycle")
    plots.label(means, "load = step size x V", "mean residual", "last half of the steps", log="")
    return drawn


if __name__ == "__main__":
    script()
