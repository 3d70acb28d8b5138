"""Momentum leaves the stationary variance as it is, up to second order in eta; where steps are large they part.

On one curvature h with gradient noise s, momentum at rest has the variance eta s^2 / (h (2 - eta h (1 - beta) / (1 +
beta))), SGD eta s^2 / (h (2 - eta h)): their ratio is 1 - eta h beta / (1 + beta) + ..., and not 1 - beta, as a mean of
1 / (1 - beta) gradients may suggest. Without noise momentum is stable up to eta h = 2 (1 + beta) / (1 - beta), SGD up
to 2: there the equivalence has to fail. The Lyapunov equation is solved exactly, with proved rounding bounds, and
simulation draws the method as written.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.quadratics import model, moments, simulation
from theorylab.models.quadratics.kernels import Mode
from theorylab.models.quadratics.theory import averaging, momentum
from theorylab.numerics.known import known

SOURCE = Source(
    "abstract (small steps with noise: the same law, read); variances and limits derived here", kind="derived"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...] = (1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0, 1.9)  # eta h
    betas: tuple[float, ...] = (0.5, 0.9, 0.99)
    curvature: float = 0.7
    noise_std: float = 1.3
    run: tuple[float, float] = (0.4, 0.9)  # simulated: eta, beta
    steps: tuple[int, ...] = (3, 10, 30, 200)
    replicas: int
    seed: int


QUICK = Setting(replicas=4000, seed=1)
FULL = Setting(loads=tuple(np.geomspace(1e-4, 1.9, 25).tolist()), replicas=100_000, seed=2)


def cases(s):
    """Step sizes and betas, one column each."""
    pairs = list(product(s.betas, s.loads))
    return np.array([load for _, load in pairs]) / s.curvature, np.array([beta for beta, _ in pairs])


def limit(s, beta):
    """Bracket of the step size where the matrix of the mean gets an eigenvalue of modulus 1."""

    def grows(step_size):
        return bool(moments.radius(model.momentum(step_size, beta, s.curvature, 0.0))[0][0] > 1)

    return bracket(grows, 0.1 / s.curvature, 1000 / s.curvature, relative_width=1e-9)


def measure(s):
    (eta, beta), mode, (step_size, b) = cases(s), Mode(s.curvature, s.noise_std, 1.0), s.run
    rest = moments.at_rest(moments.operator(model.momentum(eta, beta, s.curvature, s.noise_std))).second(1, 1)
    plain = moments.at_rest(moments.operator(model.sgd(eta, s.curvature, s.noise_std))).second(1, 1)
    x, run = np.arange(eta.size), simulation.momentum(mode, step_size, b, s.steps, replicas=s.replicas, seed=s.seed)
    return {"variance": moments.curve(x, rest, "setting"), "ratio": moments.curve(x, rest / plain, "setting"),
            "limit": brackets(s.betas, [limit(s, beta) for beta in s.betas], "beta"),
            "simulated": replace(run["x"], samples=run["x"].samples ** 2)}  # fmt: skip


def predict(s):
    eta, beta = map(known, cases(s))
    x, h, s2 = np.arange(eta.shape[0]), s.curvature, s.noise_std
    form, plain = momentum.momentum_variance(eta, beta, h, s2), averaging.sgd_variance(eta, h, s2)
    start, exactly = np.diag([1.0, 0.0]), (model.momentum(s.run[0], s.run[1], h, s2), model.sgd(s.run[0], h, s2))
    paths = [moments.run(moments.operator(each), model.start_at([0.0] * d, d + 1, start[:d, :d]), s.steps).second(1, 1)
             for each, d in zip(exactly, (2, 1), strict=True)]  # fmt: skip
    return {"variance": moments.curve(x, form, "setting"), "ratio": moments.curve(x, form / plain, "setting"),
            "plain": moments.curve(x, plain, "setting"), "folklore": moments.curve(x, 1 - beta, "setting"),
            "same": exact(x, np.ones(x.size), ulps=0, x_name="setting"),
            "limit": exact(s.betas, momentum.momentum_limit(np.array(s.betas), h), ulps=8, x_name="beta"),
            "simulated": moments.curve(s.steps, paths[0][:, 0]),
            "SGD": moments.curve(s.steps, paths[1][:, 0])}  # fmt: skip


def checks(s, measured, predicted):
    small = cases(s)[0] * s.curvature < 0.0011
    rival = Rival(claim="that of SGD", predicted=predicted["plain"])
    yield agrees("stationary variance of x", measured["variance"], predicted["variance"], rival=rival)
    rival = Rival(claim="1 - beta, as of a mean of gradients", predicted=predicted["folklore"].at(small))
    claim = "variance / that of SGD -> 1, to 10^-3 for eta h <= 10^-3"
    yield agrees(claim, measured["ratio"].at(small), predicted["same"].at(small), rival=rival, within=1e-3)
    rival = Rival(claim="SGD's 2 / h", predicted=2 / s.curvature)
    yield threshold("stable to 2 (1 + beta) / ((1 - beta) h)", measured["limit"], predicted["limit"], rival=rival)
    rival = Rival(claim="that of SGD", predicted=predicted["SGD"])
    yield agrees("E x^2 on the way to rest, simulated", measured["simulated"], predicted["simulated"], rival=rival)


def figure(s, measured, predicted):
    (drawn, (ratios, limits)), n = plots.panels(2), len(s.loads)
    for k, beta in enumerate(s.betas):
        mine = slice(k * n, (k + 1) * n)
        plots.points(ratios, s.loads, measured["ratio"].mean[mine], k, f"β = {beta:g}")
        plots.guide(ratios, s.loads, predicted["ratio"].mean[mine], "" if k else "closed form")
    plots.label(ratios, "step size × curvature", "variance / that of SGD", "at rest, gradient noise", log="x")
    plots.points(limits, 1 - np.array(s.betas), measured["limit"].mean * s.curvature, 0, "momentum, bisected")
    plots.guide(limits, 1 - np.array(s.betas), predicted["limit"].mean * s.curvature, "2 (1 + β) / (1 - β)")
    limits.axhline(2.0, color="black", linewidth=0.8, label="SGD: 2")
    plots.label(limits, "1 - β", "largest stable η h", "without noise")
    return drawn


if __name__ == "__main__":
    script()
