"""The penalised value psi_sigma lies below psi by at most sigma C^2 / (2 (mu - sigma L)).

C = |f_y| at the lower minimiser, mu the quadratic growth of the lower problem g, L the smoothness of f in y. The bound
is attained by linear and by concave f, so 1/2 cannot be lowered; cubic, quartic and ring-shaped g = (|y|^2 - 1)^2 / 4
stay below it. For quadratics the gap is explicit: sigma C^2 / (2 (mu + sigma)), and in many dimensions, with many
lower minimisers, sigma/2 r^T (A A^T)^-1 (sigma I + A A^T)^-1 r, met by dense minimisation.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, above, agrees, below, decays_as, exact, plots, script
from theorylab.bilevel import solutions, theory
from theorylab.bilevel.instances import random_quadratic, scalar_families

SOURCE = Source("kwon2024penalty", "abstract (psi_sigma is O(sigma)-close in value); constants derived here")
RIVAL = 0.9  # 0.45 in place of 1/2


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int
    slopes: tuple[float, ...] = (0.3, 1.0, 3.0)  # C = |f_y|: one per x
    rows: int = 4
    columns: int = 7
    smallest: float = 1e-6
    largest: float = 0.1
    seed: int


QUICK = Setting(points=16, seed=1)
FULL = Setting(points=61, slopes=(0.03, 0.1, 0.3, 1.0, 3.0, 10.0), rows=20, columns=35, seed=2)


def sigmas(s):
    return np.geomspace(s.smallest, s.largest, s.points)


def measure(s):
    curves = {}
    for name, problems in scalar_families(s.slopes).items():
        gaps = [theory.value_gap(p.terms(), sigmas(s), theory.penalised_drift(p, sigmas(s))) for p in problems]
        curves[name] = exact(sigmas(s), gaps, theory.SCALAR_ROUNDING, "sigma")
    p, x = random_quadratic(s.seed, s.rows, s.columns)
    top = solutions.value(p, x)
    dense = np.array([top - solutions.penalised_value(p, x, sigma) for sigma in sigmas(s)])
    # Two values, each a sum of some n terms of its own size, good to 64 n units; y_sigma enters in second order.
    curves["matrix"] = exact(sigmas(s), dense, 128 * s.columns * 2.0**-53 * top / dense, "sigma")
    return curves


def predict(s):
    curves = {}
    for name, problems in scalar_families(s.slopes).items():
        upper = [abs(p.upper_curvature) for p in problems]
        args = [(p.upper_slope, p.curvature, u, sigmas(s)) for p, u in zip(problems, upper, strict=True)]
        curves[name] = exact(sigmas(s), [theory.value_gap_bound(*a) for a in args], 2.0**-48, "sigma")
        if name in ("linear f", "convex f"):  # the lower problem is as smooth as it is curved
            floor = [theory.value_gap_floor(*a) for a in args]
            curves[f"floor, {name}"] = exact(sigmas(s), floor, 2.0**-48, "sigma")
    p, x = random_quadratic(s.seed, s.rows, s.columns)
    gap = theory.quadratic_gaps(p, x, sigmas(s))[0]
    curves["matrix"] = exact(sigmas(s), gap, theory.quadratic_rounding(p), "sigma")
    return curves


def scaled(curve, factor):
    return exact(curve.x, factor * curve.samples, 2.0**-48, curve.x_name)


def checks(s, measured, predicted):
    for name in scalar_families(s.slopes):
        tight = name in ("concave f", "linear f")
        other = Rival(claim="linear f with 0.45 for 1/2", measured=measured["linear f"],
                      predicted=scaled(predicted["linear f"], RIVAL))  # fmt: skip
        own = Rival(claim="with 0.45 for 1/2", predicted=scaled(predicted[name], RIVAL))
        yield below(f"gap <= sigma C^2 / (2 (mu - sigma L)), {name}", measured[name], predicted[name],
                    rival=own if tight else other)  # fmt: skip
    floor, name = predicted["floor, convex f"], "convex f"
    rival = Rival(claim="with 0.55 for 1/2", predicted=scaled(floor, 1.1))
    yield above("psi_sigma < psi, by sigma C^2 / (2 (mu + sigma)) at least", measured[name], floor, rival=rival)
    rival = Rival(claim="the same without sigma in the denominator", predicted=predicted["linear f"])
    yield agrees("gap = sigma C^2 / (2 (mu + sigma)), quadratic f and g", measured[name], floor, rival=rival)
    first = exact(sigmas(s), sigmas(s) * (predicted["matrix"].mean / sigmas(s))[0], 0.0, "sigma")
    rival = Rival(claim="its leading term in sigma", predicted=first)
    claim = "gap of many lower minimisers = sigma/2 r^T (AA^T)^-1 (sigma + AA^T)^-1 r"
    yield agrees(claim, measured["matrix"], predicted["matrix"], rival=rival)
    rival = Rival(claim="as sigma^2", predicted=Power(2))
    yield decays_as("gap falls as sigma, many lower minimisers", measured["matrix"], Power(1), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    mid = len(s.slopes) // 2
    for k, name in enumerate(("concave f", "convex f", "quartic g", "ring g")):
        row, bound = (exact(sigmas(s), c[name].samples[mid], 0.0) for c in (measured, predicted))
        unit = row.x * s.slopes[mid] ** 2 / (2 * scalar_families(s.slopes)[name][mid].curvature)
        plots.measurement(axes, exact(row.x, row.mean / unit, 0.0), k, name)
        plots.prediction(axes, exact(row.x, bound.mean / unit, 0.0), "" if k else "bound")
    plots.label(
        axes, "penalty strength sigma", "(psi - psi_sigma) / (sigma C² / 2 mu)", f"C = {s.slopes[mid]:g}", log="x"
    )
    return drawn


if __name__ == "__main__":
    script()
