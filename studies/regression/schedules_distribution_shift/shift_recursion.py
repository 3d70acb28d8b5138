"""Simulated SGD on random data has the second moments of the recursion when the minimiser moves, at any schedule.

Moves of three kinds, after each step: a random walk, a fixed direction (the mean error then goes along, and is moved
with the sign that it has), and a single jump. Rivals leave one thing out: the noise of random data, (d + 1) / B in k1;
the coupling of a persistent move to the mean error; one step of time.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import simulate_drifting

SOURCE = Source("online linear regression under shift (read, in words); recursion derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    batch: int = 3
    condition: float = 4.0  # the recursion holds for any spectrum
    noise_std: float = 0.7
    move: float = 0.3  # length of a move in a step
    jump: float = 1.5
    steps: int = 24
    replicas: int
    seed: int


QUICK = Setting(dim=5, replicas=10_000, seed=1)
FULL = Setting(dim=20, batch=8, steps=40, replicas=100_000, seed=2)


def problem(s):
    lam = np.geomspace(1, 1 / s.condition, s.dim)
    return LeastSquares(lam, np.full(s.dim, s.dim**-0.5), s.noise_std, batch=s.batch)


def schedule(s):
    """Step sizes that fall and rise again, and the steps observed."""
    sizes = 0.25 + 0.15 * np.cos(2 * np.pi * np.arange(s.steps) / s.steps)
    return sizes, np.unique(np.linspace(1, s.steps, 8).astype(int))


def moves(s):
    """Shifts and walks (steps, d) per kind."""
    none, direction = np.zeros((s.steps, s.dim)), np.linspace(-1, 2, s.dim)
    direction = direction / np.linalg.norm(direction)
    jump = np.where(np.arange(s.steps)[:, None] == s.steps // 2, s.jump * direction, none)
    return {
        "random walk": (none, none + s.move**2 / s.dim),
        "persistent": (none + s.move * direction, none),
        "jump": (jump, none),
    }


def measure(s):
    sizes, steps = schedule(s)
    how = {"replicas": s.replicas, "seed": s.seed}
    return {name: simulate_drifting(problem(s), sizes, steps, shifts=shifts, walks=walks, **how)
            for name, (shifts, walks) in moves(s).items()}  # fmt: skip


def predict(s):
    (sizes, steps), p, curves = schedule(s), problem(s), {}
    plain = LeastSquares(p.eigenvalues, p.error0, p.noise_std, "additive", s.batch)
    for name, (shifts, walks) in moves(s).items():
        uncoupled = walks + shifts**2  # a move of the same length in a random direction
        for rival, risks in {
            "": theory.drifting_risk(p, sizes, steps, shifts, walks),
            "k1 = 1": theory.drifting_risk(plain, sizes, steps, shifts, walks),
            "uncoupled": theory.drifting_risk(p, sizes, steps, 0.0, uncoupled),
            "early": theory.drifting_risk(p, sizes, steps, np.roll(shifts, -1, 0), np.roll(walks, -1, 0)),
            "step late": theory.drifting_risk(p, np.append(sizes[0], sizes[:-1]), steps, shifts, walks),
        }.items():
            curves[f"{name}{rival}"] = exact(steps, risks, 1e-12)
    return curves


RIVALS = {"random walk": ("k1 = 1", "step late"), "persistent": ("k1 = 1", "uncoupled"), "jump": ("k1 = 1", "early")}
WORDS = {
    "k1 = 1": "no noise of random data", "uncoupled": "moves that do not meet the mean error",
    "early": "the jump a step early", "step late": "the schedule a step late",
}  # fmt: skip


def checks(s, measured, predicted):
    for name, rivals in RIVALS.items():
        for key in rivals:
            rival = Rival(claim=WORDS[key], predicted=predicted[f"{name}{key}"])
            yield agrees(f"risk under moves: {name}, not {WORDS[key]}", measured[name], predicted[name], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(3, width=3.6)
    for panel, (name, rivals) in zip(axes, RIVALS.items(), strict=True):
        plots.measurement(panel, measured[name], 0, "simulated")
        plots.prediction(panel, predicted[name], "recursion")
        for k, key in enumerate(rivals):
            plots.exact_line(panel, predicted[f"{name}{key}"], k + 1, WORDS[key])
        panel.set_ylim(top=1.6 * predicted[name].mean.max())
        plots.label(panel, "iterations", "excess risk", f"{name}, d = {s.dim}, B = {s.batch}", log="")
    return drawn


if __name__ == "__main__":
    script()
