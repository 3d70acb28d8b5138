"""On slopes C, then C - 1 times -1 Adam fails from C = 2 / sqrt(1 - b2) on, nearly: from 64 on at b2 = 0.999.

The losses of Theorem 2, any b1 < sqrt(b2): -1 is the best point, and Adam ends at +1 where its long-run drift S over a
period, the sum of m / sqrt(v), is negative. Without momentum the boundary is 1 - b2 = 4 / C^2 to leading order in 1/C.
The proof's three conditions, as recalled, ask for periods hundreds of times as long (theory.linear.sufficient_period).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, bracket, brackets, decays_as, exact, plots, script, threshold
from theorylab.models.adaptive import simulation
from theorylab.models.adaptive.model import PeriodicLosses, method
from theorylab.models.adaptive.theory import linear

SOURCE = Source("Theorem 2 (read), its losses and conditions recalled; boundary derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "Losses that defeat Adam at the usual decays need not be extreme, as the conditions of the proof (recalled) "
        "suggest: on slopes C, then C - 1 times -1 it fails from C = 2 / sqrt(1 - b2) on, nearly."
    ),
    case="b2 = 0.999: from period 64 on without momentum, 74 with b1 = 0.9, where the conditions ask for 42,622",
    check="1 - b2 from which Adam fails: S = 0",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    periods: tuple[int, ...]
    momenta: tuple[tuple[int, float], ...] = ((40, 0.5), (40, 0.9))  # periods with their b1, else 0
    pairs: tuple[tuple[float, float], ...]  # b1, b2
    width: float = 1e-6
    rounds: int  # of whole runs


QUICK = Setting(periods=(16, 24, 32, 48), pairs=((0.0, 0.9), (0.5, 0.9), (0.9, 0.99)), rounds=60_000)
FULL = Setting(periods=(16, 24, 32, 48, 64, 96, 128, 192), pairs=(*QUICK.pairs, (0.0, 0.999), (0.9, 0.999)),
               rounds=3_000_000)  # fmt: skip


def losses(period):
    return PeriodicLosses(high=float(period), period=period)


def boundary(s, period, first_decay):
    """Bracket of the 1 - b2 from which one late period takes x up; rates are so small that x stays inside."""

    def rises(forgetting):
        rounds = period * int(40 / forgetting / period + 100)
        tiny = method("Adam", 1e-7, declining=False, first_decay=first_decay, second_decay=1 - forgetting)
        before, after = simulation.periodic(losses(period), tiny, 0.0, [rounds, rounds + period])["point"].mean
        return bool(after > before)

    return bracket(rises, 2 / period**2, 0.999 - first_decay**2, relative_width=s.width)


def cases(s):
    return [*((c, 0.0) for c in s.periods), *s.momenta]


def ends(s, end):
    """`end` of runs whose period is well below and above the boundary."""
    values = [end(losses(int(by / (1 - b2) ** 0.5)), b1, b2) for b1, b2 in s.pairs for by in (1, 6)]
    return exact(range(len(values)), np.sign(values), ulps=0, x_name="run")


def measure(s):
    def end(given, first_decay, second_decay):
        adam = method("Adam", 5.0, first_decay=first_decay, second_decay=second_decay)
        return simulation.periodic(given, adam, 0.0, [s.rounds // given.period * given.period])["point"].mean[0]

    return {
        "decay": brackets([c for c, _ in cases(s)], [boundary(s, *case) for case in cases(s)], "period"),
        "end": ends(s, end),
    }


def predict(s):
    periods = np.array([c for c, _ in cases(s)])
    decays = [linear.forgetting_boundary(losses(c), b1) for c, b1 in cases(s)]
    return {
        "decay": exact(periods, decays, 1e-11, "period"),
        "leading": exact(periods, linear.forgetting_boundary_leading(periods), ulps=2, x_name="period"),
        "end": ends(s, lambda *run: -linear.periodic_drift(*run)),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="4 / C^2 exactly", predicted=predicted["leading"])
    yield threshold("1 - b2 from which Adam fails: S = 0", measured["decay"], predicted["decay"], rival=rival)
    rival = Rival(claim="as C^-1, nearly the proof's second condition", predicted=-1.0)
    plain = measured["decay"].at(slice(len(s.periods)))
    yield decays_as("... which falls as C^-2, without momentum", plain, -2.0, rival=rival)
    rival = Rival(claim="at -1, as the mean slope is > 0", predicted=-1.0)
    yield agrees("whole runs end on the side of -S", measured["end"], predicted["end"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    n = len(s.periods)
    plots.points(axes, s.periods, measured["decay"].mean[:n], 0, "bisected, b1 = 0")
    plots.guide(axes, s.periods, predicted["decay"].mean[:n], "S = 0")
    plots.line(axes, s.periods, predicted["leading"].mean[:n], 2, "4 / C²")
    for k, (period, b1) in enumerate(s.momenta):
        plots.points(axes, [period], measured["decay"].mean[n + k : n + k + 1], k + 3, f"bisected, b1 = {b1:g}")
    plots.label(axes, "period and high slope C", "1 - b2", "Adam ends at +1 above the boundary")
    return drawn


if __name__ == "__main__":
    script()
