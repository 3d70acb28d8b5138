"""Who wins depends on where the error lies: accelerated SGD along small eigenvalues, SGD along large ones.

Without label noise, from an error confined to one direction, total risk, multiplicative noise included: simulated and
exact for one large and one small eigenvalue, exact after many steps for more of them. Early risks above the initial
one are genuine: noise leaks into large directions.
The paper's further settings were not read; step and cut-off here are the family's limits.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, log_steps, ordered, plots, script, spectra
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares
from theorylab.models.regression.simulation import simulate, simulate_accelerated

SOURCE = Source(
    "abstract, and setting of the experiments (d = 2000, eigenvalues i^-2)",
    figure="risk of SGD and ASGD; step and cut-off are ours",
    kind="read",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    few: int  # directions of what is simulated
    cutoff: int = 5
    large: int = 1  # number of the direction that holds the error
    small: int = 10
    smaller: tuple[int, ...] = (10, 20, 30, 100)
    many: int = 3000  # steps after which the exact risks of all of them are compared
    horizon: int = 300
    points: int = 12
    replicas: int
    seed: int


QUICK = Setting(dim=100, few=20, horizon=60, points=6, replicas=8000, seed=1)
FULL = Setting(dim=2000, few=2000, horizon=3000, points=16, replicas=4000, seed=2)


def problem(s, direction, dim):
    eigenvalues = spectra.power_law(dim, 2.0)
    p = LeastSquares(eigenvalues, 1.0 * (np.arange(1, dim + 1) == direction), noise_std=0.0)
    return p, Acceleration.with_cutoff(p, s.cutoff), log_steps(5, s.horizon, s.points)


def measure(s):
    curves = {}
    for name, direction in (("large", s.large), ("small", s.small)):
        p, a, steps = problem(s, direction, s.few)
        common = {"replicas": s.replicas, "seed": s.seed}
        curves[f"asgd, {name}"] = simulate_accelerated(p, a, steps, **common)["last"]
        curves[f"sgd, {name}"] = simulate(p, a.short_step, 0.0, steps, **common)["last"]
    return curves


def predict(s):
    curves = {}
    for name, direction in (("large", s.large), ("small", s.small)):
        p, a, steps = problem(s, direction, s.few)
        rounding = theory.asgd_relative_rounding(p, a, steps), theory.relative_rounding(p, a.short_step, steps)
        curves[f"asgd, {name}"] = exact(steps, theory.asgd_risk(p, a, steps), rounding[0])
        curves[f"sgd, {name}"] = exact(steps, theory.sgd_risk(p, a.short_step, steps), rounding[1])
    return curves


def late(s, directions):
    """Exact risks of ASGD and SGD after many steps, a point per direction of the initial error; one stands for all."""
    rows: tuple[list[float], list[float], list[float], list[float]] = ([], [], [], [])
    for direction in directions:
        p, a, _ = problem(s, direction, s.dim)
        rows[0].append(theory.asgd_risk(p, a, [s.many])[0])
        rows[1].append(theory.sgd_risk(p, a.short_step, [s.many])[0])
        rows[2].append(theory.asgd_relative_rounding(p, a, [s.many])[0])
        rows[3].append(theory.relative_rounding(p, a.short_step, [s.many])[0])
    times = len(s.smaller) // len(directions)
    return [exact(s.smaller, times * rows[k], np.array(times * rows[k + 2]), "direction") for k in (0, 1)]


def checks(s, measured, predicted):
    for key in measured:
        method, name = key.split(", ")
        other = f"{'sgd' if method == 'asgd' else 'asgd'}, {name}"
        rival = Rival(claim=f"it is that of {other.split(',')[0].upper()}", predicted=predicted[other])
        claim = f"risk of {method.upper()}, error along a {name} eigenvalue"
        yield agrees(claim, measured[key], predicted[key], rival=rival)
    small, large = late(s, s.smaller), late(s, (s.large,))
    rival = Rival(claim="along the large eigenvalue too", measured=large[0], predicted=large[1])
    yield ordered(f"ASGD wins along small eigenvalues, {s.many} steps", *small, rival=rival)
    rival = Rival(claim="along small eigenvalues too", measured=small[1], predicted=small[0])
    yield ordered(f"SGD wins along the large eigenvalue, {s.many} steps", large[1], large[0], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for panel, name, direction in zip(axes, ("small", "large"), (s.small, s.large), strict=True):
        for k, method in enumerate(("asgd", "sgd")):
            plots.measurement(panel, measured[f"{method}, {name}"], k, f"{method.upper()}, simulated")
            plots.prediction(panel, predicted[f"{method}, {name}"], "" if k else "exact recursion")
        plots.label(panel, "iterations", "excess risk", f"error along eigenvalue {direction} of d = {s.few}")
    return drawn


if __name__ == "__main__":
    script()
