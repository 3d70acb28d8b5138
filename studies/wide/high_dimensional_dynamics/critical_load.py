"""With as many samples as dimensions label noise adds 2 (2 - sqrt 2) sqrt(t / pi) to the error; else that settles.

At load 1 the spectrum reaches down to 0 with density 1 / (pi sqrt l): slow modes go on fitting noise, ever larger. At
any other load there is a gap, and what noise adds settles.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.wide import theory
from theorylab.models.wide.model import Student

SOURCE = Source("gap of the spectrum", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    noise_ratio: float
    load: float  # that is not critical
    first: float = 30.0
    last: float = 1e5
    points: int
    within: float = 1e-2


QUICK = Setting(noise_ratio=0.3, load=2.0, points=8)
FULL = Setting(noise_ratio=1.0, load=3.0, points=15)


def added(s, load, times):
    """What label noise adds to the test error beyond its own variance."""
    noisy, clean = (theory.generalisation_error(Student(load, noise), times) for noise in (s.noise_ratio, 0.0))
    return noisy - clean - s.noise_ratio


def measure(s):
    long = np.geomspace(s.first, s.last, s.points)
    loads = {"critical": 1.0, "other": s.load}
    return {name: exact(long, added(s, load, long), 1e-9, "time") for name, load in loads.items()}


def predict(s):
    long = np.geomspace(s.first, s.last, s.points)
    settled = np.full(s.points, s.noise_ratio / (s.load - 1))
    return {"critical": exact(long, theory.slow_growth_leading(s.noise_ratio, long), 1e-12, "time"),
            "plain": exact(long, s.noise_ratio * (long / np.pi) ** 0.5, 1e-12, "time"),
            "other": exact(long, settled, 1e-12, "time")}  # fmt: skip


def checks(s, measured, predicted):
    late = measured["critical"].x > 1e3
    rival = Rival(claim="as log t", predicted=Power(0, 1))
    yield decays_as("load 1: noise adds an error as sqrt t", measured["critical"], Power(0.5), rival=rival)
    rival = Rival(claim="sqrt(t / pi) times the noise", predicted=predicted["plain"].at(late))
    claim = "load 1: 2 (2 - sqrt 2) sqrt(t / pi) times the noise"
    yield agrees(claim, measured["critical"].at(late), predicted["critical"].at(late), rival=rival, within=2 * s.within)
    rival = Rival(claim="as at load 1", predicted=predicted["critical"].at(late))
    claim = f"load {s.load:g}: the error settles, at noise / (load - 1)"
    yield agrees(claim, measured["other"].at(late), predicted["other"].at(late), rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, load) in enumerate((("critical", 1.0), ("other", s.load))):
        plots.points(axes, measured[name].x, measured[name].mean, k, f"load {load:g}")
        plots.guide(axes, measured[name].x, predicted[name].mean, "" if k else "predicted")
    plots.label(axes, "time", "test error that noise adds", f"1 / SNR = {s.noise_ratio}")
    return drawn


if __name__ == "__main__":
    script()
