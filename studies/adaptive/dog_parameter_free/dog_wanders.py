"""Where noise is all that a gradient shows, the distance of DoG grows as the root of T: its own step size feeds it.

In the time log t, x moves by r dB and r is the largest |x|: x / r is reflected at the sphere, and Ito's formula for
|x / r|^2 gives d E log r = dt / (2 t), in every dimension. So DoG is bounded by the strength of the gradient alone: at
slope 1 fewer than one run in 50 leaves 3 d_0; at slope sigma / sqrt(T), where T^-1/2 cannot be beaten, more than
one in ten do, and under heavy tails more than one in 50 at slope 1, too.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, log_steps, plots, script
from theorylab.curves import Curve
from theorylab.models.adaptive import parameter_free as model
from theorylab.models.adaptive.theory import parameter_free as theory

SOURCE = Source("DoG is not always stable, recalled; rate and cases derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dims: tuple[int, ...]
    first_step: int
    steps: int
    replicas: int
    runs: int  # for shares
    horizon: int
    alpha: float = 1.2
    far: float = 3.0
    within: float = 0.02  # for steps of finite length: 1 / sqrt(first step) of the growth
    seed: int


QUICK = Setting(dims=(1, 3), first_step=300, steps=10_000, replicas=300, runs=600, horizon=300, within=0.06, seed=1)
FULL = Setting(dims=(1, 10), first_step=10_000, steps=300_000, replicas=400, runs=1000, horizon=10_000, seed=2)


def growth(s, dim):
    """log(r_T / r_t) of runs without slope, from t = first_step on."""
    steps = log_steps(s.first_step, s.steps, 6)
    descent = model.Descent(scales=np.zeros(dim), target=np.ones(dim), first=1.0, noise=1.0)
    radius = model.simulated(descent, steps, replicas=s.replicas, seed=s.seed)["radius"].samples
    return Curve(steps[1:].astype(float), np.log(radius[:, 1:] / radius[:, :1]))


def beyond(s, slope, alpha=2.0):
    """Whether runs on slope |x - 1| have left 3 d_0, as replicas."""
    descent = model.Descent(scales=[slope], target=[1.0], first=0.1, noise=1.0, alpha=alpha)
    radius = model.simulated(descent, [s.horizon], replicas=s.runs, seed=s.seed)["radius"]
    return Curve(radius.x, 1.0 * (radius.samples > s.far)).bounded(0, 1)


def measure(s):
    curves = {f"d = {dim}": growth(s, dim) for dim in s.dims}
    weak = s.horizon**-0.5
    return curves | {"strong": beyond(s, 1.0), "weak": beyond(s, weak), "heavy": beyond(s, 1.0, s.alpha)}


def predict(s):
    steps = 1.0 * log_steps(s.first_step, s.steps, 6)
    return {name: exact(steps[1:], theory.wandering_leading(steps[1:], steps[0]) * factor, ulps=16)
            for name, factor in (("wandering", 1.0), ("diffusive", 2.0))}  # fmt: skip


def checks(s, measured, predicted):
    for dim in s.dims:
        rival = Rival(claim="log T", predicted=predicted["diffusive"])
        claim = f"no slope, d = {dim}: E log r_T grows as log(T) / 2"
        yield agrees(claim, measured[f"d = {dim}"], predicted["wandering"], rival=rival, within=s.within)
    rival = Rival(claim=f"under stable noise, alpha = {s.alpha:g}, too", measured=measured["heavy"])
    yield below(f"slope 1: less than 1/50 of runs leave {s.far:g} d_0", measured["strong"], 0.02, rival=rival)
    rival = Rival(claim="at slope 1, too", measured=measured["strong"])
    yield above("slope T^-1/2: more than a tenth do", measured["weak"], 0.1, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, dim in enumerate(s.dims):
        plots.measurement(axes, measured[f"d = {dim}"], k, f"no slope, d = {dim}")
    plots.prediction(axes, predicted["wandering"], "log(T / t) / 2")
    plots.label(axes, "steps T", "mean of log(r_T / r_t)", f"DoG, t = {s.first_step}", log="x")
    return drawn


if __name__ == "__main__":
    script()
