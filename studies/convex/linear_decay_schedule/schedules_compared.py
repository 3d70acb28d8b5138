"""Bounds for the last iterate: linear < cosine < 1/sqrt t < constant from T = 100 on; constant steps lose sqrt(ln T).

For any schedule eta_t the gap of x_T is at most D^2/(2 S_1) + Q_1/(2 S_1) + 1/2 sum eta_k Q_k/(S_k S_(k+1)), derived
again. At the best multiple it is D G/sqrt T times sqrt(1 + H_(T-1)) for constant steps: the root of a logarithm, where
the step D/(G sqrt T) itself would pay (2 + ln T)/2. Linear decay has a factor that falls to 2, twice what it needs. On
functions that lift the end of a run (max of <h_i, x>, h_t = -b e_t + sum_(j<t) a_j e_j) constant steps do end higher by
a logarithm; linear decay does not.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from theorylab import Curve, Rival, Source, above, agrees, below, exact, monotone, ordered, plots, script
from theorylab.models.convex import model, simulation
from theorylab.models.convex.theory import last_iterate

SOURCE = Source("bound of an arbitrary schedule (read in the authors' code), derived here again", kind="read")
NAMES = ("linear", "cosine", "root", "constant")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizons: tuple[int, ...] = (10, 100, 1000, 10_000)
    lifted: tuple[int, ...]


QUICK = Setting(lifted=(16, 32, 64, 128, 256))
FULL = Setting(
    horizons=(10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000), lifted=(16, 32, 64, 128, 256, 512, 1024, 2048)
)
ROUNDING = 1e-11


def factor(s, name):
    """sqrt T/(D G) times the bound at the best multiple."""
    found = [last_iterate.best_scaled_bound(last_iterate.shape(name, T), np.ones(T), 1.0) * T**0.5 for T in s.horizons]
    return exact(s.horizons, found, ROUNDING)


def lifted_ends(s, constant):
    """sqrt T/(D G) times f(x_T) - f(x_1), with D = G = 1."""
    found = []
    for T in s.lifted:
        share = np.ones(T) if constant else last_iterate.shape("linear", T) - 1 / T
        found.append(simulation.resist(model.late_traps(T), share * T**-0.5).values[-1] * T**0.5)
    return exact(s.lifted, found, ROUNDING)


def increments(curve):
    """Growth per unit of ln T between neighbouring horizons."""
    grown = np.diff(curve.mean) / np.diff(np.log(curve.x))
    return Curve(curve.x[1:], grown[None], True, np.array(1e-8))


def measure(s):
    return {name: factor(s, name) for name in NAMES} | {
        "lifted, constant": lifted_ends(s, True), "lifted, linear": lifted_ends(s, False)}  # fmt: skip


def predict(s):
    harmonic = np.array([(1 / np.arange(1, T)).sum() for T in s.horizons])
    T = np.array(s.horizons)
    return {"constant": exact(T, (1 + harmonic) ** 0.5, ROUNDING), "logarithm": exact(T, (2 + np.log(T)) / 2, ROUNDING)}


def checks(s, measured, predicted):
    late = np.array(s.horizons) >= 100
    for better, worse in pairwise(NAMES):
        rival = Rival(claim="at T = 10 too", measured=measured[better].at(~late), predicted=measured[worse].at(~late))
        if better != "cosine":  # at 10 the order of these two is the same
            rival = Rival(
                claim="1/sqrt t < linear", measured=measured["root"].at(late), predicted=measured["linear"].at(late)
            )
        claim = f"bounds from T = 100 on: {better} < {worse}"
        yield ordered(claim, measured[better].at(late), measured[worse].at(late), rival=rival)
    rival = Rival(claim="(2 + ln T)/2: a logarithm", predicted=predicted["logarithm"])
    claim = "constant steps: sqrt(1 + H_(T-1)) times D G/sqrt T"
    yield agrees(claim, measured["constant"], predicted["constant"], rival=rival)
    rival = Rival(claim="... of constant steps", measured=measured["constant"].at(late))
    yield monotone("linear decay's factor falls", measured["linear"].at(late), rival=rival)
    rival = Rival(claim="to 2.06, that of cosine", predicted=2.06)
    yield agrees("... to 2", measured["linear"].at([-1]), 2.0, within=0.005, rival=rival)
    lifted = measured["lifted, linear"]
    rival = Rival(claim="constant steps", measured=measured["lifted, constant"])
    yield below("lifted end: f(x_T) - f(x_1) <= D G/sqrt T", lifted, 1.0, rival=rival)
    grown = increments(measured["lifted, constant"])
    rival = Rival(claim="... of linear decay", measured=increments(lifted))
    yield above("constant steps, lifted end: 0.2 more per unit of ln T", grown, 0.2, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, name in enumerate(NAMES):
        plots.points(left, s.horizons, measured[name].mean, k, {"root": "1/√t"}.get(name, name))
    plots.prediction(left, predicted["constant"], "√(1 + H), constant")
    plots.limit(left, 2.0)
    left.set_ylim(1.7, 5.2)
    plots.label(left, "gradients T", "bound √T / (D G)", "at the best multiple", log="x")
    for k, name in enumerate(("constant", "linear")):
        plots.points(right, s.lifted, measured[f"lifted, {name}"].mean, k, {"linear": "linear decay"}.get(name, name))
    plots.limit(right, 1.0, "D G/√T")
    right.set_ylim(0, 2.6)
    plots.label(right, "gradients T", "(f(x_T) - f(x_1)) √T / (D G)", "functions that lift the end", log="x")
    return drawn


if __name__ == "__main__":
    script()
