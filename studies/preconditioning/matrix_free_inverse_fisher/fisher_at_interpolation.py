"""The empirical Fisher matrix is no Hessian away from the optimum, and where it vanishes rates must shrink with lam.

Least squares on Gaussian inputs of covariance S with error e and noise s: E g g^T = (e^T S e + s^2) S + 2 S e e^T S,
and s^2 S at the optimum alone. Without noise it vanishes there: on h x^2 / 2 with a window of today's gradient 0
attracts only if eta h < 2 lam; beyond, steps end in a cycle of amplitude sqrt(eta h / 2 - lam) / h, itself stable up to
eta h = 4 lam, and then in chaos.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, plots, replicate, script, threshold
from theorylab.models.preconditioning import fisher, theory_fisher

SOURCE = Source("F for the Hessian (recalled); moments and stability derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dampings: tuple[float, ...] = (0.01, 0.1, 1.0)
    curvature: float = 3.0
    noise: float = 0.7
    draws: int
    replicas: int
    steps: int = 4000
    seed: int


QUICK = Setting(draws=300, replicas=1000, seed=1)
FULL = Setting(draws=3000, replicas=5000, seed=2)
ROOT = np.array([[1.0, 0.0, 0.0], [0.5, 0.8, 0.0], [-0.3, 0.4, 0.6]])
ERROR = np.array([0.5, -1.0, 0.8])


def boundaries(s, leaves, low, high, width):
    """For each damping the bracket, within low and high in units of lam / h, of the rate from which steps leave."""

    def boundary(lam):
        ends = low * lam / s.curvature, high * lam / s.curvature
        return bracket(lambda rate: leaves(rate, lam, s.curvature, s.steps), *ends, relative_width=width)

    return [boundary(lam) for lam in s.dampings]


def rates(s):
    """10% above the critical rates."""
    return 1.1 * theory_fisher.critical_rate_at_interpolation(np.array(s.dampings), s.curvature)


def measure(s):
    amplitudes = [fisher.parabola_end(rate, lam, s.curvature, 1.0, s.steps)
                  for rate, lam in zip(rates(s), s.dampings, strict=True)]  # fmt: skip
    return {
        "fisher": replicate(fisher.drawn_fisher, ROOT, ERROR, s.noise, s.draws, x=np.arange(9), replicas=s.replicas,
                            seed=s.seed, x_name="entry"),
        "critical": brackets(s.dampings, boundaries(s, fisher.leaves_zero, 1, 4, 1e-6), "damping"),
        "cycle": brackets(s.dampings, boundaries(s, fisher.leaves_cycle, 3, 4.5, 2e-3), "damping"),
        "amplitude": exact(s.dampings, amplitudes, 1e-9, "damping"),
    }  # fmt: skip


def predict(s):
    lam, covariance, entry = np.array(s.dampings), ROOT @ ROOT.T, np.arange(9)
    limit = theory_fisher.critical_rate_at_interpolation(lam, s.curvature)
    forms = {"fisher": theory_fisher.regression_fisher(covariance, ERROR, s.noise**2),
             "optimum": s.noise**2 * covariance,
             "no product": (ERROR @ covariance @ ERROR + s.noise**2) * covariance}  # fmt: skip
    return {name: exact(entry, form.ravel(), 1e-12, "entry") for name, form in forms.items()} | {
        "critical": exact(lam, limit, 1e-12, "damping"),
        "amplitude": exact(lam, theory_fisher.cycle_at_interpolation(rates(s), lam, s.curvature), 1e-12, "damping"),
    }


def checks(s, measured, predicted):
    for name, words in (("optimum", "s^2 S, in proportion to the Hessian"), ("no product", "without 2 S e e^T S")):
        rival = Rival(claim=words, predicted=predicted[name])
        claim = f"E g g^T = (e^T S e + s^2) S + 2 S e e^T S, not {words}"
        yield agrees(claim, measured["fisher"], predicted["fisher"], rival=rival)
    rival = Rival(claim="2 / h, as of gradient descent", predicted=2 / s.curvature)
    claim = "a window of one gradient: 0 attracts up to eta = 2 lam / h"
    yield threshold(claim, measured["critical"], predicted["critical"], rival=rival)
    rival = Rival(claim="0", predicted=0.0)
    claim = "... beyond it a cycle of amplitude sqrt(eta h / 2 - lam) / h"
    yield agrees(claim, measured["amplitude"], predicted["amplitude"], rival=rival)
    rival = Rival(claim="at no rate", predicted=predicted["critical"])
    twice = exact(s.dampings, 2 * predicted["critical"].mean, 1e-12, "damping")
    yield threshold("... which is stable up to eta = 4 lam / h", measured["cycle"], twice, rival=rival)


def figure(s, measured, predicted):
    drawn, (entries, cycle) = plots.panels(2)
    labels = {"fisher": "derived", "no product": "without 2 S e eᵀ S", "optimum": "s² S: at the optimum"}
    for k, (name, label) in enumerate(labels.items()):
        plots.points(entries, predicted[name].mean, measured["fisher"].mean, k, label)
    plots.guide(entries, predicted["fisher"].mean, predicted["fisher"].mean)
    plots.label(entries, "predicted entry of E g gᵀ", "drawn entry", "least squares, d = 3", log="")
    beyond = np.geomspace(0.01, 0.99, 12)
    for k, lam in enumerate(s.dampings):
        rate = (1 + beyond) * theory_fisher.critical_rate_at_interpolation(lam, s.curvature)
        ends = [fisher.parabola_end(r, lam, s.curvature, 1.0, s.steps) for r in rate]
        plots.points(cycle, beyond, ends, k, f"λ = {lam:g}")
        line = theory_fisher.cycle_at_interpolation(rate, lam, s.curvature)
        plots.guide(cycle, beyond, line, "√(ηh/2 - λ) / h" if k == len(s.dampings) - 1 else "")
    plots.label(cycle, "ηh / 2λ - 1", "|x| in the end", f"h = {s.curvature:g}")
    return drawn


if __name__ == "__main__":
    script()
