"""On a strongly convex problem accelerated SGD forgets its start in sqrt(kappa) steps, SGD in kappa.

Half of the eigenvalues are 1, half 1/k'; kappa = R^2 / mu, mu = 1/k', R^2 = tr H + 2. The time constant is that of the
second moments, -1 / log(spectral radius). With the statistical condition number set to d + 2 (its value for Gaussian
data) the parameters of Jain et al., as recalled, give the square root; set to kappa, they give kappa again. In the
limit SGD, at step 1 / (5 R^2), takes 5/2 kappa; the roots of ASGD along mu are complex there, of modulus^2 about 1 -
(1/9 + 1/(3 sqrt 5)) / r, r = sqrt(kappa (d + 2)), and random data add nothing to that: 3.843 r.
The paper's sharper bound on the bias in this case was not read: the order in kappa is on trial, no constant.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares

SOURCE = Source(
    "strongly convex special case; parameters and orders recalled, time constants derived here",
    kind="recalled",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    smallest: float = 2.0**-14  # 1 / largest k'
    points: int = 19
    within: float = 0.02  # of the limit, at the largest kappa


QUICK, FULL = Setting(dim=10), Setting(dim=10, smallest=2.0**-20, points=31)


def time_constants(s, choose):
    """Time constant of `choose(mu, R^2, d)` against kappa."""
    kappas, times = [], []
    for mu in np.geomspace(2.0**-4, s.smallest, s.points):
        p = LeastSquares(np.repeat([1.0, mu], s.dim // 2), np.zeros(s.dim), 0.0)
        radius = p.trace + 2
        kappas.append(radius / mu)
        times.append(theory.asgd_time_constant(p, choose(mu, radius)))
    # The bisection stops at 1e-12 of log(1 - r); closed forms lose kappa units in 1 - c.
    return exact(kappas, times, 1e-11 + max(kappas) * 2.0**-48, "kappa")


def measure(s):
    return {
        "ASGD": time_constants(s, lambda mu, radius: Acceleration.strongly_convex(mu, radius, s.dim + 2)),
        "SGD": time_constants(s, lambda mu, radius: Acceleration.sgd(1 / (5 * radius))),
        "ASGD, kappa": time_constants(s, lambda mu, radius: Acceleration.strongly_convex(mu, radius, radius / mu)),
    }


def predict(s):
    """Lines of slope 1/2 and 1 through the last points, for the eye: the claims are the exponents."""
    curves, found = {}, measure(s)
    for name, slope in (("ASGD", 0.5), ("SGD", 1.0)):
        end = found[name]
        curves[name] = exact(end.x, end.mean[-1] * (end.x / end.x[-1]) ** slope, ulps=16, x_name="kappa")
    last = found["SGD"].x[-1:]
    root = (last * (s.dim + 2)) ** 0.5
    limits = {"SGD": 2.5 * last, "ASGD": root / (1 / 9 + 1 / (3 * 5**0.5)), "beta alone": 9 * root}
    return curves | {f"limit, {name}": exact(last, x, ulps=16, x_name="kappa") for name, x in limits.items()}


def checks(s, measured, predicted):
    claims = (("ASGD", 0.5, 1.0), ("SGD", 1.0, 0.5), ("ASGD, kappa", 1.0, 0.5))
    for name, exponent, other in claims:
        rival = Rival(claim=f"as kappa^{other:g}", predicted=Power(other))
        title = f"{name} as the statistical condition number" if "," in name else name
        yield decays_as(
            f"time constant of {title} grows as kappa^{exponent:g}", measured[name], Power(exponent), rival=rival
        )
    for name, against, words in (("SGD", "ASGD", "that of ASGD"), ("ASGD", "beta alone", "9 r: alpha = 1")):
        rival = Rival(claim=words, predicted=predicted[f"limit, {against}"])
        claim = f"... of {name} tends to {'5/2 kappa' if name == 'SGD' else '3.843 r'}"
        last, limit = measured[name].at(slice(-1, None)), predicted[f"limit, {name}"]
        yield agrees(claim, last, limit, rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(measured):
        plots.measurement(axes, measured[name], k, name)
    for k, name in enumerate(("ASGD", "SGD")):
        plots.prediction(axes, predicted[name], "" if k else "slopes 1/2 and 1")
    plots.label(axes, "condition number kappa", "time constant (iterations)", f"d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
