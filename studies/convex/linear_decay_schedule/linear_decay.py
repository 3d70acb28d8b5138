"""Under linear decay the last of T iterates ends at most D G/sqrt T above the minimum, in the worst case exactly.

On f = G max_i x_i from 0 an oracle answers with a coordinate not touched before: x_T has a coordinate 0 left, whatever
the schedule, and u = -(D/sqrt T)(1, ..., 1) is D G/sqrt T below. Semidefinite programming certifies that no function is
worse, and that constant steps, whose average has the same bound, end higher (schedules_compared shows how much).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.convex import certified, model, simulation, theory
from theorylab.models.convex.last_iterates import FAMILIES, random_problem, subgradient

SOURCE = Source("optimality of linear decay (read in a secondary text); bound recalled", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizons: tuple[int, ...]
    problems: int  # of each family
    dimension: int = 5
    steps: int
    distance: float = 1.7
    lipschitz: float = 0.6
    seed: int


QUICK = Setting(horizons=(1, 2, 4, 16, 64, 128), problems=8, steps=50, seed=1)
FULL = Setting(horizons=(1, 2, 4, 16, 64, 256, 1024), problems=200, steps=200, seed=2)


def last_gap(T, D, G):
    """f(x_T) - f(u) on G max_i x_i, u at the distance D in the direction of all coordinates."""
    schedule = theory.linear_decay(D, G, T, np.arange(1, T + 1))
    return simulation.resist(model.coordinates(T, G), schedule).values[-1] + D * G / T**0.5


def random_ratios(s):
    """Ratio of the last gap to D G/sqrt T on random problems, G the Lipschitz constant."""
    found = []
    for k, family in enumerate(FAMILIES):
        for i in range(s.problems):
            p = random_problem(family, s.dimension, s.seed, 1000 * k + i)
            D = float(np.linalg.norm(p.start - p.comparator))
            schedule = theory.linear_decay(D, p.lipschitz, s.steps, np.arange(1, s.steps + 1))
            gap = subgradient(p.function, p.start, schedule).values[-1] - p.function(p.comparator)[0]
            found.append(gap / theory.tuned_subgradient_bound(D, p.lipschitz, s.steps))
    return exact([s.steps], np.array(found)[:, None], 1e-9).drawn_from("random problems of six families")


def measure(s):
    few = certified.SUBGRADIENT_STEPS
    return {"coordinates": exact(s.horizons, [last_gap(T, s.distance, s.lipschitz) for T in s.horizons], ulps=64),
            "few": exact(few, [last_gap(k, 1.0, 1.0) for k in few], ulps=64), "random": random_ratios(s)}  # fmt: skip


def predict(s):
    T = np.array(s.horizons)
    return {"coordinates": exact(T, theory.tuned_subgradient_bound(s.distance, s.lipschitz, T), ulps=8),
            "few": certified.certified("linear decay"), "constant": certified.certified("constant steps")}  # fmt: skip


def checks(s, measured, predicted):
    bound, few = predicted["coordinates"], measured["few"]
    rival = Rival(claim="0.9 of it", predicted=exact(bound.x, 0.9 * bound.mean, ulps=8))
    yield agrees("linear decay's last gap on T coordinates: D G/sqrt T", measured["coordinates"], bound, rival=rival)
    rival = Rival(claim="... for constant steps", predicted=predicted["constant"])
    yield agrees("no Lipschitz function is worse: certified", few, predicted["few"], within=1e-4, rival=rival)
    rival = Rival(claim="a tenth of it", predicted=0.1)
    yield below("random problems: last gap <= D G/sqrt T", measured["random"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    unit = s.distance * s.lipschitz
    plots.points(left, s.horizons, measured["coordinates"].mean / unit, 0, "linear decay, T coordinates")
    for k, (name, text) in enumerate((("few", "linear decay"), ("constant", "constant steps"))):
        plots.points(left, predicted[name].x, predicted[name].mean, k, f"certified, {text}", markersize=9,
                     markerfacecolor="none")  # fmt: skip
    plots.guide(left, s.horizons, np.array(s.horizons) ** -0.5, "D G/√T")
    plots.label(left, "gradients T", "last gap / (D G)", "")
    ratios = measured["random"].samples.reshape(len(FAMILIES), -1)[:, :60]
    for k, (family, values) in enumerate(zip(FAMILIES, ratios, strict=True)):
        plots.points(right, values, np.full(values.size, k), k, "", markersize=2.5)
        right.text(0.02, k + 0.2, family, fontsize=8, transform=right.get_yaxis_transform())
    plots.guide(right, [1.0, 1.0], [-0.4, len(FAMILIES) - 0.4], "")
    right.set(yticks=[])
    plots.label(right, "last gap √T / (D G)", "", f"random problems, T = {s.steps}", log="", legend=False)
    return drawn


if __name__ == "__main__":
    script()
