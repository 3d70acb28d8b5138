"""NAG-GS with fixed diffusion comes to its stochastic equation at first order in the step.

On a span of time alpha x iterations the mean and the mean square of x differ from those of dx = (v - x) dt, dv = (mu -
lam) / gamma x dt - mu / gamma v dt + sigma dW by the first power of alpha, and so does E x^2 at rest from sigma^2
gamma^2 / (2 lam (gamma + mu)). The equation is solved by a matrix exponential, the scheme by its recursion of moments.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from theorylab import Power, Rival, Source, decays_as, exact, plots, script
from theorylab.models.quadratics import model, moments

SOURCE = Source("authors' notebook (stochastic equation and scheme, read); orders derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    mu: float = 0.8
    gamma: float = 1.1
    curvature: float = 5.0
    diffusion: float = 0.9
    halvings: int  # of the step 0.2
    time: float = 2.0


QUICK = Setting(halvings=7)
FULL = Setting(halvings=15)


def steps_of(s):
    return 0.2 / 2.0 ** np.arange(s.halvings, -1, -1)


def equation(s):
    """E x and E x^2 at the end of the span of the stochastic equation from x = v = 1, and E x^2 at rest."""
    flow = np.array([[-1.0, 1.0], [(s.mu - s.curvature) / s.gamma, -s.mu / s.gamma]])
    noise = np.diag([0.0, s.diffusion**2])
    block = expm(np.block([[-flow, noise], [np.zeros((2, 2)), flow.T]]) * s.time)  # Van Loan's integral
    end = block[2:, 2:].T
    covariance, mean = end @ block[:2, 2:], end @ np.ones(2)
    rest = s.diffusion**2 * s.gamma**2 / (2 * s.curvature * (s.gamma + s.mu))
    return mean[0], covariance[0, 0] + mean[0] ** 2, rest


def scheme(s):
    """The same of the scheme by step alpha, (3, steps), and the largest rounding bound."""
    alphas, rows = steps_of(s), []
    step = moments.operator(model.nag_gs(alphas, s.mu, s.gamma, s.curvature, s.diffusion))
    for k, alpha in enumerate(alphas):
        found = moments.run(step[k : k + 1], model.start_at([1.0, 1.0], 3), [round(s.time / alpha)])
        rows.append((found.mean(1)[0, 0], found.second(1, 1)[0, 0]))
    rest = moments.at_rest(step).second(1, 1)
    values = np.array([[each.value for each in row] for row in zip(*rows, strict=True)] + [rest.value])
    errors = np.array([[each.error for each in row] for row in zip(*rows, strict=True)] + [rest.error])
    return values, errors


def measure(s):
    (values, errors), alphas = scheme(s), steps_of(s)
    names = (f"mean of x at time {s.time:g}", f"mean square of x at time {s.time:g}", "E x^2 at rest")
    curves = {}
    for name, found, error, true in zip(names, values, errors, equation(s), strict=True):
        gap = np.abs(found - true)
        curves[name] = exact(alphas, gap, (error + 1e-13) / gap, "alpha")  # 1e-13: for the exponential
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="as alpha^2", predicted=Power(2))
    for name, curve in measured.items():
        yield decays_as(f"{name} is off by the order alpha", curve, Power(1), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1)
    for k, (name, curve) in enumerate(measured.items()):
        plots.points(axes, curve.x, curve.mean, k, name.replace("^2", "²"))
    first = next(iter(measured.values()))
    plots.guide(axes, first.x, first.mean[0] * first.x / first.x[0], "slope 1")
    plots.label(axes, "step α", "distance from the equation", f"λ = {s.curvature:g}, μ = {s.mu:g}, γ = {s.gamma:g}")
    return drawn


if __name__ == "__main__":
    script()
