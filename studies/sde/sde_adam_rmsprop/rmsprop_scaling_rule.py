"""The square-root rule collapses RMSprop across batch sizes, to first order in eta^2; the linear rule does not.

Samples have noise +-sigma; a batch averages k of them, by its exact law in the transfer operator (`rmsprop_batches`
draws them). The square-root rule (eta sqrt(k), 1 - b times k, eps over sqrt(k), K/k steps) keeps all
constants of the limit, so runs at equal samples differ by the weak error of the larger step, proportional to
(k - 1) eta^2. The linear rule, and the square-root rule with decay or eps left alone, change the limit: their distance
stays. (No breakdown is put on trial: the rule's run at factor k *is* the base run at k eta^2, up to the law of the
noise, so it breaks where the weak error does, and ends at k (1 - b) = 1. Nor a breakdown where |f'|^2 / sigma^2 is not
small, nor Adam's rule, which rescales its momentum too.)
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Finding, Power, Rival, Source, decays_as, exact, plots, script
from theorylab.models.sde import adaptive
from theorylab.models.sde.model import RULES, Limit, Noise
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source("abstract (square-root scaling rule); constants kept: recalled, derived again here", kind="read")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "The square-root rule is no rule for the learning rate alone: with the decay, or epsilon, left as they were, "
        "batch sizes do not collapse as eta falls."
    ),
    case=(
        "f = 1 - cos x, batch x 4: E f at t = 1 stays 0.039 away with the decay kept, 0.125 with epsilon kept, "
        "against 0.0004 by the whole rule (eta^2 = 1/2000)"
    ),
    check="keep decay: the distance of E f stays",
)
LIMIT, SAMPLES = Limit(noise=1.0, epsilon=0.5, rate=1.0), Noise.skewed(1.0)
FACTORS = (1, 4, 16)


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 160  # steps per unit of time of the base run
    most: int
    points: int = 12
    factor: int = 4
    nodes: int = 21  # functions of x
    start: tuple[float, float] = (2.0, 0.25)  # x, u far from its rest at 1


QUICK = Setting(most=700, points=7)
FULL = Setting(most=8000, points=16, nodes=27)


def loss(s, steps, factor=1, rule="square root"):
    """E f along the run of `steps / factor` steps to t = 1 under the rule, and its error bound."""
    given, noise = LIMIT.algorithm(1 / steps).scaled(factor, rule), SAMPLES.batch(factor)
    given = replace(given, noise_std=LIMIT.algorithm(1 / steps).noise_std / factor**0.5)
    observed, levels = [adaptive.COSINE], 20 + factor  # a batch of k can have noise sqrt(k)
    value, bound = adaptive.expectations(given, noise, s.start, steps // factor, observed, nodes=s.nodes, levels=levels)
    return 1 - value[0], bound[0]


def along(s, factor, rule="square root"):
    """The same at the fewest steps, as a curve over the share of samples seen."""
    value, bound = loss(s, s.fewest, factor, rule)
    shares = np.arange(value.size) / (value.size - 1)
    return replace(exact(shares, value, ulps=0, x_name="samples"), rounding=bound[None])


def measure(s):
    n = s.factor * np.unique((np.geomspace(s.fewest, s.most, s.points) / s.factor).astype(int))
    base, curves = [loss(s, k) for k in n], {}
    for rule in RULES:
        runs = [loss(s, k, s.factor, rule) for k in n]
        bounds = [b[-1] + c[-1] for (_, b), (_, c) in zip(base, runs, strict=True)]
        curves[rule] = weak_error(n, [v[-1] for v, _ in runs], [v[-1] for v, _ in base], bounds)
    fine, factors = 360, [f for f in range(2, 21) if 360 % f == 0]
    plain, unsure = loss(s, fine)
    runs = [loss(s, fine, f) for f in factors]
    bounds = [b[-1] + unsure[-1] for _, b in runs]
    curves["batch"] = weak_error(np.array(factors) - 1.0, [v[-1] for v, _ in runs], plain[-1], bounds, "k - 1")
    return curves | {f"{rule}, {factor}": along(s, factor, rule) for rule in RULES[:2] for factor in FACTORS}


def predict(s):
    times = np.linspace(0.01, 1, 50)
    wave, bound = adaptive.limit_waves(LIMIT, s.start, times, waves=1)
    return {"limit": replace(exact(times, 1 - wave[0].real, ulps=0, x_name="samples"), rounding=bound)}


def checks(s, measured, predicted):
    rival = Rival(claim="as eta", predicted=Power(-0.5))
    claim = f"square-root rule: E f at batch {s.factor} and 1 meet as eta^2"
    yield decays_as(claim, measured["square root"], -1, rival=rival)
    for rule in RULES[1:]:
        rival = Rival(claim="it falls as eta^2", predicted=Power(-1))
        yield decays_as(f"{rule}: the distance of E f stays", measured[rule], 0, rival=rival)
    rival = Rival(claim="as (k - 1)^(1/2)", predicted=Power(0.5))
    yield decays_as(
        "square-root rule: the distance grows as k - 1 from 0", measured["batch"], 1, rival=rival, towards=0
    )


def figure(s, measured, predicted):
    drawn, (rates, *runs) = plots.panels(3)
    for k, rule in enumerate(RULES):
        plots.measurement(rates, measured[rule], k, rule)
    plots.prediction(rates, through_last(measured["square root"], -1), "slope -1")
    plots.label(rates, "steps per unit of time at batch 1, 1/η²", f"distance of E f, batch {s.factor} and 1", "t = 1")
    rates.set_ylim(top=5.0)
    for panel, rule in zip(runs, RULES[:2], strict=True):
        for k, factor in enumerate(FACTORS):
            some = measured[f"{rule}, {factor}"].at(slice(None, None, max(16 // factor, 1)))
            plots.measurement(panel, some, k, f"batch {factor}")
        plots.prediction(panel, predicted["limit"], "limit")
        plots.label(panel, "samples / samples in all", "E f", f"{rule} rule, η² = 1/{s.fewest} at batch 1", log="")
    return drawn


if __name__ == "__main__":
    script()
