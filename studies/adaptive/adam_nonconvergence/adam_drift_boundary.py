"""Adam ends at the worst point exactly where its long-run drift over a period is negative, whatever start and rates.

On periodic linear losses v and m become periodic, and a period moves x by -rate S, S the sum of m / sqrt(v). For slopes
C, -1, -1 and b1 = 0 the failure has a sharp boundary in b2, far beyond the paper's b2 = 1 / (1 + C^2). For slopes C,
then C - 1 times -1, it fails where 1 - b2 is above about 4 / C^2: from period 2 / sqrt(1 - b2) on, 64 at b2 = 0.999,
where the conditions of the proof as recalled ask for 43,000. An epsilon under the root helps only while it is large
beside the gradients: with slopes K times as large the boundary is K^2 times as far.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import brentq

from theorylab import (
    Finding,
    Rival,
    Source,
    agrees,
    below,
    bracket,
    brackets,
    decays_as,
    exact,
    plots,
    script,
    threshold,
)
from theorylab.models.adaptive import simulation
from theorylab.models.adaptive.model import PeriodicLosses, method
from theorylab.models.adaptive.theory import linear

SOURCE = Source("Theorems 1, 2 and a remark on epsilon (read); drift and boundaries derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "Losses that defeat Adam at the usual decays need not be extreme, as the conditions of the proof (recalled) "
        "suggest: on slopes C, then C - 1 times -1 it fails from C = 2 / sqrt(1 - b2) on, nearly."
    ),
    case="b2 = 0.999: from period 64 on without momentum, 74 with b1 = 0.9, where the conditions ask for 42,622",
    check="period C: 1 - b2 where S = 0",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    highs: tuple[float, ...] = (2.2, 3.0, 4.0, 6.0, 10.0, 20.0)  # of period 3
    periods: tuple[int, ...]  # of slopes C, then C - 1 times -1
    momenta: tuple[float, ...] = (0.0, 0.5, 0.9)  # b1, with the shortest periods for which b2 > b1^2 has a boundary
    scales: tuple[float, ...] = (1.0, 10.0, 100.0)  # of all slopes, where epsilon stays
    grid: tuple[tuple[float, ...], tuple[float, ...]] = ((2.2, 4.0, 10.0), (0.02, 0.3, 0.6, 0.9, 0.99))
    pairs: tuple[tuple[float, float], ...] = ((0.0, 0.9), (0.5, 0.9), (0.9, 0.99))  # b1, b2 of Theorem 2
    width: float = 1e-6
    rounds: int  # of whole runs


QUICK = Setting(periods=(16, 24, 32, 48), rounds=60_000)
FULL = Setting(highs=(2.05, 2.2, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0, 50.0), periods=(16, 24, 32, 48, 64, 96, 128, 192),
               pairs=((0.0, 0.9), (0.5, 0.9), (0.9, 0.99), (0.0, 0.999), (0.9, 0.999)), rounds=3_000_000)  # fmt: skip


def longer(period):
    return PeriodicLosses(high=float(period), period=period)


def scaled(scale):
    return PeriodicLosses(high=4.0 * scale, low=scale)


def rises(losses, forgetting, first_decay=0.0, epsilon=0.0):
    """Whether one late period takes x up: rates so small that x stays inside, so many rounds that v is periodic."""
    rounds = losses.period * int(40 / forgetting / losses.period + 100)
    tiny = method("Adam", 1e-7, declining=False, first_decay=first_decay, second_decay=1 - forgetting, epsilon=epsilon)
    before, after = simulation.periodic(losses, tiny, 0.0, [rounds, rounds + losses.period])["point"].mean
    return bool(after > before)


def runs(s):
    """Problems, b1 and b2 of runs far from the boundary, and step sizes at which they arrive."""
    short = [(PeriodicLosses(high=c), 0.0, b2, 0.5) for c, b2 in product(*s.grid)]
    near = [(b1, b2, 2 / (1 - b2) ** 0.5) for b1, b2 in s.pairs]
    return short + [(longer(int(c * by)), b1, b2, 5.0) for b1, b2, c in near for by in (0.5, 3.0)]


def measure(s):
    def boundary(losses, first_decay=0.0):
        most = 0.999 - first_decay**2
        least = 0.03 if losses.period == 3 else 2 / losses.period**2
        return bracket(lambda f: rises(losses, f, first_decay), least, most, relative_width=s.width)

    def epsilon(scale):
        low, high = 1e-3 * scale**2, 1e3 * scale**2
        return bracket(lambda e: not rises(scaled(scale), 16 / 17, epsilon=e), low, high, relative_width=s.width)

    def end(losses, first_decay, second_decay, step_size):
        adam = method("Adam", step_size, first_decay=first_decay, second_decay=second_decay)
        return simulation.periodic(losses, adam, 0.0, [s.rounds // losses.period * losses.period])["point"].mean[0]

    ends = [end(*run) for run in runs(s)]
    enough = [float(linear.periodic_drift(longer(linear.sufficient_period(*pair)), *pair)) for pair in s.pairs]
    return {
        "short": brackets(s.highs, [boundary(PeriodicLosses(high=c)) for c in s.highs], "C"),
        "long": brackets(s.periods, [boundary(longer(c)) for c in s.periods], "period"),
        "momentum": brackets(s.momenta, [boundary(longer(40), b1) for b1 in s.momenta], "b1"),
        "epsilon": brackets(s.scales, [epsilon(k) for k in s.scales], "scale"),
        "end": exact(range(len(ends)), np.sign(ends), ulps=0, x_name="run"),
        "enough": exact(range(len(enough)), enough, ulps=2**20, x_name="pair"),
    }


def predict(s):
    def epsilon(scale):
        return brentq(lambda e: linear.periodic_drift(scaled(scale), 0, 1 / 17, e), 1e-3 * scale**2, 1e3 * scale**2)

    drifts = [float(linear.periodic_drift(losses, b1, b2)) for losses, b1, b2, _ in runs(s)]
    forms = {
        "short": (s.highs, [linear.forgetting_boundary(PeriodicLosses(high=c)) for c in s.highs]),
        "paper": (s.highs, [c**2 / (1 + c**2) for c in s.highs]),
        "long": (s.periods, [linear.forgetting_boundary(longer(c)) for c in s.periods]),
        "momentum": (s.momenta, [linear.forgetting_boundary(longer(40), b1) for b1 in s.momenta]),
        "epsilon": (s.scales, [epsilon(k) for k in s.scales]),
    }
    curves = {name: exact(x, values, 1e-11) for name, (x, values) in forms.items()}
    curves["end"] = exact(range(len(drifts)), -np.sign(drifts), ulps=0, x_name="run")
    curves["leading"] = exact(s.periods, linear.forgetting_boundary_leading(np.array(s.periods)), ulps=2)
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="that of the theorem, C^2 / (1 + C^2)", predicted=predicted["paper"])
    yield threshold("slopes C, -1, -1: 1 - b2 where S = 0", measured["short"], predicted["short"], rival=rival)
    rival = Rival(claim="4 / C^2 exactly", predicted=predicted["leading"])
    yield threshold("period C: 1 - b2 where S = 0", measured["long"], predicted["long"], rival=rival)
    rival = Rival(claim="as C^-1, the second condition of the proof", predicted=-1.0)
    yield decays_as("... which falls as C^-2", measured["long"], -2.0, rival=rival)
    rival = Rival(claim="that of b1 = 0", predicted=float(predicted["momentum"].mean[0]))
    yield threshold("period 40 with momentum: where S = 0", measured["momentum"], predicted["momentum"], rival=rival)
    rival = Rival(claim="the same for all scales", predicted=float(predicted["epsilon"].mean[0]))
    yield threshold("epsilon where S = 0 grows as K^2", measured["epsilon"], predicted["epsilon"], rival=rival)
    rival = Rival(claim="at -1, as the mean slope is > 0", predicted=-1.0)
    yield agrees("whole runs end on the side of -S", measured["end"], predicted["end"], rival=rival)
    short = [float(linear.periodic_drift(PeriodicLosses(high=3.0), *pair)) for pair in s.pairs]
    rival = Rival(claim="already at period 3", measured=exact(range(len(short)), short, ulps=64, x_name="pair"))
    yield below("S < 0 where the conditions of Theorem 2 hold", measured["enough"], 0.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (short, long) = plots.panels(2)
    plots.points(short, s.highs, measured["short"].mean, 0, "bisected")
    plots.guide(short, s.highs, predicted["short"].mean, "S = 0")
    plots.line(short, s.highs, predicted["paper"].mean, 4, "theorem: C²/(1+C²)")
    plots.label(short, "high slope C", "1 - b2", "slopes C, -1, -1: +1 above the boundary")
    plots.points(long, s.periods, measured["long"].mean, 0, "bisected")
    plots.guide(long, s.periods, predicted["long"].mean, "S = 0")
    plots.line(long, s.periods, predicted["leading"].mean, 2, "4 / C²")
    plots.label(long, "period and high slope C", "1 - b2", "slopes C, then C - 1 times -1; b1 = 0")
    return drawn


if __name__ == "__main__":
    script()
