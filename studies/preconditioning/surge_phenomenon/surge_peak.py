"""For small batches the best step rises as sqrt(B), peaks at B_noise and falls alike: in closed form, for sign descent.

The paper's three theorems beside the exact best step, for many weakly informative coordinates with coherent curvature,
H = I + s s^T / 2. B_noise = pi tr H / (2 Q), Q the off-diagonal part of mu^T H mu in units of the noise. On a
logarithmic axis the curve is symmetric about its peak while signs are uncertain; then it goes to sum |mu| / s^T H s.
Along gradients in place of signs it rises, as B first and then to a limit; with a diagonal H, along signs too.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, decays_as, exact, monotone, plots, script
from theorylab.models.preconditioning import theory
from theorylab.models.preconditioning.model import NoisyPoint
from theorylab.numerics.streams import generator

SOURCE = Source("Theorems 2, 3 and 4 (read)", figure="Figure 1", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    size: float = 0.02  # of the gradient's components, in units of the noise
    curvature: float = 0.5
    within: float = 0.03  # of the peak; erf is not linear there: of order 1 / r, r of surge_condition
    seed: int


QUICK = Setting(dim=200, seed=1)
FULL = Setting(dim=600, seed=2)


def points(s):
    """The point, and the same with a diagonal Hessian of the same trace."""
    point = NoisyPoint.aligned(s.size * generator(s.seed, 1).standard_normal(s.dim), 1.0, s.curvature)
    return point, NoisyPoint(point.gradient, 1.0, np.diag(np.diag(point.parts[2])))


def curve(x, values):
    return exact(x, values, 1e-11, "batch")


def rise(centre):
    return centre * np.append(np.geomspace(1e-3, 1, 8), [2.0, 5.0])


def measure(s):
    point, diagonal = points(s)
    centre = theory.peak_batch_leading(point)
    small, wide = centre * np.geomspace(1e-6, 1 / 30, 30), centre * np.geomspace(1e-4, 1e4, 60)
    exact_peak = theory.peak_batch(point, centre / 30, 30 * centre)
    return {
        "small": curve(small, theory.best_sign_step(point, small)),
        "peak": exact([0], [exact_peak], 1e-6, "point"),
        "rise": curve(rise(centre), theory.best_sign_step(point, rise(centre))),
        "limit": curve([1e15], theory.best_sign_step(point, [1e15])),
        "wide": curve(wide, theory.best_sign_step(point, wide)),
        "diagonal": curve(wide, theory.best_sign_step(diagonal, wide)),
        "gradient": curve(wide, theory.best_gradient_step(point, wide)),
    }


def predict(s):
    point, _ = points(s)
    centre, top = theory.peak_batch_leading(point), theory.peak_step_leading(point)
    return {
        "peak": exact([0], [centre], ulps=2**10, x_name="point"),
        "rise": curve(rise(centre), theory.small_batch_step_leading(rise(centre), centre, top)),
        "root": curve(rise(centre), 2 * top * (rise(centre) / centre) ** 0.5),
        "limit": curve([1e15], [theory.full_batch_step(point)]),
        "top, far": curve([1e15], [top]),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="as B, as along gradients", predicted=1.0)
    yield decays_as("small batches: as sqrt(B)", measured["small"], 0.5, rival=rival, towards=0)
    rival = Rival(claim="twice that", predicted=2 * float(predicted["peak"].mean[0]))
    yield agrees("peak at B_noise", measured["peak"], predicted["peak"], rival=rival, within=s.within)
    rival = Rival(claim="2 eps_max sqrt(B / B_noise), without its fall", predicted=predicted["root"])
    yield agrees(
        "... from which it falls as it rises: Theorem 3",
        measured["rise"],
        predicted["rise"],
        rival=rival,
        within=s.within,
    )
    rival = Rival(claim="at the height of the peak", predicted=predicted["top, far"])
    yield agrees("large batches: sum |mu| / s^T H s", measured["limit"], predicted["limit"], rival=rival)
    for name, label in (("diagonal", "with a diagonal H"), ("gradient", "along gradients")):
        rival = Rival(claim="along signs, with H", measured=measured["wide"])
        yield monotone(f"{label}: the best step only rises", measured[name], rival=rival, direction="increasing")


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    point, _ = points(s)
    centre, top = theory.peak_batch_leading(point), theory.peak_step_leading(point)
    labels = {"wide": "along signs", "diagonal": "signs, diagonal H", "gradient": "along gradients"}
    for k, (name, label) in enumerate(labels.items()):
        plots.line(axes, measured[name].x, measured[name].mean / measured[name].mean[-1], k, label)
    wide, limit = measured["wide"].x, measured["wide"].mean[-1]
    plots.guide(axes, wide, theory.small_batch_step_leading(wide, centre, top) / limit, "small batches (Theorem 3)")
    plots.label(axes, "batch size B", "best step / its limit", f"d = {s.dim}, peak at B = {centre:.3g}")
    return drawn


if __name__ == "__main__":
    script()
