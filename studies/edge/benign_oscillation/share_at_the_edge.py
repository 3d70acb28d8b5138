"""A run ends where its sharpness fits the step: with just enough of the weak feature, b^2 = (V - 1/(2 step)) / (V - U).

Minima are a^2 + b^2 = 1, of sharpness 4 (V a^2 + U b^2); one that keeps gradient descent has at most 2 / step size.
That bounds b^2 from below beyond load 1/2, and runs from a small b end within 2% of it; below the edge b stays near
(a_T / a_0)^(U/V) b_0. Without the product, f = a + b, the end does not depend on the step: b_0 + (1 - a_0 - b_0) U /
(U + V).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.edge import residual

SOURCE = Source("single datum (setting read from reviews); the share is derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...] = (0.55, 0.6, 0.65, 0.75)
    weak: float = 0.04  # U, V = 1
    start: float = 0.05
    steps: int


QUICK = Setting(steps=20_000)
FULL = Setting(loads=tuple(np.linspace(0.53, 0.79, 27)), steps=100_000)
BELOW = (0.1, 0.2, 0.3, 0.4, 0.48)
TIGHT = 1.02


def ends(s, loads):
    return np.array([residual.run((s.start,) * 2, (1.0, s.weak), load, [s.steps]).weak[0] ** 2 for load in loads])


def sums(s):
    """b at the end of f = a + b."""
    starts, lengths = (s.start,) * 2, (1.0, s.weak)
    return [residual.run(starts, lengths, 2 * load, [s.steps], linear=True).weak[0] for load in s.loads]


def measure(s):
    return {"share": exact(s.loads, ends(s, s.loads), 1e-9, "load"), "sum": exact(s.loads, sums(s), 1e-9, "load")}


def predict(s):
    x = np.array(s.loads)
    rows = {edge: np.maximum(residual.weak_share_bound(x, 1.0, s.weak, edge), 1e-12) for edge in (1, 2, 4)}
    curves = {f"edge {edge}": row for edge, row in rows.items()} | {"tight": TIGHT * rows[2], "loose": TIGHT * rows[4]}
    curves["sum"] = np.full(x.size, s.start + (1 - 2 * s.start) * s.weak / (1 + s.weak))
    return {name: exact(x, row, ulps=64, x_name="load") for name, row in curves.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="for sharpness at most 1 / step size", predicted=predicted["edge 1"])
    yield above("b^2 >= (V - 1 / (2 step)) / (V - U)", measured["share"], predicted["edge 2"], rival=rival)
    rival = Rival(claim="for sharpness at most 4 / step size", predicted=predicted["loose"])
    yield below("b^2 ends within 2% of that", measured["share"], predicted["tight"], rival=rival)
    rival = Rival(claim="it ends with the share at the edge", predicted=predicted["edge 2"])
    yield agrees("f = a + b ends where it would by small steps", measured["sum"], predicted["sum"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.points(axes, BELOW, ends(s, BELOW), 1, "below the edge")
    plots.points(axes, s.loads, measured["share"].mean, 0, "beyond it")
    across = np.linspace(0.5, max(s.loads), 100)
    plots.guide(axes, across, residual.weak_share_bound(across, 1.0, s.weak), "(V - 1 / (2 step)) / (V - U)")
    plots.label(axes, "load = step size x V", "final b²", f"U / V = {s.weak:g}, {s.steps} steps", log="")
    return drawn


if __name__ == "__main__":
    script()
