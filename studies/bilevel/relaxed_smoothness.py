"""A hyper-objective may be relaxed smooth, |Phi''| <= K0 + K1 |Phi'|, with no bound on Phi'' alone.

Phi = cosh(a x), from g = mu/2 (y - x)^2 and f = cosh(a y), inherits (K0, K1) = (a^2, a) from f; so do y^4/4, with (4, 1),
and cosh(a x) + c cos(b x), with (a^2 + c b^2 + a b c, a). A step of length eta along -m then obeys the descent lemma of
normalised methods: Phi(x+) - Phi(x) <= -eta |Phi'| + 2 eta |m - Phi'| + eta^2/2 (K0 + K1 |Phi'|) e^(K1 eta).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, below, exact, geometric, plots, script
from theorylab.bilevel import theory

SOURCE = Source("hao2024unbounded", "abstract (upper level of unbounded smoothness); constants and lemma derived here")


@dataclass(frozen=True, kw_only=True)
class Setting:
    scale: float = 2.0
    amplitude: float = 3.0
    frequency: float = 5.0
    reach: float = 4.0
    points: int
    draws: int  # of (m, eta) at each x
    seed: int


QUICK = Setting(points=401, draws=100, seed=1)
FULL = Setting(points=4001, draws=1000, seed=2)
ROUNDING = 2.0**-46  # sinh and cosh to a few units, their argument to one, magnified by |a x| <= 8


def derivatives(s, x):
    """|Phi'| and |Phi''| of the three functions."""
    a, c, b = s.scale, s.amplitude, s.frequency
    first = {"cosh": a * np.sinh(a * x), "quartic": x**3}
    second = {"cosh": a**2 * np.cosh(a * x), "quartic": 3 * x**2}
    first["cosh + cos"] = first["cosh"] - c * b * np.sin(b * x)
    second["cosh + cos"] = second["cosh"] - c * b**2 * np.cos(b * x)
    return {name: (np.abs(first[name]), np.abs(second[name])) for name in first}


def steps(s):
    """x, and m and eta <= 1/K1 per draw and x: m near Phi', of its size, or small; of either sign."""
    rng = np.random.default_rng(s.seed)
    x = np.linspace(-s.reach, s.reach, s.points)
    gradient = s.scale * np.sinh(s.scale * x)
    shape = (s.draws, s.points)
    m = gradient * rng.choice([-1.0, 0.0, 0.5, 1.0], shape) + rng.standard_normal(shape) * 10 ** rng.uniform(
        -3, 2, shape
    )
    return x, gradient, m, rng.uniform(0, 1 / s.scale, shape)


def measure(s):
    x = np.linspace(-s.reach, s.reach, s.points)
    curves = {name: exact(x, second, ROUNDING, "x") for name, (_, second) in derivatives(s, x).items()}
    reach = np.linspace(1.0, 2 * s.reach, 21)
    curves["global"] = exact(reach, s.scale**2 * np.cosh(s.scale * reach), ROUNDING, "radius")
    x, _, m, eta = steps(s)
    after, before = np.cosh(s.scale * (x - eta * np.sign(m))), np.cosh(s.scale * x)
    curves["descent"] = Curve(x, after - before, True, ROUNDING * (after + before), "x")
    return curves


def predict(s):
    constants = {"cosh": theory.relaxed_smoothness(s.scale), "quartic": (4.0, 1.0),
                 "cosh + cos": theory.relaxed_smoothness(s.scale, s.amplitude, s.frequency)}  # fmt: skip
    curves, x = {}, np.linspace(-s.reach, s.reach, s.points)
    for name, (first, _) in derivatives(s, x).items():
        k0, k1 = constants[name]
        for key, u, v in (("", 1.0, 1.0), (", less K0", 0.9, 1.0), (", less K1", 1.0, 0.9)):
            curves[name + key] = exact(x, u * k0 + v * k1 * first, ROUNDING, "x")
    x, gradient, m, eta = steps(s)
    k0, k1 = constants["cosh"]
    for key, k in (("descent", k1), ("descent, K0 alone", 0.0)):
        bound = theory.descent_bound(gradient, m, eta, k0, k)
        size = eta * (3 * np.abs(gradient) + 2 * np.abs(m)) + np.abs(bound)
        curves[key] = Curve(x, bound, True, ROUNDING * size, "x")
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
    rival = Rival(claim="without K1", predicted=predicted["descent, K0 alone"])
    yield below("descent lemma of a normalised step", measured["descent"], predicted["descent"], rival=rival)


def figure(s, measured, predicted):
    drawn, (smooth, lemma) = plots.panels(2)
    every = slice(s.points // 2, None, max(1, s.points // 100))
    for k, name in enumerate(("cosh", "cosh + cos", "quartic")):
        plots.measurement(smooth, measured[name].at(every), k, f"|Phi''|, {name}")
        plots.prediction(smooth, predicted[name].at(every), "" if k else "K0 + K1 |Phi'|")
    plots.label(smooth, "x", "curvature", f"a = {s.scale:g}, b = {s.frequency:g}, c = {s.amplitude:g}", log="y")
    change, bound = measured["descent"].samples, predicted["descent"].samples
    worst = exact(measured["descent"].x, (bound - change).min(axis=0), 0.0)
    plots.measurement(lemma, worst.at(every), 0, "bound - change, least of all draws")
    alone = (change - predicted["descent, K0 alone"].samples).max(axis=0)
    seen = exact(worst.x, alone, 0.0).at(every)
    plots.measurement(lemma, seen.at(seen.mean > 0), 1, "change - bound with K0 alone, largest")
    plots.label(lemma, "x", "|change of Phi - bound|", "one normalised step", log="y")
    return drawn


if __name__ == "__main__":
    script()
