"""Halpern's bound |x_k - T x_k| <= 2D/(k+1) on all normal linear maps of the plane, x -> r e^(ia) x with r <= 1.

Every normal nonexpansive linear map is a direct sum of these, so that they hold the worst of them. For r = 1 the bound
is attained at the angle pi/(k+1) (halpern_worst_case); `theorylab hunt` finds that angle. An expansion, r > 1, is no
nonexpansive map, and breaks the bound. Bound recalled; the closed form of the residual is derived in theory.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, exact, plots, script
from theorylab.models.minimax import theory
from theorylab.trials.hunt import Range

SOURCE = Source("convergence rate", kind="recalled")
UNIT = 2.0**-53


@dataclass(frozen=True, kw_only=True)
class Setting:
    steps: tuple[int, ...]
    angles: tuple[float, ...]
    radii: tuple[float, ...] = (0.9, 0.99, 0.999, 1.0)
    expansion: float = 1.05


QUICK = Setting(steps=(1, 3, 10, 30, 100), angles=tuple(np.geomspace(1e-3, np.pi, 60).tolist()))
FULL = Setting(steps=(1, 3, 10, 30, 100, 300, 1000), angles=tuple(np.geomspace(1e-4, np.pi, 600).tolist()))
SPACE = {"steps": Range(1, 200, log=True, integer=True), "angles": Range(1e-3, np.pi, log=True), "radii": Range(0.5, 1)}


def allowed(s):
    return "" if max(s.radii) <= 1 else f"radius {max(s.radii):g} > 1: the map is not nonexpansive"


def residuals(s, radii):
    """|x_k - T x_k| from the distance 1, rows of maps, by Halpern's iteration as it is written."""
    multipliers = np.outer(radii, np.exp(1j * np.array(s.angles))).ravel()
    x, rows = np.ones(multipliers.size, complex), []
    for k in range(max(s.steps) + 1):
        if k in s.steps:
            rows.append(np.abs(x - multipliers * x))
        x = 1 / (k + 2) + (1 - 1 / (k + 2)) * multipliers * x
    # A step rounds some ten times, on iterates of size 1, and a nonexpansive map lets no error grow.
    return exact(s.steps, np.transpose(rows), ulps=0), 12 * (np.array(s.steps) + 2.0) * UNIT * max(1, *radii) ** max(
        s.steps
    )


def measure(s):
    curves = {}
    for name, radii in (("maps", s.radii), ("expansions", (s.expansion,))):
        curve, rounding = residuals(s, radii)
        curves[name] = exact(curve.x, curve.samples, rounding / np.maximum(curve.samples, UNIT))
    return curves


def predict(s):
    return {"bound": exact(s.steps, theory.halpern_bound(np.array(s.steps)), ulps=2)}


def checks(s, measured, predicted):
    rival = Rival(claim=f"also for expansions by {s.expansion:g}", measured=measured["expansions"])
    yield below("|x_k - T x_k| <= 2D/(k+1) on r e^(ia), r <= 1", measured["maps"], predicted["bound"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    k = min(2, len(s.steps) - 1)
    number = s.steps[k]
    for i, radius in enumerate(s.radii):
        rows = measured["maps"].samples[i * len(s.angles) : (i + 1) * len(s.angles)]
        plots.line(axes, s.angles, rows[:, k] / predicted["bound"].mean[k], i, f"r = {radius:g}")
    plots.limit(axes, 1.0, "bound")
    axes.axvline(theory.halpern_worst_angle(number), color="grey", linewidth=0.8, label="pi / (k+1)")
    plots.label(
        axes, "angle a (radians)", "residual / (2D/(k+1))", "Halpern's iteration, k = 10", log="x", legend=False
    )
    axes.set_ylim(0.0, 1.4)
    axes.legend(fontsize=7.5, frameon=False, ncols=3, loc="upper left")
    return drawn


if __name__ == "__main__":
    script()
