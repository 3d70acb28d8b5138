"""Outside the well a step shrinks |x|^2 to (1 - 2 h m + h^2 L^2) of it at most, which a field that turns attains.

<g, x> >= m |x|^2 and |g| <= L |x| are all that is used, for every step size h below 2 m / L^2; h = m / L^2 is best,
with 1 - m^2 / L^2. The field m x + sqrt(L^2 - m^2) J x, J a quarter turn, attains it and is no gradient; quadratics
with these constants shrink faster, by (1 - h m)^2 or (1 - h L)^2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.smoothing import wells
from theorylab.numerics.streams import generator

SOURCE = Source("assumptions of the theorem on escapes (recalled); bound derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    least: float = 0.3  # m
    largest: float = 1.0  # L
    sizes: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
    fields: int  # random ones, in the plane
    seed: int


QUICK = Setting(fields=200, seed=1)
FULL = Setting(sizes=tuple(np.linspace(0.01, 0.6, 60)), fields=5000, seed=2)


def step(s, turn, size):
    """|x'|^2 / |x|^2 of the field whose symmetric part is m and whose antisymmetric one is `turn`."""
    x = np.array([0.6, 0.8])
    g = s.least * x + turn * np.array([-x[1], x[0]])
    return ((x - size * g) ** 2).sum()


def random_shares(s):
    """|x'|^2 / |x|^2 over the bound of random matrices with x A x >= m |x|^2, L their norm."""
    draws, rows = generator(s.seed), []
    for _ in range(s.fields):
        root, skew, x = draws.standard_normal((2, 2)), draws.standard_normal(), draws.standard_normal(2)
        field = s.least * np.eye(2) + root @ root.T + skew * np.array([[0.0, -1.0], [1.0, 0.0]])
        size, norm = draws.uniform(0.05, 1.0), np.linalg.norm(field, 2)
        moved = x - size * field @ x
        rows.append(moved @ moved / (x @ x) / wells.contraction_bound(size, s.least, norm))
    return exact([0], np.array(rows)[:, None], ulps=256, x_name="field").drawn_from("random fields", s.fields)


def measure(s):
    turn = (s.largest**2 - s.least**2) ** 0.5
    limit = bracket(lambda size: bool(step(s, turn, size) > 1), 0.1, 1.9, relative_width=1e-9)
    return {"turning": exact(s.sizes, [step(s, turn, x) for x in s.sizes], ulps=64, x_name="step size"),
            "random": random_shares(s), "limit": brackets([0], [limit])}  # fmt: skip


def predict(s):
    h = np.array(s.sizes)
    rows = {"turning": wells.contraction_bound(h, s.least, s.largest), "straight": (1 - h * s.least) ** 2}
    return {name: exact(h, row, ulps=16, x_name="step size") for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="(1 - h m)^2, as of m x", predicted=predicted["straight"])
    claim = "the turning field: |x'|^2 = (1 - 2 h m + h^2 L^2) |x|^2"
    yield agrees(claim, measured["turning"], predicted["turning"], rival=rival)
    rival = Rival(claim="half of it", predicted=0.5)
    yield below("every field: at most that", measured["random"], 1.0, rival=rival)
    rival = Rival(claim="to 2 / L", predicted=2 / s.largest)
    value = 2 * s.least / s.largest**2
    yield threshold("it shrinks up to step size 2 m / L^2", measured["limit"], value, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.points(axes, s.sizes, measured["turning"].mean, 0, "field that turns", markersize=3)
    plots.prediction(axes, predicted["turning"], "1 - 2 h m + h² L²")
    plots.line(axes, s.sizes, predicted["straight"].mean, 1, "m x")
    plots.label(axes, "step size h", "|x'|² / |x|²", f"m = {s.least:g}, L = {s.largest:g}", log="")
    return drawn


if __name__ == "__main__":
    script()
