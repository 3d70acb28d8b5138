"""Sophia's time does not depend on the condition number if curvature lies along the axes, and does if it is turned.

On a quadratic with diagonal Hessian, seen exactly, every coordinate obeys x <- x - a clip(x / gamma, 1), whatever its
curvature: a walk of (|x| - gamma) / a steps, then the factor 1 - a / gamma a step. Turned, what decides is D^-1/2 H
D^-1/2, D = diag H: its least eigenvalue is 1 - |r|, of the order 1 / kappa at 45 degrees. Averages are off; looks at
the curvature every tenth step change nothing on a quadratic.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, exact, plots, script
from theorylab.models.preconditioning import curvature, theory_curvature
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (time without the condition number, read); times derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "Run time that is free of the condition number, as Sophia has it, needs curvature along the coordinate axes: "
        "on a turned quadratic, with the exact diagonal, it grows in proportion to the condition number."
    ),
    case="curvatures 1 and 10^4 at 45 degrees, from (2, 2) to 1e-6, a = 0.005, gamma = 0.05: 725427 steps, not 493",
    check="the same time in every basis",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    conditions: tuple[float, ...]
    angles: tuple[float, ...] = (0.02, 0.1, 0.3, 0.6, 0.9)
    turned: float = 100.0  # condition number over these angles, and of the random rotations
    dim: int = 10
    rate: float = 0.005
    region: float = 0.05
    tolerance: float = 1e-6
    most: int = 10**8
    seed: int


QUICK = Setting(conditions=(1.0, 10.0, 1e2, 1e3, 1e4), seed=1)
FULL = Setting(conditions=(1.0, 10.0, 1e2, 1e3, 1e4, 1e5, 1e6), seed=2)
END = 1e-60  # where a run is along its slowest mode, to the last digits


def starts(s):
    return generator(s.seed, 1).uniform(0.3, 2.0, s.dim) * np.where(np.arange(s.dim) % 2, -1, 1)


def run(s, hessian, start, period=1, tolerance=None):
    method = curvature.newton_like(s.rate, s.region, period)
    return curvature.sophia_descent(method, hessian, start, tolerance or s.tolerance, s.most)


def rotations(s):
    """Hessians of that condition number in random bases."""
    return [curvature.rotated(np.geomspace(1, s.turned, s.dim), generator(s.seed, 10 + k)) for k in range(4)]


def measure(s):
    aligned = [[run(s, np.diag(np.geomspace(1, k, s.dim)), starts(s), period)[0] for k in s.conditions]
               for period in (1, 10)]  # fmt: skip
    slow = [run(s, curvature.turned(k, np.pi / 4), np.array([2.0, 2.0]))[0] for k in s.conditions]
    modes = [run(s, curvature.turned(s.turned, angle), np.array([1.0, 0.3]), 1, END)[1] for angle in s.angles]
    drawn = [run(s, hessian, starts(s), 1, END)[1] for hessian in rotations(s)]
    return {
        "aligned": exact(s.conditions, aligned, ulps=0, x_name="condition"),
        "turned": exact(s.conditions, slow, 1.0 / np.array(slow), "condition"),  # a step, where a ceiling is near
        "angles": exact(s.angles, np.array(modes) * s.region / s.rate, 1e-8, "angle"),
        "rotations": exact(np.arange(4), np.array(drawn) * s.region / s.rate, 1e-8).drawn_from("random bases"),
    }


def predict(s):
    k, angle = np.array(s.conditions), np.array(s.angles)
    each = theory_curvature.clipped_time(starts(s), s.rate, s.region, s.tolerance).max()
    slow = theory_curvature.clipped_time(2.0, s.rate, s.region * (1 + k) / 2, s.tolerance)  # D = (1 + kappa) / 2
    scaled = [np.linalg.eigvals(h / np.diag(h)[:, None]).real.min() for h in rotations(s)]
    return {
        "aligned": exact(k, np.full(k.size, each), ulps=0, x_name="condition"),
        "descent": exact(k[1:], theory_curvature.descent_time(2.0, k[1:], s.tolerance), 1e-12, "condition"),
        "turned": exact(k, slow, 1.0 / slow, "condition"),
        "angles": exact(angle, theory_curvature.slowest_scaled(s.turned, np.cos(angle), np.sin(angle)), 1e-12, "angle"),
        "rotations": exact(np.arange(4), scaled, 1e-12, "rotation"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="that of gradient descent", measured=measured["aligned"].at(slice(1, None)),
                  predicted=predicted["descent"])  # fmt: skip
    yield agrees("along the axes: one time for all", measured["aligned"], predicted["aligned"], rival=rival)
    rival = Rival(claim="that of the slowest mode of D^-1 H", predicted=predicted["turned"])
    same = exact(s.conditions, np.full(len(s.conditions), predicted["turned"].mean[0]), 1e-2, "condition")
    yield agrees("the same time in every basis", measured["turned"], same, rival=rival, declared="refuted")
    rival = Rival(claim="a / gamma, as along the axes", predicted=1.0)
    claim = "turned: in the end a step takes off a / gamma (1 - |r|)"
    yield agrees(claim, measured["angles"], predicted["angles"], rival=rival)
    claim = "... in random bases a / gamma times the least eigenvalue of D^-1 H"
    yield agrees(claim, measured["rotations"], predicted["rotations"], rival=rival, within=1e-6)


def figure(s, measured, predicted):
    drawn, (times, modes) = plots.panels(2)
    for k, (name, label) in enumerate((("aligned", "along the axes"), ("turned", "turned by 45°"))):
        plots.points(times, measured[name].x, measured[name].samples[0], k, label)
        plots.prediction(times, predicted[name], "derived" if k else "")
    plots.line(times, predicted["descent"].x, predicted["descent"].mean, 4, "gradient descent")
    plots.label(times, "condition number", "steps to 1e-6", f"a = {s.rate:g}, γ = {s.region:g}")
    angle = np.linspace(0, np.pi / 2, 100)
    plots.points(modes, s.angles, measured["angles"].mean, 0, "last step of a run")
    plots.guide(modes, angle, theory_curvature.slowest_scaled(s.turned, np.cos(angle), np.sin(angle)), "1 - |r|")
    plots.label(modes, "angle to the axes", "share taken off, in a / γ", f"κ = {s.turned:g}", log="y")
    return drawn


if __name__ == "__main__":
    script()
