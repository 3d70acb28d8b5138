"""NAG-GS as coded, v before x at constant gamma, has the rate and the variances of NAG-GS as written, no other E x v.

The code multiplies the same two half steps in the other order: the eigenvalues are the same, and so are E x^2 and E v^2
at rest, which are those after one of the half steps. Only the pair is another: x has moved on to the new v, E x v =
(E x v + alpha E v^2) / (1 + alpha) of the written order. Where gamma is not constant it comes to mu as (1 + alpha)^-k.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.quadratics import kernels, model, moments
from theorylab.models.quadratics.theory import nag
from theorylab.numerics.known import known
from theorylab.numerics.streams import stream

SOURCE = Source("authors' notebook and code (scheme, read); consequences derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    mu: float = 0.5
    gamma: float = 0.9
    gamma_start: float = 3.0  # of the recursion of gamma
    curvature: float = 2.0
    alphas: tuple[float, ...]
    steps: tuple[int, ...] = (1, 2, 5, 20)


QUICK = Setting(alphas=(0.05, 0.3, 1.0))
FULL = Setting(alphas=(0.01, 0.03, 0.1, 0.3, 1.0, 1.5))


def gammas(s):
    """gamma after some steps of the kernel, one row a step size."""
    methods = [kernels.NagGs(alpha, s.mu, s.gamma_start, s.curvature, 0.0, 0.0, 1.0, 1.0) for alpha in s.alphas]
    return [kernels.nag_gs_paths(method, np.array(s.steps), stream(0, 0))[2] for method in methods]


def measure(s):
    coded = model.nag_gs_as_coded(np.array(s.alphas), s.mu, s.gamma, s.curvature, 1.0)
    rest = moments.at_rest(moments.operator(coded))
    pairs = {"E x^2": (1, 1), "E v^2": (2, 2), "E x v": (1, 2)}
    curves = {name: moments.curve(s.alphas, rest.second(i, j), "alpha") for name, (i, j) in pairs.items()}
    return curves | {"gamma": exact(s.steps, gammas(s), ulps=200),
                     "radius": exact(s.alphas, moments.radius(coded)[0], 1e-12, "alpha")}  # fmt: skip


def predict(s):
    steps, alpha = np.array(s.steps), known(s.alphas)
    square, mixed, other = nag.rest_covariance(alpha, known(s.mu), known(s.gamma), s.curvature, 1.0)
    path = [[nag.gamma_path(s.gamma_start, s.mu, a, steps + late) for a in s.alphas] for late in (0, 1)]
    written = moments.radius(model.nag_gs(np.array(s.alphas), s.mu, s.gamma, s.curvature, 0.0))[0]
    return {"gamma": exact(steps, path[0], ulps=200), "late": exact(steps, path[1], ulps=200),
            "radius": exact(s.alphas, written, 1e-12, "alpha"),
            "averaging": moments.curve(s.alphas, 1 / (1 + alpha), "alpha"),
            "E x^2": moments.curve(s.alphas, square, "alpha"), "E v^2": moments.curve(s.alphas, other, "alpha"),
            "E x v": moments.curve(s.alphas, (mixed + alpha * other) / (1 + alpha), "alpha"),
            "written": moments.curve(s.alphas, mixed, "alpha")}  # fmt: skip


def checks(s, measured, predicted):
    cases = (("gamma", "gamma_k - mu = (gamma_0 - mu) (1 + alpha)^-k", "one step later", "late"),
             ("radius", "as coded: the radius of the written order", "1 / (1 + alpha)", "averaging"),
             ("E x^2", "... its E x^2 at rest", "its E x v", "written"),
             ("E v^2", "... its E v^2 at rest", "its E x^2", "E x^2"),
             ("E x v", "... but E x v = (E x v + alpha E v^2) / (1 + alpha) of it", "the same", "written"))  # fmt: skip
    for name, claim, other, key in cases:
        rival = Rival(claim=other, predicted=predicted[key])
        yield agrees(claim, measured[name], predicted[name], rival=rival)


def figure(s, measured, predicted):
    drawn, (rest, path) = plots.panels(2)
    plots.points(rest, s.alphas, measured["E x v"].mean, 1, "v before x, as coded")
    plots.points(rest, s.alphas, predicted["written"].mean, 0, "x before v, as written")
    plots.guide(rest, s.alphas, predicted["E x v"].mean, "x moved on to the new v")
    plots.label(rest, "step α", "E x v at rest", f"μ = {s.mu:g}, γ = {s.gamma:g}, λ = {s.curvature:g}", log="x")
    for k, alpha in enumerate(s.alphas[:3]):
        plots.points(path, s.steps, measured["gamma"].samples[k] - s.mu, k, f"α = {alpha:g}")
        wide = np.arange(1, max(s.steps) + 1)
        form = nag.gamma_path(s.gamma_start, s.mu, alpha, wide) - s.mu
        plots.guide(path, wide, form, "" if k else "(γ₀ - μ) (1 + α)⁻ᵏ")
    plots.label(path, "iterations k", "γ - μ", "where γ is not constant", log="y")
    return drawn


if __name__ == "__main__":
    script()
