"""SGD on Gaussian data diverges in mean square exactly where K(step size) = 1, well below gradient descent's 2/l_1.

K = sum_i l / (2 - l (1 + 1/B)) / B, l = step size x eigenvalue. The threshold predicted by K = 1 is bisected on the
spectral radius of the recursion's matrix, over spectra and batch sizes; beyond it, simulation follows the growing
recursion. Few steps only: close to the threshold the risk of a run is heavy-tailed, and means converge slowly.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import simulate

SOURCE = Source("existence of a step-size threshold (read); form derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponents: tuple[float, ...] = (0.0, 1.0, 2.0)
    batches: tuple[int, ...] = (1, 4, 16)
    beyond: float = 1.5  # simulated step size, in units of the threshold
    steps: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    replicas: int
    seed: int


QUICK = Setting(dim=20, replicas=80_000, seed=1)
FULL = Setting(dim=200, exponents=(0.0, 0.5, 1.0, 1.5, 2.0, 3.0), replicas=40_000, seed=2)


def problems(s):
    cases = product(s.exponents, s.batches)
    return [LeastSquares.power_law(s.dim, e, start=1.0, noise_std=0.0, batch=b) for e, b in cases]


def simulated(s):
    """The flattest spectrum, one sample per step, and a step size beyond its threshold but below 2/l_1."""
    p = problems(s)[0]
    return p, min(s.beyond * theory.critical_step_size(p), 1.9 / p.eigenvalues[0]), np.array(s.steps)


def measure(s):
    def critical(p):
        def grows(step_size):
            return bool(np.abs(np.linalg.eigvals(theory.recursion_matrix(p, step_size))).max() > 1)

        return bracket(grows, 1e-6, 2 / p.eigenvalues[0] + 1e-6, relative_width=1e-9)

    p, step_size, steps = simulated(s)
    run = simulate(p, step_size, 0.0, steps, replicas=s.replicas, seed=s.seed, allow_unstable=True)
    pairs = [critical(p) for p in problems(s)]
    return {"threshold": brackets(range(len(pairs)), pairs), "beyond": run["last"]}


def predict(s):
    cases = problems(s)
    limits = [theory.critical_step_size(p) for p in cases]
    p, step_size, steps = simulated(s)
    growing = theory.sgd_risk(p, step_size, steps, allow_unstable=True)
    descent = 0.5 * ((1 - step_size * p.eigenvalues) ** (2 * steps[:, None])) @ p.eigenvalues
    return {
        # brentq stops within 4 units of the root; K itself sums d rounded terms.
        "threshold": exact(range(len(cases)), limits, ulps=s.dim + 8, x_name="setting"),
        "descent": exact(range(len(cases)), [2 / p.eigenvalues[0] for p in cases], ulps=1, x_name="setting"),
        "beyond": exact(steps, growing, ulps=(steps + 1) * (s.dim + 24)),
        "decaying": exact(steps, descent, ulps=2 * steps + s.dim),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="gradient descent's 2/l_1", predicted=predicted["descent"])
    yield threshold("divergence if and only if K >= 1", measured["threshold"], predicted["threshold"], rival=rival)
    rival = Rival(claim="gradient descent: the risk decays", predicted=predicted["decaying"])
    claim = "beyond the threshold, simulated risk grows as the recursion"
    yield agrees(claim, measured["beyond"], predicted["beyond"], rival=rival)


def figure(s, measured, predicted):
    drawn, (limits, growth) = plots.panels(2)
    for k, batch in enumerate(s.batches):
        mine = slice(k, None, len(s.batches))
        found, formula = measured["threshold"].at(mine), predicted["threshold"].at(mine)
        plots.points(limits, s.exponents, found.samples, k, f"batch {batch}, bisected")
        plots.guide(limits, s.exponents, formula.samples, "" if k else "K = 1")
    plots.line(limits, s.exponents, predicted["descent"].mean[:: len(s.batches)], 4, "2 / largest eigenvalue (rival)")
    title = f"eigenvalues i^-exponent, d = {s.dim}"
    plots.label(limits, "spectrum exponent", "critical step size", title, log="y")
    plots.measurement(growth, measured["beyond"], 0, "SGD, simulated")
    plots.prediction(growth, predicted["beyond"], "exact recursion")
    plots.exact_line(growth, predicted["decaying"], 4, "gradient descent (rival)")
    plots.label(growth, "iterations", "excess risk", f"{s.beyond:g} x the threshold, flat spectrum", log="y")
    return drawn


if __name__ == "__main__":
    script()
