"""Along large eigenvalues accelerated SGD forgets its start slower than SGD; the order flips at l = (1 - c) / d.

Between two eigenvalues the roots of w_{t+2} = tau w_{t+1} - pi w_t (tau = 1 + c - q l, pi = c (1 - d l)) are complex,
and w_{t+1}^2 - tau w_{t+1} w_t + pi w_t^2 falls by exactly pi = |root|^2 per step. SGD contracts by 1 - d l, so ASGD
is slower iff c > 1 - d l. With alpha = 1 / (1 + beta) the flip is at 2 beta / ((1 + beta) d), about 2 beta / d; for the
family by cut-off k, from the spectrum alone, at 4 T / (k (1 + beta)), beta = T / (3 k tr H), T the tail sum_{i>k} l_i.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, bracket, brackets, exact, geometric, ordered, plots, script, threshold
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares

SOURCE = Source("abstract (large-eigenvalue directions, read); threshold derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponent: float = 2.0
    cutoffs: tuple[int, ...] = (2, 5, 10, 20, 50)
    points: int = 40


QUICK, FULL = Setting(dim=200), Setting(dim=2000, points=200)


def families(s):
    """Per cut-off: parameters, ends of the complex window (where SGD does not overshoot), predicted crossover."""
    p = LeastSquares.power_law(s.dim, s.exponent, start=1.0, noise_std=0.0)
    for a in (Acceleration.with_cutoff(p, k) for k in s.cutoffs):
        low, high = theory.asgd_complex_window(a.memory, a.pull, a.short_step)
        yield a, low, min(high, 1 / a.short_step), theory.asgd_crossover(a.memory, a.short_step)


def contractions(s, ends):
    """Contraction per step of SGD and ASGD, (families, points), at eigenvalues between the ends of each family."""
    spans = [(a, *ends(low, high, cross)) for a, low, high, cross in families(s)]
    grids = [(a, np.geomspace(first, last, s.points)) for a, first, last in spans]
    rows = [1 - a.short_step * g for a, g in grids], [theory.asgd_contraction(a, g) for a, g in grids]
    # Sums of a few terms below 4, off by some 2^-50 absolutely; the smallest value is SGD's at the upper end.
    return [exact(range(s.points), values, 2.0**-50 / np.min(values), "grid point") for values in rows]


def flip(a, cross):
    return bracket(lambda x: bool(theory.asgd_contraction(a, [x])[0] > 1 - a.short_step * x), cross / 2, 1.5 * cross)


def inside(s):
    a, _, high, cross = list(families(s))[1]
    return a, (cross * high) ** 0.5


def quadratic_form(a, eigenvalue):
    """The form that falls by pi, along a mean path of 60 steps: two products each, then three terms that cancel."""
    p = LeastSquares(np.array([eigenvalue]), np.ones(1), 0.0)
    now, after = (theory.asgd_mean_paths(p, a, np.arange(61))[:, 0][i : i + 60] for i in (0, 1))
    tau, pi = 1 + a.memory - a.pull * eigenvalue, a.memory * (1 - a.short_step * eigenvalue)
    terms = np.stack([after**2, -tau * after * now, pi * now**2])
    cancelled = np.abs(terms).sum(axis=0) / terms.sum(axis=0)
    return exact(np.arange(60), terms.sum(axis=0), 4 * (np.arange(60) + 8) * 2.0**-52 * cancelled)


def measure(s):
    curves = dict(zip(("sgd", "asgd"), contractions(s, lambda low, high, x: (1.01 * x, 0.99 * high)), strict=True))
    curves["sgd, small"], curves["asgd, small"] = contractions(s, lambda low, high, x: (1.01 * low, 0.99 * x))
    flips = [flip(a, cross) for a, *_, cross in families(s)]
    return curves | {"flip": brackets(s.cutoffs, flips, "cut-off"), "form": quadratic_form(*inside(s))}


def predict(s):
    known, k = list(families(s)), np.array(s.cutoffs)
    spectrum = np.arange(1.0, s.dim + 1) ** -s.exponent
    tail = np.array([spectrum[first:].sum() for first in s.cutoffs])
    flips = {"flip": [cross for *_, cross in known], "leading": [2 * a.beta / a.short_step for a, *_ in known],
             "tail": 4 * tail / (k + tail / (3 * spectrum.sum())),
             "no psi": 4 * tail / (k + tail / spectrum.sum())}  # fmt: skip
    rounding = (8 / np.array([1 - a.memory for a, *_ in known]) + s.dim) * 2.0**-52  # 1 - c loses digits to c
    return {name: exact(k, values, rounding, "cut-off") for name, values in flips.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="below it too", measured=measured["sgd, small"], predicted=measured["asgd, small"])
    yield ordered("above (1-c)/d SGD contracts faster than ASGD", measured["sgd"], measured["asgd"], rival=rival)
    rival = Rival(claim="at 2 beta / d", predicted=predicted["leading"])
    yield threshold("the order flips at (1-c)/d", measured["flip"], predicted["flip"], rival=rival)
    rival = Rival(claim="beta without the fourth-moment factor 3", predicted=predicted["no psi"])
    yield threshold("... = 4 T / (k + T / (3 tr H))", measured["flip"], predicted["tail"], rival=rival)
    a, eigenvalue = inside(s)
    sgd = 1 - a.short_step * eigenvalue
    rival = Rival(claim="by SGD's (1 - d l)^2", predicted=float(sgd**2))
    yield geometric("squared amplitude: by c (1 - d l) per step", measured["form"], float(a.memory * sgd), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (a, low, high, cross) in enumerate(list(families(s))[:4]):
        grid = np.geomspace(1.001 * low, 0.999 * high, 200)
        ratio = np.log(theory.asgd_contraction(a, grid)) / np.log1p(-a.short_step * grid)
        plots.line(axes, grid / cross, ratio, k, f"cut-off {s.cutoffs[k]}")
    axes.axvline(1.0, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="predicted flip")
    plots.label(axes, "eigenvalue / ((1 - c) / d)", "bias decay rate, ASGD / SGD", f"i^-{s.exponent:g}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
