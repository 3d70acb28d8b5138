"""Nesterov's form costs variance, gains little of the lag, and blows up the second moment: what Adan's moments see.

Independent gradients at rest. The direction with b1 = b2 = b has variance b^2 s^2 ((1 + a)^2 + a^4 / (1 - a^2)), a =
1 - b, above b s^2 / (2 - b) of an exponential average; where gradients move at a constant speed it is late by a^2 / b
steps instead of a / b; with the default weights by 48.1 instead of 49. The second moment is E n = mean^2 + s^2 ((1 +
a)^2 + a^2): with a = 0.92 noise counts 4.5 times, and divides steps by 2.1 times what Adam's would. Variances are
exact moments of (m, v, last gradient); lags and second moments are those of the optimiser's own steps.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.quadratics import frozen_adan, moments
from theorylab.models.quadratics.frozen_adan import Gradients
from theorylab.models.quadratics.optimisers import adan as optimiser
from theorylab.models.quadratics.theory import adan
from theorylab.numerics.known import stacked
from theorylab.numerics.streams import stream

SOURCE = Source("algorithm (the three moments, read); what they see derived here", kind="derived")
SIMULATED = optimiser.Method(1.0, 0.3, 0.2, 0.3, 0.0)
PAIR = (optimiser.Method().first_weight, optimiser.Method().difference_weight)


@dataclass(frozen=True, kw_only=True)
class Setting:
    weights: tuple[float, ...] = (0.02, 0.08, 0.3, 0.6)  # b1 = b2
    noise_std: float = 1.3
    mean: float = 0.7
    slope: float = 0.5
    late: int = 60  # steps of the simulation
    replicas: int
    seed: int


QUICK = Setting(replicas=4000, seed=1)
FULL = Setting(weights=tuple(np.geomspace(0.01, 0.9, 15).tolist()), replicas=100_000, seed=2)


def late(s, first, difference):
    """Steps by which the direction is late on a ramp, after the start is forgotten."""
    t = int(60 / min(first, difference))
    method = optimiser.Method(1.0, first, difference, 0.0, 0.0)
    ramp = frozen_adan.responses(method, Gradients(0.0, s.slope, 0.0), np.array([t]), stream(0, 0))
    return (t - 1) - ramp[0, 0] / s.slope


def measure(s):
    b = np.array(s.weights)
    found = frozen_adan.simulate(
        SIMULATED, Gradients(s.mean, 0.0, s.noise_std), [s.late], replicas=s.replicas, seed=s.seed
    )
    spread = replace(found["direction"], samples=(found["direction"].samples - s.mean) ** 2)
    return {"variance": moments.curve(b, stacked([frozen_adan.direction_variance(x, x, s.noise_std) for x in
        b]), "b1 = b2"), "lag": exact(b, [late(s, x, x) for x in b], 1e-8, "b1 = b2"), "lag, defaults":
        exact([0], [late(s, PAIR[0], PAIR[1])], 1e-8, "weights"), "spread": spread, "second moment":
        found["second moment"]}  # fmt: skip


def predict(s):
    b, one, (first, difference) = np.array(s.weights), [s.late], SIMULATED[1:3]
    return {
        "variance": exact(b, adan.direction_variance(b, b, s.noise_std), 1e-12, "b1 = b2"),
        "average": exact(b, adan.average_variance(b, s.noise_std), 1e-12, "b1 = b2"),
        "lag": exact(b, adan.direction_lag(b, b), 1e-12, "b1 = b2"),
        "lag, average": exact(b, (1 - b) / b, 1e-12, "b1 = b2"),
        "spread": exact(one, adan.direction_variance(first, difference, s.noise_std), 1e-12),
        "spread, average": exact(one, adan.average_variance(first, s.noise_std), 1e-12),
        "second moment": exact(one, adan.second_moment(difference, s.mean, s.noise_std), 1e-12),
        "second moment, Adam": exact(one, s.mean**2 + s.noise_std**2, 1e-12),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="b s^2 / (2 - b), of an average", predicted=predicted["average"])
    claim = "variance, b1 = b2: b^2 s^2 ((1 + a)^2 + a^4 / (1 - a^2))"
    yield agrees(claim, measured["variance"], predicted["variance"], rival=rival)
    rival = Rival(claim="as of the average m alone", predicted=predicted["spread, average"])
    claim = f"the same of simulated steps, b1, b2 = {SIMULATED[1:3]}"
    yield agrees(claim, measured["spread"], predicted["spread"], rival=rival)
    rival = Rival(claim="a / b, of an average", predicted=predicted["lag, average"])
    yield agrees("lag on a ramp, b1 = b2: a^2 / b steps", measured["lag"], predicted["lag"], rival=rival)
    rival = Rival(claim="a1 / b1 = 49, of an average", predicted=0.98 / 0.02)
    claim = "lag with the default weights: a1 / b1 - a2 = 48.08"
    yield agrees(claim, measured["lag, defaults"], 0.98 / 0.02 - 0.92, rival=rival)
    rival = Rival(claim="mean^2 + s^2, Adam's", predicted=predicted["second moment, Adam"])
    claim = "second moment: mean^2 + s^2 ((1 + a)^2 + a^2)"
    yield agrees(claim, measured["second moment"], predicted["second moment"], rival=rival)


def figure(s, measured, predicted):
    drawn, (variance, trade) = plots.panels(2)
    plots.points(variance, s.weights, measured["variance"].mean, 0, "Adan, b1 = b2, exact")
    plots.prediction(variance, predicted["variance"], "closed form")
    plots.line(variance, s.weights, predicted["average"].mean, 1, "exponential average")
    plots.label(variance, "weight b of a new gradient", "variance of the direction", "independent gradients")
    average = (predicted["lag, average"], predicted["average"])
    sides = {"Adan, b1 = b2": (measured["lag"], measured["variance"]), "average": average}
    for k, (name, (lag, spread)) in enumerate(sides.items()):
        plots.line(trade, lag.mean, spread.mean, k, name)
    plots.points(trade, measured["lag, defaults"].mean, [adan.direction_variance(PAIR[0], PAIR[1],
        s.noise_std)], 2, "Adan, defaults")  # fmt: skip
    plots.label(trade, "lag on a ramp, steps", "variance of the direction", "lag against variance")
    return drawn


if __name__ == "__main__":
    script()
