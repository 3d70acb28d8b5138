"""Accelerated SGD pays a larger variance than SGD at the same short step, with and without averaging the tail.

Both start at the minimiser; after one step they are equal, from the second on ASGD is above, at every horizon and
cut-off; its last half, averaged, is not below SGD's. The paper claims it of its bounds, this study of the exact risks.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, exact, ordered, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares
from theorylab.trials.hunt import Range

SOURCE = Source("abstract (variance error)", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponents: tuple[float, ...] = (1.5, 2.0, 3.0)
    cutoffs: tuple[int, ...] = (2, 5, 10, 20)
    steps: tuple[int, ...] = (2, 5, 10, 30, 100, 300, 1000)


QUICK = Setting(dim=100)
FULL = Setting(dim=2000, cutoffs=(2, 5, 10, 20, 50), steps=(2, 5, 10, 30, 100, 300, 1000, 3000))
SPACE = {"dim": Range(6, 200, log=True, integer=True), "exponents": Range(1.05, 5),
         "cutoffs": Range(1, 100, log=True, integer=True), "steps": Range(2, 2000, log=True, integer=True)}  # fmt: skip


def cases(s):
    for exponent in s.exponents:
        p = LeastSquares.power_law(s.dim, exponent, start=0.0, noise_std=1.0)
        for k in s.cutoffs:
            yield p, Acceleration.with_cutoff(p, k)


def rows(s, risk, rounding):
    """Variance risks (cases, steps) of `risk(problem, parameters)`, with the relative rounding bound of their road."""
    return exact(s.steps, [risk(p, a) for p, a in cases(s)], [rounding(p, a, np.array(s.steps)) for p, a in cases(s)])


def measure(s):
    n = np.array(s.steps)

    def tail_bound(p, a, n):
        return theory.asgd_tail_relative_rounding(p, a, n // 2, n)

    return {
        "asgd": rows(s, lambda p, a: theory.asgd_risk(p, a, n), theory.asgd_relative_rounding),
        "tail": rows(s, lambda p, a: theory.asgd_tail_risk(p, a, n // 2, n), tail_bound),
    }


def bound_of_sgd(p, a, steps):
    return theory.relative_rounding(p, 3 * a.short_step, steps)


def predict(s):
    n = np.array(s.steps)
    return {
        "sgd": rows(s, lambda p, a: theory.sgd_risk(p, a.short_step, n), bound_of_sgd),
        "tail": rows(s, lambda p, a: theory.average_risk(p, a.short_step, n // 2, n), bound_of_sgd),
        "three times": rows(s, lambda p, a: theory.sgd_risk(p, 3 * a.short_step, n), bound_of_sgd),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="also below ASGD with three times the step", measured=predicted["three times"])
    yield ordered("variance of SGD < variance of ASGD", predicted["sgd"], measured["asgd"], rival=rival)
    rival = Rival(claim="also not below SGD's last iterate", predicted=predicted["sgd"])
    claim = "variance of ASGD's last half, averaged, >= that of SGD's"
    yield above(claim, measured["tail"], predicted["tail"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    shown = len(s.exponents) // 2
    kinds = (("asgd", "sgd", "last iterate"), ("tail", "tail", "last half, averaged"))
    for panel, (name, other, title) in zip(axes, kinds, strict=True):
        ratios = measured[name].samples / predicted[other].samples
        for k, cutoff in enumerate(s.cutoffs[:5]):
            row, style = ratios[shown * len(s.cutoffs) + k], {"linestyle": "-", "linewidth": 0.7}
            plots.points(panel, s.steps, row, k, f"cut-off {cutoff}", **style)
        panel.axhline(1.0, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="SGD")
        title = f"{title}, i^-{s.exponents[shown]:g}, d = {s.dim}"
        plots.label(panel, "iterations", "variance of ASGD / variance of SGD", title, log="x")
    return drawn


if __name__ == "__main__":
    script()
