"""The penalised lower minimiser drifts by at most sigma C / (mu - sigma L) from the lower minimisers.

From the error bound mu dist <= |g_y| at y_sigma, where |g_y| = sigma |f_y|. With C = |f_y| at the lower minimiser the
plain sigma C / mu is false where f is concave. Minimisers at (x, sigma) and (x', sigma') of a strongly convex g and a
convex f differ by at most (|g_xy| |x - x'| + C |sigma - sigma'|) / mu, C = |f_y| at the second: attained by linear f.
Distances between whole sets of minimisers at different x are not on trial: the pairs have one minimiser each.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Power, Rival, Source, below, decays_as, exact, plots, script
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.instances import scalar_families
from theorylab.models.bilevel.model import Scalar
from theorylab.numerics.streams import generator

SOURCE = Source(
    "Lipschitz continuity of solution sets (read in a secondary text); constants derived here",
    kind="derived",
)
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "The lower minimiser drifts by at most sigma C / mu only if f is convex in y; a concave f needs sigma C / (mu "
        "- sigma L)."
    ),
    case="g = (y - x)^2 / 4, f = -y - y^2 / 2 about the lower minimiser, sigma = 0.1: drift 0.25, sigma C / mu = 0.2",
    check="drift <= sigma C / (mu - sigma L), concave f",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int
    slopes: tuple[float, ...] = (0.3, 1.0, 3.0)  # C = |f_y|: one per x
    pairs: int
    curvature: float = 0.5  # of the pairs' problem
    smallest: float = 1e-6
    largest: float = 0.1
    seed: int


QUICK = Setting(points=16, pairs=50, seed=1)
FULL = Setting(points=61, slopes=(0.03, 0.1, 0.3, 1.0, 3.0, 10.0), pairs=1000, seed=2)


def pairs(s):
    """Two settings each (x, sigma), and f = y^2 / 2 or -y: both slope down at z(x) = x / mu < 0."""
    rng = generator(s.seed)
    return -rng.uniform(0.1, 1.0, (2, s.pairs)), 10 ** rng.uniform(-4, -1, (2, s.pairs))


def minimisers(s, x, sigma, convex):
    z = x / s.curvature
    slopes = z if convex else -np.ones(x.size)
    problems = [Scalar(curvature=s.curvature, upper_slope=c, upper_curvature=float(convex)) for c in slopes]
    return z + [theory.penalised_drift(p, a)[0] for p, a in zip(problems, sigma, strict=True)]


def measure(s):
    sigma, curves = np.geomspace(s.smallest, s.largest, s.points), {}
    for name, problems in scalar_families(s.slopes).items():
        rows = [theory.penalised_drift(p, sigma) for p in problems]
        curves[name] = exact(sigma, rows, theory.SCALAR_ROUNDING, "sigma")
    (x, other), (a, b) = pairs(s)
    for name, convex in (("pairs, linear f", False), ("pairs, convex f", True)):
        moved = np.abs(minimisers(s, x, a, convex) - minimisers(s, other, b, convex))
        drawn = exact(range(s.pairs), moved, 2.0**-44 / moved, "pair")  # two points below 4 in size
        curves[name] = drawn.drawn_from("pairs (x, sigma)")
    return curves


def predict(s):
    sigma, curves = np.geomspace(s.smallest, s.largest, s.points), {}
    for name, problems in scalar_families(s.slopes).items():
        for key, share, times in (("", 1.0, 1.0), ("plain, ", 0.0, 1.0), ("0.9, ", 1.0, 0.9)):
            each = [(-p.upper_slope, p.curvature, share * abs(p.upper_curvature)) for p in problems]
            rows = [times * theory.drift_bound(*numbers, sigma) for numbers in each]
            curves[key + name] = exact(sigma, rows, ulps=16, x_name="sigma")
    (x, other), (a, b) = pairs(s)
    for name, slope in (("pairs, linear f", 1.0), ("pairs, convex f", -minimisers(s, other, b, True))):
        bound = (np.abs(x - other) + slope * np.abs(a - b)) / s.curvature
        for key, times in (("", 1.0), ("0.9, ", 0.9)):
            curves[key + name] = exact(range(s.pairs), times * bound, ulps=64, x_name="pair")
    return curves


def checks(s, measured, predicted):
    for name in scalar_families(s.slopes):
        rival = Rival(claim="0.9 times that", predicted=predicted[f"0.9, {name}"])
        if name == "concave f":
            rival = Rival(claim="sigma C / mu", predicted=predicted["plain, concave f"])
        yield below(f"drift <= sigma C / (mu - sigma L), {name}", measured[name], predicted[name], rival=rival)
    for name in ("pairs, linear f", "pairs, convex f"):
        rival = Rival(claim="0.9 times that", predicted=predicted[f"0.9, {name}"])
        claim = f"|y - y'| <= (|g_xy| |x - x'| + C |sigma - sigma'|) / mu, {name}"
        yield below(claim, measured[name], predicted[name], rival=rival)
    ring, rival = measured["ring g"], Rival(claim="as sigma^(1/2)", predicted=Power(0.5))
    row = exact(ring.x, ring.samples[-1], theory.SCALAR_ROUNDING, "sigma")
    yield decays_as("drift falls as sigma, ring g", row, Power(1), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    mid = len(s.slopes) // 2
    for k, name in enumerate(("concave f", "convex f", "quartic g", "ring g")):
        sigma, drift, bound = measured[name].x, measured[name].samples[mid], predicted[name].samples[mid]
        plots.points(axes, sigma, drift / sigma, k, name)
        plots.guide(axes, sigma, bound / sigma, "" if k else "C / (mu - sigma L)")
    plots.label(axes, "penalty strength sigma", "|y_sigma - z| / sigma", f"C = {s.slopes[mid]:g}", log="x")
    return drawn


if __name__ == "__main__":
    script()
