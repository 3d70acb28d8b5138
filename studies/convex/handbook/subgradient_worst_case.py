"""T subgradient steps end D G/sqrt T above the minimum exactly, in their average and at their best, on T coordinates.

On f = G max_i x_i from 0, with an oracle that answers with a coordinate not touched before, every iterate has a largest
coordinate 0, and so has their average: the gap to -(D/sqrt T)(1, ..., 1) is D G/sqrt T with the step D/(G sqrt T), and
semidefinite programming certifies that no function is worse. All iterates stay within D of 0, so that projection onto
that ball changes nothing. Other steps have D^2/(2gT) + g G^2/2. Strongly convex f with steps 2/(mu(t+1)) has
2 G^2/(mu(T+1)), of which the same adversary attains a half at T = 1, and a quarter at any T.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.models.convex import certified, model, simulation, theory

SOURCE = Source("subgradient method (its setting was read); equality case derived here, certified", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizons: tuple[int, ...]
    scales: tuple[float, ...] = (0.5, 2.0)
    distance: float = 1.7
    lipschitz: float = 0.6


QUICK = Setting(horizons=(1, 3, 10, 30, 60, 100, 180))
FULL = Setting(horizons=(1, 3, 10, 30, 60, 100, 200, 400, 800))


def projected(rows, step, radius):
    """Iterates x_0..x_(T-1) of the same method, each step followed by the projection onto a ball around 0."""
    x, found = np.zeros(len(rows)), []
    for row in rows:
        found.append(x)
        x = x - step * row
        x = x * min(1.0, radius / max(np.linalg.norm(x), 1e-300))
    return np.array(found)


def gaps(s, scale=1.0):
    """Gaps of the average, of the best iterate and of the projected average."""
    D, G, columns = s.distance, s.lipschitz, []
    for T in s.horizons:
        rows, step = model.coordinates(T, G), scale * D / (G * T**0.5)
        run, lowest = simulation.resist(rows, step), np.array(-D * G / T**0.5)
        inside = projected(rows, step, D).mean(axis=0)
        columns.append((G * run.iterates[:-1].mean(axis=0).max(), run.values.min(), G * inside.max()) - lowest)
    return np.array(columns).T


def strongly_convex(s):
    """Gap of the average weighted by t, steps 2/(mu(t+1)), and the largest subgradient, mu = 1."""
    columns = []
    for T in s.horizons:
        t = np.arange(1, T + 1)
        run = simulation.resist(model.coordinates(T), 2 / (t + 1), 1.0)
        average = t @ run.iterates[:-1] / t.sum()
        largest = ((np.eye(T) + run.iterates[:-1]) ** 2).sum(axis=1).max() ** 0.5
        columns.append((average.max() + average @ average / 2 + 1 / (2 * T), largest))
    return np.array(columns).T


def measure(s):
    units = 8 * (np.array(s.horizons) + 8)
    return {"average": exact(s.horizons, gaps(s), ulps=units),
            "others": exact(s.horizons, [gaps(s, scale)[1] for scale in s.scales], ulps=units),
            "strong": exact(s.horizons, strongly_convex(s)[0], ulps=units)}  # fmt: skip


def predict(s):
    D, G, T = s.distance, s.lipschitz, np.array(s.horizons)
    form, largest = theory.subgradient_bound, strongly_convex(s)[1]
    return {"average": exact(T, theory.tuned_subgradient_bound(D, G, T), ulps=8),
            "others": exact(T, [form(scale * D / (G * T**0.5), D, G, T) for scale in s.scales], ulps=16),
            "strong": exact(T, theory.strongly_convex_subgradient_bound(1.0, largest, T), ulps=16),
            "certified": certified.certified("best subgradient")}  # fmt: skip


def checks(s, measured, predicted):
    bound = predicted["average"]
    rival = Rival(claim="0.9 of it", predicted=exact(s.horizons, 0.9 * bound.mean, ulps=8))
    yield agrees("average, best and projected average: D G/sqrt T", measured["average"], bound, rival=rival)
    proved = predicted["certified"]
    rival = Rival(claim="0.9/sqrt T", predicted=exact(proved.x, 0.9 / proved.x**0.5, ulps=8))
    ours = exact(proved.x, 1 / proved.x**0.5, ulps=8)
    yield agrees("no Lipschitz function is worse: certified", proved, ours, within=1e-4, rival=rival)
    rival = Rival(claim="0.99 D G/sqrt T", predicted=exact(s.horizons, 0.99 * bound.mean, ulps=8))
    claim = "other steps: best gap <= D^2/(2 g T) + g G^2/2"
    yield below(claim, measured["others"], predicted["others"], rival=rival)
    rival = Rival(claim="as 1/T^2", predicted=Power(-2))
    yield decays_as("strongly convex: weighted average as 1/T", measured["strong"], Power(-1), rival=rival)
    rival = Rival(claim="a quarter of it", predicted=exact(s.horizons, predicted["strong"].mean / 4, ulps=16))
    yield below("... and stays below 2 G^2/(mu(T+1))", measured["strong"], predicted["strong"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    for k, text in enumerate(("average", "best iterate", "average, projected")):
        plots.points(axes, s.horizons, measured["average"].samples[k], k, text, markersize=8 - 2.5 * k)
    plots.prediction(axes, predicted["average"], "bound D G/√T")
    plots.points(axes, s.horizons, measured["strong"].mean, 3, "strongly convex, G² = 2, mu = 1")
    plots.prediction(axes, predicted["strong"], "bound 2G²/(mu(T+1))", linestyle=":")
    plots.label(axes, "steps T", "gap", f"max of T coordinates, D = {s.distance:g}, G = {s.lipschitz:g}")
    return drawn


if __name__ == "__main__":
    script()
