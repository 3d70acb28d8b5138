"""From a first distance r_0 DoG needs (log(d_0 / r_0) / 2)^2 steps and more to come to d_0, as no step is geometric.

Along a constant gradient r is multiplied by 1 + (t + 1)^-1/2: log(r_t / r_0) = 2 sqrt(t) - log(t) / 2 + c - 1 / (6
sqrt(t)) + O(1/t), with c in closed form. On |x - d_0| the gradient is constant until d_0 is reached, the first passage.
Only its leading term is a square of the logarithm: it is too small by a factor of three at r_0 = 1e-2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, log_steps, plots, script
from theorylab.curves import Curve
from theorylab.models.adaptive import parameter_free as model
from theorylab.models.adaptive.theory import parameter_free as theory

SOURCE = Source("step size, read in the authors' code; growth and first passage derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    distance: float = 0.5
    exponents: tuple[float, ...]  # r_0 = 10^-exponent
    steps: int
    least: float = 1e-140  # first distance of the growth: squares of distances below 1e-154 are 0 in floats
    from_step: int = 30
    within: float = 1e-4  # what is left out is below 0.1 / t


QUICK = Setting(exponents=(2, 4, 6, 8, 16, 32, 64, 100), steps=3000)
FULL = Setting(exponents=(2, 4, 6, 8, 16, 32, 64, 80, 100, 120, 140), steps=100_000)


def passage(s, exponent):
    """First t with r_t >= d_0 on |x - d_0|, counted along the run; and log(d_0 / r_0)."""
    first = 10.0**-exponent
    growth = float(np.log(s.distance) - np.log(first))
    last = int(growth**2 / 3 + 5 * growth + 30)
    descent = model.Descent(scales=[1.0], target=[s.distance], first=first)
    radius = model.noiseless(descent, np.arange(1, last))["radius"]
    return growth, 1.0 + int(np.argmax(radius >= s.distance))


def measure(s):
    steps = log_steps(s.from_step, s.steps, 20)
    radius = model.noiseless(model.Descent(scales=[1.0], target=[1e150], first=s.least), steps)["radius"]
    growths, passages = np.transpose([passage(s, exponent) for exponent in s.exponents])
    # Each step rounds r by 4 units at most, of the logarithm's absolute value.
    growth = Curve(steps.astype(float), np.log(radius / s.least)[None], True, np.array(8.0 * theory.UNIT) * steps)
    return {"growth": growth, "passage": exact(growths, passages, ulps=0, x_name="log(d / r)")}


def predict(s):
    steps = log_steps(s.from_step, s.steps, 20)
    growths = [passage(s, exponent)[0] for exponent in s.exponents]
    return {
        "growth": exact(steps, theory.growth_leading(1.0 * steps), ulps=16),
        "leading": exact(steps, 2.0 * steps**0.5, ulps=16),
        "passage": exact(growths, [np.ceil(theory.burn_in(x)) for x in growths], ulps=0, x_name="log(d / r)"),
        "passage, leading": exact(growths, np.square(growths) / 4, ulps=16, x_name="log(d / r)"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="2 sqrt(t), its first term", predicted=predicted["leading"])
    claim = "constant gradient: log(r_t / r_0) in closed form"
    yield agrees(claim, measured["growth"], predicted["growth"], rival=rival, within=s.within)
    rival = Rival(claim="the square of half the logarithm", predicted=predicted["passage, leading"])
    yield agrees("time at which d_0 is reached, to the step", measured["passage"], predicted["passage"], rival=rival)
    rival = Rival(claim="as the logarithm: geometric growth", predicted=Power(1))
    late = measured["passage"].at(slice(3, None))
    yield decays_as("... grows as the square of log(d_0 / r_0)", late, Power(2), rival=rival)


def figure(s, measured, predicted):
    drawn, (growth, passage) = plots.panels(2)
    plots.points(growth, measured["growth"].x, measured["growth"].mean, 0, "DoG along a constant gradient")
    plots.prediction(growth, predicted["growth"], "closed form")
    plots.exact_line(growth, predicted["leading"], 1, "2 √t")
    plots.label(growth, "steps t", "log(r_t / r_0)")
    plots.points(passage, measured["passage"].x, measured["passage"].mean, 0, "first t with r_t >= d_0")
    plots.prediction(passage, predicted["passage"], "closed form")
    plots.exact_line(passage, predicted["passage, leading"], 1, "(log(d_0 / r_0) / 2)²")
    plots.label(passage, "log(d_0 / r_0)", "steps", f"|x - d_0|, d_0 = {s.distance:g}")
    return drawn


if __name__ == "__main__":
    script()
