"""s times linear decay has (s + 1/s)/2 D G/sqrt T: a quarter of the schedule ends twice as high on a straight line.

On |x| with slope G/(s sqrt T), which is allowed from T = 1/s^2 on, s times the schedule walks half of the way at best:
the last gap is (1 + 1/T) D G/(2 s sqrt T), and at T = 1/s^2 that is the bound. So D G/sqrt T is a statement about the
tuned scale: it fails for s = 1/4. A schedule that is too long does no harm on it.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script, stacked
from theorylab.models.convex import theory
from theorylab.models.convex.last_iterates import subgradient

SOURCE = Source("gap of linear decay at other scales; derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizons: tuple[int, ...]
    scales: tuple[float, ...] = (0.25, 0.5, 1.0)
    distance: float = 1.7
    lipschitz: float = 0.6


QUICK = Setting(horizons=(16, 32, 64, 256))
FULL = Setting(horizons=(16, 32, 64, 256, 1024, 4096, 16384))


def last_gap(s, T, scale):
    slope = s.lipschitz / (scale * T**0.5)
    schedule = scale * theory.linear_decay(s.distance, s.lipschitz, T, np.arange(1, T + 1))
    run = subgradient(lambda x: (slope * float(abs(x[0])), slope * np.sign(x)), [s.distance], schedule)
    return run.values[-1]


def measure(s):
    units = 8 * np.array(s.horizons)
    rows = [exact(s.horizons, [last_gap(s, T, scale) for T in s.horizons], ulps=units) for scale in s.scales]
    return {"gap": stacked(rows)}


def predict(s):
    T = np.array(s.horizons)
    forms = {"gap": theory.short_decay_gap, "bound": theory.scaled_decay_bound}
    found = {name: [form(scale, s.distance, s.lipschitz, T) for scale in s.scales] for name, form in forms.items()}
    found["tuned"] = [theory.tuned_subgradient_bound(s.distance, s.lipschitz, T)] * len(s.scales)
    return {name: exact(T, rows, ulps=16) for name, rows in found.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="D G/sqrt T at any scale", predicted=predicted["tuned"])
    yield agrees("last gap on a line: (1 + 1/T) D G/(2 s sqrt T)", measured["gap"], predicted["gap"], rival=rival)
    yield below("... within (s + 1/s)/2 D G/sqrt T", measured["gap"], predicted["bound"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    unit = np.array(s.horizons) ** 0.5 / (s.distance * s.lipschitz)
    for k, scale in enumerate(s.scales):
        plots.points(axes, s.horizons, measured["gap"].samples[k] * unit, k, f"s = {scale:g}")
        plots.guide(axes, s.horizons, predicted["bound"].samples[k] * unit, "" if k else "(s + 1/s)/2")
    axes.set_ylim(0, 3.4)
    plots.label(axes, "gradients T", "last gap √T / (D G)", "s times linear decay, on a line", log="x")
    return drawn


if __name__ == "__main__":
    script()
