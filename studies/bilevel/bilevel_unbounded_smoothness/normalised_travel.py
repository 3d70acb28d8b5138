"""Far out, a normalised method needs time linear in the distance, plain gradient descent exponential time.

On cosh(a x) from x0: normalised steps enter |x| <= r after exactly ceil((x0 - r) / eta). Gradient descent at a quarter
of its divergence threshold halves x at once, but its step is then of order x0 / sinh(a x0): it needs 2 sinh(a x0) /
(a x0) log(tanh(a x0 / 4) / tanh(a r / 2)) steps. At half the threshold its first step lands on the minimum: an
accident of an even function, so half the threshold shows nothing about the time that descent needs.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, ordered, plots, script
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.model import Cosh
from theorylab.models.bilevel.simulation import descent_entry

SOURCE = Source("abstract (normalised momentum for unbounded smoothness, read); times derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    scale: float = 2.0
    points: int
    nearest: float = 2.0
    farthest: float
    radius: float = 0.4
    step_size: float = 0.0123  # of the normalised method: does not divide the distances
    late: float = 4.0
    within: float = 0.01


QUICK = Setting(points=16, farthest=8.0)
FULL = Setting(points=31, farthest=10.0)


def grid(s):
    starts = np.linspace(s.nearest, s.farthest, s.points)
    return starts, np.sinh(s.scale * starts) / (s.scale * starts), theory.descent_threshold(s.scale, starts)


def measure(s):
    starts, x, limits = grid(s)
    constant = np.full(s.points, s.step_size)
    runs = {"normalised": (constant, True), "quarter": (limits / 4, False), "half": (limits / 2, False)}
    found = {
        name: descent_entry(Cosh(s.scale), starts, steps, s.radius, normalise=kind)
        for name, (steps, kind) in runs.items()
    }
    return {name: exact(x, count, ulps=1, x_name="sinh(a x0)/(a x0)") for name, count in found.items()}  # counts


def predict(s):
    starts, x, _ = grid(s)
    forms = {"normalised": np.ceil((starts - s.radius) / s.step_size), "flow": (starts - s.radius) / s.step_size,
             "quarter": theory.descent_entry_leading(s.scale, starts, s.radius), "half": np.ones(s.points)}  # fmt: skip
    forms["root"] = forms["quarter"] ** 0.5
    return {name: exact(x, values, ulps=64, x_name="sinh(a x0)/(a x0)") for name, values in forms.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="(x0 - r) / eta, not rounded up", predicted=predicted["flow"])
    claim = "normalised steps enter after ceil((x0 - r) / eta)"
    yield agrees(claim, measured["normalised"], predicted["normalised"], rival=rival)
    late = grid(s)[0] >= s.late
    rival = Rival(claim="the square root of that", predicted=predicted["root"].at(late))
    claim = "descent at a quarter of its threshold: 2 sinh(a x0) / (a x0) log(...)"
    yield agrees(claim, measured["quarter"].at(late), predicted["quarter"].at(late), rival=rival, within=s.within)
    rival = Rival(claim="as (sinh(a x0) / (a x0))^(1/2)", predicted=Power(0.5))
    yield decays_as("its time grows as sinh(a x0) / (a x0)", measured["quarter"], Power(1), rival=rival)
    rival = Rival(claim="the same at a quarter", measured=measured["quarter"])
    claim = "at half its threshold descent enters in one step"
    yield agrees(claim, measured["half"], predicted["half"], rival=rival)
    far = grid(s)[0] >= 6.0
    rival = Rival(
        claim="also from near", measured=measured["normalised"].at(~far), predicted=measured["quarter"].at(~far)
    )
    claim = "normalised steps enter sooner, from x0 >= 6"
    yield ordered(claim, measured["normalised"].at(far), measured["quarter"].at(far), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    starts = grid(s)[0]
    labels = {"quarter": "descent, a quarter of its threshold", "normalised": f"normalised, eta = {s.step_size}",
              "half": "descent, half its threshold"}  # fmt: skip
    for k, (name, label) in enumerate(labels.items()):
        plots.points(axes, starts, measured[name].samples, k, label)
        plots.guide(axes, starts, predicted[name].samples, "" if k else "predicted")
    plots.label(axes, "start x0", f"steps into |x| <= {s.radius}", f"cosh({s.scale:g} x)", log="y")
    return drawn


if __name__ == "__main__":
    script()
