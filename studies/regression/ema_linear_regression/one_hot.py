"""One-hot data feed no noise from direction to direction: the Gaussian recursion fails for them.

Gaussian x: E[x x^T A x x^T] = 2 HAH + tr(HA) H, which couples all directions through S. One-hot x (the i-th unit vector
with probability p_i): E[x x^T A x x^T] = diag(p_i A_ii), the coupling is gone, and so is the lower fourth-moment
condition (a positive multiple of tr(HA) H) that a lower bound leans on. Simulation with the same covariance follows
c_i <- (1 - 2 d p_i + d^2 p_i) c_i + d^2 p_i sigma^2, not the Gaussian recursion.
"""

from dataclasses import dataclass, replace

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
    replicas: int
    seed: int


QUICK = Setting(dim=20, replicas=4000, seed=1)
FULL = Setting(dim=200, replicas=20_000, seed=2)


def problem(s):
    p = LeastSquares.power_law(s.dim, s.exponent, start=1.0, noise_std=1.0, design="one-hot")
    return p, log_steps(5, s.horizon, s.points)


def measure(s):
    p, steps = problem(s)
    run = simulate(p, s.step_size, s.ema_decay, steps, replicas=s.replicas, seed=s.seed)
    return {"SGD": run["last"], "EMA": run["ema"]}


def predict(s):
    p, steps = problem(s)
    curves = {}
    for name, data in (("", p), (", coupled", replace(p, design="gaussian"))):
        rounding = theory.relative_rounding(data, s.step_size, steps)
        curves[f"SGD{name}"] = exact(steps, theory.sgd_risk(data, s.step_size, steps), rounding)
        curves[f"EMA{name}"] = exact(steps, theory.ema_risk(data, s.step_size, s.ema_decay, steps), rounding)
    return curves


def checks(s, measured, predicted):
    for name in measured:
        rival = Rival(claim="the Gaussian recursion, coupled through S", predicted=predicted[f"{name}, coupled"])
        yield agrees(f"risk of {name} on one-hot data: uncoupled", measured[name], predicted[name], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for panel, name in zip(axes, measured, strict=True):
        plots.measurement(panel, measured[name], 0, "one-hot data, simulated")
        plots.prediction(panel, predicted[name], "uncoupled recursion")
        plots.exact_line(panel, predicted[f"{name}, coupled"], 1, "Gaussian recursion (rival)")
        plots.label(panel, "iterations", "excess risk", f"{name}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
