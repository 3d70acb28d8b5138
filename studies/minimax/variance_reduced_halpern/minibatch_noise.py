"""Without variance reduction Halpern amplifies noise: E|x_k - E x_k|^2 = k (2k+1)/(6 (k+1)) times that of one step.

The anchored mean weighs the noise of step j by j/(k+1) and a rotation forgets none of it: the variance grows as k/3.
With components F_i(u) = s u + b_i and batches of fixed size the residual therefore rises in the end, however small
|s|; PAGE's differences do not see b_i, and its residual falls as that of full evaluations. Derived here.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, log_steps, ordered, plots, script
from theorylab.models.minimax import simulation, theory
from theorylab.models.minimax.model import FiniteSum, rotation_slopes

SOURCE = Source("motivation of variance reduction; variance derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int = 100
    batch: int = 10
    angle: float = 0.02
    noise: float = 0.5  # |b_i| / L
    horizon: int
    points: int = 10
    replicas: int
    seed: int


QUICK = Setting(horizon=1000, replicas=500, seed=1)
FULL = Setting(horizon=10_000, points=14, replicas=2000, seed=2)


def problem(s):
    turns = np.exp(2j * np.pi * np.arange(s.size) / s.size)
    return FiniteSum.rotations(np.full(s.size, s.angle), offsets=s.noise * turns)


def grid(s):
    return log_steps(30, s.horizon, s.points)


def measure(s):
    p = problem(s)
    sampled = simulation.simulate_minibatch(p, s.batch, grid(s), replicas=s.replicas, seed=s.seed)
    page = simulation.simulate_page(p, grid(s), replicas=s.replicas, seed=s.seed)["value"]
    late = log_steps(100, 100 * s.horizon, 15)
    variance = exact(late, theory.minibatch_variance(1.0, late), ulps=4)
    return {"sampled": sampled, "page": page, "variance": variance}


def predict(s):
    k, slope = grid(s), abs(rotation_slopes([s.angle])[0])
    mean = np.abs(theory.halpern_difference(np.exp(1j * s.angle), k) / 2) ** 2
    noise = slope**2 * theory.minibatch_variance(4 * s.noise**2 / s.batch, k)  # (2/L)^2 mean |b_i|^2 / batch
    rounding = 64 * (k + 1) * 2.0**-53
    return {"sampled": exact(k, mean + noise, rounding), "full": exact(k, mean, 1e-6)}


def checks(s, measured, predicted):
    rival = Rival(claim="that of full evaluations", predicted=predicted["full"])
    claim = "E|F(u_k)|^2 of minibatch Halpern: full evaluations + k (2k+1)/(6 (k+1)) |s|^2 noise"
    yield agrees(claim, measured["sampled"], predicted["sampled"], rival=rival)
    rival = Rival(claim="stays", predicted=Power(0))
    yield decays_as("the variance grows as k", measured["variance"], Power(1), rival=rival)
    late = grid(s) >= s.horizon // 4
    page, sampled = measured["page"].at(late), measured["sampled"].at(late)
    rival = Rival(claim="minibatch below PAGE", measured=sampled, predicted=page)
    yield ordered("late residual of PAGE < that of minibatch Halpern", page, sampled, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.measurement(axes, measured["sampled"], 0, f"minibatch Halpern, b = {s.batch}")
    plots.measurement(axes, measured["page"], 1, "Algorithm 1 (PAGE)")
    fine = replace(s, points=200)
    plots.prediction(axes, predict(fine)["sampled"], "exact, minibatch")
    plots.label(
        axes, "iterations k", "E|F(u)|^2 / (L D)^2", f"n = {s.size}, angle {s.angle:g}, |b_i| = {s.noise:g} L D"
    )
    return drawn


if __name__ == "__main__":
    script()
