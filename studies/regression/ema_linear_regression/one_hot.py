"""One-hot data feed no noise from direction to direction: the Gaussian recursion fails for them.

Gaussian x: E[x x^T A x x^T] = 2 HAH + tr(HA) H, which couples all directions through S. One-hot x (the i-th unit vector
with probability p_i): E[x x^T A x x^T] = diag(p_i A_ii), the coupling is gone, and so is the lower fourth-moment
condition (a positive multiple of tr(HA) H) that a lower bound leans on. Simulation with the same covariance follows
c_i <- (1 - 2 d p_i + d^2 p_i) c_i + d^2 p_i sigma^2, not the Gaussian recursion. A few equal p_i, from the minimiser,
settle the label noise to 1%.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, exact, log_steps, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import simulate

SOURCE = Source("fourth-moment assumption of the lower bound (read); one-hot recursion derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponent: float = 2.0
    step_size: float = 0.5  # one-hot SGD is stable up to 2
    ema_decay: float = 0.9
    horizon: int = 100
    points: int = 8
    flat: int = 10  # equal probabilities, and the steps of the run that weighs the label noise
    precise: int = 40_000  # replicas there
    off: float = 0.01  # of the label noise in its rival
    replicas: int
    seed: int


QUICK = Setting(dim=20, replicas=4000, seed=1)
FULL = Setting(dim=200, replicas=20_000, seed=2)


def problem(s):
    p = LeastSquares.power_law(s.dim, s.exponent, start=1.0, noise_std=1.0, design="one-hot")
    return p, log_steps(5, s.horizon, s.points)


def noise(s, noise_std=1.0):
    """Start at the minimiser, equal probabilities."""
    return LeastSquares(np.full(s.flat, 1 / s.flat), np.zeros(s.flat), noise_std, "one-hot"), [5 * s.flat]


def measure(s):
    p, steps = problem(s)
    run = simulate(p, s.step_size, s.ema_decay, steps, replicas=s.replicas, seed=s.seed)
    p, steps = noise(s)
    flat = simulate(p, s.step_size, s.ema_decay, steps, replicas=s.precise, seed=s.seed)["last"]
    return {"SGD": run["last"], "EMA": run["ema"], "noise": flat}


def predict(s):
    p, steps = problem(s)
    curves = {}
    for name, data in (("", p), (", coupled", replace(p, design="gaussian"))):
        rounding = theory.relative_rounding(data, s.step_size, steps)
        curves[f"SGD{name}"] = exact(steps, theory.sgd_risk(data, s.step_size, steps), rounding)
        curves[f"EMA{name}"] = exact(steps, theory.ema_risk(data, s.step_size, s.ema_decay, steps), rounding)
    for name, noise_std in (("noise", 1.0), ("more", 1 + s.off)):
        data, steps = noise(s, noise_std)
        rounding = theory.relative_rounding(data, s.step_size, steps)
        curves[name] = exact(steps, theory.sgd_risk(data, s.step_size, steps), rounding)
    return curves


def checks(s, measured, predicted):
    for name in ("SGD", "EMA"):
        rival = Rival(claim="the Gaussian recursion, coupled through S", predicted=predicted[f"{name}, coupled"])
        yield agrees(f"risk of {name} on one-hot data: uncoupled", measured[name], predicted[name], rival=rival)
    rival = Rival(claim=f"with {100 * s.off:g}% more label noise", predicted=predicted["more"])
    yield agrees("variance of SGD, equal probabilities", measured["noise"], predicted["noise"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for panel, name in zip(axes, ("SGD", "EMA"), strict=True):
        plots.measurement(panel, measured[name], 0, "one-hot data, simulated")
        plots.prediction(panel, predicted[name], "uncoupled recursion")
        plots.exact_line(panel, predicted[f"{name}, coupled"], 1, "Gaussian recursion (rival)")
        plots.label(panel, "iterations", "excess risk", f"{name}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
