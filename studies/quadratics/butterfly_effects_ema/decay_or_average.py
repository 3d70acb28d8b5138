"""A step size that decays as 1/t and an average of iterates at a constant one reach the same variance s^2 / (h^2 t).

With eta_t = 1 / (h t) the iterate is a mean of gradients, of variance s^2 / (h^2 t) exactly; the average with b_t = 1/t
of SGD at a constant step size has that in the long run, one with b_t = t^-p, p < 1, falls as b_t, and the iterate
itself stays at its plateau. All curves are exact recursions with a step size and a weight for every step.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, log_steps, plots, script
from theorylab.models.quadratics import simulation
from theorylab.models.quadratics.kernels import Mode
from theorylab.models.quadratics.theory import averaging

SOURCE = Source(
    "poster (decaying weights; averages and schedules work alike, read); constants derived here", kind="derived"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.2
    curvature: float = 0.8
    noise_std: float = 1.2
    start: float = 2.0
    power: float = 0.7  # b_t = t^-power
    horizon: int
    points: int = 24
    within: float = 1e-9  # rounding of exact recursions


QUICK = Setting(horizon=100_000)
FULL = Setting(horizon=3_000_000, points=40)


def scheduled(s, steps, how):
    """Exact moments with decaying step sizes, or with averages of a constant one; t = 1, 2, ..."""
    t = np.arange(1.0, steps[-1] + 1)
    rates = 1 / (s.curvature * t) if how == "decay" else np.full(t.size, s.step_size)
    weights = {"decay": 0 * t, "mean": 1 / t, "power": t**-s.power}[how]
    return simulation.scheduled_moments(Mode(s.curvature, s.noise_std, s.start), rates, weights, steps)


def measure(s):
    steps = log_steps(100, s.horizon, s.points)
    found = {how: scheduled(s, steps, how) for how in ("decay", "mean", "power")}
    rows = {"decay": found["decay"]["E x^2"], "mean": found["mean"]["E m^2"], "power": found["power"]["E m^2"],
            "plateau": found["mean"]["E x^2"]}  # fmt: skip
    return {name: exact(steps, row, 2.0**-40) for name, row in rows.items()}


def predict(s):
    steps = log_steps(100, s.horizon, s.points)
    unit, ones = (s.noise_std / s.curvature) ** 2, np.ones(steps.size)
    rows = {"decay": unit / steps, "half": unit / steps / 2,
            "plateau": ones * averaging.sgd_variance(s.step_size, s.curvature, s.noise_std)}  # fmt: skip
    return {name: exact(steps, row, ulps=8) for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="half of it", predicted=predicted["half"])
    claim = "step size 1 / (h t): variance s^2 / (h^2 t)"
    yield agrees(claim, measured["decay"], predicted["decay"], rival=rival, within=s.within)
    late = measured["mean"].x > s.horizon / 5
    rival = Rival(claim="half of it", predicted=predicted["half"].at(late))
    claim = "average with b_t = 1/t of a constant step size: the same variance, late"
    yield agrees(claim, measured["mean"].at(late), predicted["decay"].at(late), rival=rival, within=0.01)
    rival = Rival(claim="it falls as the average does", predicted=predicted["decay"])
    yield agrees(
        "the iterate stays at its plateau", measured["plateau"], predicted["plateau"], rival=rival, within=s.within
    )
    rival = Rival(claim="as 1/t", predicted=Power(-1))
    claim = f"average with b_t = t^-{s.power:g}: the variance falls as b_t"
    yield decays_as(claim, measured["power"], Power(-s.power), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    texts = {
        "decay": "η = 1/(ht)",
        "mean": "average, b = 1/t",
        "power": f"average, b = t^-{s.power:g}",
        "plateau": "iterate",
    }
    for k, (name, text) in enumerate(texts.items()):
        plots.points(axes, measured[name].x, measured[name].mean, k, text)
    plots.prediction(axes, predicted["decay"], "s²/(h²t)")
    plots.label(axes, "steps t", "mean square error", "decaying step sizes and averages")
    return drawn


if __name__ == "__main__":
    script()
