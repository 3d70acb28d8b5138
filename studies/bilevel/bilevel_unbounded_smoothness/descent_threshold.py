"""Plain gradient descent on cosh(a x) diverges from x0 if and only if the step exceeds 2 x0 / (a sinh(a x0)).

The threshold shrinks exponentially in the start: no constant step serves all starts, and neither the curvature at the
minimum nor that at the start gives it. Bisected on long runs. Momentum alone does not help: at a step of 0.01 it
diverges. Dividing by |m| does: every step then has length eta, from wherever it starts.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.model import Cosh
from theorylab.models.bilevel.simulation import descent

SOURCE = Source("abstract (normalised momentum for unbounded smoothness, read); threshold derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    scales: tuple[float, ...]
    starts: tuple[float, ...]
    steps: int = 10_000  # a start next to its threshold leaves it by 1 + 2/3 (a x0)^2 > 1.01 per step
    width: float = 1e-9  # relative width of the brackets
    step_size: float = 0.01
    momentum: float = 0.9


QUICK = Setting(scales=(0.5, 2.0), starts=(1.0, 2.0, 3.0, 4.0))
FULL = Setting(scales=(0.25, 0.5, 1.0, 2.0, 4.0), starts=tuple(np.linspace(0.5, 6.0, 23).tolist()))
FAR = np.linspace(3.5, 6.0, 6)  # starts of the method with momentum, a = 2


def cases(s):
    return np.array(list(product(s.scales, s.starts))).T


def diverges(s, scale, start, step_size, momentum=0.0, normalise=False):
    path = descent(Cosh(scale), start, step_size, s.steps, momentum=momentum, normalise=normalise)
    return bool(np.isinf(path[0, -1]))


def measure(s):
    def critical(scale, start):
        guess = theory.descent_threshold(scale, start)
        return bracket(lambda e: diverges(s, scale, start, e), 0.5 * guess, 2 * guess, relative_width=s.width)

    curves = {"threshold": brackets(range(cases(s).shape[1]), [critical(a, x) for a, x in cases(s).T])}
    for name, normalise in (("momentum", False), ("normalised", True)):
        lost = [diverges(s, 2.0, x, s.step_size, s.momentum, normalise) for x in FAR]
        curves[name] = exact(FAR, np.array(lost, dtype=float), ulps=0, x_name="start")
        path = descent(Cosh(2.0), 2.0, s.step_size, 300, momentum=s.momentum, normalise=normalise)[0]
        curves[f"{name}, length"] = exact(range(1, 301), np.abs(np.diff(path)), 2.0**-50 / s.step_size, "step")
    return curves


def predict(s):
    scales, starts = cases(s)
    # sinh is good to a few units, and magnifies the rounding of its argument by a x0 <= 24
    forms = {"threshold": theory.descent_threshold(scales, starts), "least": 2 / scales**2,
             "start": 2 / (scales**2 * np.cosh(scales * starts))}  # fmt: skip
    curves = {name: exact(range(scales.size), values, ulps=64, x_name="setting") for name, values in forms.items()}
    curves["none"] = exact(FAR, np.zeros(FAR.size), ulps=0, x_name="start")
    return curves | {"length": exact(range(1, 301), np.full(300, s.step_size), ulps=1, x_name="step")}


def checks(s, measured, predicted):
    for name, label in (("least", "curvature at the minimum"), ("start", "curvature at the start")):
        rival = Rival(claim=f"2 / {label}", predicted=predicted[name])
        claim = f"descent diverges beyond 2 x0 / (a sinh(a x0)), not 2 / {label}"
        yield threshold(claim, measured["threshold"], predicted["threshold"], rival=rival)
    rival = Rival(claim="momentum without normalisation never does", measured=measured["momentum"])
    claim = f"normalised momentum stays bounded, steps of length {s.step_size}"
    yield agrees(claim, measured["normalised"], predicted["none"], rival=rival)
    rival = Rival(claim="without normalisation", measured=measured["momentum, length"])
    yield agrees(
        "every normalised step has length eta", measured["normalised, length"], predicted["length"], rival=rival
    )


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, scale in enumerate(s.scales):
        mine = cases(s)[0] == scale
        found, formula = measured["threshold"].at(mine), predicted["threshold"].at(mine)
        plots.points(axes, s.starts, found.samples, k, f"a = {scale:g}, bisected")
        plots.guide(axes, s.starts, formula.samples, "" if k else "2 x0 / (a sinh(a x0))")
    plots.label(axes, "start x0", "critical step size", "converges below, diverges above", log="y")
    return drawn


if __name__ == "__main__":
    script()
