"""On a Gaussian bilinear game the averaged flow falls as t^-(r+1); plain descent-ascent falls as exp(-k t), faster.

Laws stay normal, and m = E x + i E y has m' = -k m + i c m for descent-ascent: |m| = exp(-k t) whatever the coupling c.
With the drift averaged over the past with weights t^r the averaged mean is Kummer's function
M((r+1)(1 - i c/k), r+2, -k t): its modulus tends to Gamma(r+2)/|Gamma(1 + i (r+1) c/k)| (k t)^-(r+1). So the average is
no cure for a descent-ascent that diverges, in continuous time and on this game: what it buys is a guarantee.
"""

from dataclasses import dataclass

import mpmath  # type: ignore[import-untyped]
import numpy as np

from theorylab import Curve, Finding, Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.models.minimax import mean_field
from theorylab.models.minimax.theory import mean_field as theory

SOURCE = Source("averaged dynamics (abstract, read; weights recalled); closed forms derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "Averaging the drift over the past is not what makes mean-field Langevin descent-ascent converge: on the "
        "Gaussian bilinear game, in continuous time, descent-ascent converges exponentially for every coupling, the "
        "averaged flow only as t^-(r+1)."
    ),
    case="payoff x y, reference N(0, 1), temperature 1/2, weights 1: at t = 40 means of 2e-9 and 0.26",
    check="the averaged flow is no slower than descent-ascent",
)
SHORT = np.linspace(1.0, 40.0, 14)


@dataclass(frozen=True, kw_only=True)
class Setting:
    coupling: float = 1.0
    pull: float = 0.5
    powers: tuple[int, ...] = (0, 1, 2)
    last: float  # of the integrated flow
    far: float  # of the closed form
    points: int


QUICK = Setting(last=1e2, far=1e8, points=8)
FULL = Setting(last=1e4, far=1e10, points=30)


def times(s):
    return np.geomspace(1.0, s.last, s.points)


def modulus(x, y, times):
    return exact(times, np.hypot(x, y), 1e-7, x_name="time")


def kummer(s, power, times):
    found = [abs(complex(theory.averaged_mean(s.coupling, s.pull, power, float(t), mpmath.hyp1f1))) for t in times]
    return exact(times, found, 1e-11, x_name="time")


def measure(s):
    curves = {}
    for r in s.powers:
        for name, t in (("average", times(s)), ("early", SHORT)):
            found = mean_field.flow(s.coupling, s.pull, t, mean_field.power_speed(r), tolerance=1e-10)
            curves[f"{name}, {r}"] = modulus(found.first_average, found.second_average, t)
    plain = mean_field.flow(s.coupling, s.pull, SHORT)
    return curves | {"plain": modulus(plain.first, plain.second, SHORT)}


def predict(s):
    curves: dict[str, Curve] = {}
    far = np.geomspace(1e3, s.far, 30)
    for r in s.powers:
        limit = float(theory.averaged_limit(s.coupling, s.pull, r, mpmath.gamma))
        curves |= {f"average, {r}": kummer(s, r, times(s)), f"far, {r}": kummer(s, r, far)}
        curves[f"limit, {r}"] = exact(far, limit * (s.pull * far) ** -(r + 1), 1e-12, x_name="time")
    plain = [abs(theory.descent_ascent_mean(s.coupling, s.pull, x, np.exp)) for x in SHORT]
    turned = np.exp(-np.hypot(s.pull, s.coupling) * SHORT)
    return curves | {"plain": exact(SHORT, plain, 1e-13), "turned": exact(SHORT, turned, 1e-13)}


def checks(s, measured, predicted):
    rival = Rival(claim="exp(-t sqrt(k^2 + c^2))", predicted=predicted["turned"])
    yield agrees("descent-ascent: |m| = exp(-k t)", measured["plain"], predicted["plain"], within=1e-6, rival=rival)
    for r in s.powers:
        average, form, far = measured[f"average, {r}"], predicted[f"average, {r}"], predicted[f"far, {r}"]
        rival = Rival(claim="that of another power", predicted=predicted[f"average, {s.powers[r - 1]}"])
        yield agrees(f"weights t^{r}: Kummer's function", average, form, within=1e-5, rival=rival)
        rival = Rival(claim=f"as t^-{r + 2}", predicted=Power(-r - 2))
        yield decays_as(f"weights t^{r}: it falls as t^-{r + 1}", far, Power(-r - 1), rival=rival)
        limit = predicted[f"limit, {r}"]
        rival = Rival(claim="twice that", predicted=2 * float(limit.mean[-1]))
        yield agrees("... with its constant", far.at([-1]), limit.at([-1]), within=1e-3, rival=rival)
    rival = Rival(claim="descent-ascent <= averaged", measured=measured["plain"], predicted=measured["early, 0"])
    claim = "the averaged flow is no slower than descent-ascent"
    yield below(claim, measured["early, 0"], measured["plain"], rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, r in enumerate(s.powers):
        plots.points(left, times(s), measured[f"average, {r}"].mean, k, f"averaged, weights t^{r}")
        plots.guide(left, times(s), predicted[f"average, {r}"].mean, "" if k else "Kummer's function")
    plots.label(left, "time t", "modulus of the averaged mean", f"c = {s.coupling:g}, k = {s.pull:g}")
    plots.points(right, SHORT, measured["plain"].mean, 4, "descent-ascent")
    plots.guide(right, SHORT, predicted["plain"].mean, "exp(-k t)")
    plots.points(right, SHORT, measured["early, 0"].mean, 0, "averaged, weights 1")
    plots.label(right, "time t", "modulus of the mean", "", log="y")
    return drawn


if __name__ == "__main__":
    script()
