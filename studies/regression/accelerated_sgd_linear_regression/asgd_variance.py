"""Accelerated SGD pays a larger variance than SGD at the same short step, with and without averaging the tail.

Both start at the minimiser; after one step they are equal, from the second on ASGD is above, at every horizon and
cut-off; its last half, averaged, is not below SGD's. The paper claims it of its bounds, this study of the exact risks.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, exact, ordered, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares
from theorylab.models.regression.simulation import simulate_accelerated
from theorylab.trials.hunt import Range

SOURCE = Source("abstract (variance error)", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponents: tuple[float, ...] = (1.5, 2.0, 3.0)
    cutoffs: tuple[int, ...] = (2, 5, 10, 20)
    steps: tuple[int, ...] = (2, 5, 10, 30, 100, 300, 1000)
    simulated: tuple[int, ...] = (2, 10, 30, 100)
    replicas: int
    seed: int


QUICK = Setting(dim=100, replicas=8000, seed=1)
FULL = Setting(dim=2000, cutoffs=(2, 5, 10, 20, 50), steps=(2, 5, 10, 30, 100, 300, 1000, 3000), replicas=8000, seed=2)
SPACE = {"dim": Range(6, 200, log=True, integer=True), "exponents": Range(1.05, 5), "simulated": (2,), "replicas": 64,
         "cutoffs": Range(1, 100, log=True, integer=True), "steps": Range(2, 2000, log=True, integer=True)}  # fmt: skip


def cases(s):
    for exponent in s.exponents:
        p = LeastSquares.power_law(s.dim, exponent, start=0.0, noise_std=1.0)
        for k in s.cutoffs:
            yield p, Acceleration.with_cutoff(p, k)


def one(s):
    """The case that is simulated: eigenvalues i^-2, cut-off 5."""
    p = LeastSquares.power_law(s.dim, 2.0, start=0.0, noise_std=1.0)
    return p, Acceleration.with_cutoff(p, 5), np.array(s.simulated)


def rows(s, risk, rounding):
    """Variance risks (cases, steps) of `risk(problem, parameters)`, with the relative rounding bound of their road."""
    return exact(s.steps, [risk(p, a) for p, a in cases(s)], [rounding(p, a, np.array(s.steps)) for p, a in cases(s)])


def measure(s):
    n, bound = np.array(s.steps), theory.asgd_relative_rounding
    p, a, simulated = one(s)
    return {
        "asgd": rows(s, lambda p, a: theory.asgd_risk(p, a, n), bound),
        "tail": rows(s, lambda p, a: theory.asgd_tail_risk(p, a, n // 2, n), bound),
        "simulated": simulate_accelerated(p, a, simulated, replicas=s.replicas, seed=s.seed)["last"],
    }


def bound_of_sgd(p, a, steps):
    return theory.relative_rounding(p, 3 * a.short_step, steps)


def predict(s):
    n = np.array(s.steps)
    p, a, steps = one(s)
    rounding = theory.asgd_relative_rounding(p, a, steps)
    return {
        "sgd": rows(s, lambda p, a: theory.sgd_risk(p, a.short_step, n), bound_of_sgd),
        "tail": rows(s, lambda p, a: theory.average_risk(p, a.short_step, n // 2, n), bound_of_sgd),
        "three times": rows(s, lambda p, a: theory.sgd_risk(p, 3 * a.short_step, n), bound_of_sgd),
        "simulated": exact(steps, theory.asgd_risk(p, a, steps), rounding),
        "simulated sgd": exact(steps, theory.sgd_risk(p, a.short_step, steps), rounding),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="also below ASGD with three times the step", measured=predicted["three times"])
    yield ordered("variance of SGD < variance of ASGD", predicted["sgd"], measured["asgd"], rival=rival)
    rival = Rival(claim="also not below SGD's last iterate", predicted=predicted["sgd"])
    claim = "variance of ASGD's last half, averaged, >= that of SGD's"
    yield above(claim, measured["tail"], predicted["tail"], rival=rival)
    rival = Rival(claim="it is SGD's", predicted=predicted["simulated sgd"])
    claim = "simulated variance of ASGD follows the 2x2-block recursion"
    yield agrees(claim, measured["simulated"], predicted["simulated"], rival=rival)


def figure(s, measured, predicted):
    drawn, (ratio, risk) = plots.panels(2)
    shown, ratios = len(s.exponents) // 2, measured["asgd"].samples / predicted["sgd"].samples
    for k, cutoff in enumerate(s.cutoffs[:5]):
        row, style = ratios[shown * len(s.cutoffs) + k], {"linestyle": "-", "linewidth": 0.7}
        plots.points(ratio, s.steps, row, k, f"cut-off {cutoff}", **style)
    ratio.axhline(1.0, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="SGD")
    title = f"i^-{s.exponents[shown]:g}, d = {s.dim}"
    plots.label(ratio, "iterations", "variance of ASGD / variance of SGD", title, log="x")
    plots.measurement(risk, measured["simulated"], 0, "ASGD, simulated")
    plots.prediction(risk, predicted["simulated"], "exact recursion")
    plots.exact_line(risk, predicted["simulated sgd"], 1, "SGD (rival)")
    plots.label(risk, "iterations", "variance risk", "cut-off 5")
    return drawn


if __name__ == "__main__":
    script()
