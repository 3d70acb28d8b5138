"""A schedule with momentum moves as SGD does with the averaged step size, gradient by gradient.

The gradient of step k enters all later updates with the weight (1 - beta_k) sum_{s >= k} eta_s prod_{k < r <= s}
beta_r: that is the step size which SGD has to use, and not eta_k, which a sharp drop or a growing beta tells from it.
The method as written is run with a unit gradient at one step alone, for every step of the schedule.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.quadratics.theory import momentum

SOURCE = Source("Theorem 3.5 (averaged step sizes, in a review, read); their form derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    length: int
    high: float = 0.5
    low: float = 0.05


QUICK = Setting(length=40)
FULL = Setting(length=100)


def schedule(s):
    """Step sizes with a sharp drop, and betas that grow."""
    k = np.arange(s.length)
    return np.where(k < s.length // 2, s.high, s.low), 0.5 + 0.4 * k / s.length


def moved(s, gradients):
    """How far x has moved down at the end of the schedule."""
    x = m = 0.0
    for step_size, beta, gradient in zip(*schedule(s), gradients, strict=True):
        m = beta * m + (1 - beta) * gradient
        x -= step_size * m
    return -x


def measure(s):
    ends = [moved(s, alone) for alone in np.eye(s.length)]
    return {"alone": exact(range(s.length), ends, ulps=8 * s.length, x_name="step of the gradient"),
            "constant": exact([s.length], [moved(s, np.ones(s.length))], ulps=8 * s.length)}  # fmt: skip


def predict(s):
    etas, betas = schedule(s)
    rates = momentum.averaged_rates(etas.tolist(), betas.tolist())
    curves, ulps = {}, 8 * s.length
    for name, row in (("alone", rates), ("own", etas)):
        curves[name] = exact(range(s.length), row, ulps=ulps, x_name="step of the gradient")
        curves[f"constant, {name}"] = exact([s.length], [sum(row)], ulps=ulps)
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="by its own step size", predicted=predicted["own"])
    yield agrees("a gradient moves x by its averaged step size", measured["alone"], predicted["alone"], rival=rival)
    rival = Rival(claim="by the sum of the step sizes", predicted=predicted["constant, own"])
    claim = "a constant gradient moves x by the sum of the averaged step sizes"
    yield agrees(claim, measured["constant"], predicted["constant, alone"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.points(axes, measured["alone"].x, measured["alone"].mean, 0, "moved by the gradient of step k")
    plots.prediction(axes, predicted["alone"], "averaged step size")
    plots.line(axes, predicted["own"].x, predicted["own"].mean, 4, "step size of step k (rival)")
    plots.label(axes, "step k", "step size", "a schedule with a sharp drop, β from 0.5 to 0.9", log="")
    axes.set_ylim(-0.03, 0.8)
    return drawn


if __name__ == "__main__":
    script()
