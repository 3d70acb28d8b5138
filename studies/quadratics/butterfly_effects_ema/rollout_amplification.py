"""Along marginally stable dynamics the mean reward's loss grows as exp(2 H^2 variance) with the horizon H.

The closed loop s' = (A + theta) s with A = 1 and theta the error of the learned parameter: E s_H^2 = E (1 +
theta)^(2H), which is exp(H (2 H - 1) c) at H sqrt(c) of order 1, while the one-step loss theta^2 s^2 has mean c at
every horizon. The average of the iterates has variance v: its rollouts lose the difference. In a loop that is strictly
stable, A = 0.9, nothing is amplified. Moments of the normal theta are exact; simulation rolls out iterates of SGD.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.quadratics import model, moments, simulation
from theorylab.models.quadratics.kernels import Mode
from theorylab.models.quadratics.theory import rollouts
from theorylab.numerics.known import known

SOURCE = Source("abstract and poster (unstable closed loops, averages, read); the law derived here", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.1
    curvature: float = 0.8
    noise_std: float  # c = 0.065 noise_std^2
    weight: float = 0.03
    spans: tuple[float, ...] = (0.25, 0.5, 1.0)  # H sqrt(c)
    points: int = 20
    stable: float = 0.9
    within: float
    rolled: tuple[float, ...] = (0.1, 0.2, 0.35)  # H sqrt(c), simulated
    length: int = 300
    replicas: int
    seed: int


QUICK = Setting(noise_std=0.01, within=0.02, replicas=8000, seed=1)
FULL = Setting(noise_std=0.001, within=0.002, length=1000, replicas=200_000, seed=2)


def variances(s):
    """c and v, of iterate and average at rest, exactly."""
    recursion = model.sgd(s.step_size, s.curvature, s.noise_std).observed(1 - known(s.weight), s.weight)
    found = moments.at_rest(moments.operator(recursion))
    return float(found.second(1, 1).value[0]), float(found.second(2, 2).value[0])


def horizons(s, spans):
    return np.round(np.array(spans) / variances(s)[0] ** 0.5).astype(int)


def measure(s):
    (c, v), points = variances(s), horizons(s, np.linspace(0, max(s.spans), s.points + 1)[1:])
    curves = {name: exact(points, rollouts.log_rollout(points, a, x), 1e-9, "horizon")
              for name, a, x in (("iterate", 1.0, c), ("average", 1.0, v), ("stable", s.stable, c))}  # fmt: skip
    run = simulation.averages(Mode(s.curvature, s.noise_std, c**0.5), [s.step_size], [s.length], weight=s.weight,
                              replicas=s.replicas, seed=s.seed)  # fmt: skip
    rolled = horizons(s, s.rolled)
    for name, key in (("iterate", "last"), ("average", "ema")):
        lost = (1 + run[key].samples) ** (2 * rolled)
        curves[f"rolled, {name}"] = replace(run[key], x=rolled, samples=lost, x_name="horizon")
    return curves


def predict(s):
    (c, v), curves = variances(s), {}
    points, rolled = horizons(s, np.linspace(0, max(s.spans), s.points + 1)[1:]), horizons(s, s.rolled)
    for name, x in (("iterate", c), ("average", v)):
        curves[name] = exact(points, rollouts.log_rollout_leading(points, 1.0, x), ulps=8, x_name="horizon")
        lost = np.exp(rollouts.log_rollout(rolled, 1.0, x))
        curves[f"rolled, {name}"] = exact(rolled, lost, 1e-9, "horizon")
    gain = exact(points, points * (2.0 * points - 1) * (c - v), ulps=8, x_name="horizon")
    return curves | {"sum": exact(points, points * c, ulps=2, x_name="horizon"), "gain": gain}


def checks(s, measured, predicted):
    for name, text in (("iterate", "c"), ("average", "v")):
        rival = Rival(claim="H c, one-step losses added up", predicted=predicted["sum"])
        claim = f"log E s_H^2 = H (2 H - 1) {text}, rollouts of the {name}"
        yield agrees(claim, measured[name], predicted[name], rival=rival, within=s.within)
    gain = replace(measured["iterate"], samples=measured["iterate"].samples - measured["average"].samples)
    rival = Rival(claim="the difference of one-step losses, c - v", predicted=variances(s)[0] - variances(s)[1])
    yield agrees(
        "averaging takes away exp(-H (2 H - 1) (c - v))", gain, predicted["gain"], rival=rival, within=s.within
    )
    rival = Rival(claim="at A = 1, too", measured=measured["iterate"])
    yield below(f"nothing is amplified at A = {s.stable:g}", measured["stable"], 0.0, rival=rival)
    for name, other in (("iterate", "average"), ("average", "iterate")):
        rival, key = Rival(claim=f"those of the {other}", predicted=predicted[f"rolled, {other}"]), f"rolled, {name}"
        yield agrees(f"E s_H^2 of simulated rollouts of the {name}", measured[key], predicted[key], rival=rival)


def figure(s, measured, predicted):
    drawn, (logs, rolled) = plots.panels(2)
    for k, name in enumerate(("iterate", "average")):
        plots.points(logs, measured[name].x, measured[name].mean, k, f"{name}, A = 1")
        plots.guide(logs, predicted[name].x, predicted[name].mean, "" if k else "H (2H - 1) variance")
    plots.line(logs, predicted["sum"].x, predicted["sum"].mean, 4, "H c (rival)")
    plots.label(logs, "horizon H", "log E s_H²", f"exact, c = {variances(s)[0]:.2g}", log="xy")
    for k, name in enumerate(("iterate", "average")):
        plots.measurement(rolled, measured[f"rolled, {name}"], k, f"rollouts of the {name}")
        plots.prediction(rolled, predicted[f"rolled, {name}"], "" if k else "exact")
    plots.label(rolled, "horizon H", "E s_H²", "simulated", log="")
    return drawn


if __name__ == "__main__":
    script()
