"""The penalised lower minimiser drifts by at most sigma C / (mu - sigma L) from the lower minimisers.

From the error bound mu dist <= |g_y| at y_sigma, where |g_y| = sigma |f_y|. With C = |f_y| at the lower minimiser the
plain sigma C / mu is false where f is concave; between two settings (x, sigma) of a strongly convex problem the drift
is at most (|g_xy| |x - x'| + C |sigma - sigma'|) / mu. Where the lower minimisers fill a plane, the error bound of
sigma f + g itself has constant sigma, not mu: an error bound uniform in sigma (as the paper's assumption is given in
secondary text) would force f to be constant on every set of lower minimisers. The O(sigma) laws hold all the same.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.bilevel import solutions, theory
from theorylab.bilevel.instances import random_quadratic, scalar_families
from theorylab.bilevel.model import Scalar

SOURCE = Source("kwon2024penalty", "Lipschitz continuity of solution sets, error bound (secondary text); derived here")


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int
    slopes: tuple[float, ...] = (0.3, 1.0, 3.0)
    rows: int = 4
    columns: int = 7
    pairs: int = 50
    smallest: float = 1e-6
    largest: float = 0.1
    seed: int


QUICK = Setting(points=16, seed=1)
FULL = Setting(points=61, slopes=(0.03, 0.1, 0.3, 1.0, 3.0, 10.0), pairs=1000, seed=2)


def pairs(s):
    """Two settings each (x, sigma) with x < 0, so that f = 1/2 y^2 or f = -y slopes down at z = x / mu; mu = 1/2."""
    rng = np.random.default_rng(s.seed)
    return -rng.uniform(0.1, 1.0, (2, s.pairs)), 10 ** rng.uniform(-4, -1, (2, s.pairs))


def minimisers(x, sigma, convex):
    slopes = x / 0.5 if convex else -np.ones(x.size)
    shift = [theory.penalised_drift(Scalar(curvature=0.5, upper_slope=c, upper_curvature=float(convex)), a)[0]
             for c, a in zip(slopes, sigma, strict=True)]  # fmt: skip
    return x / 0.5 + np.array(shift)


def measure(s):
    sigma, (p, x) = np.geomspace(s.smallest, s.largest, s.points), random_quadratic(s.seed, s.rows, s.columns)
    rows = {n: [theory.penalised_drift(q, sigma) for q in group] for n, group in scalar_families(s.slopes).items()}
    curves = {n: exact(sigma, row, theory.SCALAR_ROUNDING, "sigma") for n, row in rows.items()}
    points = [solutions.penalised_minimiser(p, x, a) for a in sigma]
    nearest = [y - np.linalg.pinv(p.lower) @ (p.lower @ y - p.coupling @ x) for y in points]
    drift = np.array([np.linalg.norm(y - z) for y, z in zip(points, nearest, strict=True)])
    slack = solutions.residual_rounding(p, x) * np.linalg.norm(np.linalg.pinv(p.lower), 2)
    curves["matrix"] = exact(sigma, drift, slack / drift, "sigma")
    floor = np.array([np.linalg.eigvalsh(p.lower.T @ p.lower + a * np.eye(s.columns))[0] for a in sigma])
    curves["error bound"] = exact(sigma, floor, 64 * s.columns**2 * 2.0**-53 * np.linalg.norm(p.lower, 2) ** 2 / floor,
                                  "sigma")  # fmt: skip
    (x1, x2), (a1, a2) = pairs(s)
    for name, convex in (("pairs, linear f", False), ("pairs, convex f", True)):
        moved = np.abs(minimisers(x1, a1, convex) - minimisers(x2, a2, convex))
        curves[name] = exact(range(s.pairs), moved, 2.0**-44 / moved, "pair")  # two points below 4 in size
    return curves


def predict(s):
    sigma, (p, x) = np.geomspace(s.smallest, s.largest, s.points), random_quadratic(s.seed, s.rows, s.columns)
    curves = {}
    for name, group in scalar_families(s.slopes).items():
        bound = [theory.drift_bound(-q.upper_slope, q.curvature, abs(q.upper_curvature), sigma) for q in group]
        plain = [theory.drift_bound(-q.upper_slope, q.curvature, 0.0, sigma) for q in group]
        curves[name], curves[f"plain, {name}"] = (exact(sigma, b, 2.0**-48, "sigma") for b in (bound, plain))
    curves["matrix"] = exact(sigma, theory.quadratic_gaps(p, x, sigma)[2], theory.quadratic_rounding(p), "sigma")
    (x1, x2), (a1, a2) = pairs(s)
    for name, slope in (("pairs, linear f", 1.0), ("pairs, convex f", np.abs(minimisers(x2, a2, True)))):
        bound = (np.abs(x1 - x2) + slope * np.abs(a1 - a2)) / 0.5
        curves[name] = exact(range(s.pairs), bound, 2.0**-48, "pair")
    return curves


def checks(s, measured, predicted):
    concave = "concave f"
    rival = Rival(
        claim="<= sigma C / mu for concave f", measured=measured[concave], predicted=predicted[f"plain, {concave}"]
    )
    for name in scalar_families(s.slopes):
        yield below(f"drift <= sigma C / (mu - sigma L), {name}", measured[name], predicted[name], rival=rival)
    first = exact(
        measured["matrix"].x, measured["matrix"].x * predicted["matrix"].mean[0] / measured["matrix"].x[0], 0.0, "sigma"
    )
    claim = "drift of many lower minimisers = sigma |A^T (AA^T)^-1 (sigma + AA^T)^-1 r|"
    yield agrees(claim, measured["matrix"], predicted["matrix"], rival=Rival(claim="its leading term", predicted=first))
    rival = Rival(claim="as sigma^(1/2)", predicted=Power(0.5))
    yield decays_as("drift falls as sigma, many lower minimisers", measured["matrix"], Power(1), rival=rival)
    for name in ("pairs, linear f", "pairs, convex f"):
        tighter = exact(range(s.pairs), 0.9 * predicted["pairs, linear f"].samples, 2.0**-48, "pair")
        rival = Rival(claim="0.9 times that, linear f", measured=measured["pairs, linear f"], predicted=tighter)
        claim = f"|y - y'| <= (|g_xy| |x - x'| + C |sigma - sigma'|) / mu, {name}"
        yield below(claim, measured[name], predicted[name], rival=rival)
    rival = Rival(claim="it is uniform in sigma", predicted=Power(0))
    claim = "error-bound constant of sigma f + g falls as sigma, many lower minimisers"
    yield decays_as(claim, measured["error bound"], Power(1), rival=rival)


def figure(s, measured, predicted):
    drawn, (drift, constant) = plots.panels(2)
    mid = len(s.slopes) // 2
    for k, name in enumerate(("concave f", "quartic g", "ring g")):
        row, bound = (exact(measured[name].x, c[name].samples[mid], 0.0) for c in (measured, predicted))
        plots.measurement(drift, exact(row.x, row.mean / row.x, 0.0), k, name)
        plots.prediction(drift, exact(row.x, bound.mean / row.x, 0.0), "" if k else "C / (mu - sigma L)")
    plots.label(drift, "penalty strength sigma", "drift / sigma", f"C = {s.slopes[mid]:g}", log="x")
    plots.measurement(constant, measured["error bound"], 0, "smallest eigenvalue of sigma f + g")
    plots.prediction(constant, exact(measured["error bound"].x, measured["error bound"].x, 0.0), "sigma")
    plots.label(constant, "penalty strength sigma", "error-bound constant", "many lower minimisers")
    return drawn


if __name__ == "__main__":
    script()
