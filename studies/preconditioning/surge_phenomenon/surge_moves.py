"""The peak moves right as the gradient shrinks: by c^-2 under uniform shrinking, faster on a path, where it fades.

If all of the gradient shrinks by c beside a fixed noise, the whole curve moves by c^-2, exactly; if the noise shrinks
with it, not at all. On a path of sign descent the gradient's signs lose their alignment with the curvature, too: the
peak moves faster than |mu|^-2, and comes down to its limit, or near it. For small batches the fall of the loss
per step is dL_max / (1 + B_noise / B): fewer steps cost more samples, on a hyperbola.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.preconditioning import kernels, theory
from theorylab.models.preconditioning.model import NoisyPoint
from theorylab.numerics.streams import generator, stream

SOURCE = Source("Theorem 5 and the peak's move in training (read); exact scaling derived here", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 100
    shrink: tuple[float, ...] = (1.0, 0.5, 0.2, 0.1)
    step_size: float = 2e-5
    batch: float = 64.0
    every: int  # steps between points of the path
    points: int  # with a peak
    last: int  # step of the end
    seed: int


QUICK = Setting(every=20, points=5, last=600, seed=1)
FULL = Setting(every=10, points=10, last=3000, seed=2)


def start(s):
    return NoisyPoint.aligned(0.02 * generator(s.seed, 1).standard_normal(s.dim), 1.0, 0.5)


def peak(point):
    return theory.peak_batch(point, 0.01 * theory.peak_batch_leading(point), 100 * theory.peak_batch_leading(point))


def surge(point):
    """Largest best step over its limit."""
    return theory.best_sign_step(point, np.geomspace(0.1, 1e12, 400)).max() / theory.full_batch_step(point)


def measure(s):
    mu, sigma, hessian = start(s).parts
    shrunk, both = ([peak(NoisyPoint(c * mu, c**k * sigma, hessian)) for c in s.shrink] for k in (0, 1))
    w = np.linalg.solve(hessian, mu)
    path = kernels.sign_descent(hessian, sigma, s.batch, s.step_size, w, s.last, stream(s.seed, 0))
    found = [NoisyPoint(hessian @ w, sigma, hessian) for w in (*path[:: s.every][: s.points], path[-1])]
    steps, end = s.every * np.arange(s.points), found.pop()
    norms = np.array([np.abs(p.parts[0]).mean() for p in found])
    batches = (centre := theory.peak_batch_leading(start(s))) * np.geomspace(1e-3, 1, 12)
    falls = theory.best_sign_fall(start(s), batches) * (1 + centre / batches)
    return {
        "shrunk": exact(s.shrink, shrunk, 1e-6, "factor"),
        "noise, too": exact(s.shrink, both, 1e-6, "factor"),
        "path": exact(steps, [peak(p) for p in found], 1e-6),
        "by norm": exact(steps, peak(found[0]) * (norms[0] / norms) ** 2, 1e-6),
        "fall": exact(batches, falls, 1e-10, "batch"),
        "surge, start": exact([0], [surge(found[0])], 1e-6),
        "surge, end": exact([s.last], [surge(end)], 1e-6),
    }


def predict(s):
    whole, centre = theory.peak_fall_leading(start(s)), theory.peak_batch_leading(start(s))
    batches = centre * np.geomspace(1e-3, 1, 12)
    return {
        "shrunk": exact(s.shrink, peak(start(s)) / np.square(s.shrink), 1e-6, "factor"),
        "fall": exact(batches, np.full(batches.size, whole), 1e-10, "batch"),
        "root": exact(batches, whole * (1 + centre / batches) / (1 + (centre / batches) ** 0.5), 1e-10, "batch"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="with noise that shrinks as well", measured=measured["noise, too"])
    yield agrees("gradient x c: the peak x c^-2", measured["shrunk"], predicted["shrunk"], rival=rival)
    path, norm = (measured[name].at(slice(1, None)) for name in ("path", "by norm"))
    rival = Rival(claim="more than ten times as fast", predicted=exact(norm.x, 10 * norm.mean, 1e-6))
    yield above("sign descent: the peak moves right, faster than |mu|^-2", path, norm, rival=rival)
    rival = Rival(claim="at the start, too", measured=measured["surge, start"])
    half = float(measured["surge, start"].mean[0]) / 2
    yield below("... and fades: peak over limit at most half in the end", measured["surge, end"], half, rival=rival)
    rival = Rival(claim="dL_max / (1 + sqrt(B_noise / B))", predicted=predicted["root"])
    yield agrees(
        "fall of the loss: dL_max / (1 + B_noise / B)", measured["fall"], predicted["fall"], rival=rival, within=0.05
    )


def figure(s, measured, predicted):
    drawn, (moves, falls) = plots.panels(2)
    for k, (name, label) in enumerate((("path", "peak on the path"), ("by norm", "if it were |μ|⁻²"))):
        plots.points(moves, measured[name].x, measured[name].mean, k, label)
    plots.label(moves, "steps of sign descent", "batch size of the peak", f"d = {s.dim}, B = {s.batch:g}", log="y")
    x, top = measured["fall"].x, predicted["fall"].mean
    plots.points(falls, x, measured["fall"].mean / top, 0, "exact")
    plots.line(falls, x, predicted["root"].mean / top, 4, "root (rival)")
    plots.guide(falls, x, np.ones(x.size), "Theorem 5")
    plots.label(falls, "batch size B", "fall x (1 + B_noise / B) / dL_max", log="x")
    return drawn


if __name__ == "__main__":
    script()
