"""An affine response trained on perturbations of size s is off by O(s^2), in value, slope and tuned hyperparameter.

Ridge in one direction: L_T = A (w-1)^2 / 2 + e^lam w^2 / 2, w = b + U eps at lam + eps. As E e^eps = e^(s^2/2), the
trained (b, U) has a closed form; over s^2 it is off by A B (B-A) / (2 (A+B)^3) and A B (B^2 + 2AB - A^2) / (2 (A+B)^4)
to leading order (B = e^lam), and the lam where b = w_V by 1/2 - w_V. The other road fits by quadrature.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq

from theorylab import Finding, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.bilevel import best_responses

SOURCE = Source("abstract (affine responses trained on perturbations, read); biases derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "An affine response trained on perturbations of size s has the best response's value only where that is affine "
        "(a jointly quadratic loss), or as s vanishes: elsewhere value, slope and tuned lam are off by O(s^2)."
    ),
    case="ridge with A = 1, e^lam = 2, s = 1: 0.349 for 1/3; lam tuned to w = 0.4: 0.448 for ln 1.5 = 0.405",
    check="trained value = best response",
)
FIT = 4096  # units in the last place of least squares: 2 unknowns of condition below 4, 160 rows
NAMES = {"value": "value b", "slope": "slope U", "tuned": "tuned lam"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 1.0
    penalty: float = 2.0
    wanted: float = 0.4
    smallest: float = 0.005
    points: int


QUICK = Setting(points=16)
FULL = Setting(points=46)


def spreads(s):
    return np.geomspace(s.smallest, 1.0, s.points)


def unbiased(s):
    """Value and slope of the best response, and the lam of L_V's minimum."""
    best = best_responses.tangent(s.curvature, s.penalty)
    return dict(zip(NAMES, (*best, np.log(s.curvature * (1 - s.wanted) / s.wanted)), strict=True))


def tuned(s, spread):
    """lam where the value fitted by quadrature is the wanted one."""

    def off(lam):
        return best_responses.fitted_response(s.curvature, np.exp(lam), spread)[0] - s.wanted

    return brentq(off, -3.0, 4.0, xtol=1e-14, rtol=1e-14)


def measure(s):
    x, curves = spreads(s), {}
    fits = [(*best_responses.fitted_response(s.curvature, s.penalty, a), tuned(s, a)) for a in x]
    for (name, best), found in zip(unbiased(s).items(), np.array(fits).T, strict=True):
        # The lam of a value has its error over the slope, about w_V (1 - w_V).
        slack = FIT * 2.0**-52 * (np.abs(found) if name != "tuned" else 2 / (1 - s.wanted))
        curves[name] = exact(x, found, slack / np.abs(found), "s")
        curves[f"bias, {name}"] = exact(x, found - best, slack / np.abs(found - best), "s")
    return curves


def predict(s):
    x, a, b = spreads(s), s.curvature, s.penalty
    forms = (*best_responses.trained_response(a, b, x), np.log(best_responses.tuned_penalty(a, s.wanted, x)))
    leads = (*best_responses.response_bias_leading(a, b, x), x**2 * (0.5 - s.wanted))
    third = a * b * (4 * a * b - a**2 - b**2) / (2 * (a + b) ** 4)
    others = (a * b * (b - a) / (a + b) ** 3 * x**2, third * x**2, x**2 * (1 - s.wanted))
    rows: dict[str, Any] = {}
    for (name, best), form, lead, other in zip(unbiased(s).items(), forms, leads, others, strict=True):
        rows |= {name: form, f"unbiased, {name}": best + 0 * x, f"bias, {name}": lead, f"other, {name}": other}
    return {name: exact(x, row, ulps=32, x_name="s") for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="the closed form, off by O(s^2)", predicted=predicted["value"])
    claim = "trained value = best response, at every s"
    yield agrees(claim, measured["value"], predicted["unbiased, value"], rival=rival, declared="refuted")
    others = {"value": "w*'', not half of it", "slope": "w*''' / 2", "tuned": "1 - w_V"}
    small, low = spreads(s) <= 0.3, spreads(s) <= 0.05
    for name, what in NAMES.items():
        rival = Rival(claim="no bias", predicted=predicted[f"unbiased, {name}"])
        yield agrees(f"{what}: closed form", measured[name], predicted[name], rival=rival)
        rival, bias = Rival(claim="as s", predicted=Power(1)), measured[f"bias, {name}"]
        yield decays_as(f"bias of the {what} as s^2", bias.at(small), Power(2), rival=rival, towards=0)
        rival = Rival(claim=others[name], predicted=predicted[f"other, {name}"].at(low))
        claim, lead = f"bias of the {what} over s^2, to leading order", predicted[f"bias, {name}"]
        yield agrees(claim, bias.at(low), lead.at(low), rival=rival, within=0.01)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    lam, centre = np.linspace(-2, 4, 61), np.log(s.penalty)
    plots.guide(left, lam, s.curvature / (s.curvature + np.exp(lam)), "best response")
    for k, spread in enumerate((0.01, 1.0, 2.0)):
        value, slope = best_responses.fitted_response(s.curvature, s.penalty, spread)
        near = np.abs(lam - centre) < 1.5
        plots.line(left, lam[near], value + slope * (lam[near] - centre), k, f"trained, s = {spread:g}")
    plots.label(left, "hyperparameter lam", "response w", f"A = {s.curvature:g}, e^lam = {s.penalty:g}", log="")
    for k, (name, what) in enumerate(NAMES.items()):
        plots.points(right, spreads(s), measured[f"bias, {name}"].mean, k, f"bias of the {what}")
        plots.guide(right, spreads(s), predicted[f"bias, {name}"].mean, "" if k else "leading order")
    plots.label(right, "size s of the perturbations", "bias", f"lam tuned to w = {s.wanted:g}")
    return drawn


if __name__ == "__main__":
    script()
