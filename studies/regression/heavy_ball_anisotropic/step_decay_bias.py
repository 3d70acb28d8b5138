"""Without noise each stage of step decay loses the modulus of its slowest mode: the exponent recalled needs C near 2.

K steps of size C^-l / L leave of mode l_i the modulus |x|^K, x the larger root of x^2 - (1 + m - h l_i) x + m. At m =
(1 - 1/(4 sqrt kappa))^2 the slowest mode oscillates, at 1 - 1/(4 sqrt kappa) a step, as long as C^l < 16: four stages
for C = 2, two for C = 4, and creeps afterwards. So the whole schedule loses the exponent 2.7 K / sqrt(kappa) for C =
2, enough for the recalled one, 2; and 1.8 for C = 3, 1.6 for C = 4, which is not: that exponent needs a C near 2.
Exponents are differences between stages of K and 2 K steps.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("upper bound, exponent of the bias", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    conditions: tuple[int, ...]
    modes: int = 17
    stages: int = 14
    length: int = 64  # of a stage, in units of sqrt(kappa)
    exponent: float = 2.0
    within: float = 0.06  # powers of K beside the exponential


QUICK = Setting(conditions=(64, 1024))
FULL = Setting(conditions=(16, 64, 256, 1024, 4096, 16384, 65536), modes=65)
SLOW, FAST = (1.5, 2.0), (3.0, 4.0)


def problem(s, kappa):
    return LeastSquares(np.geomspace(1, 1 / kappa, s.modes), np.ones(s.modes), 0.0, "additive")


def momentum(kappa):
    return (1 - 1 / (4 * kappa**0.5)) ** 2


def exponents(s, factors, of):
    """`of(condition, factor)` over factors (rows) and condition numbers."""
    return [[of(kappa, factor) for kappa in s.conditions] for factor in factors]


def lost(s, kappa, factor):
    """- log of what the risk is multiplied by if each stage has s.length sqrt(kappa) steps more, per s.length."""
    logs = []
    for length in (round(s.length * kappa**0.5), round(2 * s.length * kappa**0.5)):
        stages = theory.Stages(tuple(factor**-k for k in range(s.stages)), (length,) * s.stages)
        logs.append(np.log(theory.staged_risk(problem(s, kappa), stages, momentum(kappa))[-1]))
    return (logs[0] - logs[1]) / s.length


def moduli(s, kappa, factor, stages=None):
    lam, count = problem(s, kappa).eigenvalues, stages or s.stages
    rates = [-2 * np.log(theory.heavy_ball_modulus(factor**-k * lam, momentum(kappa))) for k in range(count)]
    return np.sum(rates, axis=0).min() * kappa**0.5


def measure(s):
    both = {"slow": SLOW, "fast": FAST, "all": SLOW + FAST}
    return {name: exact(s.conditions, exponents(s, factors, lambda k, c: lost(s, k, c)), 1e-9, "condition number")
            for name, factors in both.items()}  # fmt: skip


def predict(s):
    every, first = (exponents(s, SLOW + FAST, lambda k, c, n=n: moduli(s, k, c, n)) for n in (None, 1))
    curves = {"all": every, "first": first}
    return {name: exact(s.conditions, rows, 1e-12, "condition number") for name, rows in curves.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="that of the first stage", predicted=predicted["first"])
    claim = "bias exponent of step decay = sum over stages of the slowest mode's"
    yield agrees(claim, measured["all"], predicted["all"], rival=rival, within=s.within)
    rival = Rival(claim="for C = 3 and 4", measured=measured["fast"])
    yield above(
        "the bias exponent is 2 K / sqrt(kappa) or more, for C = 1.5 and 2", measured["slow"], s.exponent, rival=rival
    )


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, factor in enumerate(SLOW + FAST):
        plots.points(axes, s.conditions, measured["all"].samples[k], k, f"C = {factor:g}")
        plots.guide(axes, s.conditions, predicted["all"].samples[k], "" if k else "moduli of the modes")
    plots.limit(axes, s.exponent, "")
    plots.label(axes, "condition number", "bias exponent x sqrt(kappa) / K", "step decay, tuned momentum", log="x")
    axes.set_ylim(1.0, 6.5)
    return drawn


if __name__ == "__main__":
    script()
