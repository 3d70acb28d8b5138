"""The penalised value psi_sigma lies below psi by at most sigma C^2 / (2 (mu - sigma L)).

C = |f_y| at the lower minimiser, mu the quadratic growth of the lower problem g, L the smoothness of f in y. The bound
is attained by linear and by concave f, so that 1/2 cannot be lowered; cubic, quartic and ring-shaped g =
(|y|^2 - 1)^2 / 4 stay below it. For quadratic f and g the gap is sigma C^2 / (2 (mu + sigma)), which bounds it from
below for every g that is mu-smooth. Many lower minimisers are on trial in many_lower_minimisers.py.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.instances import scalar_families

SOURCE = Source("abstract (psi_sigma is O(sigma)-close in value, read); constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int
    slopes: tuple[float, ...] = (0.3, 1.0, 3.0)  # C = |f_y|: one per x
    smallest: float = 1e-6
    largest: float = 0.1


QUICK = Setting(points=16)
FULL = Setting(points=61, slopes=(0.03, 0.1, 0.3, 1.0, 3.0, 10.0))


def sigmas(s):
    return np.geomspace(s.smallest, s.largest, s.points)


def measure(s):
    def gap(p):
        return theory.value_gap(p.terms(), sigmas(s), theory.penalised_drift(p, sigmas(s)))

    rows = {name: [gap(p) for p in problems] for name, problems in scalar_families(s.slopes).items()}
    return {name: exact(sigmas(s), gaps, theory.SCALAR_ROUNDING, "sigma") for name, gaps in rows.items()}


def predict(s):
    rows = {}
    for name, problems in scalar_families(s.slopes).items():
        each = [(p.upper_slope, p.curvature, abs(p.upper_curvature), sigmas(s)) for p in problems]
        rows[name] = [theory.value_gap_bound(*arguments) for arguments in each]
        rows[f"0.9, {name}"] = [0.9 * row for row in rows[name]]
        rows[f"floor, {name}"] = [theory.value_gap_floor(*arguments) for arguments in each]
        rows[f"raised, {name}"] = [1.1 * row for row in rows[f"floor, {name}"]]
    return {name: exact(sigmas(s), row, ulps=16, x_name="sigma") for name, row in rows.items()}


def checks(s, measured, predicted):
    for name in measured:
        # The bound is attained by linear f at every sigma, by the others as sigma -> 0: the grid goes low enough.
        rival = Rival(claim="with 0.45 for 1/2", predicted=predicted[f"0.9, {name}"])
        claim = f"gap <= sigma C^2 / (2 (mu - sigma L)), {name}"
        yield below(claim, measured[name], predicted[name], rival=rival)
    floor = predicted["floor, convex f"]
    rival = Rival(claim="with 0.55 for 1/2", predicted=predicted["raised, convex f"])
    claim = "gap >= sigma C^2 / (2 (mu + sigma L)) > 0, quadratic g"
    yield above(claim, measured["convex f"], floor, rival=rival)
    rival = Rival(claim="sigma C^2 / (2 mu)", predicted=predicted["linear f"])
    yield agrees("gap = sigma C^2 / (2 (mu + sigma)), quadratic f and g", measured["convex f"], floor, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    mid = len(s.slopes) // 2
    for k, name in enumerate(("concave f", "convex f", "cubic g", "ring g")):
        unit = sigmas(s) * s.slopes[mid] ** 2 / (2 * scalar_families(s.slopes)[name][mid].curvature)
        plots.points(axes, sigmas(s), measured[name].samples[mid] / unit, k, name)
        plots.guide(axes, sigmas(s), predicted[name].samples[mid] / unit, "" if k else "bound")
    y = "(psi - psi_sigma) / (sigma C² / 2 mu)"
    plots.label(axes, "penalty strength sigma", y, f"C = {s.slopes[mid]:g}", log="x")
    return drawn


if __name__ == "__main__":
    script()
