"""NAG-GS needs sqrt(kappa) iterations at a fixed share of its best step; at the best step a factor log kappa more.

Simulated, noiseless and from x_0 = v_0 = 1, in curvatures between mu and L: the iterations after which |x| stays below
10^-6. At alpha_c the matrix at L is one Jordan block with eigenvalue -rho, so |x_k| = rho^k (k (1 + 1 / rho) - 1): its
k is of the order sqrt(kappa), and the count about sqrt(kappa) / 2 (log 2 10^6 + log k). At half the step the rate is
half, and the factor of rho^k stays bounded. Gradient descent with step 2 / (mu + L) needs the order kappa.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.quadratics import kernels
from theorylab.models.quadratics.theory import nag
from theorylab.numerics.streams import stream

SOURCE = Source("authors' notebook (scheme and best step, read); iterations derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    conditions: tuple[float, ...]
    curvatures: int
    accuracy: float = 1e-6
    steps: tuple[int, ...] = (1, 2, 5, 20)  # of one path, at the smallest kappa


QUICK = Setting(conditions=tuple(np.geomspace(100, 1e6, 9).tolist()), curvatures=5)
FULL = Setting(conditions=tuple(np.geomspace(100, 1e8, 13).tolist()), curvatures=33)


def iterations(s, share, condition):
    """Steps after which |x| stays below the accuracy in all curvatures, at a share of the best step."""
    alpha, steps = share * nag.optimal_step(1.0, 1.0, condition), np.arange(1, int(20 * condition**0.5 / share**0.5))
    last = 0
    for h in np.geomspace(1.0, condition, s.curvatures):
        path = kernels.nag_gs_paths(kernels.NagGs(alpha, 1.0, 1.0, h, 0.0, 0.0, 1.0, 1.0), steps, stream(0, 0))[0]
        last = max(last, int(np.flatnonzero(np.abs(path) > s.accuracy)[-1]) + 1)
    assert last < 0.95 * steps.size, "the span is too short"
    return last + 1


def descent(s, condition):
    """Steps of gradient descent to the accuracy: both ends of the spectrum contract by (kappa - 1) / (kappa + 1)."""
    return int(np.ceil(np.log(s.accuracy) / np.log1p(-2 / (condition + 1))))


def block(s, condition):
    """The same from the Jordan block, at alpha_c and the curvature L."""
    steps = np.arange(1, int(20 * condition**0.5))
    return int(np.flatnonzero(np.abs(nag.optimal_path(condition, steps)) > s.accuracy)[-1]) + 2


def measure(s):
    found = {"best": [iterations(s, 1.0, each) for each in s.conditions],
             "half": [iterations(s, 0.5, each) for each in s.conditions],
             "descent": [descent(s, each) for each in s.conditions]}  # fmt: skip
    curves = {name: exact(s.conditions, row, 1 / np.array(row), "kappa") for name, row in found.items()}
    big = s.conditions[0]
    method = kernels.NagGs(nag.optimal_step(1.0, 1.0, big), 1.0, 1.0, big, 0.0, 0.0, 1.0, 1.0)
    path = kernels.nag_gs_paths(method, np.array(s.steps), stream(0, 0))[0]
    return curves | {"path": exact(s.steps, path, 1e-10)}


def predict(s):
    row = np.array([block(s, each) for each in s.conditions])
    alone = np.log(s.accuracy) / np.log(nag.optimal_rate(np.array(s.conditions)))
    big, steps = s.conditions[0], np.array(s.steps)
    return {"best": exact(s.conditions, row, 1 / row, "kappa"), "rate": exact(s.conditions, alone, 1e-9, "kappa"),
            "path": exact(steps, nag.optimal_path(big, steps), 1e-12),
            "late": exact(steps, -nag.optimal_path(big, steps + 1), 1e-12)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="one step later, but for the sign", predicted=predicted["late"])
    claim = "paths at alpha_c and L: (-rho)^k (1 - k (1 + 1 / rho))"
    yield agrees(claim, measured["path"], predicted["path"], rival=rival)
    rival = Rival(claim="those of the rate alone, as sqrt(kappa)", predicted=predicted["rate"])
    claim = "iterations at alpha_c: those of the Jordan block, as sqrt(kappa) log kappa"
    yield agrees(claim, measured["best"], predicted["best"], rival=rival)
    rival = Rival(claim="as sqrt(kappa) log kappa, too", predicted=Power(0.5, 1.0))
    yield decays_as("iterations at alpha_c / 2 grow as sqrt(kappa)", measured["half"], Power(0.5), rival=rival)
    rival = Rival(claim="as sqrt(kappa)", predicted=Power(0.5))
    yield decays_as("iterations of gradient descent grow as kappa", measured["descent"], Power(1), rival=rival)


def figure(s, measured, predicted):
    drawn, (counts, scaled) = plots.panels(2)
    names = (("best", "at α_c"), ("half", "at α_c / 2"), ("descent", "gradient descent"))
    x = np.array(s.conditions)
    for k, (name, text) in enumerate(names):
        plots.points(counts, x, measured[name].mean, k, text)
        if k < 2:
            plots.points(scaled, x, measured[name].mean / x**0.5, k, text)
    plots.guide(counts, x, measured["half"].mean[-1] * (x / x[-1]) ** 0.5, "slopes 1/2 and 1")
    plots.guide(counts, x, measured["descent"].mean[-1] * x / x[-1])
    plots.guide(scaled, x, predicted["best"].mean / x**0.5, "Jordan block")
    plots.line(scaled, x, predicted["rate"].mean / x**0.5, 4, "rate at α_c alone")
    plots.label(counts, "condition number κ", f"iterations to {s.accuracy:g}", "γ = μ, x₀ = v₀ = 1")
    plots.label(scaled, "condition number κ", "iterations / √κ", "the best step costs a logarithm", log="x")
    scaled.set_ylim(0, 18)
    return drawn


if __name__ == "__main__":
    script()
