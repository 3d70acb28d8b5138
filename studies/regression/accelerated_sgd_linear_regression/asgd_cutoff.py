"""A larger cut-off of accelerated SGD reaches smaller eigenvalues: they decay faster, and oscillate from lower on.

Along the parameter family the long step grows with the cut-off k relative to the short one, by its definition; with it
the decay of the mean error along a tiny eigenvalue, and the window of eigenvalues with complex roots starts lower: at
((sqrt(q - c d) - sqrt(c (q - d))) / q)^2, where the roots of x^2 - (1 + c - q l) x + c (1 - d l) turn complex.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, bracket, brackets, exact, monotone, plots, script, threshold
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares

SOURCE = Source("parameter family (recalled); monotone dependence derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    cutoffs: tuple[int, ...] = (2, 3, 5, 7, 10, 14, 20)
    exponents: tuple[float, ...] = (1.5, 2.0, 3.0)


QUICK = Setting(dim=100)
FULL = Setting(dim=2000, cutoffs=(2, 3, 5, 7, 10, 14, 20, 30, 50))


def along(s, of):
    """`of(parameters)` over spectra (rows) and cut-offs: closed forms of a sum over d terms."""
    problems = [LeastSquares.power_law(s.dim, e, start=1.0, noise_std=0.0) for e in s.exponents]
    rows = [[of(Acceleration.with_cutoff(p, k)) for k in s.cutoffs] for p in problems]
    # The window's start cancels sqrt(q - c d) - sqrt(c (q - d)) to a share of beta >= 1e-6.
    return exact(s.cutoffs, rows, (s.dim + 32) * 2.0**-52 / 1e-6, "cut-off")


def window(a):
    return theory.asgd_complex_window(a.memory, a.pull, a.short_step)[0]


def tiny(s):
    """An eigenvalue far below every window of complex roots."""
    return 1e-2 * float(along(s, window).samples.min())


def families(s):
    """Parameters over spectra by cut-offs."""
    for e, k in product(s.exponents, s.cutoffs):
        yield Acceleration.with_cutoff(LeastSquares.power_law(s.dim, e, start=1.0, noise_std=0.0), k)


def complex_from(s):
    """Where the roots turn complex: the sign of their discriminant, in which nothing but 1 - c cancels, bisected."""

    def found(a):
        c, q, d = a.memory, a.pull, a.short_step
        return bracket(lambda x: (1 - c) ** 2 + q**2 * x**2 + 4 * c * d * x < 2 * (1 + c) * q * x, 1e-9, a.beta / d)

    return brackets(range(len(s.exponents) * len(s.cutoffs)), [found(a) for a in families(s)], "family")


def measure(s):
    return {
        "speed": along(
            s, lambda a: -np.expm1(np.log(theory.asgd_contraction(a, [tiny(s)])[0])) / (a.short_step * tiny(s))
        ),
        "window": along(s, window),
        "beta": along(s, lambda a: a.beta),
        "complex": complex_from(s),
    }


def predict(s):
    """Lower ends of the complex window, and the flip of asgd_crossover, far inside it."""
    ends, cases = along(s, window), range(len(s.exponents) * len(s.cutoffs))
    flips = [theory.asgd_crossover(a.memory, a.short_step) for a in families(s)]
    return {"complex": exact(cases, ends.samples.ravel(), (s.dim + 32) * 2.0**-52 / 1e-6, "family"),
            "flip": exact(cases, flips, 1e-9, "family")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="beta grows", measured=measured["beta"])
    claim = "decay along a tiny eigenvalue, over SGD's, grows with the cut-off"
    yield monotone(claim, measured["speed"], rival=rival, direction="increasing")
    rival = Rival(claim="the decay over SGD's falls", measured=measured["speed"])
    yield monotone("the complex window starts lower as the cut-off grows", measured["window"], rival=rival)
    rival = Rival(claim="at the flip (1 - c) / d", predicted=predicted["flip"])
    yield threshold("there the roots turn complex", measured["complex"], predicted["complex"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    quantities = (
        ("speed", "decay rate along a tiny eigenvalue, ASGD / SGD"),
        ("window", "lowest eigenvalue with complex roots"),
    )
    for panel, (key, name) in zip(axes, quantities, strict=True):
        for k, exponent in enumerate(s.exponents):
            style = {"linestyle": "-", "linewidth": 0.7}
            plots.points(panel, s.cutoffs, measured[key].samples[k], k, f"i^-{exponent:g}", **style)
        plots.label(panel, "cut-off", name, f"d = {s.dim}", log="y")
    return drawn


if __name__ == "__main__":
    script()
