"""The anchor must fade exactly as 1/k: slower anchors lose the order, faster ones lose convergence.

Worst residual over all rotations (a fine grid of angles), for weights lam_k of the anchor: 1/(k+2) gives 2/(k+1) and is
best; 2/(k+4) keeps the order and loses the factor max_y |1 - (1 - e^(-iy))/(iy)| = 1.2596 (its limit, derived in
theory.slow_anchor_constant); (k+2)^(-1/2) falls as k^(-1/2), since at angle pi the iterate settles at lam_k/2;
(k+2)^(-2) is summable, so that T^k x_0 keeps the weight prod (1 - lam_j) > 0 and nothing converges.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, log_steps, plots, script
from theorylab.models.minimax import schedules, simulation, theory
from theorylab.models.minimax.model import rotation_slopes

SOURCE = Source("setting (anchored iteration); worst cases derived here", kind="derived")
ORDERS = {"1/(k+2)": -1.0, "2/(k+4)": -1.0, "(k+2)^-1/2": -0.5, "(k+2)^-2": 0.0}


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    first: int = 100
    points: int = 12
    angles: int


QUICK = Setting(horizon=10_000, angles=300)
FULL = Setting(horizon=100_000, points=24, angles=2000)


def grid(s):
    return log_steps(s.first, s.horizon, s.points)


def measure(s):
    """Largest |x - Tx| over the angles: relative to the maximum, a grid of ratio r is short by less than (log r)^2."""
    k = grid(s)
    angles = np.append(np.geomspace(1 / s.horizon, 3.0, s.angles), np.pi)
    curves = {}
    for name in ORDERS:
        worst = simulation.envelope(rotation_slopes(angles), schedules.halpern(s.horizon, anchor=name), k)
        curves[name] = Curve(k, 2 * worst.samples, True, 2 * worst.rounding)
    return curves | {"loss": curves["2/(k+4)"].at(slice(-3, None))}


def predict(s):
    k = grid(s)[-3:]
    optimal = theory.halpern_bound(k)
    return {"loss": exact(k, theory.slow_anchor_constant() * optimal, ulps=4096),  # constant maximised to 1e-12
            "optimal": exact(k, optimal, ulps=2)}  # fmt: skip


def checks(s, measured, predicted):
    for name, order in ORDERS.items():
        other = -0.5 if order == -1.0 else -1.0
        rival = Rival(claim=f"as k^{other:g}", predicted=Power(other))
        claim = f"anchor {name}: the worst residual " + (f"falls as k^{order:g}" if order else "does not fall")
        yield decays_as(claim, measured[name], Power(order), rival=rival)
    rival = Rival(claim="that of anchors 1/(k+2)", predicted=predicted["optimal"])
    claim = "anchors 2/(k+4) lose a factor 1.2596 (limit)"
    yield agrees(claim, measured["loss"], predicted["loss"], within=0.01, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    for i, name in enumerate(ORDERS):
        plots.measurement(axes, measured[name], i, f"anchor {name}")
    k = grid(s)
    plots.guide(axes, k, theory.halpern_bound(k), "2/(k+1), and 1.2596 times it")
    plots.guide(axes, k, theory.slow_anchor_constant() * theory.halpern_bound(k))
    plots.guide(axes, k, k**-0.5, "k^(-1/2)", linestyle=":")
    plots.label(axes, "iterations k", "worst residual |x - Tx| / D over rotations", legend=False)
    axes.set_ylim(top=60.0)
    axes.legend(fontsize=7.5, frameon=False, ncol=2, loc="upper right")
    return drawn


if __name__ == "__main__":
    script()
