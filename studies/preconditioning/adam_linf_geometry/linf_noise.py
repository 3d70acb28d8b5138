"""Noisy signs leave gradients of order sqrt(eta): E|g| -> (2 pi)^(-1/4) sqrt(h eta sigma); T^(-1/4) is the rate.

One coordinate walks on a lattice of width eta, and its stationary law is known by detailed balance; without noise
|g| <= eta h stays of order eta. With steps of T^(-1/2) that makes T^(-1/4). In more dimensions the mean l1 norm is at
most fall / (eta T) + eta L / 2 + 0.34 sum sigma_i, max 2 z Phi(-z) = 0.34, and not without the last term. One
coordinate comes to 86% of it at eta = 0.2, h = 2, sigma = 0.7.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, decays_as, exact, plots, replicate, script
from theorylab.models.preconditioning import block_descent, geometry
from theorylab.models.preconditioning.optimisers.blockwise_adam import Method
from theorylab.numerics.streams import generator

SOURCE = Source("the rate with noise (recalled); stationary law and bound derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 2.0
    noise_std: float = 0.7
    steps: tuple[float, ...] = (0.2, 0.1, 0.05)
    rest: int = 20  # relaxation times of the runs, of which the first half is left out
    dim: int = 6
    replicas: int
    seed: int


QUICK = Setting(replicas=1000, seed=1)
FULL = Setting(replicas=20_000, seed=2)


def walk(s, step_size):
    """Mean |g| of runs in one dimension from a point of the lattice."""
    half = int(s.rest * s.noise_std / (s.curvature * step_size))
    rest = s.noise_std, np.full(1, step_size / 2), 2 * half, half
    hessian = np.full((1, 1), s.curvature)
    return replicate(block_descent.mean_dual_norm, Method(step_size, 0.0, 0.0, 1), hessian, *rest, x=[step_size],
                     replicas=s.replicas, seed=s.seed, x_name="step size")  # fmt: skip


def many(s):
    """A run of signs in more dimensions from near the minimum, in units of the bound's parts: means (3 step sizes)."""
    root = generator(s.seed, 1).standard_normal((s.dim, s.dim)) / s.dim
    hessian, start = root @ root.T + np.eye(s.dim), np.full(s.dim, 0.01)
    return hessian, start, start @ hessian @ start / 2


def measure(s):
    fine = np.geomspace(1e-5, 0.2, 25)
    hessian, start, _ = many(s)
    runs = [
        replicate(block_descent.mean_dual_norm, Method(eta, 0.0, 0.0, 1), hessian, s.noise_std, start, 200, 0, x=[eta],
                  replicas=s.replicas // 10, seed=s.seed) for eta in s.steps
    ]  # fmt: skip
    return {
        "walk": block_descent.joined(s.steps, [walk(s, eta) for eta in s.steps], "step size"),
        "law": exact(fine, [geometry.sign_walk_gradient(s.curvature, s.noise_std, eta) for eta in fine], 1e-10, "step"),
        "many": block_descent.joined(s.steps, runs, "step size"),
    }


def predict(s):
    smooth, (_, _, fall) = geometry.block_smoothness_bound(many(s)[0]), many(s)
    fine, eta = np.geomspace(1e-5, 0.2, 25), np.array(s.steps)
    bound = geometry.mean_gradient_bound(fall, eta, 200, smooth, s.dim * s.noise_std)
    return {
        "walk": exact(eta, [geometry.sign_walk_gradient(s.curvature, s.noise_std, e) for e in eta], 1e-10),
        "more": exact(eta, [geometry.sign_walk_gradient(s.curvature, 1.1 * s.noise_std, e) for e in eta], 1e-10),
        "leading": exact(fine[:5], geometry.sign_walk_gradient_leading(s.curvature, s.noise_std, fine[:5]), ulps=32),
        "flat": exact(fine[:5], geometry.sign_walk_gradient_leading(s.curvature, 1.1 * s.noise_std, fine[:5]), ulps=32),
        "bound": exact(eta, bound, 1e-12),
        "long": exact(fine, geometry.mean_gradient_bound(0.0, fine, 1, s.curvature, s.noise_std), 1e-12),
        "half": exact(fine, geometry.mean_gradient_bound(0.0, fine, 1, s.curvature, s.noise_std / 2), 1e-12),
        "no noise": exact(eta, geometry.mean_gradient_bound(fall, eta, 200, smooth), 1e-12),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="with 10% more noise", predicted=predicted["more"])
    yield agrees("one coordinate: the stationary law", measured["walk"], predicted["walk"], rival=rival)
    law = measured["law"]
    yield decays_as("small steps: as sqrt(eta)", law, 0.5, rival=Rival(claim="as eta", predicted=1.0), towards=0)
    rival = Rival(claim="with 10% more noise", predicted=predicted["flat"])
    yield agrees(
        "... (2 pi)^(-1/4) sqrt(h eta sigma)", law.at(slice(5)), predicted["leading"], rival=rival, within=1e-3
    )
    rival = Rival(claim="half of its noise", predicted=predicted["half"])
    yield below("one coordinate in the long run: <= eta h / 2 + 0.34 sigma", law, predicted["long"], rival=rival)
    rival = Rival(claim="without its noise", predicted=predicted["no noise"])
    yield below("mean l1 norm <= its bound, full noise", measured["many"], predicted["bound"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    plots.exact_line(axes, measured["law"], 0, "stationary law")
    plots.measurement(axes, measured["walk"], 1, "runs")
    fine = measured["law"].x
    plots.guide(axes, fine, geometry.sign_walk_gradient_leading(s.curvature, s.noise_std, fine), "(2π)^(-1/4) √(h η σ)")
    plots.line(axes, fine, s.curvature * fine / 2, 2, "without noise: η h / 2")
    plots.label(axes, "step size η", "mean |gradient|", f"h = {s.curvature:g}, σ = {s.noise_std:g}")
    return drawn


if __name__ == "__main__":
    script()
