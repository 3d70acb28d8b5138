"""At its limits the parameter family of accelerated SGD is stable on Gaussian data; K = 1 is where stability ends.

Second moments are finite iff the noise feedback K < 1 (theory.asgd_amplification), which the bisected spectral radius
of the recursion confirms; the mean error alone would allow far longer steps. Six times the family's steps break it for
i^-2 and i^-3, though not for i^-1.5, where K stays below 1.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares

SOURCE = Source("parameter family (recalled); stability derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    cutoffs: tuple[int, ...] = (2, 3, 5, 7, 10, 14, 20)
    exponents: tuple[float, ...] = (1.5, 2.0, 3.0)
    dense: int = 20  # dimension in which the spectral radius is bisected
    beyond: float = 6.0  # multiple of the family's steps that must be unstable


QUICK = Setting(dim=100)
FULL = Setting(dim=2000, cutoffs=(2, 3, 5, 7, 10, 14, 20, 30, 50), dense=30)


def problem(dim, exponent):
    return LeastSquares.power_law(dim, exponent, start=1.0, noise_std=0.0)


def gains(s, scale):
    """K over spectra (rows) and cut-offs: sums of d positive terms, each of some 32 operations."""
    cases = [[(problem(s.dim, e), k) for k in s.cutoffs] for e in s.exponents]
    rows = [
        [theory.asgd_amplification(p, Acceleration.with_cutoff(p, k, scale=scale)) for p, k in row] for row in cases
    ]
    return exact(s.cutoffs, rows, ulps=4 * (s.dim + 32), x_name="cut-off")


def critical_scales(s, grows, width):
    """Multiples of the family's steps at which `grows(problem, parameters)` turns true, bisected, per cut-off."""
    p = problem(s.dense, 2.0)
    known = [k for k in s.cutoffs if k < s.dense]

    def critical(k):
        return bracket(
            lambda scale: bool(grows(p, Acceleration.with_cutoff(p, k, scale=scale))), 1.0, 50.0, relative_width=width
        )

    return brackets(known, [critical(k) for k in known], "cut-off")


def radius_exceeds_one(p, a):
    return np.abs(np.linalg.eigvals(theory.asgd_recursion_matrix(p, a))).max() > 1


def mean_grows(p, a):
    return (theory.asgd_contraction(a, p.eigenvalues) > 1).any()


def measure(s):
    # Eigenvalues of the dense matrix are ill-conditioned: a bracket of 1e-6 is wide against their error.
    radius = critical_scales(s, radius_exceeds_one, 1e-6)
    return {"K": gains(s, 1.0), "K, beyond": gains(s, s.beyond), "critical": radius}


def predict(s):
    return {
        "critical": critical_scales(s, lambda p, a: theory.asgd_amplification(p, a) >= 1, 1e-12),
        "mean": critical_scales(s, mean_grows, 1e-12),
    }


def checks(s, measured, predicted):
    rival = Rival(claim=f"with {s.beyond:g} times the steps", measured=measured["K, beyond"])
    yield below("the family is stable: K < 1", measured["K"], 1.0, rival=rival)
    rival = Rival(claim="where the mean error grows", predicted=predicted["mean"])
    yield threshold("second moments diverge where K = 1", measured["critical"], predicted["critical"], rival=rival)


def figure(s, measured, predicted):
    drawn, (gain, scale) = plots.panels(2)
    for k, exponent in enumerate(s.exponents):
        plots.points(gain, s.cutoffs, measured["K"].samples[k], k, f"i^-{exponent:g}")
        beyond, text = measured["K, beyond"].samples[k], f"i^-{exponent:g}, {s.beyond:g} x steps"
        plots.points(gain, s.cutoffs, beyond, k, text, markerfacecolor="none")
    gain.axhline(1.0, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="stability limit")
    plots.label(gain, "cut-off", "noise feedback K", f"d = {s.dim}", log="y")
    gain.set_ylim(0.08, 1000.0)
    plots.measurement(scale, measured["critical"], 0, "spectral radius = 1, bisected")
    plots.prediction(scale, predicted["critical"], "K = 1")
    plots.exact_line(scale, predicted["mean"], 1, "mean error grows (rival)")
    plots.label(scale, "cut-off", "critical multiple of the steps", f"i^-2, d = {s.dense}", log="y")
    return drawn


if __name__ == "__main__":
    script()
