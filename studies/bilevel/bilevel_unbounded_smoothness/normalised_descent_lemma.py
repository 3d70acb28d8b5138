"""One step of length eta along -m obeys a descent lemma where |Phi''| <= K0 + K1 |Phi'|.

Phi(x+) - Phi(x) <= -eta |Phi'| + 2 eta |m - Phi'| + eta^2/2 (K0 + K1 |Phi'|) e^(K1 eta): along the step K0 + K1 |Phi'|
grows by e^(K1 eta) at most. On cosh(a x), (K0, K1) = (a^2, a), over random m, of the size of Phi' or small, of either
sign. Without K1, as for functions that are K0-smooth, or without the exponential, it is violated. One dimension, where
m / |m| is a sign; the lemma in more is not on trial.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, below, plots, script
from theorylab.models.bilevel import theory
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (normalised momentum under unbounded smoothness, read); lemma derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    scale: float = 2.0
    reach: float = 4.0
    longest: float = 1.0  # step, in units of 1 / K1
    points: int
    draws: int  # of (m, eta) at each x
    seed: int


QUICK = Setting(points=201, draws=100, seed=1)
FULL = Setting(points=2001, draws=1000, seed=2)
ROUNDING = 2.0**-46  # sinh and cosh to a few units, their argument to one, magnified by |a x| <= 9


def steps(s):
    rng = generator(s.seed)
    x, shape = np.linspace(-s.reach, s.reach, s.points), (s.draws, s.points)
    gradient = s.scale * np.sinh(s.scale * x)
    other = rng.standard_normal(shape) * 10 ** rng.uniform(-3, 2, shape)
    m = gradient * rng.choice([-1.0, 0.0, 0.5, 1.0], shape) + other
    return x, gradient, m, rng.uniform(0, s.longest / s.scale, shape)


def measure(s):
    x, _, m, eta = steps(s)
    after, before = np.cosh(s.scale * (x - eta * np.sign(m))), np.cosh(s.scale * x)
    return {
        "change": Curve(x, after - before, True, ROUNDING * (after + before), "x").drawn_from("steps (m, eta) at all x")
    }


def predict(s):
    x, gradient, m, eta = steps(s)
    k0, k1 = theory.relaxed_smoothness(s.scale)
    whole = theory.descent_bound(gradient, m, eta, k0, k1)
    square = eta**2 / 2 * (k0 + k1 * np.abs(gradient))
    bounds = {"bound": whole, "K0 alone": theory.descent_bound(gradient, m, eta, k0, 0.0),
              "no exponential": whole - square * (np.exp(k1 * eta) - 1)}  # fmt: skip
    size = eta * (3 * np.abs(gradient) + 2 * np.abs(m)) + np.abs(whole)
    return {name: Curve(x, bound, True, ROUNDING * size, "x") for name, bound in bounds.items()}


def checks(s, measured, predicted):
    for name, words in (("K0 alone", "without K1"), ("no exponential", "without e^(K1 eta)")):
        rival = Rival(claim=words, predicted=predicted[name])
        claim = f"change of Phi <= bound, not {words}"
        yield below(claim, measured["change"], predicted["bound"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    every, change = slice(None, None, max(1, s.points // 100)), measured["change"].samples
    for k, name in enumerate(("bound", "no exponential", "K0 alone")):
        excess = (change - predicted[name].samples).max(axis=0)
        plots.points(axes, measured["change"].x[every], excess[every], k, f"change - {name}")
    plots.guide(axes, [-s.reach, s.reach], [0.0, 0.0], "0: the lemma")
    plots.label(axes, "x", "largest excess over the bound", f"cosh({s.scale:g} x), {s.draws} steps at each x", log="")
    axes.set_yscale("symlog", linthresh=1e-3)
    return drawn


if __name__ == "__main__":
    script()
