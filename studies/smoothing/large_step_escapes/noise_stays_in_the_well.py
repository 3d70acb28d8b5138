"""Bounded noise does not take small steps out of a sharp well: up to k r it cannot, whatever the step size below 1 / k.

Gradients k (x - z) with errors of at most s move an iterate at most to h s / (1 - |1 - h k|), h = step size: to s / k
for every h up to 1 / k, further beyond. So a well of radius r keeps all runs if s < k r; the worst noise, of one sign,
leaves it as soon as s > k r. Uniform noise is drawn: none of the runs leaves at 0.99 k r, and most do at twice k r
with steps near 1 / k; smaller steps average it and stay all the same.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.smoothing import wells
from theorylab.models.smoothing.wells import Landscape

SOURCE = Source("noise does not help small steps (recalled); bounds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...] = (0.1, 0.5, 1.0, 1.5)  # step size x k
    steps: tuple[int, ...] = (100, 300, 1000)
    replicas: int
    seed: int


QUICK = Setting(replicas=200, seed=1)
FULL = Setting(loads=(0.05, 0.1, 0.2, 0.5, 0.8, 1.0, 1.2, 1.5, 1.8), steps=(100, 1000, 10_000), replicas=2000, seed=2)
WELL = Landscape()
EDGE = WELL.sharp * WELL.radius


def worst(load):
    """Bracket of the noise from which errors of the worst sign leave the well, in units of k r."""

    def leaves(noise):
        e = 0.0
        for _ in range(600):
            kept = (1 - load) * e
            e = kept + load * noise * (1.0 if kept >= 0 else -1.0)
        return bool(abs(e) > 1)

    return bracket(leaves, 0.01, 3.0, relative_width=1e-8)


def stay(s, load, noise):
    """Share of runs that have not left the well after each of the steps."""
    return wells.simulate(WELL, load / WELL.sharp, noise * EDGE, s.steps, replicas=s.replicas, seed=s.seed)


def measure(s):
    return {"worst": brackets(s.loads, [worst(load) for load in s.loads], "load"),
            "quiet": stay(s, 0.9, 0.99), "loud": stay(s, 0.9, 2.0), "small": stay(s, 0.02, 2.0)}  # fmt: skip


def predict(s):
    reach = [wells.largest_excursion(load / WELL.sharp, WELL.sharp, EDGE) / WELL.radius for load in s.loads]
    return {"worst": exact(s.loads, 1 / np.array(reach), 1e-6, "load"),
            "drift": exact(s.loads, 1 / np.array(s.loads), ulps=8, x_name="load")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="r / step size, as if a step had to cross it", predicted=predicted["drift"])
    claim = "the worst noise leaves from (1 - |1 - h k|) r / h on"
    yield threshold(claim, measured["worst"], predicted["worst"], rival=rival)
    rival = Rival(claim="at 2 k r, too", measured=measured["loud"])
    quiet = measured["quiet"].drawn_from("noise")
    yield above("noise of 0.99 k r: no run leaves", quiet, 1.0, rival=rival)
    rival = Rival(claim="at a fiftieth of that step, too", measured=measured["small"])
    yield below("noise of 2 k r: most runs leave at step size 0.9 / k", measured["loud"].at([-1]), 0.5, rival=rival)


def figure(s, measured, predicted):
    drawn, (border, shares) = plots.panels(2)
    plots.points(border, s.loads, measured["worst"].mean, 0, "worst noise")
    plots.prediction(border, predicted["worst"], "(1 - |1 - h k|) / (h k)")
    border.set_ylim(0, 1.2)
    plots.label(border, "load = step size h x k", "noise that leaves / (k r)", log="")
    names = {"quiet": "0.99 k r, load 0.9", "small": "2 k r, load 0.02", "loud": "2 k r, load 0.9"}
    for k, (name, label) in enumerate(names.items()):
        plots.measurement(shares, measured[name], k, label)
    shares.set_ylim(-0.05, 1.4)
    plots.label(shares, "steps", "share of runs still in the well", "uniform noise", log="x")
    return drawn


if __name__ == "__main__":
    script()
