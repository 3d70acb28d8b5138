"""NAG-GS with mu < L / 2 is unstable above a critical step, close to the best one; with mu >= L / 2 at no step.

The critical step is bisected from eigenvalues at the largest curvature, where one of them is -1. The window between the
best and the critical step closes as kappa grows.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.quadratics import model
from theorylab.models.quadratics.theory import nag

SOURCE = Source("authors' notebook (critical step, read)", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    gammas: tuple[float, ...] = (0.5, 1.0, 3.0)  # at mu = 1
    largest: tuple[float, ...]  # L > 2 mu
    nearly: tuple[float, ...] = (1.2, 1.5, 1.9)  # L < 2 mu
    steps: tuple[float, ...] = (1.0, 10.0, 1000.0)  # alpha at those
    condition: float = 100.0  # L of the rival


QUICK = Setting(gammas=(0.5, 3.0), largest=(3.0, 100.0))
FULL = Setting(largest=(2.1, 3.0, 10.0, 100.0, 1e3, 1e4))


def radius(alpha, gamma, curvature):
    """Spectral radius of the noiseless scheme at mu = 1, (steps,)."""
    matrices = model.nag_gs(alpha, 1.0, gamma, curvature, 0.0).maps.value[0, :, 1:, 1:]
    return np.abs(np.linalg.eigvals(matrices)).max(axis=1)


def critical(gamma, largest):
    """Bracket of the step where the scheme gets unstable on the largest curvature."""
    return bracket(lambda alpha: bool(radius(alpha, gamma, largest)[0] > 1), 1e-2, 1e3, relative_width=1e-7)


def cases(s):
    return [(gamma, largest) for gamma in s.gammas for largest in s.largest]


def measure(s):
    nearly = [[radius(alpha, 1.0, each)[0] for each in s.nearly] for alpha in s.steps]
    return {"limit": brackets(range(len(cases(s))), [critical(*case) for case in cases(s)], "setting"),
            "nearly": exact(s.nearly, nearly, 1e-12, "L"),
            "wide": exact(s.nearly, [[radius(alpha, 1.0, s.condition)[0]] * len(s.nearly) for alpha in s.steps], 1e-12,
                          "L")}  # fmt: skip


def predict(s):
    gamma, big = np.array(cases(s)).T
    return {"limit": exact(range(gamma.size), nag.critical_step(1.0, gamma, big), ulps=64, x_name="setting"),
            "best": exact(range(gamma.size), nag.optimal_step(1.0, gamma, big), ulps=64, x_name="setting")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="the optimal step", predicted=predicted["best"])
    yield threshold("unstable from the critical step on", measured["limit"], predicted["limit"], rival=rival)
    rival = Rival(claim="for mu < L / 2, too", measured=measured["wide"])
    yield below(f"mu > L / 2: stable at steps up to {max(s.steps):g}", measured["nearly"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (radii, windows) = plots.panels(2)
    alphas = np.geomspace(0.1, 1000, 120)
    for k, largest in enumerate((1.9, 3.0, 10.0)):
        plots.line(radii, alphas, radius(alphas, 1.0, largest), k, f"L = {largest:g} μ")
        if largest > 2:
            radii.axvline(nag.critical_step(1.0, 1.0, largest), color="black", linewidth=0.7)
    plots.limit(radii, 1.0)
    radii.set_ylim(0, 2.5)
    plots.label(radii, "step α", "spectral radius at L", "thin lines: critical steps, γ = μ", log="x")
    wide = np.geomspace(2.1, 1e4, 60)
    for k, gamma in enumerate(s.gammas):
        window = nag.critical_step(1.0, gamma, wide) / nag.optimal_step(1.0, gamma, wide) - 1
        at = [j for j, case in enumerate(cases(s)) if case[0] == gamma]
        plots.line(windows, wide, window, k)
        found = measured["limit"].mean[at] / predicted["best"].mean[at] - 1
        plots.points(windows, s.largest, found, k, f"γ = {gamma:g} μ")
    plots.label(windows, "condition number κ", "critical step / α_c - 1", "the window closes")
    return drawn


if __name__ == "__main__":
    script()
