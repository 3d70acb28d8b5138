"""Two equal weights make the frozen map a cubic: one step, its peak and the slope over its 2-cycle are closed forms.

With w_1 = w_2 the balance is 0 for ever, and a step takes the product p to p (1 + eta (1 - p))^2. From (0, 1) it
reaches at most 4 (1 + eta)^3 / (27 eta), and near its 2-cycle every two steps multiply what is missing by 9 - 2 (1 +
eta)^2. Steps are made by gradient descent on the weights and return to the balances of the start; peaks are taken on a
grid, and slopes from how differences shrink. phase_boundaries has the boundaries that follow.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.edge import theory

SOURCE = Source("abstract (edge of stability, read); the forms are derived here", kind="derived")
PAIR = np.ones(2)


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_sizes: tuple[float, ...] = (0.6, 0.9, 1.2, 1.5)
    cycling: tuple[float, ...] = (1.05, 1.1, 1.18, 1.22)  # between 1 and sqrt 5 - 1
    products: int  # of the grid on (0, 1]
    within: float = 1e-5  # of a peak on the grid, and of a slope from differences of 1e-5


QUICK, FULL = Setting(products=2000), Setting(products=20_000)


def after(s, step_size):
    """Products of the grid, and those after one step."""
    grid = (np.arange(s.products) + 1.0) / s.products
    starts = theory.flow_point(np.tile(PAIR, (s.products, 1)), grid)
    return grid, theory.frozen_orbit(starts, step_size, skip=0, keep=1)[:, 0]


def shrinking(step_size):
    """How much a distance from the 2-cycle shrinks in two steps, where it is first below 1e-5."""
    orbit = theory.frozen_orbit(0.9 * PAIR, step_size, skip=0, keep=4000)
    moved = orbit[2:] - orbit[:-2]
    t = int(np.flatnonzero(np.abs(moved) < 1e-5)[0])
    return moved[t + 2] / moved[t]


def measure(s):
    steps = [after(s, eta) for eta in s.step_sizes]
    return {
        "step": exact(steps[0][0], [moved for _, moved in steps], ulps=64, x_name="product"),
        "peak": exact(s.step_sizes, [moved.max() for _, moved in steps], ulps=64, x_name="step size"),
        "slope": exact(s.cycling, [shrinking(eta) for eta in s.cycling], 1e-6, "step size"),
    }


def predict(s):
    grid, sizes, cycling = after(s, s.step_sizes[0])[0], np.array(s.step_sizes), np.array(s.cycling)
    curves = {
        "step": exact(grid, [theory.balanced_map(grid, eta) for eta in sizes], ulps=64, x_name="product"),
        "once": exact(grid, [grid * (1 + eta * (1 - grid)) for eta in sizes], ulps=64, x_name="product"),
        "peak": exact(sizes, theory.balanced_peak(sizes), ulps=64, x_name="step size"),
        "escape": exact(sizes, 1 + 1 / sizes, ulps=64, x_name="step size"),
        "slope": exact(cycling, theory.balanced_two_cycle_multiplier(cycling), ulps=64, x_name="step size"),
    }
    return curves | {"fixed point": exact(cycling, (1 - 2 * cycling) ** 2, ulps=64, x_name="step size")}


def checks(s, measured, predicted):
    rival = Rival(claim="one factor only", predicted=predicted["once"])
    yield agrees("a step: p (1 + eta (1 - p))^2", measured["step"], predicted["step"], rival=rival)
    rival = Rival(claim="where weights turn negative, 1 + 1/eta", predicted=predicted["escape"])
    claim = "largest product after a step: 4 (1 + eta)^3 / (27 eta)"
    yield agrees(claim, measured["peak"], predicted["peak"], rival=rival, within=s.within)
    rival = Rival(claim="that of two steps at p = 1", predicted=predicted["fixed point"])
    claim = "slope over the 2-cycle: 9 - 2 (1 + eta)^2"
    yield agrees(claim, measured["slope"], predicted["slope"], rival=rival, within=1e3 * s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    some = slice(None, None, max(1, s.products // 40))
    for k, eta in enumerate(s.step_sizes):
        plots.points(
            axes, measured["step"].x[some], measured["step"].samples[k, some], k, f"eta = {eta:g}", markersize=3
        )
        plots.guide(axes, measured["step"].x, predicted["step"].samples[k], "" if k else "p (1 + eta (1 - p))²")
    plots.label(axes, "product p", "product after one step", "two equal weights", log="")
    return drawn


if __name__ == "__main__":
    script()
