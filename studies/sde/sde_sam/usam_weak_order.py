"""USAM is a diffusion to first order in eta when rho ~ sqrt(eta); there SGD's diffusion is off by sqrt(eta).

On h x^2/2 all means are exact products; on f = 1 - cos x both sides are spectral. The limit drifts along the gradient
of f + rho/2 E|g|^2. At rho = eta plain SGD's diffusion is of first order already. The diffusion itself is invisible to
any such test: with noise of fixed size it contributes O(eta) to every mean, and the limit without it passes too. Powers
of eta between these two radii, and more than one dimension, are not on trial.
"""

from dataclasses import dataclass

from theorylab import Finding, Power, Rival, Source, decays_as, log_steps, plots, script
from theorylab.models.sde import circle, sam, theory
from theorylab.models.sde.model import Landscape
from theorylab.models.sde.weak import through_last, weak_error

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


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 50  # steps per unit of time, 1/eta
    most: int
    points: int
    radius: float = 0.5  # rho / sqrt(eta)
    start: float = 1.0
    nodes: int = 49


QUICK = Setting(most=2000, points=10)
FULL = Setting(most=20_000, points=20, nodes=89)


def on_quadratic(s, n, radius, limit_radius):
    """Weak error of E x^2 at t = 1 on h x^2/2 of USAM against the limit at another radius, with its rounding."""
    sigma, h = LANDSCAPE.noise_std, CURVATURE
    found = [theory.usam_moments(1 / k, h, r, sigma, s.start, int(k))[1] for k, r in zip(n, radius, strict=True)]
    limit = [
        theory.usam_limit_moments(1 / k, h, r, sigma, s.start, 1.0)[1] for k, r in zip(n, limit_radius, strict=True)
    ]
    # m^(2k) from m known to a few units: 2k times as many of them; the rest is a sum of two terms of order one.
    return weak_error(n, found, limit, (2 * n + 32) * 4 * 2.0**-52)


def on_circle(s, kind, step_size, radius):
    if kind == "no diffusion":
        return circle.flow(sam.coefficients(LANDSCAPE, "USAM", step_size, radius)[0], s.start, 1.0)
    return sam.limit_expectations(LANDSCAPE, kind, step_size, radius, s.start, 1.0, s.nodes)


def measure(s):
    n = log_steps(s.fewest, s.most, s.points)
    radius = s.radius / n**0.5
    curves = {"quadratic, USAM": on_quadratic(s, n, radius, radius)}
    curves["quadratic, SGD"] = on_quadratic(s, n, radius, 0 * radius)
    curves["quadratic, SGD, ρ = η"] = on_quadratic(s, n, 1 / n, 0 / n)
    runs = [
        sam.expectations(LANDSCAPE, "USAM", 1 / k, r, s.start, int(k), s.nodes) for k, r in zip(n, radius, strict=True)
    ]
    for kind in ("USAM", "SGD", "no diffusion"):
        limits = [on_circle(s, kind, 1 / k, r) for k, r in zip(n, radius, strict=True)]
        ends, bounds = [v[1] for v, _ in runs], [a[1] + b[1] for (_, a), (_, b) in zip(runs, limits, strict=True)]
        curves[f"circle, {kind}"] = weak_error(n, ends, [v[1] for v, _ in limits], bounds)
    return curves


def checks(s, measured, predicted):
    half, one = Rival(claim="as sqrt(eta)", predicted=Power(-0.5)), Rival(claim="as eta", predicted=Power(-1))
    claims = (
        ("quadratic, USAM", "USAM's limit on h x^2/2: error falls as eta", -1, half),
        ("quadratic, SGD", "SGD's limit on h x^2/2: error falls as sqrt(eta) only", -0.5, one),
        ("quadratic, SGD, ρ = η", "SGD's limit at rho = eta: error falls as eta", -1, half),
        ("circle, USAM", "USAM's limit on 1 - cos x: error falls as eta", -1, half),
        ("circle, SGD", "SGD's limit on 1 - cos x: error falls as sqrt(eta) only", -0.5, one),
        ("circle, no diffusion", "USAM's drift without any diffusion: error falls as eta too", -1, half),
    )
    for name, claim, power, rival in claims:
        yield decays_as(claim, measured[name], power, rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    cases = (("quadratic", "f = x²", "E x²"), ("circle", "f = 1 − cos x", "E sin x"))
    for panel, (loss, title, phi) in zip(panels, cases, strict=True):
        for k, name in enumerate(name for name in measured if name.startswith(loss)):
            plots.measurement(panel, measured[name], k, f"limit of {name.removeprefix(loss + ', ')}")
            slope = -0.5 if name.endswith("SGD") else -1
            plots.prediction(panel, through_last(measured[name], slope), "" if k else "slopes -1, -1/2")
        plots.label(panel, "steps per unit of time, 1/η", f"error of {phi} at t = 1", f"{title}, ρ = {s.radius:g}√η")
        panel.set_ylim(top=panel.get_ylim()[1] * 30)
    return drawn


if __name__ == "__main__":
    script()
