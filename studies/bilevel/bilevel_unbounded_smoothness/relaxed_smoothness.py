"""A hyper-objective may be relaxed smooth, |Phi''| <= K0 + K1 |Phi'|, with no bound on Phi'' alone.

Phi = cosh(a x), from g = mu/2 (y - x)^2 and f = cosh(a y), inherits (K0, K1) = (a^2, a) from f; so does y^4/4, with
(4, 1), and cosh(a x) + c cos(b x), with (a^2 + c b^2 + a b c, a). Over |x| <= r the curvature of cosh reaches e^(a r).
What this gives for one step of a method is on trial in normalised_descent_lemma.py. In more dimensions y* = A x with
orthogonal A adds nothing new, and other A are not on trial. As y*(x) = x, Phi is f itself: what a curved y* adds to K0
and K1 is not on trial, the paper's constants being unknown.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, exact, geometric, plots, script
from theorylab.models.bilevel import theory

SOURCE = Source("abstract (upper level of unbounded smoothness, read); constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    scale: float = 2.0
    amplitude: float = 3.0
    frequency: float = 5.0
    reach: float = 4.0
    points: int


QUICK = Setting(points=401)
FULL = Setting(points=4001)
ROUNDING = 2.0**-46  # sinh and cosh to a few units, their argument to one, magnified by |a x| <= 8


def derivatives(s, x):
    """|Phi'| and |Phi''| of the three functions."""
    a, c, b = s.scale, s.amplitude, s.frequency
    first = {"cosh": a * np.sinh(a * x), "quartic": x**3}
    second = {"cosh": a**2 * np.cosh(a * x), "quartic": 3 * x**2}
    first["cosh + cos"] = first["cosh"] - c * b * np.sin(b * x)
    second["cosh + cos"] = second["cosh"] - c * b**2 * np.cos(b * x)
    return {name: (np.abs(first[name]), np.abs(second[name])) for name in first}


def measure(s):
    x = np.linspace(-s.reach, s.reach, s.points)
    curves = {name: exact(x, second, ROUNDING, "x") for name, (_, second) in derivatives(s, x).items()}
    reach = np.linspace(1.0, 2 * s.reach, 21)
    curves["global"] = exact(reach, s.scale**2 * np.cosh(s.scale * reach), ROUNDING, "radius")
    return curves


def predict(s):
    constants = {"cosh": theory.relaxed_smoothness(s.scale), "quartic": (4.0, 1.0),
                 "cosh + cos": theory.relaxed_smoothness(s.scale, s.amplitude, s.frequency)}  # fmt: skip
    curves, x = {}, np.linspace(-s.reach, s.reach, s.points)
    for name, (first, _) in derivatives(s, x).items():
        k0, k1 = constants[name]
        for key, u, v in (("", 1.0, 1.0), (", less K0", 0.9, 1.0), (", less K1", 1.0, 0.9)):
            curves[name + key] = exact(x, u * k0 + v * k1 * first, ROUNDING, "x")
    return curves


def checks(s, measured, predicted):
    for name in ("cosh", "quartic"):
        rival = Rival(claim="with 0.9 K0", predicted=predicted[f"{name}, less K0"])
        yield below(f"|Phi''| <= K0 + K1 |Phi'|, {name}", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="with 0.9 K1", predicted=predicted["cosh, less K1"])
    yield below("the same, cosh: K1", measured["cosh"], predicted["cosh"], rival=rival)
    rival = Rival(claim="with the constants of cosh alone", predicted=predicted["cosh"])
    yield below("the same, cosh + cos", measured["cosh + cos"], predicted["cosh + cos"], rival=rival)
    rival = Rival(claim="it is bounded", predicted=1.0)
    claim = "sup of Phi'' over |x| <= r grows as e^(a r)"
    yield geometric(claim, measured["global"], float(np.exp(s.scale)), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    every = slice(s.points // 2, None, max(1, s.points // 100))
    for k, name in enumerate(("cosh", "cosh + cos", "quartic")):
        plots.measurement(axes, measured[name].at(every), k, f"|Phi''|, {name}")
        plots.prediction(axes, predicted[name].at(every), "" if k else "K0 + K1 |Phi'|")
    plots.label(axes, "x", "curvature", f"a = {s.scale:g}, b = {s.frequency:g}, c = {s.amplitude:g}", log="y")
    axes.set_ylim(bottom=0.3)
    return drawn


if __name__ == "__main__":
    script()
