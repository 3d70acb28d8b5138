"""Large steps that oscillate learn the feature that small ones leave to memorised noise: test points with it alone.

Points have a weak feature each, most of them a strong one, and noise of which |noise|^2 >> U. SGD with batches of one,
the same data and start, and the same step size x steps; ratio = 4 step size V / m, of which 2 is the edge of a single
datum. Below the edge the strong feature fits its points, memorised noise the others, and points with the weak feature
alone are guessed; beyond it they are learnt, though every point is fitted in both. It takes the noise: where that is
as short as the weak feature, small steps learn it from the points that have nothing else.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, above, ordered, plots, script
from theorylab.models.edge import features
from theorylab.models.edge.features import Data

SOURCE = Source("abstract (large steps learn the weak feature, read); sizes are ours", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    ratios: tuple[float, ...]  # the first below the edge, the last beyond
    time: float  # ratio x steps
    quiet: float = 0.02  # noise level at which |noise|^2 = U
    replicas: int
    seed: int


QUICK = Setting(ratios=(1.6, 2.4), time=2000.0, replicas=64, seed=1)
FULL = Setting(ratios=(0.5, 1.0, 1.6, 1.9, 2.2, 2.4), time=10_000.0, replicas=96, seed=2)


def measure(s):
    ends, options = [s.ratios[0], s.ratios[-1]], {"replicas": s.replicas, "seed": s.seed}
    loud = features.simulate(Data(), s.ratios, s.time, **options)
    quiet = features.simulate(Data(noise=s.quiet), ends[:1], s.time, **options)["test"]
    whole = features.simulate(Data(strong_points=20), ends, s.time, **options)["test"]

    def alone(curve, place):
        return replace(curve.at([place]), x=np.zeros(1), x_name="setting")

    return loud | {"small": alone(loud["test"], 0), "large": alone(loud["test"], -1),
                   "quiet": alone(quiet, 0).bounded(0, 1),
                   "whole, small": alone(whole, 0), "whole, large": alone(whole, -1),
                   "fitted": alone(loud["train"], 0).bounded(0, 1)}  # fmt: skip


def checks(s, measured, predicted):
    small, large = measured["small"], measured["large"]
    rival = Rival(claim="the other way round", measured=large, predicted=small)
    yield ordered("test accuracy: below the edge < beyond it", small, large, rival=rival)
    rival = Rival(claim="on test points, too", measured=small)
    yield above("below the edge 95% of the data are fitted", measured["fitted"], 0.95, rival=rival)
    rival = Rival(claim="also where noise can be memorised", measured=small)
    yield above("|noise|^2 = U: small steps learn it, 90%", measured["quiet"], 0.9, rival=rival)
    small, large = measured["whole, small"], measured["whole, large"]
    rival = Rival(claim="the other way round", measured=large, predicted=small)
    yield ordered("so it is where every point has a strong feature", small, large, rival=rival)


def figure(s, measured, predicted):
    drawn, (accuracy, weak) = plots.panels(2)
    plots.measurement(accuracy, measured["test"], 0, "test points, weak feature alone")
    plots.measurement(accuracy, measured["train"], 1, "data")
    accuracy.axhline(0.5, color="black", linewidth=0.8, label="chance")
    accuracy.axvline(2.0, **plots.DASHES, label="edge of a single datum")
    accuracy.set_ylim(0.4, 1.25)
    name = "step size x 4 V / m"
    plots.label(accuracy, name, "accuracy", f"{s.replicas} data sets, step size x steps = const", log="")
    plots.measurement(weak, measured["weak"], 0, about="median")
    weak.axvline(2.0, **plots.DASHES)
    plots.label(weak, name, "response to the weak feature", "median over data sets", log="y", legend=False)
    return drawn


if __name__ == "__main__":
    script()
