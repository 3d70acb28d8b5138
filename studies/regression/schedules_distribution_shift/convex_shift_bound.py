"""The regret of constant steps under shift stays below the convex bound, which its path length cannot be left out of.

For convex L-smooth losses with E |g|^2 <= 2 L gap + sigma^2, sum of gaps <= (|e_0|^2 / 2 + sum (gamma_t D + gamma_t^2
/ 2) + T h^2 sigma^2 / 2) / (h (1 - h L)), D the largest root mean square error after a step. On quadratics with
additive noise all of it is exact. Moves: in one direction for ever, back and forth, and once.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, below, exact, log_steps, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("abstract (regret bounds for convex losses), read; standard form derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    condition: float
    noise_std: float = 0.5
    move: float = 1.0
    shares: tuple[float, ...] = (0.1, 0.3, 0.5)  # step size x L
    horizon: int
    points: int = 8


QUICK = Setting(dim=5, condition=10.0, horizon=300)
FULL = Setting(dim=50, condition=100.0, horizon=3000, shares=(0.05, 0.1, 0.3, 0.5, 0.8), points=12)
KINDS = ("persistent", "back and forth", "once")


def problem(s):
    lam = np.geomspace(1, 1 / s.condition, s.dim)
    return LeastSquares(lam, np.full(s.dim, s.dim**-0.5), s.noise_std, "additive")


def moves(s, kind):
    """Moves (horizon, d), along the slowest direction."""
    rows, t = np.zeros((s.horizon, s.dim)), np.arange(s.horizon)
    signs = {"persistent": 1.0 + 0 * t, "back and forth": np.where(t // 20 % 2, -1.0, 1.0), "once": 30.0 * (t == 30)}
    rows[:, -1] = s.move * signs[kind]
    return rows


def run(s, kind, share):
    """Regret, bound, and bound without the path length at each horizon, (3, points)."""
    p, shifts, x = problem(s), moves(s, kind), log_steps(40, s.horizon, s.points)
    sizes = np.full(s.horizon, share)
    before = theory.drifting_moments(p, sizes, np.arange(s.horizon + 1), shifts)
    # E |e - h g|^2 before the move: by the step alone, from the moments at its start.
    after = ((1 - share * p.eigenvalues) ** 2 * before[:-1] + share**2 * p.noise_std**2 * p.eigenvalues).sum(axis=1)
    most, gamma = np.maximum.accumulate(after) ** 0.5, np.linalg.norm(shifts, axis=1)
    regret = theory.risk_of(p, before)[:-1].cumsum()
    start, sigma = before[0].sum() / 2, p.noise_std**2 * p.trace
    rows = []
    for T in x:
        travel = (gamma[:T] * most[T - 1] + gamma[:T] ** 2 / 2).sum()
        noise = T * share**2 * sigma / 2
        rows.append(
            [regret[T - 1], *(theory.convex_regret_bound(share, 1.0, start, part, noise) for part in (travel, 0.0))]
        )
    return np.array(rows).T


def measure(s):
    runs = np.array([run(s, kind, share) for kind, share in product(KINDS, s.shares)])
    return {"regret": exact(log_steps(40, s.horizon, s.points), runs[:, 0], 1e-9)}


def predict(s):
    runs, x = (
        np.array([run(s, kind, share) for kind, share in product(KINDS, s.shares)]),
        log_steps(40, s.horizon, s.points),
    )
    return {"bound": exact(x, runs[:, 1], 1e-9), "no path": exact(x, runs[:, 2], 1e-9)}


def checks(s, measured, predicted):
    rival = Rival(claim="... without the path length", predicted=predicted["no path"])
    yield below("regret under shift <= the convex bound", measured["regret"], predicted["bound"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(3, width=3.8)
    for k, kind in enumerate(KINDS):
        row = k * len(s.shares) + 1
        x = measured["regret"].x
        plots.points(axes[k], x, measured["regret"].samples[row], 0, "regret")
        plots.guide(axes[k], x, predicted["bound"].samples[row], "bound")
        plots.line(axes[k], x, predicted["no path"].samples[row], 1, "without the path length")
        plots.label(axes[k], "horizon T", "regret", f"{kind}, h L = {s.shares[1]:g}")
        axes[k].set_ylim(top=30 * predicted["bound"].samples[row].max())
    return drawn


if __name__ == "__main__":
    script()
