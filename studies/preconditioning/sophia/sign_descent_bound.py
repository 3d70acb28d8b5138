"""Sign descent with a fixed step needs (sqrt(gap / tolerance) - 1) sqrt(kappa) / 2 steps, which Sophia does without.

On (x_1^2 + kappa x_2^2) / 2 the second coordinate ends in a cycle u, u - a, of which one is a / 2 or more in size:
to be below the tolerance for two steps in a row a must be at most sqrt(8 tolerance / kappa), and x_1 has to be
walked with that. Derived here; the paper's bound has the same scaling and another constant (recalled). Runs start
at the cycle of a / 2, where the bound is sharpest, and near 0: low in every second step there, whatever a, which does
not count. Steps that fade are outside the bound, and break it.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, decays_as, exact, ordered, plots, script
from theorylab.models.preconditioning import curvature, theory_curvature

SOURCE = Source("lower bound for sign descent (recalled); constant derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    conditions: tuple[float, ...]
    tolerances: tuple[float, ...]
    steps: int  # step sizes tried, from 1/20 of the largest that can end below the tolerance to that
    gap: float = 1.0
    tolerance: float = 1e-3
    condition: float = 1e4  # over the tolerances
    fading: float = 0.97
    region: float = 0.05  # of Sophia, which walks with a tenth of it
    most: int = 10**6  # above all bounds


QUICK = Setting(
    conditions=tuple(10.0**k for k in range(2, 8)), tolerances=tuple(10.0**k for k in range(-6, 0)), steps=40
)
FULL = Setting(conditions=tuple(10.0**k for k in range(2, 10)), tolerances=tuple(10.0**k for k in range(-8, 0)),
               steps=400)  # fmt: skip


def times(s, condition, tolerance, fading=1.0, place=0.5, upto=1 - 1e-12):
    """Steps needed with each step size a from x_2 = place a; fading ones start at 0.08 and walk before it is small."""
    largest = (8 * tolerance / condition) ** 0.5
    sizes = np.array([0.08]) if fading < 1 else largest * np.geomspace(0.05, upto, s.steps)
    return curvature.sign_descent_times(sizes, place, condition, s.gap, tolerance, fading, s.most)


def sophia(s, condition):
    """Steps of Sophia from the same start to the same loss, at most: each coordinate to half of it."""
    method = curvature.newton_like(s.region / 10, s.region)
    start, small = np.array([(2 * s.gap) ** 0.5, s.region]), (s.tolerance / 2) ** 0.5
    hessian = np.diag([1.0, condition])
    return curvature.sophia_descent(method, hessian, start, small / condition**0.5, s.most)[0]


def counted(x, values, name):
    """Whole numbers of steps; as values of a smooth curve they are known up to one."""
    return exact(x, values, 1.0 / np.array(values), name)


def measure(s):
    over = [times(s, k, s.tolerance) for k in s.conditions]
    uneven = [times(s, k, s.tolerance, place=0.01, upto=4) for k in s.conditions]
    return {
        "all": exact(s.conditions, np.transpose(over), ulps=0, x_name="condition"),
        "uneven": exact(s.conditions, np.transpose(uneven), ulps=0, x_name="condition"),
        "best": counted(s.conditions, [row.min() for row in over], "condition"),
        "fading": exact(s.conditions, [times(s, k, s.tolerance, s.fading)[0] for k in s.conditions], ulps=0,
                        x_name="condition"),
        "by tolerance": counted(s.tolerances, [times(s, s.condition, eps).min() for eps in s.tolerances], "tolerance"),
        "sophia": exact(s.conditions, [sophia(s, k) for k in s.conditions], ulps=0, x_name="condition"),
    }  # fmt: skip


def predict(s):
    k = np.array(s.conditions)
    return {"bound": exact(k, theory_curvature.sign_steps_bound(s.gap, s.tolerance, k), 1e-12, "condition")}


def checks(s, measured, predicted):
    fading = Rival(claim="with steps that fade, too", measured=measured["fading"])
    for name, words in (("all", "at least the bound"), ("uneven", "from x_2 near 0, too")):
        yield above(f"each fixed step: {words}", measured[name], predicted["bound"], rival=fading)
    rival = Rival(claim="in proportion to it", predicted=1.0)
    yield decays_as("the best step: as the root of the condition number", measured["best"], 0.5, rival=rival)
    rival = Rival(claim="as 1 / tolerance", predicted=-1.0)
    claim = "... and as tolerance^-1/2"
    yield decays_as(claim, measured["by tolerance"], -0.5, rival=rival, towards=0)
    rival = Rival(claim="sign descent with fading steps", measured=predicted["bound"], predicted=measured["fading"])
    large = np.array(s.conditions) >= 1e4
    claim = "Sophia, from 10^4 on: fewer steps than any fixed step of sign descent"
    yield ordered(claim, measured["sophia"].at(large), measured["best"].at(large), rival=rival)


def figure(s, measured, predicted):
    drawn, (by_condition, by_tolerance) = plots.panels(2)
    labels = {"best": "sign descent, best fixed step", "fading": "sign descent, fading steps", "sophia": "Sophia"}
    for k, (name, label) in enumerate(labels.items()):
        plots.points(by_condition, measured[name].x, measured[name].mean, k, label)
    plots.prediction(by_condition, predicted["bound"], "lower bound")
    plots.label(by_condition, "condition number κ", "steps", f"from loss {s.gap:g} to {s.tolerance:g}")
    x = measured["by tolerance"].x
    plots.points(by_tolerance, x, measured["by tolerance"].mean, 0, "best fixed step")
    plots.guide(by_tolerance, x, theory_curvature.sign_steps_bound(s.gap, x, s.condition), "lower bound")
    plots.label(by_tolerance, "tolerance", "steps", f"κ = {s.condition:g}")
    return drawn


if __name__ == "__main__":
    script()
