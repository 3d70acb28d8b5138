"""The same method is adaptive to noise: 1/T without it or while it is small, eta sigma tr H / (d sqrt T) with it.

On quadratics with additive noise of size sigma the rate is nearly eta / (sigma sqrt t), and the squared gradient that it
leaves has a constant. Both terms add up, so that the change from one to the other comes at (S d / (eta sigma tr H))^2
steps, S the noiseless sum. Noise in proportion to the gradient (affine variance without its constant) leaves 1/T, with a
larger constant.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, log_steps, plots, script
from theorylab.models.adaptive import norm
from theorylab.models.adaptive.norm import ScalarAdaGrad
from theorylab.models.adaptive.theory import norm as theory

SOURCE = Source("abstract (noise-adaptive rates, affine variance; read); constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 20
    least: float = 0.1  # eigenvalues from here to 1
    step_size: float = 0.5
    sizes: tuple[float, ...] = (0.01, 0.1, 1.0)  # of additive noise
    factors: tuple[float, ...] = (0.5, 1.0, 2.0)  # of noise in proportion to the gradient
    first: int = 100
    steps: int
    replicas: int
    seed: int


QUICK = Setting(dim=10, steps=4000, replicas=100, seed=1)
FULL = Setting(steps=100_000, replicas=400, seed=2)


def eigenvalues(s):
    return np.linspace(s.least, 1, s.dim)


def problem(s, start, **noise):
    return ScalarAdaGrad(scales=eigenvalues(s), start=np.full(s.dim, start), step_size=s.step_size, **noise)


def grid(s):
    return log_steps(s.first, s.steps, 12)


def measure(s):
    steps, curves = grid(s), {}
    for size in s.sizes:
        for name, start in (("rest", 0.0), ("from 1", 1.0)):
            found = norm.noisy(problem(s, start, additive=size), steps, replicas=s.replicas, seed=s.seed)
            curves[f"{name}, {size:g}"] = found["gradient"]
    for factor in s.factors:
        found = norm.noisy(problem(s, 1.0, multiplicative=factor), steps, replicas=s.replicas, seed=s.seed)
        curves[f"factor {factor:g}"] = found["gradient"]
    return curves | {"none": norm.noiseless(problem(s, 1.0), steps)["gradient"]}


def predict(s):
    steps, curves = grid(s), {}
    lam = eigenvalues(s)
    total = norm.noiseless(problem(s, 1.0), steps)["gradient"].mean
    for size in s.sizes:
        mean = theory.noisy_gradient(lam, np.zeros(s.dim), s.step_size, 0.1, size, steps)
        curves[f"rest, {size:g}"] = exact(steps, mean, ulps=4 * s.steps)
        noise = theory.noisy_gradient_leading(s.step_size, size, lam.sum(), s.dim, steps)
        curves[f"from 1, {size:g}"] = exact(steps, total + noise, ulps=64)
        curves[f"noise, {size:g}"] = exact(steps, noise, ulps=16)
    return curves


def checks(s, measured, predicted):
    for size in s.sizes[-1:]:
        late = slice(-4, None)
        found = measured[f"rest, {size:g}"].at(late)
        rival = Rival(
            claim="twice that", predicted=exact(found.x, 2 * predicted[f"noise, {size:g}"].at(late).mean, ulps=16)
        )
        yield agrees(
            f"noise {size:g}: eta sigma tr H / (d sqrt T)",
            found,
            predicted[f"noise, {size:g}"].at(late),
            rival=rival,
            within=0.1,
        )


def figure(s, measured, predicted):
    drawn, (additive, factors) = plots.panels(2)
    for k, size in enumerate(s.sizes):
        plots.measurement(additive, measured[f"from 1, {size:g}"], k, f"noise {size:g}")
        plots.prediction(additive, predicted[f"from 1, {size:g}"], "" if k else "1/T term + noise term")
    plots.exact_line(additive, measured["none"], 4, "no noise")
    plots.label(additive, "steps T", "mean squared gradient", f"d = {s.dim}, step size {s.step_size:g}")
    for k, factor in enumerate(s.factors):
        plots.measurement(factors, measured[f"factor {factor:g}"], k, f"{factor:g} x gradient")
    plots.exact_line(factors, measured["none"], 4, "no noise")
    plots.label(factors, "steps T", "mean squared gradient", "noise in proportion to the gradient")
    return drawn


if __name__ == "__main__":
    script()
