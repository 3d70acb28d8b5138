"""Exact worst cases of gradient descent: half of the textbook's D^2/(2gT), and half of it for proximal steps.

On the Huber function with its kink at D/(2TgL+1) the gap after T steps is L D^2/(4TgL+2), which a semidefinite
programme over all smooth convex functions certifies as the worst at g = 1/L (recalled from Drori and Teboulle). The
proximal method attains D^2/(4gT) on a kink c |x|, and no sum of a smooth and a convex function is worse for proximal
gradient.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script, stacked
from theorylab.models.convex import certified, model, simulation, theory

SOURCE = Source("bounds of gradient descent; exact worst cases recalled or derived, certified here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizons: tuple[int, ...]
    shares: tuple[float, ...] = (0.25, 0.5, 1.0)  # step size x L
    smoothness: float = 1.6
    distance: float = 0.7


QUICK = Setting(horizons=(1, 2, 5, 20, 50))
FULL = Setting(horizons=(1, 2, 5, 10, 30, 100, 300, 1000))


def huber_gaps(share, horizons, L=1.0, D=1.0):
    """Gap after T steps from D, by descent itself, on the function that is worst for T."""
    gaps = []
    for T in horizons:
        worst = partial(model.huber, smoothness=L, kink=theory.huber_worst_kink(L, share / L, D, T))
        gaps.append(simulation.descend(worst, [D], share / L, T).values[-1, 0])
    return exact(horizons, gaps, ulps=16 * (np.array(horizons) + 4))


def kinks(horizons, step=1.0, D=1.0):
    scales = [D / (2 * step * T) for T in horizons]
    gaps = [c * simulation.proximal_kink(c, D, step, T)[-1] for c, T in zip(scales, horizons, strict=True)]
    return exact(horizons, gaps, ulps=8 * (np.array(horizons) + 4))


def measure(s):
    rows = [huber_gaps(share, s.horizons, s.smoothness, s.distance) for share in s.shares]
    return {"huber": stacked(rows), "few": huber_gaps(1.0, certified.STEPS),
            "kink": kinks(s.horizons, 1 / s.smoothness, s.distance), "few kinks": kinks(certified.STEPS)}  # fmt: skip


def predict(s):
    T, few, L, D = np.array(s.horizons), np.array(certified.STEPS), s.smoothness, s.distance
    worst = [theory.huber_worst_gap(L, share / L, D, T) for share in s.shares]
    bound = [theory.descent_gap_bound(share / L, D, T) for share in s.shares]
    return {"huber": exact(T, worst, ulps=8), "textbook": exact(T, bound, ulps=8),
            "few textbook": exact(few, theory.descent_gap_bound(1.0, 1.0, few), ulps=8),
            "few": certified.certified("gradient descent"), "few kinks": certified.certified("proximal gradient"),
            "kink": exact(T, theory.proximal_worst_gap(1 / L, D, T), ulps=8)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="D^2/(2 g T)", predicted=predicted["textbook"])
    yield agrees("worst Huber gap = L D^2/(4TgL+2)", measured["huber"], predicted["huber"], rival=rival)
    last = predicted["textbook"]
    rival = Rival(claim="D^2/(2 g T)", predicted=exact(last.x, last.samples[-1], ulps=8))
    yield agrees("proximal method on a kink: D^2/(4 g T)", measured["kink"], predicted["kink"], rival=rival)
    rival = Rival(claim="D^2/(2 g T)", predicted=predicted["few textbook"])
    for claim, name in (("Huber functions", "few"), ("kinks", "few kinks")):
        yield agrees(f"{claim} are the certified worst case", measured[name], predicted[name], within=1e-4, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    unit = s.smoothness * s.distance**2
    plots.points(axes, s.horizons, measured["huber"].samples[-1] / unit, 0, "gradient descent, worst Huber function")
    plots.points(axes, certified.STEPS, predicted["few"].mean, 0, "certified", markersize=9, markerfacecolor="none")
    plots.points(axes, s.horizons, measured["kink"].mean / unit, 1, "proximal method, worst kink")
    plots.points(axes, certified.STEPS, predicted["few kinks"].mean, 1, "certified, proximal gradient", markersize=9,
                 markerfacecolor="none")  # fmt: skip
    plots.guide(axes, s.horizons, predicted["textbook"].samples[-1] / unit, "textbook: D²/(2gT)")
    plots.label(axes, "steps T", "gap / (L D²)", "g = 1/L")
    return drawn


if __name__ == "__main__":
    script()
