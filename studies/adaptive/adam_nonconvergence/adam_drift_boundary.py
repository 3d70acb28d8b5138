"""Adam ends at the worst point exactly where its long-run drift over a period is negative, whatever start and rates.

On slopes C, -1, -1 v becomes periodic (b1 = 0), and a period moves x by -rate S, S the sum of g / sqrt(v). The failure
has a sharp boundary in b2, far beyond the paper's b2 = 1 / (1 + C^2): it comes to 1 as C comes to 2. An epsilon under
the root helps only while it is large beside the gradients: with slopes K times as large its boundary is K^2 times as
far. Found by bisection of real moves, against the root of S; whole runs with declining rates end where S says.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import brentq

from theorylab import Rival, Source, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.adaptive import simulation
from theorylab.models.adaptive.model import PeriodicLosses, method
from theorylab.models.adaptive.theory import linear

SOURCE = Source("Theorem 1 and a remark on epsilon (read); drift and boundaries derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    highs: tuple[float, ...]
    scales: tuple[float, ...] = (1.0, 10.0, 100.0)  # of all slopes, where epsilon stays
    grid: tuple[tuple[float, ...], tuple[float, ...]] = ((2.2, 4.0, 10.0), (0.02, 0.3, 0.6, 0.9, 0.99))  # C, b2
    width: float = 1e-6
    rounds: int


QUICK = Setting(highs=(2.2, 3.0, 4.0, 6.0, 10.0, 20.0), rounds=60_000)
FULL = Setting(highs=(2.05, 2.2, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0, 50.0), width=1e-9, rounds=3_000_000)
SHOWN = 4.0  # C of the boundary in epsilon


def rises(losses, forgetting, epsilon=0.0):
    """Whether one late period takes x up: rates so small that x stays inside, so many rounds that v is periodic."""
    rounds = 3 * int(40 / forgetting)
    tiny = method("Adam", 1e-7, declining=False, second_decay=1 - forgetting, epsilon=epsilon)
    before, after = simulation.periodic(losses, tiny, 0.0, [rounds, rounds + 3])["point"].mean
    return bool(after > before)


def scaled(scale):
    return PeriodicLosses(high=SHOWN * scale, low=scale)


def measure(s):
    def boundary(high):
        return bracket(lambda f: rises(PeriodicLosses(high=high), f), 0.03, 0.999, relative_width=s.width)

    def epsilon(scale):
        low, high, forgetting = 1e-3 * scale**2, 1e3 * scale**2, SHOWN**2 / (1 + SHOWN**2)
        return bracket(lambda e: not rises(scaled(scale), forgetting, e), low, high, relative_width=s.width)

    def end(high, decay):
        adam = method("Adam", 0.5, second_decay=decay)
        return np.sign(simulation.periodic(PeriodicLosses(high=high), adam, 0.0, [s.rounds])["point"].mean[0])

    ends = [end(*setting) for setting in product(*s.grid)]
    return {
        "decay": brackets(s.highs, [boundary(c) for c in s.highs], "C"),
        "epsilon": brackets(s.scales, [epsilon(k) for k in s.scales], "scale"),
        "end": exact(range(len(ends)), ends, ulps=0, x_name="setting"),
    }


def predict(s):
    def epsilon(scale):
        def drift(e):
            return linear.periodic_drift(scaled(scale), 0, 1 / (1 + SHOWN**2), e)

        return brentq(drift, 1e-3 * scale**2, 1e3 * scale**2, rtol=1e-14)

    ends = [-np.sign(linear.periodic_drift(PeriodicLosses(high=c), 0, b2)) for c, b2 in product(*s.grid)]
    decays = [linear.forgetting_boundary(PeriodicLosses(high=c)) for c in s.highs]
    return {
        "decay": exact(s.highs, decays, 1e-11, "C"),
        "theorem": exact(s.highs, [c**2 / (1 + c**2) for c in s.highs], ulps=4, x_name="C"),
        "epsilon": exact(s.scales, [epsilon(k) for k in s.scales], 1e-11, "scale"),
        "end": exact(range(len(ends)), ends, ulps=0, x_name="setting"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="that of the theorem, C^2 / (1 + C^2)", predicted=predicted["theorem"])
    yield threshold("1 - b2 from which Adam fails: S = 0", measured["decay"], predicted["decay"], rival=rival)
    rival = Rival(claim="the same for all scales", predicted=float(predicted["epsilon"].mean[0]))
    yield threshold("epsilon where S = 0 grows as K^2", measured["epsilon"], predicted["epsilon"], rival=rival)
    rival = Rival(claim="at -1, as the mean slope is > 0", predicted=-1.0)
    yield agrees("whole runs end on the side of -S", measured["end"], predicted["end"], rival=rival)


def figure(s, measured, predicted):
    drawn, (decay, epsilon) = plots.panels(2)
    plots.points(decay, s.highs, measured["decay"].mean, 0, "bisected")
    plots.guide(decay, s.highs, predicted["decay"].mean, "S = 0")
    plots.line(decay, s.highs, predicted["theorem"].mean, 4, "theorem: C²/(1 + C²)")
    plots.label(decay, "high slope C", "1 - b2", "Adam ends at +1 above the boundary", log="x")
    plots.points(epsilon, s.scales, measured["epsilon"].mean, 0, "bisected")
    plots.guide(epsilon, s.scales, predicted["epsilon"].mean, "S = 0")
    plots.label(epsilon, "scale K of the slopes", "epsilon", f"Adam ends at +1 below; C = {SHOWN:g}")
    return drawn


if __name__ == "__main__":
    script()
