"""Smoothing raises a sharp well more than a flat one of the same depth, and closes it first; workers leave it sooner.

On (w^2 - 1)^2 exp(c w) both wells have depth 0, and curvatures 8 exp(c) and 8 exp(-c). Smoothed by a Gaussian of
variance v they lie at v / 2 times their curvatures, to leading order. From a critical v on the sharp one is no minimum
any more: v = 1/3 without a tilt, less with one. The smoothed slope is integrated by quadrature of the kernel's; slope
and curvature of the exact smoothed loss vanish there together. From the sharp well the mean of workers on a ring leaves
for the flat one sooner than central SGD, whose noise is the same.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import fsolve

from theorylab import Rival, Source, agrees, bracket, brackets, exact, ordered, plots, script, threshold
from theorylab.models.gossip import kernels, model, simulation, theory
from theorylab.models.gossip.model import Landscape, Method

SOURCE = Source("abstract (an average-direction sharpness term, read); thresholds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    tilts: tuple[float, ...]
    variances: tuple[float, ...] = (1e-4, 3e-4, 1e-3)
    workers: int = 8
    tilt: float = 0.5  # of the simulated wells, and their height
    height: float = 0.25
    step_size: float = 0.1
    noise_std: float = 3.0
    steps: tuple[int, ...] = (100, 200, 400)
    replicas: int
    seed: int


QUICK = Setting(tilts=(0.1, 0.3, 0.8), replicas=400, seed=1)
FULL = Setting(tilts=tuple(np.linspace(0.1, 1.2, 12)), steps=(50, 100, 200, 400, 800), replicas=20_000, seed=2)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(60)
PLACES = np.linspace(-1.6, 1.5, 311)


def slopes(tilt, variance):
    """Smoothed slopes at PLACES, by quadrature, times a constant."""
    points = PLACES[:, None] + variance**0.5 * NODES
    return kernels.slopes(Landscape(height=1.0, tilt=tilt), points.ravel()).reshape(points.shape) @ WEIGHTS


def closes(tilt):
    """Bracket of the variance from which the smoothed loss has one minimum."""

    def closed(variance):
        return int((np.diff(np.sign(slopes(tilt, variance))) > 0).sum()) == 1

    low, high = bracket(closed, 0.05, 0.5, relative_width=1e-3)
    return low * (1 - 2e-3), high * (1 + 2e-3)  # minimum and barrier are told apart from two places on


def fold(tilt):
    """Variance where slope and curvature of the exact smoothed loss vanish at one place."""

    def both(z):
        return [theory.smoothed_well(order, z[0], tilt, z[1]) for order in (1, 2)]

    return fsolve(both, (0.3, 0.25), xtol=1e-12)[1]


def measure(s):
    points = 1 + np.array(s.variances)[:, None] ** 0.5 * NODES
    height = ((points**2 - 1) ** 2 * np.exp(s.tilt * points)) @ WEIGHTS / WEIGHTS.sum()
    given = (model.ring(s.workers), Landscape(height=s.height, tilt=s.tilt), Method(s.step_size, s.noise_std))
    found = simulation.simulate(*given, np.ones(s.workers), s.steps, replicas=s.replicas, seed=s.seed)
    return {"height": exact(s.variances, height, 1e-9, "variance"),
            "closes": brackets(s.tilts, [closes(tilt) for tilt in s.tilts], "tilt"),
            "workers": found["mean left"], "central": found["central left"]}  # fmt: skip


def predict(s):
    v = np.array(s.variances)
    rows = {"height": 4 * v * np.exp(s.tilt), "other well": 4 * v * np.exp(-s.tilt)}  # curvature x v / 2
    return {name: exact(v, row, ulps=8, x_name="variance") for name, row in rows.items()} | {
        "closes": exact(s.tilts, [fold(tilt) for tilt in s.tilts], 1e-9, "tilt")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="of the other well", predicted=predicted["other well"])
    claim = "the smoothed sharp well lies at curvature x variance / 2, to 3%"
    yield agrees(claim, measured["height"], predicted["height"], rival=rival, within=0.03)
    rival = Rival(claim="1/3, as without a tilt", predicted=1 / 3)
    claim = "the sharp well closes where slope and curvature of the smoothed loss vanish"
    yield threshold(claim, measured["closes"], predicted["closes"], rival=rival)
    rival = Rival(claim="later", measured=measured["workers"], predicted=measured["central"])
    claim = "more runs of the workers' mean have left the sharp well than of central SGD"
    yield ordered(claim, measured["central"], measured["workers"], rival=rival)


def figure(s, measured, predicted):
    drawn, (border, shares) = plots.panels(2)
    plots.points(border, s.tilts, measured["closes"].mean, 0, "one minimum from here on")
    plots.prediction(border, predicted["closes"], "slope and curvature vanish")
    border.set_ylim(0, 0.45)
    plots.label(border, "tilt", "variance", log="")
    plots.measurement(shares, measured["workers"], 0, "mean of workers on a ring")
    plots.measurement(shares, measured["central"], 1, "central SGD")
    shares.set_ylim(0, 1.3)
    plots.label(shares, "steps", "share of runs left of 0", "from the sharp well", log="x")
    return drawn


if __name__ == "__main__":
    script()
