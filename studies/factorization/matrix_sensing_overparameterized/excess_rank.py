"""Symmetric sensing with k > r: T^2 times the squared error tends to (k - r)/(4 s^2), s the step size, from every
start.

Outside the target's rank the eigenvalues of X X^T fall as 1/(2 s T) (excess_map), whatever the scale alpha of the
start, which only delays them by 1/x_0. With k = r there is no such eigenvalue, and the squared error falls by (1 - s
sigma_r)^2 a step, of the part across the target; the part inside, (1 - 2 s sigma_r)^2, is faster.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import (
    Power,
    Rival,
    Source,
    above,
    agrees,
    decays_as,
    exact,
    geometric,
    log_steps,
    plots,
    script,
    stacked,
)
from theorylab.models.factorization import sensing, theory
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (lower bound 1/T^2, exponential for k = r, read); constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    values: tuple[float, ...] = (1.0, 0.8, 0.6)  # singular values of the target
    ranks: tuple[int, ...] = (4, 6)  # columns k
    alphas: tuple[float, ...]
    step_size: float = 0.1
    horizon: int
    seed: int


QUICK = Setting(size=12, alphas=(0.2, 0.5), horizon=10_000, seed=1)
FULL = Setting(size=50, ranks=(4, 6, 10), alphas=(0.05, 0.1, 0.2), horizon=200_000, seed=2)


def errors(s, rank, alpha, steps):
    start = alpha * generator(s.seed, rank).standard_normal((s.size, rank))
    return sensing.symmetric(sensing.target(s.size, s.values, seed=s.seed), start, s.step_size, steps).errors


def measure(s):
    steps, last, few, r = log_steps(s.horizon // 100, s.horizon, 20), [s.horizon], np.arange(60, 121), len(s.values)
    # A squared error at T is a sum of squares of size 1/T, each off by some units of the target's 1.
    unit = 64 * s.horizon * 2.0**-52
    found = {(k, a): errors(s, k, a, steps) for k in s.ranks for a in s.alphas}
    none = errors(s, r, s.alphas[-1], last) * s.horizon**2.0
    return {
        "error": exact(steps, found[s.ranks[-1], s.alphas[-1]], unit),
        "scaled": exact(last, [[x[-1] * s.horizon**2.0] for x in found.values()], unit),
        "exact rank": exact(few, errors(s, r, s.alphas[-1], few), 1e-6),
        "exact rank, scaled": stacked([exact(last, none, ulps=4)] * len(found)),
    }


def predict(s):
    extra = np.repeat(s.ranks, len(s.alphas))[:, None] - len(s.values)
    limits = {"scaled": extra, "all columns": extra + len(s.values), "half": extra / 2}
    return {name: exact([s.horizon], theory.excess_error_limit(x, s.step_size), ulps=4) for name, x in limits.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="as 1/T", predicted=Power(-1))
    yield decays_as("squared error falls as 1/T^2", measured["error"], Power(-2), rival=rival)
    rival = Rival(claim="k/(4 s^2)", predicted=predicted["all columns"])
    claim = "T^2 error -> (k - r)/(4 s^2), to 4% at the last step"
    yield agrees(claim, measured["scaled"], predicted["scaled"], rival=rival, within=0.04)
    rival = Rival(claim="with k = r too", measured=measured["exact rank, scaled"])
    yield above("T^2 error is above half its limit, k > r", measured["scaled"], predicted["half"], rival=rival)
    least = s.values[-1]
    rival = Rival(claim="(1 - 2 s sigma_r)^2, of the part inside", predicted=(1 - 2 * s.step_size * least) ** 2)
    factor = theory.exact_rank_factor(s.step_size, least)
    yield geometric("k = r: the error falls by (1 - s sigma_r)^2", measured["exact rank"], factor, rival=rival)


def figure(s, measured, predicted):
    drawn, (ranks, alphas) = plots.panels(2)
    steps = log_steps(10, s.horizon, 40)
    for k, rank in enumerate((len(s.values), *s.ranks)):
        found = errors(s, rank, s.alphas[-1], steps)
        plots.points(ranks, steps[found > 1e-26], found[found > 1e-26], k, f"k = {rank}")
        if rank > len(s.values):
            limit = theory.excess_error_limit(rank - len(s.values), s.step_size)
            plots.guide(ranks, steps[20:], limit / steps[20:] ** 2.0, "" if k > 1 else "(k - r)/(4 s² T²)")
    ranks.set_ylim(1e-26, 1e10)
    plots.label(ranks, "steps T", "squared error", f"n = {s.size}, r = {len(s.values)}, alpha = {s.alphas[-1]:g}")
    for k, alpha in enumerate(s.alphas):
        plots.points(alphas, steps, errors(s, s.ranks[-1], alpha, steps) * steps**2.0, k, f"alpha = {alpha:g}")
    plots.limit(alphas, theory.excess_error_limit(s.ranks[-1] - len(s.values), s.step_size), "(k - r)/(4 s²)")
    plots.label(alphas, "steps T", "T² squared error", f"k = {s.ranks[-1]}")
    return drawn


if __name__ == "__main__":
    script()
