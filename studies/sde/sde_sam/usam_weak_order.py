"""USAM is a diffusion to first order in eta when rho ~ sqrt(eta); there SGD's diffusion is off by sqrt(eta).

On h x^2/2 all means are exact products; on f = 1 - cos x both sides are spectral. The limit drifts along the gradient
of f + rho/2 E|g|^2. At rho = eta plain SGD's diffusion is of first order already. The diffusion itself is invisible to
such means: with noise of fixed size it contributes O(eta) to each of them, and the limit without it passes too. Var/eta
sees it: with the covariance term S1 of the limit it is met as eta, without it, or with its sign changed, as sqrt(eta)
only. Powers of eta between these two radii, and more than one dimension, are not on trial.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Power, Rival, Source, decays_as, log_steps, plots, script
from theorylab.models.sde import circle, sam, theory
from theorylab.models.sde.model import Landscape
from theorylab.models.sde.weak import through_last, variance_error, weak_error

SOURCE = Source("abstract (order-1 weak limits); equations recalled, derived again here", kind="read")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "An error of first order is no evidence for the Hessian-dependent noise of USAM's limit: means are blind to "
        "noise of fixed size at this order, the drift without any diffusion passes as well."
    ),
    case="f = 1 - cos x, rho = sqrt(eta)/2, noise 1: without diffusion the error of E sin x falls as eta, too",
    check="USAM's drift without any diffusion: error falls as eta too",
)
CURVATURE, LANDSCAPE = 2.0, Landscape(noise_std=1.0)
SIGNS = (("S₁", 1.0), ("no S₁", 0.0), ("−S₁", -1.0))


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 50  # steps per unit of time, 1/eta
    most: int
    points: int
    radius: float = 0.5  # rho / sqrt(eta)
    start: float = 1.0
    nodes: int
    narrowest: int  # steps per unit of time for Var, beyond which more nodes are needed


QUICK = Setting(most=2000, points=8, nodes=65, narrowest=1000)
FULL = Setting(most=20_000, points=20, nodes=129, narrowest=4000)


def on_quadratic(s, n, radius, limit_radius, noise_std=LANDSCAPE.noise_std):
    """Weak error of E x^2 at t = 1 on h x^2/2 of USAM against the limit at another radius, with its rounding."""
    given, found, limit = np.broadcast_to(noise_std, n.shape), [], []
    for k, r, other, sigma in zip(n, radius, limit_radius, given, strict=True):
        found.append(theory.usam_moments(1 / k, CURVATURE, r, sigma, s.start, int(k))[1])
        limit.append(theory.usam_limit_moments(1 / k, CURVATURE, other, sigma, s.start, 1.0)[1])
    # m^(2k) from m known to a few units: 2k times as many of them; the rest is a sum of two terms of order one.
    return weak_error(n, found, limit, (2 * n + 32) * 4 * 2.0**-52)


def on_circle(s, kind, step_size, radius, sign=1.0):
    if kind == "no diffusion":
        return circle.flow(sam.coefficients(LANDSCAPE, "USAM", step_size, radius)[0], s.start, 1.0)
    return sam.limit_expectations(LANDSCAPE, kind, step_size, radius, s.start, 1.0, s.nodes, sign)


def measure(s):
    n = log_steps(s.fewest, s.most, s.points)
    radius = s.radius / n**0.5
    pairs = list(zip(n, radius, strict=True))
    curves = {"quadratic, USAM": on_quadratic(s, n, radius, radius)}
    curves["quadratic, SGD"] = on_quadratic(s, n, radius, 0 * radius)
    curves["quadratic, SGD, ρ = η"] = on_quadratic(s, n, 1 / n, 0 / n)
    curves["quadratic, USAM, noise 1/√η"] = on_quadratic(s, n, radius, radius, n**0.5)
    runs = [sam.expectations(LANDSCAPE, "USAM", 1 / k, r, s.start, int(k), s.nodes) for k, r in pairs]
    for kind in ("USAM", "SGD", "no diffusion"):
        limits = [on_circle(s, kind, 1 / k, r) for k, r in pairs]
        ends, bounds = [v[1] for v, _ in runs], [a[1] + b[1] for (_, a), (_, b) in zip(runs, limits, strict=True)]
        curves[f"circle, {kind}"] = weak_error(n, ends, [v[1] for v, _ in limits], bounds)
    few = n <= s.narrowest
    for name, sign in SIGNS:
        limits = [on_circle(s, "USAM", 1 / k, r, sign) for k, r in pairs[: few.sum()]]
        curves[f"Var, {name}"] = variance_error(n[few], runs[: len(limits)], limits)
    return curves


def checks(s, measured, predicted):
    half, one = Rival(claim="as sqrt(eta)", predicted=Power(-0.5)), Rival(claim="as eta", predicted=Power(-1))
    claims = (
        ("quadratic, USAM", "USAM's limit on h x^2/2: error falls as eta", -1, half),
        ("quadratic, SGD", "SGD's limit on h x^2/2: error falls as sqrt(eta) only", -0.5, one),
        ("quadratic, SGD, ρ = η", "SGD's limit at rho = eta: error falls as eta", -1, half),
        ("quadratic, USAM, noise 1/√η", "USAM's limit on h x^2/2, noise 1/sqrt(eta): error falls as eta", -1, half),
        ("circle, USAM", "USAM's limit on 1 - cos x: error falls as eta", -1, half),
        ("circle, SGD", "SGD's limit on 1 - cos x: error falls as sqrt(eta) only", -0.5, one),
        ("circle, no diffusion", "USAM's drift without any diffusion: error falls as eta too", -1, half),
        ("Var, S₁", "Var sin x / eta of USAM's limit: error falls as eta", -1, half),
        ("Var, no S₁", "Var sin x / eta of the limit without S1: error falls as sqrt(eta) only", -0.5, one),
        ("Var, −S₁", "Var sin x / eta of the limit with -S1: error falls as sqrt(eta) only", -0.5, one),
    )
    for name, claim, power, rival in claims:
        yield decays_as(claim, measured[name], power, rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(3)
    cases = (("quadratic", "x²", "E x²"), ("circle", "1 − cos x", "E sin x"), ("Var", "1 − cos x", "Var sin x / η"))
    for panel, (loss, title, what) in zip(panels, cases, strict=True):
        for k, name in enumerate(name for name in measured if name.startswith(loss)):
            plots.measurement(panel, measured[name], k, f"limit of {name.removeprefix(loss + ', ')}")
            slope = -0.5 if name in ("quadratic, SGD", "circle, SGD", "Var, no S₁", "Var, −S₁") else -1
            plots.prediction(panel, through_last(measured[name], slope), "" if k else "slopes -1, -1/2")
        plots.label(
            panel, "steps per unit of time, 1/η", f"error of {what} at t = 1", f"f = {title}, ρ = {s.radius:g}√η"
        )
        panel.set_ylim(top=panel.get_ylim()[1] * 30)
    return drawn


if __name__ == "__main__":
    script()
