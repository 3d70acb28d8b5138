"""The method adapts to noise: 1/T while it is small or in proportion to the gradient, eta sigma tr H / (d sqrt T) else.

On quadratics with additive noise of size sigma the rate is nearly eta / (sigma sqrt t), and what is left of the squared
gradient has that constant. From a start off the minimum both terms add up, so that noise is felt from
T = (S d / (eta sigma tr H))^2 on, S the sum of squared gradients without it. Second moments with S replaced by its mean
are within 2% of simulation. Noise in proportion to the gradient (affine variance without its constant) leaves the rate
1/T and costs a factor.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, above, agrees, decays_as, exact, log_steps, plots, script
from theorylab.models.adaptive import norm
from theorylab.models.adaptive.norm import ScalarAdaGrad
from theorylab.models.adaptive.theory import norm as theory

SOURCE = Source("abstract (noise-adaptive rates, affine variance; read); constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 20
    least: float = 0.1  # eigenvalues from here to 1
    step_size: float = 0.5
    sizes: tuple[float, ...] = (0.1, 1.0)  # of additive noise
    factors: tuple[float, ...] = (0.5, 2.0)  # of noise in proportion to the gradient
    first: int = 100
    steps: int
    replicas: int
    seed: int


QUICK = Setting(dim=5, steps=3000, replicas=100, seed=1)
FULL = Setting(steps=100_000, replicas=400, seed=2)


def eigenvalues(s):
    return np.linspace(s.least, 1, s.dim)


def problem(s, start, **noise):
    return ScalarAdaGrad(scales=eigenvalues(s), start=np.full(s.dim, start), step_size=s.step_size, **noise)


def measure(s):
    steps, curves = log_steps(s.first, s.steps, 10), dict[str, Curve]()

    def gradient(start, **noise):
        return norm.noisy(problem(s, start, **noise), steps, replicas=s.replicas, seed=s.seed)["gradient"]

    curves["rest"] = gradient(0.0, additive=s.sizes[-1])
    curves |= {f"size {size:g}": gradient(1.0, additive=size) for size in s.sizes}
    curves |= {f"factor {factor:g}": gradient(1.0, multiplicative=factor) for factor in s.factors}
    return curves | {"none": norm.noiseless(problem(s, 1.0), steps)["gradient"]}


def predict(s):
    steps, lam, curves = log_steps(s.first, s.steps, 10), eigenvalues(s), {}
    none = norm.noiseless(problem(s, 1.0), steps)["gradient"].mean
    gamma = problem(s, 1.0).gamma
    for name, start, size in (("rest", 0.0, s.sizes[-1]), *((f"size {size:g}", 1.0, size) for size in s.sizes)):
        mean = theory.noisy_gradient(lam, np.full(s.dim, start), s.step_size, gamma, size, steps)
        curves[name] = exact(steps, mean, ulps=8 * s.steps)
        late = theory.noisy_gradient_leading(s.step_size, size, lam.sum(), s.dim, steps)
        curves[f"{name}, leading"] = exact(steps, late + (none if start else 0), ulps=64)
    return curves | {"none": exact(steps, none, ulps=64)}


def checks(s, measured, predicted):
    worst = exact(measured["rest"].x, predicted["rest"].mean / eigenvalues(s).mean(), ulps=8 * s.steps)
    rival = Rival(claim="with the smoothness for the mean eigenvalue", predicted=worst)
    claim = "at rest: second moments with S replaced by its mean"
    yield agrees(claim, measured["rest"], predicted["rest"], rival=rival, within=0.02)
    rival = Rival(claim="as 1/T, as without noise", predicted=-1.0)
    yield decays_as("... which fall as T^-1/2", measured["rest"], -0.5, rival=rival, homogeneous=True)
    for size in s.sizes:
        rival = Rival(claim="as without noise", predicted=predicted["none"])
        name = f"size {size:g}"
        yield agrees(f"noise {size:g}: the same", measured[name], predicted[name], rival=rival, within=0.02)
    rival = Rival(claim="the first term alone", predicted=predicted["none"].at(slice(-2, None)))
    late, form = (x[name].at(slice(-2, None)) for x, name in ((measured, name), (predicted, f"{name}, leading")))
    yield agrees("... late, S/T + eta sigma tr H / (d sqrt T)", late, form, rival=rival, within=0.2)
    for factor in s.factors:
        rival = Rival(claim="as T^-1/2", predicted=-0.5)
        name = f"factor {factor:g}"
        claim = f"noise {factor:g} times the gradient: as 1/T"
        yield decays_as(claim, measured[name], -1.0, rival=rival, homogeneous=True)
    rival = Rival(claim="with the smallest factor, too", measured=measured[f"factor {s.factors[0]:g}"])
    bound = exact(measured[name].x, 2 * predicted["none"].mean, ulps=64)
    yield above("... at more than twice the cost", measured[name], bound, rival=rival)


def figure(s, measured, predicted):
    drawn, (additive, factors) = plots.panels(2)
    for k, name in enumerate(("rest", *(f"size {size:g}" for size in s.sizes))):
        plots.measurement(additive, measured[name], k, f"noise {s.sizes[-1]:g}, at rest" if not k else f"noise, {name}")
        plots.prediction(additive, predicted[name], "" if k else "moments, mean S")
    for k, factor in enumerate(s.factors):
        plots.measurement(factors, measured[f"factor {factor:g}"], k, f"noise {factor:g} x gradient")
    for axes, title in ((additive, "additive noise"), (factors, "noise in proportion to the gradient")):
        plots.exact_line(axes, measured["none"], 4, "no noise")
        plots.label(axes, "steps T", "mean squared gradient", f"{title}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
