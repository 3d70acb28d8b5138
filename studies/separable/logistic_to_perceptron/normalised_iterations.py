"""Divided by its mean weight, the logistic gradient separates in at most R^2/mu^2 + 2 c_n/(s mu^2) steps: no factor n.

Every step then grows the position by mu or more on the max-margin direction. What points already right add is at most
2 c_n / s per step, c_n = (2n-2)/(2n-1) W((2n-1)/e) < log n; from s = 2 c_n / R^2 on the bound is 2 R^2/mu^2. Gradient
descent breaks it on the hard family. The bound does not rest on dividing by the weights: divided by the length of the
gradient the position grows by mu/R or more in steps of length 1, and R^2/mu^2 (1 + 2 c_n/(s mu)) follows just as well.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from theorylab import Finding, Rival, Source, below, exact, plots, script
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.margin import hard_margin
from theorylab.models.separable.model import Labelled

SOURCE = Source("abstract, Normalized LR+GD (read); form recalled, bounds derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "It is not the division by the mean weight that removes the number of points: divided by its length, too, the "
        "gradient obeys a bound R^2/mu^2 (1 + 2 c_n/(s mu)) without a factor n."
    ),
    case=(
        "random sets and n - 1 points against one, at step size 1e12: both divided forms need at most half of their "
        "bound"
    ),
    check="gradient divided by its length",
)
RULES = {"weights": "divided by the mean weight", "gradient": "divided by its length", "none": "as it is"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 40
    dim: int = 4
    gap: float = 0.3
    sets: int
    step_sizes: tuple[float, ...] = (1e-3, 1e-2, 0.1, 1.0, 10.0, 1e2, 1e3, 1e6, 1e9, 1e12)
    ratios: tuple[float, ...] = (2.0, 4.0, 8.0)  # the last below n / 4: n R / (4 mu) is above R^2/mu^2
    seed: int


QUICK = Setting(sets=6, seed=1)
FULL = Setting(count=200, dim=10, gap=0.15, sets=40, ratios=(2.0, 5.0, 10.0, 20.0, 40.0), seed=2)


def problems(s):
    """Gaussian data, then the hard family."""
    yield from (Labelled.gaussian(s.count, s.dim, s.gap, seed=s.seed, replica=r) for r in range(s.sets))
    yield from (Labelled.hard(s.count, ratio) for ratio in s.ratios)


def enough(p):
    """The step size 2 c_n / R^2 from which on 2 R^2/mu^2 is claimed."""
    return 2 * float(theory.normalised_gain(p.count)) / p.radius**2


def measure(s):
    data = list(problems(s))
    curves = {
        rule: exact(s.step_sizes, [[simulation.solve(p, size, rule).iterations for size in s.step_sizes] for p in data],
                    ulps=0, x_name="step size").drawn_from("Gaussian data", s.sets) for rule in RULES
    }  # fmt: skip
    for name, share in (("enough", 1.0), ("less", 0.003)):
        steps = [simulation.solve(p, share * enough(p), "weights").iterations for p in data]
        curves[name] = exact(range(len(data)), steps, ulps=0, x_name="data set").drawn_from("Gaussian data", s.sets)
    return curves


def predict(s):
    sizes = np.array(s.step_sizes)
    rows: dict[str, list[Any]] = {name: [] for name in ("weights", "gradient", "limit", "enough", "rounding")}
    for p in problems(s):
        gain, margin = theory.normalised_gain(p.count), hard_margin(p).lower
        rows["weights"].append(theory.normalised_bound(p.radius, margin, sizes, gain))
        rows["gradient"].append(theory.unit_gradient_bound(p.radius, margin, sizes, gain))
        rows["limit"].append(np.full(sizes.size, theory.normalised_bound(p.radius, margin, np.inf, gain)))
        rows["enough"].append(theory.normalised_bound(p.radius, margin, enough(p), gain))
        rows["rounding"].append(theory.count_rounding(p.count, p.dimension, p.radius / margin, rows["gradient"][-1]))
    rounding, most = rows.pop("rounding"), rows.pop("enough")
    curves = {name: exact(sizes, values, rounding, "step size") for name, values in rows.items()}
    return curves | {"enough": exact(range(len(most)), most, np.max(rounding, axis=1), "data set")}


def checks(s, measured, predicted):
    for rule, claim in (("weights", "R^2/mu^2 + 2 c_n/(s mu^2)"), ("gradient", "R^2/mu^2 (1 + 2 c_n/(s mu))")):
        for rival in (Rival(claim="R^2/mu^2 alone, also for small s", predicted=predicted["limit"]),
                      Rival(claim="the gradient as it is, too", measured=measured["none"])):  # fmt: skip
            name = f"steps, gradient {RULES[rule]}, <= {claim}; not: {rival.claim}"
            yield below(name, measured[rule], predicted[rule], rival=rival)
    rival = Rival(claim="from 0.003 times that on", measured=measured["less"])
    yield below("from s = 2 c_n/R^2 on: steps <= 2 R^2/mu^2", measured["enough"], predicted["enough"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    kinds = ((0, f"Gaussian, n = {s.count}, d = {s.dim}"), (-1, f"hard, n = {s.count}, R/mu = {s.ratios[-1]:g}"))
    for panel, (row, title) in zip(axes, kinds, strict=True):
        for k, (rule, label) in enumerate(RULES.items()):
            plots.points(panel, s.step_sizes, measured[rule].samples[row], k, f"gradient {label}")
        plots.guide(panel, s.step_sizes, predicted["weights"].samples[row], "bound, mean weight")
        plots.line(panel, s.step_sizes, predicted["gradient"].samples[row], 4, "bound, length")
        plots.label(panel, "step size", "steps until all points are right", title)
    return drawn


if __name__ == "__main__":
    script()
