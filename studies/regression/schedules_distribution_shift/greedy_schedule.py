"""Under shift the schedule of least regret is greedy, for every horizon; where eigenvalues differ, it is not.

On isotropic data with moves of mean 0 one number counts, v = E |e|^2, and v' at a given step size rises with v. So
does its least value over step sizes, reached at h = v / (k1 v + k2): the smallest v now is the best for ever,
whatever the horizon, and knowing the moves in advance would change nothing. Of all schedules an optimiser finds no
better one, and random ones are worse. With unequal eigenvalues the state is a vector, and a schedule that looks ahead
beats greedy steps.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from theorylab import Rival, Source, above, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (exact characterisation, read); discrete optimum derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 20
    batch: int = 4
    noise_std: float = 1.0
    start: float = 4.0  # |e_0|^2
    walk: float = 0.05  # gamma^2 of constant moves
    horizon: int
    schedules: int
    seed: int


QUICK = Setting(dim=10, horizon=30, schedules=60, seed=1)
FULL = Setting(dim=100, batch=16, walk=0.1, horizon=200, schedules=2000, seed=2)
search: Any = minimize


def patterns(s):
    """gamma_t^2 per step."""
    t, g = np.arange(s.horizon), s.walk
    jump, bursts = 40 * g * (t == s.horizon // 3), 5 * g * (t % 10 < 2)
    return {"none": 0.0 * t, "jump": jump, "constant": g + 0.0 * t, "bursts": bursts}


def greedy(s, walks):
    k1, k2 = theory.shift_constants(s.dim, s.batch, s.noise_std**2)
    return theory.greedy_schedule(k1, k2, walks, s.start)


def problem(s, d, condition=1.0):
    return LeastSquares(np.geomspace(1, 1 / condition, d), np.full(d, (s.start / d) ** 0.5), s.noise_std, batch=s.batch)


def regret(p, sizes, walks):
    return theory.drifting_risk(p, np.abs(sizes), np.arange(sizes.size), 0.0, walks[:, None] / p.dimension).sum()


def least(p, walks, sizes):
    return search(lambda x: regret(p, x, walks), sizes, method="L-BFGS-B", tol=1e-12).fun


def unequal(s):
    """Least regret over that of greedy steps where eigenvalues differ; a step is greedy for the risk after it."""
    p, walks, sizes = problem(s, 3, 30.0), np.full(25, s.walk), np.zeros(25)
    for t in range(24):  # the risk after a step is quadratic in its size
        none, half, one = (regret(p, np.append(sizes[:t], (h, 0.0)), walks[: t + 2]) for h in (0.0, 0.5, 1.0))
        sizes[t] = (3 * none - 4 * half + one) / (4 * (none - 2 * half + one))
    return least(p, walks, sizes) / regret(p, sizes, walks)


def measure(s):
    draws, p, rows = generator(s.seed), problem(s, s.dim), []
    for walks in patterns(s).values():
        steps, values = greedy(s, walks)
        factors = np.exp(draws.normal(size=(s.schedules, s.horizon)) * draws.uniform(0, 1, (s.schedules, 1)))
        tried = [2 * regret(p, np.minimum(steps * row, 1.0), walks) / values.sum() for row in factors]
        rows.append([least(p, walks, np.full(s.horizon, 0.1)), *tried])
    optimal, *random = np.array(rows).T
    curves = {"optimal": optimal, "unequal": np.full(4, unequal(s)), "random": random}
    curves = {name: exact(np.arange(4), values, 1e-11, "pattern") for name, values in curves.items()}
    return curves | {"random": curves["random"].drawn_from("schedules around the greedy one")}


def predict(s):
    flat = np.full(s.horizon, 0.05)
    rows = [(greedy(s, walks)[1].sum() / 2, regret(problem(s, s.dim), flat, walks)) for walks in patterns(s).values()]
    best, other = (exact(np.arange(4), values, 1e-12, "pattern") for values in np.array(rows).T)
    return {"greedy": best, "flat": other}


def checks(s, measured, predicted):
    rival = Rival(claim="that of constant steps 0.05", predicted=predicted["flat"])
    yield agrees("least regret = greedy steps'", measured["optimal"], predicted["greedy"], rival=rival, within=1e-6)
    rival = Rival(claim="with unequal eigenvalues as well", measured=measured["unequal"])
    yield above("no schedule has less regret than greedy steps", measured["random"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (sizes,) = plots.panels(1, width=5.0)
    for k, (name, walks) in enumerate(patterns(s).items()):
        plots.line(sizes, np.arange(s.horizon), greedy(s, walks)[0], k, name)
    plots.label(sizes, "round", "best step size", f"d = {s.dim}, B = {s.batch}, by pattern of shift", log="y")
    return drawn


if __name__ == "__main__":
    script()
