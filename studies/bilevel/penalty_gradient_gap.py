"""The gradient of psi_sigma is O(sigma)-close to that of psi, and the constant can grow as mu^-3, no faster here.

Quadratics: gap sigma / (mu + sigma) |g_xy / mu| C in one dimension (as mu^-1 at fixed y*(x) = a x), and sigma
|B^T (AA^T)^-1 (sigma I + AA^T)^-1 r| with many lower minimisers, met by dense minimisation. A lower problem whose
Hessian grows, g_yyy = k, with fixed g_xy = -b and linear f, has gap <= sigma b k C^2 / (2 mu^3), attained as sigma -> 0.
The power mu^-3 is that of secondary text; that it is attained is derived here.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.bilevel import solutions, theory
from theorylab.bilevel.instances import random_quadratic, scalar_families
from theorylab.bilevel.model import Scalar

SOURCE = Source("kwon2024penalty", "abstract (psi_sigma is O(sigma)-close in gradient); constants derived here")


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int
    slopes: tuple[float, ...] = (0.3, 1.0, 3.0)
    rows: int = 4
    columns: int = 7
    smallest: float = 1e-4  # dense minimisation divides its rounding by sigma^2
    largest: float = 0.1
    flattest: float = 0.01  # curvature mu of the mu-sweep, up to 1
    ratio: float = 1e-6  # sigma / mu^2 there
    seed: int


QUICK = Setting(points=16, seed=1)
FULL = Setting(points=61, slopes=(0.03, 0.1, 0.3, 1.0, 3.0, 10.0), flattest=1e-4, seed=2)


def gap(p, sigma):
    return theory.gradient_gap(p.terms(), sigma, theory.penalised_drift(p, sigma))


def sweep(s):
    """1/mu, and the two problems at each mu: quadratic (y* = x: g_xy = -mu) and with k = b = 1."""
    sharp = np.geomspace(1.0, 1 / s.flattest, s.points)
    quadratic = [Scalar(curvature=1 / v, coupling=1 / v, upper_slope=-1.0, upper_curvature=1.0) for v in sharp]
    return sharp, quadratic, [Scalar(curvature=1 / v, third=1.0, upper_slope=-1.0) for v in sharp]


def measure(s):
    sigma, (p, x) = np.geomspace(s.smallest, s.largest, s.points), random_quadratic(s.seed, s.rows, s.columns)
    curves = {}
    for name in ("convex f", "cubic g"):
        rows = [gap(q, sigma) for q in scalar_families(s.slopes)[name]]
        curves[name] = exact(sigma, rows, theory.SCALAR_ROUNDING, "sigma")
    true = solutions.pseudo_inverse_hypergradient(p, x, solutions.selected_minimiser(p, x))
    dense = np.array([np.linalg.norm(solutions.penalised_gradient(p, x, a) - true) for a in sigma])
    slack = 2 * np.linalg.norm(p.coupling, 2) * solutions.residual_rounding(p, x) / sigma
    curves["matrix"] = exact(sigma, dense, slack / dense, "sigma")
    sharp, quadratic, cubic = sweep(s)
    for name, group in (("mu, quadratic g", quadratic), ("mu, cubic g", cubic)):
        per_sigma = [gap(q, s.ratio * q.curvature**2)[0] / (s.ratio * q.curvature**2) for q in group]
        curves[name] = exact(sharp, per_sigma, theory.SCALAR_ROUNDING, "1/mu")
    return curves


def predict(s):
    sigma, (p, x) = np.geomspace(s.smallest, s.largest, s.points), random_quadratic(s.seed, s.rows, s.columns)
    convex, cubic = (scalar_families(s.slopes)[name] for name in ("convex f", "cubic g"))
    # |g_xy / mu| sigma / (mu + sigma) C, and its leading term
    full = [q.coupling / q.curvature * sigma / (q.curvature + sigma) * -q.upper_slope for q in convex]
    leading = [q.coupling / q.curvature * sigma / q.curvature * -q.upper_slope for q in convex]
    bounds = [theory.cubic_gradient_gap_bound(q.terms(), sigma) for q in cubic]
    curves = {"convex f": full, "leading": leading, "cubic g": bounds}
    curves = {name: exact(sigma, rows, 2.0**-48, "sigma") for name, rows in curves.items()}
    curves["matrix"] = exact(sigma, theory.quadratic_gaps(p, x, sigma)[1], theory.quadratic_rounding(p), "sigma")
    sharp, _, cubics = sweep(s)
    bound = [theory.cubic_gradient_gap_bound(q.terms(), 1.0) for q in cubics]
    curves["mu, cubic g"] = exact(sharp, bound, 2.0**-48, "1/mu")
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="sigma / mu in place of sigma / (mu + sigma)", predicted=predicted["leading"])
    claim = "gap = sigma / (mu + sigma) |g_xy / mu| C, quadratic f and g"
    yield agrees(claim, measured["convex f"], predicted["convex f"], rival=rival)
    x, first = measured["matrix"].x, predicted["matrix"].mean[0]
    rival = Rival(claim="its leading term", predicted=exact(x, x * first / x[0], 0.0, "sigma"))
    claim = "gap of many lower minimisers = sigma |B^T (AA^T)^-1 (sigma + AA^T)^-1 r|"
    yield agrees(claim, measured["matrix"], predicted["matrix"], rival=rival)
    rival = Rival(claim="as sigma^2", predicted=Power(2))
    yield decays_as("gap falls as sigma, many lower minimisers", measured["matrix"], Power(1), rival=rival)
    rival = Rival(claim="0.9 times that", predicted=exact(x, 0.9 * predicted["cubic g"].samples, 2.0**-48, "sigma"))
    yield below("gap <= sigma b k C^2 / (2 mu^3), cubic g", measured["cubic g"], predicted["cubic g"], rival=rival)
    rival = Rival(claim="as mu^-2", predicted=Power(2))
    yield decays_as("gap / sigma grows as mu^-3, cubic g", measured["mu, cubic g"], Power(3), rival=rival)
    yield decays_as("gap / sigma grows as mu^-1, quadratic g", measured["mu, quadratic g"], Power(1), rival=rival)


def figure(s, measured, predicted):
    drawn, (strength, flatness) = plots.panels(2)
    mid = len(s.slopes) // 2
    for k, (name, label) in enumerate(
        (("convex f", "quadratic"), ("cubic g", "cubic g (bound)"), ("matrix", "matrix"))
    ):
        row, own = (c[name] if name == "matrix" else exact(c[name].x, c[name].samples[mid], 0.0)
                    for c in (measured, predicted))  # fmt: skip
        plots.measurement(strength, exact(row.x, row.mean, 0.0), k, label)
        plots.prediction(strength, own, "" if k else "closed form or bound")
    plots.label(strength, "penalty strength sigma", "|grad psi_sigma - grad psi|")
    for k, name in enumerate(("quadratic g", "cubic g")):
        plots.measurement(flatness, measured[f"mu, {name}"], k, name)
    plots.prediction(flatness, predicted["mu, cubic g"], "1 / (2 mu³)")
    sharp = measured["mu, quadratic g"].x
    plots.prediction(flatness, exact(sharp, sharp, 0.0), "1 / mu", linestyle=":")
    plots.label(flatness, "1 / mu", "gap / sigma, sigma -> 0", "curvature of the lower problem")
    return drawn


if __name__ == "__main__":
    script()
