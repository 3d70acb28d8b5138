"""A mean of all iterates goes on falling as 1/n where an exponential moving average stays on a floor.

The EMA m' = (1 - w) m + w x of SGD at rest has variance v w / (2 - w) (1 + q) / (1 - q), q = (1 - w)(1 - eta h), for
ever; the mean of n iterates has s^2 / (n h^2) in the long run, and less than the EMA from n = 2 / w on where w is small
beside eta h. The loss of the last iterate is n eta h / (2 - eta h) times that of the mean. Both averages are states of
one linear recursion, whose moments are exact.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, brackets, decays_as, log_steps, plots, script
from theorylab.models.quadratics import model, moments
from theorylab.models.quadratics.theory import averaging
from theorylab.numerics.known import known

SOURCE = Source("mean of all points, not an exponential one (recalled); variances derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.6
    curvature: float = 0.5
    noise_std: float = 1.3
    weight: float = 0.02
    small: tuple[float, ...] = (1e-4, 1e-6)  # weights of the crossover
    horizon: int = 10**12
    points: int = 40
    within: float = 2e-3


QUICK = Setting()
FULL = Setting(small=(1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 1e-6, 1e-7), within=0.01, points=60)


def steps_of(s):
    steps = log_steps(100, s.horizon, s.points)
    return steps, steps > 1000 / s.weight


def sgd(s):
    return model.sgd(s.step_size, s.curvature, s.noise_std)


def crossover(s, weight):
    """(n, n + 1) w with the mean of n iterates above the EMA's floor, and of n + 1 not: by bisection."""
    floor = moments.at_rest(moments.operator(sgd(s).observed(1 - known(weight), weight))).second(2, 2).value[0]
    summed = moments.operator(sgd(s).observed(1.0, 1.0))
    low, high = 1, 2**26
    while high - low > 1:
        middle = (low + high) // 2
        square = moments.run(summed, model.start_at([0.0], 3), [middle]).second(2, 2).value[0, 0]
        low, high = (middle, high) if square / middle**2 > floor else (low, middle)
    return low * weight, high * weight


def measure(s):
    steps, late = steps_of(s)
    recursion = sgd(s).observed(1.0, 1.0).observed(1 - known(s.weight), s.weight)
    found = moments.run(moments.operator(recursion), model.start_at([0.0], recursion.states), steps)
    last, total, ema = (found.second(i, i)[:, 0] for i in (1, 2, 3))
    n = steps.astype(float)
    return {
        "mean": moments.curve(steps, total / n**2),
        "ema": moments.curve(steps, ema),
        "floor": moments.curve(steps[late], ema[late]),
        "ratio": moments.curve(steps[late], (last * n / total)[late]),
        "crossover": brackets(s.small, [crossover(s, weight) for weight in s.small], "weight"),
    }


def predict(s):
    eta, h, (steps, late) = known(s.step_size), s.curvature, steps_of(s)
    v, p = averaging.sgd_variance(eta, h, s.noise_std), 1 - eta * h
    forms = {"floor": averaging.ema_variance(v, p, s.weight), "white": v * (s.weight / (2 - s.weight))}
    return {name: moments.curve(steps[late], np.ones(late.sum()) * form) for name, form in forms.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="w / (2 - w) of it, as of white noise", predicted=predicted["white"])
    yield agrees("the EMA's variance stays on its floor", measured["floor"], predicted["floor"], rival=rival)
    rival = Rival(claim="to a floor", predicted=Power(0))
    yield decays_as("the variance of the mean falls as 1/n", measured["mean"], Power(-1), rival=rival)
    rival = Rival(claim="n w = 1", predicted=1.0)
    yield agrees("they cross at n w = 2, w << eta h", measured["crossover"], 2.0, rival=rival, within=s.within)
    rival, load = Rival(claim="n", predicted=1.0), s.step_size * s.curvature
    claim = f"loss of the last iterate / of the mean = n eta h / (2 - eta h), n > {1000 / s.weight:g}"
    yield agrees(claim, measured["ratio"], load / (2 - load), rival=rival, within=1e-3)


def figure(s, measured, predicted):
    drawn, (axes, crossing) = plots.panels(2)
    for k, (name, text) in enumerate((("mean", "mean of n iterates"), ("ema", f"EMA, weight {s.weight:g}"))):
        plots.exact_line(axes, measured[name], k, text)
    plots.prediction(axes, predicted["floor"], "floor of the EMA")
    plots.label(axes, "iterates n", "variance", f"SGD on a parabola, η h = {s.step_size * s.curvature:g}")
    plots.points(crossing, s.small, measured["crossover"].mean, 0, "bisected")
    crossing.axhline(2.0, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="2")
    plots.label(crossing, "weight w", "n w where the mean gets below", "crossover", log="x")
    crossing.set_ylim(0, 2.5)
    return drawn


if __name__ == "__main__":
    script()
