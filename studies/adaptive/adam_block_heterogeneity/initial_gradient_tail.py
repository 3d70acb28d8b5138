"""Frozen Adam's condition number has no mean over random starts: P(kD > x) falls as 1/x, so that bounds need a delta.

Where a component of the first gradient is small, its direction is divided by it. In two dimensions the law is exact: kD
depends on the ratio of the gradient's components alone, which is Cauchy for a normal start. A bound that holds with
probability 1 - delta has to grow as 1/delta.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, decays_as, exact, plots, replicate, script
from theorylab.models.adaptive import quadratics
from theorylab.models.adaptive.theory import frozen

SOURCE = Source("a bound with probability 1 - delta over the start, recalled; law derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    hessian: tuple[float, float, float] = (5.0, 3.0, 2.0)  # H_11, H_12 = H_21, H_22
    levels: tuple[float, ...] = (60.0, 100.0, 300.0, 1000.0, 3000.0)  # kD is 38 at least
    decades: float = 8.0
    draws: int  # in a replica
    replicas: int
    seed: int


QUICK = Setting(draws=1000, replicas=500, seed=1)
FULL = Setting(draws=1000, replicas=20_000, seed=2)


def measure(s):
    levels, (a, b, c) = np.array(s.levels), s.hessian
    shares = replicate(quadratics.exceeding_shares, a, b, c, levels, s.draws, x=levels, replicas=s.replicas,
                       seed=s.seed, x_name="kD")  # fmt: skip
    far = np.geomspace(100, 10**s.decades, 30)
    # The difference of two roots is formed without cancellation: 60 units.
    return {
        "share": shares,
        "law": exact(far, frozen.condition_survival(a, b, c, far), ulps=60, x_name="kD"),
    }


def predict(s):
    levels, (a, b, c) = np.array(s.levels), s.hessian
    return {
        "share": exact(levels, frozen.condition_survival(a, b, c, levels), ulps=2**20, x_name="kD"),
        "leading": exact(levels, frozen.condition_survival_leading(a, b, c, levels), ulps=8, x_name="kD"),
        "first only": exact(levels, 2 * c**2 / (b**2 + c**2) / (np.pi * levels), ulps=8, x_name="kD"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="its leading term at every x", predicted=predicted["leading"])
    yield agrees("P(kD > x) is that of a Cauchy ratio", measured["share"], predicted["share"], rival=rival)
    rival = Rival(claim="as x^-2, with a mean", predicted=-2.0)
    yield decays_as("P(kD > x) falls as 1/x", measured["law"], -1.0, rival=rival)
    far, (a, b, c) = measured["law"].at(slice(-10, None)), s.hessian
    leading = exact(far.x, frozen.condition_survival_leading(a, b, c, far.x), ulps=8, x_name="kD")
    half = exact(far.x, predicted["first only"].mean[0] * predicted["first only"].x[0] / far.x, ulps=16, x_name="kD")
    rival = Rival(claim="of one component alone", predicted=half)
    yield agrees("... with both components' constants", far, leading, rival=rival, within=1e-3)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    (a, b, c), x = s.hessian, measured["law"].x
    plots.measurement(axes, measured["share"], 0, "drawn starts")
    plots.prediction(axes, measured["law"], "law of a Cauchy ratio")
    plots.line(axes, x, frozen.condition_survival_leading(a, b, c, x), 2, "const / x")
    plots.label(axes, "x", "P(kD > x)", f"H = [[{a:g}, {b:g}], [{b:g}, {c:g}]], standard normal start")
    axes.set_xlim(50, 1e5)
    axes.set_ylim(1e-5, 2)
    return drawn


if __name__ == "__main__":
    script()
