"""LV-HBA follows the solution of its penalised problem: the error falls as 1/c_k = K^-p, the constraint's as K^-2p.

On the paper's convex toy min F / c + f - v has its solution at u = y1 - x - 1 = 0.2 / (c k + 0.4), k = gamma1 / (gamma1
+ 2), in each coordinate: x is 0.4 u off, f - v = k u^2 / 2, and F is 0.2 u below its optimum, by violating the lower
problem. With c_k = c (k + 1)^p runs follow that solution. So (x, y) is good to K^-p; f - v falls as K^-2p, faster than
the paper's K^-p, and the saddle point lags by K^-(1+p), faster than K^-1/2: worst cases that the toy does not attain.
With p = 0 the error stays, and depends on gamma1 alone. y2, which the lower problem leaves free, is the one that F
wants.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, log_steps, plots, script
from theorylab.models.bilevel import lv_hba
from theorylab.models.bilevel.lv_hba import Method

SOURCE = Source(
    "rates with c_k of order k^p (recalled); toy read in the authors' code, solution derived", kind="derived"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    power: float = 0.3
    scale: float = 1.5
    gamma: float = 10.0
    first: float = 3e4  # step from which a run is close to its path
    last: float
    points: int = 16
    gammas: tuple[float, ...] = (0.5, 1.0, 3.0, 10.0)
    horizon: int  # of the runs with p = 0, whose c is 2


QUICK = Setting(size=2, last=1e6, horizon=40_000)
FULL = Setting(size=10, last=3e7, horizon=400_000)
EXACT = 1e-9  # contracting runs: what is rounded fades
NAMES = {"x": "x", "residual": "f - v", "objective": "F"}


def target(s):
    """Of x - y2: mean 0, so that y2 of least norm would not do."""
    return np.linspace(-1.0, 1.0, s.size)


def method(s, **more):
    return Method(0.03, 0.05, 0.03, s.gamma, s.gamma, s.scale, s.power, 1.0)._replace(**more)


def steps(s):
    return log_steps(s.first, s.last, s.points)


def measure(s):
    run, at = lv_hba.lv_hba(method(s), target(s), steps(s)), steps(s)
    curves = {"x": exact(at, -0.3 - run["x"], EXACT), "residual": exact(at, run["residual"], 1e-6)}
    curves |= {"objective": exact(at, 0.05 - run["objective"], EXACT), "lag": exact(at, run["lag"], 1e-4)}
    ends = [lv_hba.lv_hba(method(s, gamma1=g, power=0.0, scale=2.0), target(s), [s.horizon]) for g in s.gammas]
    for name, sign, best in (("x", -1, -0.3), ("residual", 1, 0.0), ("objective", -1, 0.05)):
        values = [sign * (end[name][0] - best) for end in ends]
        curves[f"constant, {name}"] = exact(s.gammas, values, 1e-7, "gamma1")
    return curves


def predict(s):
    curves, gammas = dict[str, Curve](), np.array(s.gammas)
    for key, x, c, gamma in (("", steps(s), s.scale * (steps(s) + 1.0) ** s.power, s.gamma),
                             ("constant, ", gammas, 2.0, gammas), ("no gamma, ", gammas, 2.0, 1e9 + 0 * gammas),
                             ("whole, ", steps(s), s.scale * (steps(s) + 1.0) ** s.power, 1e9)):  # fmt: skip
        forms = {"x": 0.4 * lv_hba.penalised_violation(c, gamma), "residual": lv_hba.penalised_residual(c, gamma),
                 "objective": 0.05 - lv_hba.penalised_objective(c, gamma)}  # fmt: skip
        curves |= {f"{key}{name}": exact(x, form, ulps=64) for name, form in forms.items()}
    return curves


def checks(s, measured, predicted):
    for name, words in NAMES.items():
        rival = Rival(claim="whatever gamma1", predicted=predicted[f"no gamma, {name}"])
        claim = f"p = 0: error of {words} of the penalised solution"
        yield agrees(claim, measured[f"constant, {name}"], predicted[f"constant, {name}"], rival=rival)
        rival = Rival(claim="with gamma1 infinite", predicted=predicted[f"whole, {name}"])
        claim = f"c_k = c (k + 1)^p: error of {words} of the penalised solution"
        yield agrees(claim, measured[name], predicted[name], rival=rival, within=0.02)
    for name, words, power, other in (
        ("x", "error of x", -s.power, -0.5), ("residual", "f - v", -2 * s.power, -s.power),
        ("lag", "lag of the saddle point", -1 - s.power, -0.5),
    ):  # fmt: skip
        rival = Rival(claim=f"as K^{other:g}", predicted=Power(other))
        yield decays_as(f"{words} as K^{power:g}", measured[name], Power(power), rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, (name, label) in enumerate((("x", "-0.3 - x"), ("residual", "(f - v) / n"), ("lag", "lag of the saddle"))):
        plots.points(left, steps(s), measured[name].mean, k, label)
        if name != "lag":
            plots.prediction(left, predicted[name], "" if k else "penalised solution")
    plots.label(left, "iterations K", "error per coordinate", f"c_k = {s.scale:g} (k + 1)^{s.power:g}, n = {s.size}")
    for k, (name, words) in enumerate(NAMES.items()):
        plots.points(right, s.gammas, measured[f"constant, {name}"].mean, k, f"error of {words}")
        plots.prediction(right, predicted[f"constant, {name}"], "" if k else "penalised solution")
    plots.label(right, "gamma1", "error per coordinate at the end", "p = 0, c = 2")
    right.set_ylim(top=0.6)
    return drawn


if __name__ == "__main__":
    script()
