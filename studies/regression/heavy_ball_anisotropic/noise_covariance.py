"""After step decay tr(H^-1 C) of the noise counts, at constant steps tr C: d sigma^2 / T needs noise below sigma^2 H.

Noise of one trace: sigma^2 H, alike in all directions, and a random covariance C with no common eigenvectors. After
step decay SGD's risks are as tr(H^-1 C), which for the same trace differ by (tr H / d)(tr H^-1 / d), a factor that
grows with kappa. The stationary risks of constant small steps are as tr C, h tr C / (4 (1 - m)), so that they do not
differ.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.streams import generator

SOURCE = Source("anisotropic noise, in words (read); ratios derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    conditions: tuple[int, ...]
    power: int = 36  # T sqrt(kappa) is 2 to this power
    small: float = 1e-3  # constant step x L
    within: float = 1e-2


QUICK, FULL = Setting(dim=8, conditions=(16, 64, 256, 1024)), Setting(dim=64, conditions=(16, 64, 256, 1024, 4096))


def covariances(s, kappa):
    """The spectrum, and three covariances of trace tr H: H, a multiple of I, a random one."""
    lam = np.geomspace(1, 1 / kappa, s.dim)
    root = generator(5).normal(size=(s.dim, s.dim)) + 2 * np.eye(s.dim)
    return lam, [matrix * lam.sum() / np.trace(matrix) for matrix in (np.diag(lam), np.eye(s.dim), root @ root.T)]


def over_first(s, of):
    """`of(problem)` with the second and the third covariance, over that with the first: rows, by condition number."""
    rows = []
    for kappa in s.conditions:
        lam, matrices = covariances(s, kappa)
        values = [of(LeastSquares(lam, np.zeros(s.dim), 1.0, "additive", 1, matrix)) for matrix in matrices]
        rows.append(np.array(values[1:]) / values[0])
    return exact(s.conditions, np.array(rows).T, ulps=0, x_name="condition number")


def decayed(s, p):
    kappa = 1 / p.eigenvalues[-1]
    return theory.staged_risk(p, theory.Stages.step_decay(1.0, 2.0, round(2**s.power / kappa**0.5), kappa), 0.0)[-1]


def measure(s):
    constant = theory.Stages((s.small,), (10**12,))
    return {"decay": over_first(s, lambda p: decayed(s, p)),
            "constant": over_first(s, lambda p: theory.staged_risk(p, constant, 0.9)[-1])}  # fmt: skip


def predict(s):
    traces = {"H^-1 C": lambda p: (p.noise_spectrum / p.eigenvalues).sum(), "C": lambda p: p.noise_spectrum.sum()}
    return {name: over_first(s, of) for name, of in traces.items()}


def checks(s, measured, predicted):
    inverse, plain = predicted["H^-1 C"], predicted["C"]
    rival = Rival(claim="as tr C", predicted=plain)
    yield agrees("after step decay: risks as tr(H^-1 C)", measured["decay"], inverse, rival=rival, within=s.within)
    rival = Rival(claim="as tr(H^-1 C)", predicted=inverse)
    yield agrees("constant small steps: risks as tr C", measured["constant"], plain, rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    titles = (("decay", "H^-1 C", "step decay"), ("constant", "C", "constant steps, heavy ball"))
    for panel, (key, trace, title) in zip(axes, titles, strict=True):
        for k, name in enumerate(("alike in all directions", "random covariance")):
            plots.points(panel, s.conditions, measured[key].samples[k], k, name)
            plots.guide(panel, s.conditions, predicted[trace].samples[k], "" if k else f"tr({trace})")
        plots.label(
            panel,
            "condition number",
            "risk over that of noise sigma^2 H",
            title,
            log="x" if key == "constant" else "xy",
        )
    axes[1].set_ylim(0.0, 2.0)
    return drawn


if __name__ == "__main__":
    script()
