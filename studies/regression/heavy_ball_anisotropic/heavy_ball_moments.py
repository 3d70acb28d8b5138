"""Simulated heavy ball has the second moments of its 3-state blocks: random data, step decay, noise of any covariance.

v' = m v + h_t g, e' = e - v'. Per direction (E e^2, E e e_before, E e_before^2) closes on itself, up to the noise that
random data feed from direction to direction. Rivals leave one thing out: what is fed, the noise of a direction's own
error, v at the end of a stage, or one step of the schedule.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import scheduled, theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import simulate_heavy_ball
from theorylab.models.regression.theory.scheduled import coefficients
from theorylab.numerics.streams import generator

SOURCE = Source("the method (read, in words); exact recursion derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    condition: float = 20.0
    batch: int = 4
    momentum: float = 0.8
    step_sizes: tuple[float, ...] = (0.2, 0.1, 0.05)
    stage: int = 12
    noise_std: float = 0.5
    replicas: int
    seed: int


QUICK = Setting(dim=6, replicas=15_000, seed=1)
FULL = Setting(dim=10, stage=20, replicas=100_000, seed=2)
UNITS = 1e-11  # of rounding: some 60 steps of a handful of operations, nowhere near a risk of 0


def problems(s):
    """Gaussian data, and additive noise whose covariance has nothing to do with the eigenvectors of the data."""
    lam = np.geomspace(1, 1 / s.condition, s.dim)
    root = np.tril(generator(7).normal(size=(s.dim, s.dim))) / s.dim**0.5 + 0.3 * np.eye(s.dim)
    yield "random data", LeastSquares(lam, np.ones(s.dim), s.noise_std, batch=s.batch)
    yield "covariance", LeastSquares(lam, np.ones(s.dim), s.noise_std, "additive", s.batch, root @ root.T)


def schedule(s):
    sizes = np.repeat(s.step_sizes, s.stage)
    return sizes, np.unique(np.linspace(2, sizes.size, 8).astype(int))


def measure(s):
    sizes, steps = schedule(s)
    return {name: simulate_heavy_ball(p, sizes, s.momentum, steps, replicas=s.replicas, seed=s.seed)
            for name, p in problems(s)}  # fmt: skip


def reset(s, p, steps):
    """The risk if v were 0 at the start of every stage: stage after stage from the moments reached."""
    risks, start, inside = [], p.error0, np.arange(1, s.stage + 1)
    for k, size in enumerate(s.step_sizes):
        moments = theory.heavy_ball_moments(replace(p, error0=start), np.full(s.stage, size), s.momentum, inside)
        start = moments[-1] ** 0.5
        risks += [theory.risk_of(p, moments[i - 1]) for i in inside if k * s.stage + i in steps]
    return np.array(risks)


def predict(s):
    (sizes, steps), curves = schedule(s), {}
    for name, p in problems(s):
        r, full = coefficients(p), 0 * sizes
        blocks = {"": r, "not fed": r._replace(feedback=0.0), "own left out": r._replace(spread=0 * r.spread)}
        blocks["diagonal H"] = r._replace(gain=p.eigenvalues * r.gain.sum() / p.eigenvalues.sum())
        for rival, part in blocks.items():
            risks = theory.risk_of(p, scheduled.accelerated(part, full, sizes, s.momentum, steps)[1])
            curves[f"{name}{rival}"] = exact(steps, risks, UNITS)
        late = theory.heavy_ball_risk(p, np.append(sizes[0], sizes), s.momentum, steps)
        for rival, risks in (("late", late), ("reset", reset(s, p, steps))):
            curves[f"{name}{rival}"] = exact(steps, risks, UNITS)
    return curves


RIVALS = {"random data": ("not fed", "own left out", "late", "reset"), "covariance": ("diagonal H", "late")}
WORDS = {
    "not fed": "no noise fed from direction to direction", "own left out": "no noise of a direction's own error",
    "late": "the schedule a step later", "reset": "v = 0 at each stage", "diagonal H": "covariance as H, same trace",
}  # fmt: skip


def checks(s, measured, predicted):
    for name, rivals in RIVALS.items():
        for key in rivals:
            rival = Rival(claim=WORDS[key], predicted=predicted[f"{name}{key}"])
            yield agrees(f"risk, {name}, not {WORDS[key]}", measured[name], predicted[name], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for panel, (name, rivals) in zip(axes, RIVALS.items(), strict=True):
        plots.measurement(panel, measured[name], 0, "simulated")
        plots.prediction(panel, predicted[name], "3-state blocks")
        for k, key in enumerate(rivals):
            plots.exact_line(panel, predicted[f"{name}{key}"], k + 1, WORDS[key])
        plots.label(panel, "iterations", "excess risk", f"{name}, m = {s.momentum}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
