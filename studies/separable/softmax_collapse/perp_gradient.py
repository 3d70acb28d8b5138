"""perp-Grad keeps the weights' norm up to |w'|^2 = |w|^2 + s^2 |g_perp|^2: what it removes is the scaling of the
logits.

Where logits are homogeneous of degree D in the weights, w . g = D mean_i sum_k (p_ik - y_ik) z_ik (Euler) is the slope
of the loss along a common factor of all logits. What is left moves the direction, to the loss's minimum at the present
norm: no cure where only larger norms prefer the right direction. From the max-margin direction, which is right on the
test points, it turns to where they are wrong.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, above, agrees, exact, plots, script
from theorylab.models.separable.model import Labelled
from theorylab.numerics.streams import generator

SOURCE = Source("perp-Grad (authors' code, read); identities and the plane are derived here", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence="perp-Grad generalises without delay only where the minimiser at the present norm does: norms stay.",
    case="training points (1, 3), (1, -0.05), test point (1, -9), weights (5, 0): right at the start, wrong in the end",
    check="perp-Grad classifies the test points",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    draws: int
    step_size: float = 0.3
    norms: tuple[float, ...] = (3.0, 5.0, 7.0)
    tests: tuple[float, ...] = (8.0, 9.0, 10.0)  # t of the test points (1, -t)
    seed: int


QUICK = Setting(draws=30, seed=1)
FULL = Setting(draws=2000, norms=(2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0), seed=2)
POINTS = Labelled.pair(3.0, 0.05).signed


def network(draws):
    """Weights, gradients and logits of W_2 (W_1 x)^2 (elementwise square) under the cross entropy, of degree 3."""
    inputs, labels = draws.standard_normal((12, 5)), np.eye(3)[draws.integers(0, 3, 12)]
    first, second = draws.standard_normal((6, 5)), draws.standard_normal((3, 6)) / 6
    inner = inputs @ first.T
    logits = inner**2 @ second.T
    shares = np.exp(logits)
    slope = (shares / shares.sum(axis=1, keepdims=True) - labels) / len(inputs)
    gradients = ((slope @ second * 2 * inner).T @ inputs, slope.T @ inner**2)
    return (first, second), gradients, (slope * logits).sum()


def identities(s):
    """Per draw: growth of the squared norm with the plain gradient and without its part along w, and Euler's sides."""
    rows = []
    for r in range(s.draws):
        weights, gradients, scaling = network(generator(s.seed, r))
        w, g = (np.concatenate([x.ravel() for x in parts]) for parts in (weights, gradients))
        across, parts = g - (w @ g) / (w @ w) * w, np.abs(w * g).sum()
        grown = [((w - s.step_size * x) ** 2).sum() - w @ w for x in (g, across)]
        size = s.step_size * (parts + s.step_size * g @ g) + w @ w
        rows.append((*grown, s.step_size**2 * across @ across, w @ g, scaling, size, parts))
    return np.array(rows).T


def turned(s, norm):
    """Where perp-Grad ends from (norm, 0): steps of the size that the curvature at the start bears."""
    w = np.array([norm, 0.0])
    for _ in range(2000):
        g = -(1 / (1 + np.exp(POINTS @ w))) @ POINTS
        w = w - 0.15 * np.exp(norm) * (g - (w @ g) / (w @ w) * w)
    return w


def measure(s):
    plain, across, _, along, _, size, parts = identities(s)
    draw, ends = np.arange(s.draws), np.array([turned(s, norm) for norm in s.norms])
    # Sums of about a hundred products, each off by its own units.
    rows = (("growth", across, size), ("growth, plain", plain, size), ("slope", along, parts))
    curves = {name: exact(draw, x, 2**7 * 2.0**-52 * y / np.abs(x), "draw").drawn_from("networks", s.draws)
              for name, x, y in rows}  # fmt: skip
    start = np.repeat([s.norms], len(s.tests), 0).T
    return curves | {"end": exact(s.tests, ends[:, :1] - ends[:, 1:] * s.tests, 1e-9, "t"),
                     "start": exact(s.tests, start, 1e-9, "t")}  # fmt: skip


def predict(s):
    _, _, square, _, scaling, _, parts = identities(s)
    draw, unit = np.arange(s.draws), 2.0**-45 * parts / np.abs(scaling)
    slopes = {name: exact(draw, degree * scaling, unit, "draw") for name, degree in (("slope", 3), ("degree 2", 2))}
    return slopes | {"growth": exact(draw, square, ulps=2**7, x_name="draw")}


def checks(s, measured, predicted):
    rival = Rival(claim="with the plain gradient too", measured=measured["growth, plain"])
    yield agrees("|w'|^2 - |w|^2 = s^2 |g_perp|^2", measured["growth"], predicted["growth"], rival=rival)
    rival = Rival(claim="2 mean sum (p - y) z", predicted=predicted["degree 2"])
    yield agrees("w . g = 3 mean sum (p - y) z", measured["slope"], predicted["slope"], rival=rival)
    rival = Rival(claim="its start does", measured=measured["start"])
    claim = "perp-Grad classifies the test points"
    yield above(claim, measured["end"], 0.0, rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, t in enumerate(s.tests):
        plots.points(axes, s.norms, measured["end"].samples[:, k], k, f"test point (1, -{t:g}), end")
    plots.line(axes, s.norms, measured["start"].samples[:, 0], 4, "any test point, start")
    axes.axhline(0.0, color="black", linewidth=0.8)
    plots.label(axes, "norm of the weights", "margin", "perp-Grad from the max-margin direction", log="")
    return drawn


if __name__ == "__main__":
    script()
