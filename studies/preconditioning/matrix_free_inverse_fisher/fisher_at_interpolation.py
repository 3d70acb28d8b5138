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


def cycles(s, damping):
    """Whether steps near 0 leave it, by the rate."""

    def leaves(rate):
        return bool(fisher.parabola_end(rate, damping, s.curvature, 1e-6, s.steps) > 1e-6)

    return bracket(leaves, damping / s.curvature, 4 * damping / s.curvature, relative_width=1e-6)


def leaves_cycle(s, damping):
    """Whether steps near the cycle leave it, by the rate."""

    def leaves(rate):
        cycle = theory_fisher.cycle_at_interpolation(rate, damping, s.curvature)
        end = fisher.parabola_end(rate, damping, s.curvature, 1.001 * cycle, s.steps)
        return bool(abs(end / cycle - 1) > 1e-3)

    return bracket(leaves, 3 * damping / s.curvature, 4.5 * damping / s.curvature, relative_width=2e-3)


def rates(s):
    """10% above the critical rates."""
    return 1.1 * theory_fisher.critical_rate_at_interpolation(np.array(s.dampings), s.curvature)


def measure(s):
    amplitudes = [fisher.parabola_end(rate, lam, s.curvature, 1.0, s.steps)
                  for rate, lam in zip(rates(s), s.dampings, strict=True)]  # fmt: skip
    return {
        "fisher": replicate(fisher.drawn_fisher, ROOT, ERROR, s.noise, s.draws, x=np.arange(9), replicas=s.replicas,
                            seed=s.seed, x_name="entry"),
        "critical": brackets(s.dampings, [cycles(s, lam) for lam in s.dampings], "damping"),
        "cycle": brackets(s.dampings, [leaves_cycle(s, lam) for lam in s.dampings], "damping"),
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
    plots.measurement(entries, measured["fisher"], 0, "drawn")
    plots.prediction(entries, predicted["fisher"], "derived")
    plots.line(entries, np.arange(9), predicted["optimum"].mean, 4, "s² S: at the optimum")
    plots.label(entries, "entry of E g gᵀ", "value", "least squares, d = 3", log="")
    for k, lam in enumerate(s.dampings):
        shares = np.geomspace(1.0001, 1.99, 12) * theory_fisher.critical_rate_at_interpolation(lam, s.curvature)
        found = [fisher.parabola_end(rate, lam, s.curvature, 1.0, s.steps) for rate in shares]
        plots.points(cycle, shares, found, k, f"λ = {lam:g}")
        line = theory_fisher.cycle_at_interpolation(shares, lam, s.curvature)
        plots.guide(cycle, shares, line, "" if k else "√(ηh/2 - λ) / h")
    plots.label(cycle, "rate η", "|x| in the end", f"h = {s.curvature:g}")
    return drawn


if __name__ == "__main__":
    script()
