"""NAG-GS is fastest at alpha_c, at Polyak's rate (sqrt kappa - 1) / (sqrt kappa + 1).

Per curvature the noiseless scheme is a 2x2 matrix; its spectral radius over [mu, L] is found from eigenvalues. At
gamma = mu the least radius is 1 / (1 + alpha_c); at other gamma alpha_c is still the best step, but the eigenvalues at
mu are real, and the root of the determinant is not the rate. The best step is searched for over five decades, by grids
that narrow in on the least radius. At alpha_c eigenvalues are double: they are known to the root of the rounding.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.quadratics import model, moments
from theorylab.models.quadratics.theory import nag

SOURCE = Source("authors' notebook (optimal step, read); rates derived here", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    conditions: tuple[float, ...] = (3.0, 100.0, 1e4)  # L, at mu = 1
    gammas: tuple[tuple[float, float], ...] = ((0.5, 50.0), (2.0, 50.0), (3.0, 400.0))  # gamma, L at gamma != mu
    curvatures: int  # between mu and L
    steps: int = 31  # of a grid of alpha


QUICK = Setting(curvatures=5)
FULL = Setting(conditions=(3.0, 10.0, 100.0, 1e3, 1e4, 1e5), curvatures=101)


def radius(s, alpha, gamma, largest):
    """Largest spectral radius over curvatures in [1, L], by step: alpha (steps,)."""
    h = np.geomspace(1.0, largest, s.curvatures)
    alphas, grid = (x.ravel() for x in np.meshgrid(np.atleast_1d(alpha), h, indexing="ij"))
    return moments.radius(model.nag_gs(alphas, 1.0, gamma, grid, 0.0))[0].reshape(-1, h.size).max(axis=1)


def best(s, gamma, largest):
    """The step of least radius between 10^-3 and 100, to 4 digits."""
    low, high = 1e-3, 1e2
    while high / low > 1.0005:
        alphas = np.geomspace(low, high, s.steps)
        k = int(np.clip(radius(s, alphas, gamma, largest).argmin(), 1, s.steps - 2))
        low, high = alphas[k - 1], alphas[k + 1]
    return (low * high) ** 0.5


def measure(s):
    cases = [(1.0, largest) for largest in s.conditions] + list(s.gammas)
    least = [radius(s, nag.optimal_step(1.0, gamma, largest), gamma, largest)[0] for gamma, largest in cases]
    x, n = np.arange(len(cases)), len(s.conditions)
    return {"best": exact(x, [best(s, *case) for case in cases], 5e-4, "setting"),
            "equal": exact(s.conditions, least[:n], 2.0**-22, "kappa"),
            "unequal": exact(x[n:], least[n:], 2.0**-22, "setting")}  # fmt: skip


def predict(s):
    n, big = len(s.conditions), np.array(s.conditions)
    gamma, largest = np.array([(1.0, each) for each in s.conditions] + list(s.gammas)).T
    x, alpha = np.arange(gamma.size), nag.optimal_step(1.0, gamma, largest)
    real = [nag.unequal_rate(a, 1.0, g) for a, g in zip(alpha[n:], gamma[n:], strict=True)]
    root = [radius(s, 2 / each**0.5, 1.0, each)[0] for each in big]
    return {"best": exact(x, alpha, ulps=16, x_name="setting"), "root": exact(big, root, 1e-12, "kappa"),
            "near": exact(x, 0.98 * nag.critical_step(1.0, gamma, largest), ulps=64, x_name="setting"),
            "equal": exact(big, nag.optimal_rate(big), ulps=16, x_name="kappa"),
            "unequal": exact(x[n:], real, ulps=16, x_name="setting"),
            "determinant": exact(x[n:], nag.complex_rate(alpha[n:], 1.0, gamma[n:]), ulps=16,
                                 x_name="setting")}  # fmt: skip


def checks(s, measured, predicted):
    rivals = (("best", "alpha_c has the least radius", "just below the critical step", "near", 2e-3),
              ("equal", "radius at alpha_c = (sqrt kappa - 1) / (sqrt kappa + 1), gamma = mu",
               "at the step 2 / sqrt(kappa), too", "root", 0.0),
              ("unequal", "... 1 / (1 + alpha_c min(1, mu / gamma)) at other gamma", "the root of the determinant",
               "determinant", 0.0))  # fmt: skip
    for name, claim, other, key, within in rivals:
        rival = Rival(claim=other, predicted=predicted[key])
        yield agrees(claim, measured[name], predicted[name], rival=rival, within=within)


def figure(s, measured, predicted):
    drawn, (curves, rates) = plots.panels(2)
    for k, (gamma, big) in enumerate(((1.0, 100.0), (2.0, 100.0), (1.0, 3.0))):
        alphas = np.sort(np.append(np.geomspace(0.003, 10.0, 100), nag.optimal_step(1.0, gamma, big)))
        plots.line(curves, alphas, radius(s, alphas, gamma, big), k, f"κ = {big:g}, γ = {gamma:g} μ")
        curves.axvline(nag.optimal_step(1.0, gamma, big), color="black", linewidth=0.7)
    curves.set_ylim(0.2, 1.6)
    plots.label(curves, "step α", "spectral radius", "thin lines: α_c", log="x")
    plots.points(rates, s.conditions, 1 - measured["equal"].mean, 0, "1 - radius at α_c")
    wide = np.geomspace(min(s.conditions), max(s.conditions), 50)
    plots.guide(rates, wide, 1 - nag.optimal_rate(wide), "2 / (√κ + 1)")
    plots.label(rates, "condition number κ", "1 - radius", "γ = μ")
    return drawn


if __name__ == "__main__":
    script()
