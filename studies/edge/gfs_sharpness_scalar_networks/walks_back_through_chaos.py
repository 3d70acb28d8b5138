"""Gradient descent walks backwards through a bifurcation diagram: chaos, 4-cycle, 2-cycle, minimum.

Freeze the balances: take one step, then return to the old trajectory of gradient flow. This map of the product p has
the slope 1 - load at its fixed point 1, load = step size x sharpness of the flow's solution. Real steps change the
balances slowly where all but two weights are large (by rho^2 per step), and always so that the load falls: p_t follows
the frozen map's attractor down the loads, behind it by about a step's change of the balances. Compared in the window of
the 2-cycle, where the attractor forgets its start.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, monotone, plots, script
from theorylab.curves import Curve
from theorylab.models.edge import model, theory

SOURCE = Source(
    "abstract (edge of stability, read); map and diagram derived here",
    figure="bifurcation diagram, ours",
    kind="derived",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    large: float  # the third weight: rho^2 is about 1 / large^3 for the balances that matter
    load: float = 2.8
    product: float = 0.5
    window: tuple[float, float] = (2.1, 2.4)
    points: int = 150


QUICK = Setting(large=6.0)
FULL = Setting(large=10.0, points=600)
SKIP = 1999  # steps to reach the attractor; with one more an even number, which keeps the phase of a cycle


def run(s):
    """Iterates (steps, 3) until the load is well below 2, their loads, and the step size."""
    minimum = np.array([s.large**-0.5, s.large**-0.5, s.large])
    step_size = s.load / theory.flow_sharpness(minimum)
    path = model.iterates(theory.flow_point(minimum, s.product), step_size, int(10 * s.large**3))[0]
    return path, step_size * theory.flow_sharpness(path), step_size


def chosen(s, loads):
    """Steps inside the window of the 2-cycle, and steps spread over the whole run."""
    inside = np.flatnonzero((loads > s.window[0]) & (loads < s.window[1]))
    spread = np.searchsorted(-loads, -np.linspace(loads[0], loads[-1], s.points)).clip(0, loads.size - 1)
    return inside[:: max(1, inside.size // s.points)], np.unique(spread)


def measure(s):
    path, loads, _ = run(s)
    inside, _ = chosen(s, loads)
    steps = np.arange(loads.size)
    rounding = float(theory.run_rounding(3, 2.0))
    return {
        "load": exact(steps, loads, rounding),
        "product": exact(steps, path.prod(axis=1), rounding),
        "cycle": exact(inside, path[inside].prod(axis=1), rounding),
    }


def predict(s):
    path, loads, step_size = run(s)
    inside, spread = chosen(s, loads)
    cycle = theory.frozen_orbit(path[inside], step_size, skip=SKIP, keep=1)[:, 0]
    attractor = theory.frozen_orbit(path[spread], step_size, skip=SKIP, keep=48)
    return {
        "cycle": exact(inside, cycle, 1e-10),  # contracts by 0.95 per step at least: rounding does not add up
        "attractor": Curve(loads[spread], attractor.T, exact=True, x_name="load"),
    }


def checks(s, measured, predicted):
    cycle, rival = measured["cycle"], Rival(claim="at the minimum, p = 1", predicted=1.0)
    yield agrees("p_t is on the frozen map's 2-cycle", cycle, predicted["cycle"], rival=rival, within=2 / s.large**3)
    rival = Rival(claim="the product falls", measured=measured["product"])
    yield monotone("the load falls at every step", measured["load"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=6.5, height=4.0)
    diagram = predicted["attractor"]
    loads = np.broadcast_to(diagram.x, diagram.samples.shape)
    plots.cloud(axes, loads, diagram.samples, label="attractor of the frozen map")
    stride = measured["load"].x.size // 2000 | 1  # unexpected: an even one would show one branch of a cycle
    load, product = (measured[name].mean[::stride] for name in ("load", "product"))
    name = f"gradient descent, 1 of {stride} steps"
    plots.points(axes, load, product, 1, name, marker="o", markersize=1.6, alpha=0.7, zorder=6)
    axes.set_xlim(s.load + 0.02, 1.95)
    plots.label(axes, "load (falls with time)", "product p", f"D = 3, large weight {s.large:g}", log="")
    return drawn


if __name__ == "__main__":
    script()
