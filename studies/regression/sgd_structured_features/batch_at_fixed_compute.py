"""With steps tuned to the batch one sample a step is best at fixed compute; at one step size for all, batches are.

Compute C = m t samples. With equal eigenvalues the tuned loss is ((N + 1) / (m + N + 1))^(C / m), which rises with m.
For power laws the step is tuned numerically for each batch: one sample stays best, with label noise as well, and what
larger batches cost depends on the spectrum. At a step size that is the same for all batches a larger one is best.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from theorylab import Rival, Source, agrees, exact, monotone, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("small batches are best at fixed compute", kind="read")
search: Any = minimize_scalar


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    compute: int
    batches: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    exponents: tuple[float, ...] = (0.0, 0.5, 1.0, 1.5)
    noise_std: float = 0.5
    step_size: float = 0.02  # the same for all batches, times 20 / N


QUICK, FULL = Setting(dim=20, compute=512), Setting(dim=200, compute=4096)


def problem(s, exponent, batch, noise_std=0.0):
    lam = np.arange(1.0, s.dim + 1) ** -exponent
    return LeastSquares(lam, lam**0 / lam.sum() ** 0.5, noise_std, batch=batch)


def loss(s, p, step_size):
    return 2 * theory.sgd_risk(p, step_size, [s.compute // p.batch])[0]


def tuned(s, exponent, batch, noise_std=0.0):
    """Log of the least loss over step sizes, by a bounded search in logarithms of their share of the critical one."""
    p = problem(s, exponent, batch, noise_std)
    critical = theory.critical_step_size(p)
    found = search(lambda x: np.log(loss(s, p, np.exp(x) * critical)), bounds=(-7.0, -0.01), options={"xatol": 1e-6})
    return found.fun


def measure(s):
    rows = [[tuned(s, e, m) for m in s.batches] for e in s.exponents]
    steps = s.step_size * 20 / s.dim
    fixed = [np.log(loss(s, problem(s, 0.0, m, s.noise_std), steps)) for m in s.batches]
    noisy = [[tuned(s, e, m, s.noise_std) for m in s.batches] for e in s.exponents]
    curves = {"tuned": (rows, 1e-6), "noisy": (noisy, 1e-6), "fixed": (fixed, 1e-9)}
    return {name: exact(s.batches, values, rounding, "batch") for name, (values, rounding) in curves.items()}


def predict(s):
    m = np.array(s.batches)
    equal = s.compute / m * np.log((s.dim + 1) / (m + s.dim + 1))
    other = s.compute / m * np.log(s.dim / (m + s.dim))
    return {"equal": exact(m, equal, 1e-12, "batch"), "other": exact(m, other, 1e-12, "batch")}


def checks(s, measured, predicted):
    first = exact(s.batches, measured["tuned"].samples[0], 1e-6, "batch")
    rival = Rival(claim="N for N + 1", predicted=predicted["other"])
    claim = "equal eigenvalues: log loss = C / m log((N + 1) / (m + N + 1))"
    yield agrees(claim, first, predicted["equal"], rival=rival, within=1e-5)
    rival = Rival(claim="at one step size for all batches, with label noise", measured=measured["fixed"])
    yield monotone("tuned: the smaller the batch, the better", measured["tuned"], rival=rival, direction="increasing")
    claim = "tuned, with label noise: the smaller the batch, the better"
    yield monotone(claim, measured["noisy"], rival=rival, direction="increasing")


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for k, e in enumerate(s.exponents):
        row = np.exp(measured["tuned"].samples[k] - measured["tuned"].samples[k, 0])
        plots.points(axes[0], s.batches, row, k, f"k^-{e:g}", linestyle="-", linewidth=0.8)
    plots.label(axes[0], "batch m", "loss / loss at m = 1", f"steps tuned, C = {s.compute}, N = {s.dim}")
    plots.points(axes[1], s.batches, np.exp(measured["fixed"].mean), 0, "one step size", linestyle="-", linewidth=0.8)
    plots.label(axes[1], "batch m", "loss", "equal eigenvalues, label noise")
    return drawn


if __name__ == "__main__":
    script()
