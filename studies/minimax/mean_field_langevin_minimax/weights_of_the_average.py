"""Averages must forget, but not at once: weights (1+t)^-2 never converge, weights e^t diverge for strong couplings.

On the Gaussian bilinear game the averaged flow with weights t^r converges for every coupling. Weights whose sum is
finite keep a share of the start for ever. Weights e^t average over the last unit of time only: the flow has the
characteristic equation (z + k)(z + 1) = i c, which is stable up to c = sqrt(k) (1 + k), where plain descent-ascent,
without any average, is stable for every c.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, below, bracket, brackets, exact, plots, script, stacked, threshold
from theorylab.models.minimax import mean_field
from theorylab.models.minimax.theory import mean_field as theory

SOURCE = Source("weights of the averaged dynamics (recalled); limits derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    coupling: float = 0.5
    pull: float = 0.5
    last: float
    pulls: tuple[float, ...]
    width: float = 0.05


QUICK = Setting(last=300.0, pulls=(0.3,))
FULL = Setting(last=10_000.0, pulls=(0.1, 0.2, 0.3, 0.5, 1.0, 2.0), width=0.003)
SPEEDS = {"1": mean_field.power_speed(0.0), "t": mean_field.power_speed(1.0), "(1+t)^-2": lambda t: 1 / (t * (1 + t))}


def grid(s):
    return np.geomspace(1.0, s.last, 20)


def critical(s, pull):
    """Bracket of the coupling from which the flow with weights e^t grows between two stretches of late time."""

    def grows(coupling):
        found = mean_field.flow(coupling, pull, np.linspace(20, 40, 80), lambda t: 1.0, tolerance=1e-9)
        size = np.hypot(found.first, found.second)
        return bool(size[40:].max() > size[:40].max())

    return bracket(grows, 0.2, 8.0, relative_width=s.width)


def measure(s):
    curves = {}
    for name, speed in SPEEDS.items():
        found = mean_field.flow(s.coupling, s.pull, grid(s), speed)
        curves[name] = exact(grid(s), np.hypot(found.first_average, found.second_average), 1e-7, x_name="time")
    return curves | {"critical": brackets(s.pulls, [critical(s, pull) for pull in s.pulls], "pull")}


def predict(s):
    k = np.array(s.pulls)
    return {"critical": exact(k, theory.exponential_weights_limit(k), ulps=8, x_name="pull"),
            "doubled": exact(k, 2 * k**0.5, ulps=8, x_name="pull")}  # fmt: skip


def checks(s, measured, predicted):
    start, last = measured["(1+t)^-2"].at([-1]), stacked([measured["1"].at([-1]), measured["t"].at([-1])])
    rival = Rival(claim="with weights 1 and t", measured=last)
    yield above("weights (1+t)^-2: a tenth of the start stays", start, 0.1, rival=rival)
    rival = Rival(claim="with weights (1+t)^-2", measured=start)
    yield below("weights 1 and t: less than that is left", last, 0.1, rival=rival)
    rival = Rival(claim="at 2 sqrt(k)", predicted=predicted["doubled"])
    claim = "weights e^t diverge beyond c = sqrt(k) (1 + k)"
    yield threshold(claim, measured["critical"], predicted["critical"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, name in enumerate(SPEEDS):
        plots.points(left, grid(s), measured[name].mean, k, f"weights {name}")
    plots.label(left, "time t", "modulus of the averaged mean", f"c = {s.coupling:g}, k = {s.pull:g}")
    plots.measurement(right, measured["critical"], 0, "bisected")
    pulls = np.linspace(min(s.pulls), max(s.pulls), 50)
    plots.guide(right, pulls, theory.exponential_weights_limit(pulls), "√k (1 + k)")
    plots.label(right, "pull k", "largest stable coupling", "weights e^t", log="")
    return drawn


if __name__ == "__main__":
    script()
