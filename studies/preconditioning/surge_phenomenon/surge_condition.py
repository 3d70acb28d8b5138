"""The best step of sign descent surges with the batch only if off-diagonal curvature along sign(g) exceeds the trace.

Where |mu_i| / sigma_i is common, the best step is E / (1 + r E^2) up to a factor, E in (0, 1) the mean of a sign and r
the sum over i != j of s_i s_j H_ij over tr H, s = sign(mu): there is a peak in B, and a fall to the limit, if and only
if r > 1. The formula for small batches has a peak as soon as r > 0; for r < 1 it is where batches are no more small.
With H = I + c s s^T the boundary is c = 1 / (d - 2). The same curvature along other directions makes no surge.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, bracket, brackets, exact, monotone, plots, script, threshold
from theorylab.models.preconditioning import theory
from theorylab.models.preconditioning.model import NoisyPoint

SOURCE = Source("Theorems 2 and 3 (read); condition for all batch sizes derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "The best step of sign descent rises, peaks and falls with the batch size only where off-diagonal curvature "
        "along the signs of the gradient exceeds the trace: positive, as the peak's formula asks, is not enough."
    ),
    case="d = 12, common |mu_i| / sigma_i, H = I + c s s^T: a peak from c = 1/10 on, none at c = 0.09 (r = 0.91)",
    check="a surge if and only if r > 1",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    dimensions: tuple[int, ...]
    ratio: float = 0.05  # |mu_i| / sigma_i
    couplings: tuple[float, ...] = (0.5, 0.9, 1.2, 2.0, 10.0)  # r, checked at the last dimension
    width: float = 1e-6


QUICK = Setting(dimensions=(6, 12, 30))
FULL = Setting(dimensions=(6, 12, 30, 100, 300))
BATCHES = np.geomspace(1, 1e6, 60)


def point(s, dim, curvature, turn=1):
    """|mu_i| / sigma_i = ratio, curvature along the gradient's signs; every second of them is multiplied by turn."""
    mu = np.arange(1.0, dim + 1) * np.where(np.arange(dim) % 3 == 0, -1, 1)
    along = np.sign(mu) * np.where(np.arange(dim) % 2, turn, 1)
    return NoisyPoint.aligned(mu, np.abs(mu) / s.ratio, curvature, along)


def of_coupling(s, r):
    """The point with that r at the last dimension: r = c (d - 1) / (1 + c)."""
    dim = s.dimensions[-1]
    return point(s, dim, r / (dim - 1 - r))


def boundary(s, dim):
    """Bracket of the curvature from which the best step falls between two large batches."""

    def surges(curvature):
        near, far = theory.best_sign_step(point(s, dim, curvature), np.array([24.0, 28.0]) / s.ratio**2)
        return bool(near > far)

    return bracket(surges, 0.01 / dim, 10.0, relative_width=s.width)


def measure(s):
    tops = [theory.best_sign_step(p, theory.peak_batch(p, 1.0, 1e6)).max() / theory.full_batch_step(p)
            for p in (of_coupling(s, r) for r in s.couplings)]  # fmt: skip
    even = [dim for dim in s.dimensions if dim % 2 == 0]
    steps = {name: [theory.best_sign_step(point(s, dim, 0.5, turn), BATCHES) for dim in even]
             for name, turn in (("along others", -1), ("along signs", 1))}  # fmt: skip
    return {name: exact(BATCHES, rows, ulps=2**12, x_name="batch") for name, rows in steps.items()} | {
        "boundary": brackets(s.dimensions, [boundary(s, dim) for dim in s.dimensions], "d"),
        "top": exact(s.couplings, tops, 1e-9, "r"),
    }


def predict(s):
    d, r = np.array(s.dimensions), np.array(s.couplings)
    return {
        "boundary": exact(d, 1 / (d - 2), 4e-6, "d"),  # the two batches have 1 - E = 1e-6 and 1e-7
        "positive": exact(d, 0.01 / d, ulps=4, x_name="d"),
        "top": exact(r, np.where(r > 1, theory.peak_over_limit(r), 1.0), 1e-9, "r"),
        "small batches": exact(r, theory.peak_over_limit(r), 1e-9, "r"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="as soon as r > 0", predicted=predicted["positive"])
    yield threshold("a surge if and only if r > 1", measured["boundary"], predicted["boundary"], rival=rival)
    rival = Rival(claim="that, for r < 1 too", predicted=predicted["small batches"])
    claim = "largest step over its limit: (sqrt r + 1 / sqrt r) / 2 above r = 1, else 1"
    yield agrees(claim, measured["top"], predicted["top"], rival=rival)
    rival = Rival(claim="along the signs, too", measured=measured["along signs"])
    claim = "as much curvature along other signs: the best step only rises"
    yield monotone(claim, measured["along others"], rival=rival, direction="increasing")


def figure(s, measured, predicted):
    drawn, (steps, boundary) = plots.panels(2)
    for k, r in enumerate(s.couplings):
        p = of_coupling(s, r)
        plots.line(steps, BATCHES, theory.best_sign_step(p, BATCHES) / theory.full_batch_step(p), k, f"r = {r:g}")
    plots.label(steps, "batch size B", "best step / its limit", f"d = {s.dimensions[-1]}, H = I + c s sᵀ")
    plots.points(boundary, s.dimensions, measured["boundary"].mean, 0, "bisected")
    plots.guide(boundary, s.dimensions, predicted["boundary"].mean, "c = 1/(d - 2): r = 1")
    plots.label(boundary, "dimension d", "curvature c along the signs", "a surge above the boundary")
    return drawn


if __name__ == "__main__":
    script()
