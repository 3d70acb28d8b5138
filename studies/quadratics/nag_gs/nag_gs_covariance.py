"""The covariance of NAG-GS at rest has a closed form at any step; fixed diffusion and gradient noise turn it about.

E x^2 = sigma^2 gamma^2 w / (lam (gamma + mu + alpha mu)(2 w - alpha^2 lam)), w = alpha^2 mu + alpha gamma + alpha mu +
2 gamma, solves the Lyapunov equation. With the diffusion fixed larger steps damp the mode of mu; with the noise in the
gradient, as in practice, they raise its variance. Runs with both noises follow the exact recursion of moments.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, exact, monotone, plots, script
from theorylab.models.quadratics import kernels, model, moments, simulation
from theorylab.models.quadratics.theory import nag
from theorylab.numerics.known import known

SOURCE = Source("authors' notebook (stochastic equation and scheme, read); covariances derived here", kind="derived")
ENTRIES = {"E x^2": (1, 1), "E x v": (1, 2), "E v^2": (2, 2)}


@dataclass(frozen=True, kw_only=True)
class Setting:
    mu: float = 0.8
    gamma: float = 1.1
    curvature: float = 5.0
    diffusion: float = 0.9
    steps: tuple[float, ...] = (0.1, 0.3, 0.8)  # alpha of the covariance
    fractions: tuple[float, ...] = (0.1, 0.5, 1.0, 2.0, 10.0)  # of alpha_c, at lam = mu: the orderings
    run: float = 0.5  # simulated alpha, gamma = mu
    gradient_noise: float = 0.7
    points: tuple[int, ...] = (2, 5, 15, 60)
    replicas: int
    seed: int


QUICK = Setting(replicas=4000, seed=1)
FULL = Setting(replicas=200_000, seed=2)


def steps_of(s):
    """Steps alpha of the orderings."""
    return np.array(s.fractions) * nag.optimal_step(s.mu, s.gamma, s.curvature)


def measure(s):
    alpha, wide = np.array(s.steps), steps_of(s)
    rest = moments.at_rest(moments.operator(model.nag_gs(alpha, s.mu, s.gamma, s.curvature, s.diffusion)))
    curves = {name: moments.curve(alpha, rest.second(i, j), "alpha") for name, (i, j) in ENTRIES.items()}
    for name, sigma in (("diffusion", s.diffusion), ("gradient", known(wide) ** 0.5 * s.diffusion / s.gamma)):
        found = moments.at_rest(moments.operator(model.nag_gs(wide, s.mu, s.gamma, s.mu, sigma)))
        curves[name] = moments.curve(wide, found.second(1, 1), "alpha")
    method = kernels.NagGs(s.run, s.mu, s.mu, s.curvature, s.diffusion, s.gradient_noise, 1.0, 1.0)
    run = simulation.nag_gs(method, s.points, replicas=s.replicas, seed=s.seed)
    return curves | {f"simulated {name}": replace(run[name], samples=run[name].samples ** 2) for name in ("x", "v")}


def predict(s):
    given = known(s.mu), known(s.gamma), s.curvature, known(s.diffusion)
    forms = nag.rest_covariance(known(s.steps), *given)
    curves = {name: moments.curve(s.steps, form, "alpha") for name, form in zip(ENTRIES, forms, strict=True)}
    square = s.diffusion**2 * s.gamma**2 / (2 * s.curvature * (s.gamma + s.mu))
    for name, limit in zip(ENTRIES, (square, square, square * (1 + s.curvature / s.gamma)), strict=True):
        curves[f"limit of {name}"] = exact(s.steps, np.full(len(s.steps), limit), ulps=16, x_name="alpha")
    wide = known(steps_of(s))
    still = nag.rest_covariance(wide, *given[:2], s.mu, given[3])[0]
    noisy = still * wide / given[1] ** 2  # the push is alpha / gamma times the gradient's noise
    curves["diffusion"] = moments.curve(wide.value, still, "alpha")
    curves["gradient"] = moments.curve(wide.value, noisy, "alpha")
    both = known(s.run * (s.gradient_noise / s.mu) ** 2 + s.diffusion**2) ** 0.5
    for key, make, sigma in (("both", model.nag_gs, both), ("coded", model.nag_gs_as_coded, both),
                             ("quiet", model.nag_gs, s.diffusion)):  # fmt: skip
        step = moments.operator(make(s.run, s.mu, s.mu, s.curvature, sigma))
        found = moments.run(step, model.start_at([1.0, 1.0], 3), s.points)
        curves |= {f"{key} x": moments.curve(s.points, found.second(1, 1)[:, 0]),
                   f"{key} v": moments.curve(s.points, found.second(2, 2)[:, 0])}  # fmt: skip
    return curves


def checks(s, measured, predicted):
    for name in ENTRIES:
        rival = Rival(claim="that of the stochastic equation", predicted=predicted[f"limit of {name}"])
        yield agrees(f"{name} at rest", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="that of fixed diffusion", predicted=predicted["diffusion"])
    yield agrees("E x^2 at rest with gradient noise", measured["gradient"], predicted["gradient"], rival=rival)
    rival = Rival(claim="with gradient noise, too", measured=measured["gradient"])
    yield monotone("fixed diffusion: larger steps damp the mode of mu", measured["diffusion"], rival=rival)
    rival = Rival(claim="with fixed diffusion, too", measured=measured["diffusion"])
    yield monotone("gradient noise: they raise it", measured["gradient"], rival=rival, direction="increasing")
    for name, key, other in (("x", "coded", "of v before x, as coded"), ("v", "quiet", "of the diffusion alone")):
        rival = Rival(claim=other, predicted=predicted[f"{key} {name}"])
        seen, claim = measured[f"simulated {name}"], f"E {name}^2 of simulated runs with both noises"
        yield agrees(claim, seen, predicted[f"both {name}"], rival=rival)


def figure(s, measured, predicted):
    drawn, (rest, runs) = plots.panels(2)
    for k, (name, text) in enumerate((("diffusion", "fixed diffusion"), ("gradient", "gradient noise"))):
        plots.points(rest, measured[name].x, measured[name].mean, k, text)
        plots.prediction(rest, predicted[name], "" if k else "closed form")
    plots.label(rest, "step α", "E x² at rest", "curvature μ")
    for k, name in enumerate(("x", "v")):
        plots.measurement(runs, measured[f"simulated {name}"], k, f"E {name}²")
        plots.prediction(runs, predicted[f"both {name}"], "" if k else "exact")
    plots.label(runs, "iterations", "second moment", f"runs with both noises, α = {s.run:g}, λ = {s.curvature:g}")
    return drawn


if __name__ == "__main__":
    script()
