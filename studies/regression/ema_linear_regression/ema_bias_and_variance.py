"""EMA against no averaging, averaging from the start and tail averaging: bias and variance of the excess risk.

Second moments are linear in (e_0 e_0^T, sigma^2), so bias (no noise) and variance (start at the minimiser) are run
apart and add up. Exact recursions are the prediction; simulation of the same four estimators is the measurement.
The paper's spectrum, dimension and step were not read: sizes are ours, the step is 1/(6 tr H) throughout.
"""

from dataclasses import dataclass

from theorylab import Curve, Rival, Source, agrees, exact, log_steps, ordered, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import OUTPUTS, Observation, simulate

SOURCE = Source("abstract, claims (i) and (ii)", figure="Figure 1, at sizes of ours", kind="read")
NAMES = {
    "last": "no averaging",
    "ema": "EMA",
    "average": "averaging from the start",
    "tail": "tail averaging (last half)",
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    replicas: int
    horizon: int
    ema_decay: float = 0.99
    exponent: float = 2.0
    noise_std: float = 1.0
    first: int = 10  # the risk of fewer steps is a few squares of normals: a heavy tail
    points: int = 12
    seed: int


QUICK = Setting(dim=100, replicas=200, horizon=1000, seed=1)
FULL = Setting(dim=2000, replicas=4000, horizon=5000, first=100, points=20, seed=2)


def problem(s):
    """The two sources of error apart, the step size, the horizons."""
    both = LeastSquares.power_law(s.dim, s.exponent, start=1.0, noise_std=s.noise_std)
    steps = log_steps(s.first, s.horizon, s.points)
    return {"bias": both.bias(), "variance": both.variance()}, 1 / (6 * both.trace), steps


def measure(s):
    parts, step_size, steps = problem(s)
    runs = {
        part: simulate(p, step_size, s.ema_decay, Observation(steps, steps // 2), replicas=s.replicas, seed=s.seed)
        for part, p in parts.items()
    }
    return {f"{part}, {name}": curve for part, run in runs.items() for name, curve in run.items()}


def predict(s):
    parts, step_size, steps = problem(s)
    curves: dict[str, Curve] = {}
    for part, p in parts.items():
        risks = (
            theory.sgd_risk(p, step_size, steps),
            theory.ema_risk(p, step_size, s.ema_decay, steps),
            theory.average_risk(p, step_size, 0, steps),
            theory.average_risk(p, step_size, steps // 2, steps),
        )
        rounding = theory.relative_rounding(p, step_size, steps)
        curves |= {f"{part}, {name}": exact(steps, risk, rounding) for name, risk in zip(OUTPUTS, risks, strict=True)}
    return curves


def checks(s, measured, predicted):
    for key in measured:
        part, name = key.split(", ")
        other = f"{part}, {'ema' if name == 'last' else 'last'}"
        rival = Rival(claim=f"it is that of {NAMES[other.split(', ')[1]]}", predicted=predicted[other])
        yield agrees(f"{part} of {NAMES[name]}", measured[key], predicted[key], rival=rival)
    lag = Rival(claim="the same for the bias", measured=measured["bias, ema"], predicted=measured["bias, last"])
    claim = "variance of EMA < variance of SGD, simulated"
    yield ordered(claim, measured["variance, ema"], measured["variance, last"], rival=lag)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    some = slice(None, None, 1 + s.points // 16)  # points enough for the eye
    for panel, part in zip(axes, ("bias", "variance"), strict=True):
        for k, name in enumerate(OUTPUTS):
            plots.measurement(panel, measured[f"{part}, {name}"].at(some), k, NAMES[name])
            plots.prediction(panel, predicted[f"{part}, {name}"], "" if k else "exact")
        plots.label(panel, "iterations", "excess risk", f"{part} (d = {s.dim}, decay {s.ema_decay})")
    return drawn


if __name__ == "__main__":
    script()
