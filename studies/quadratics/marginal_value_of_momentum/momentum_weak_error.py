"""Momentum and SGD differ in mean, second moment and E cos x by O(eta / (1 - beta)) over O(1 / eta) steps.

Theorem 3.5 guarantees the square root of that, for 1 - beta of order eta^alpha, alpha < 1, and noise up to eta^(-1/2).
On a quadratic with that noise the exact moments, to 10^10 steps, show eta / (1 - beta) to the first power: momentum
starts one memory beta / (1 - beta) late and then falls faster by eta h beta / (1 - beta) of its rate. At alpha = 1
nothing vanishes: momentum keeps its inertia. Nor does SGD follow at momentum's own factor (1 - beta) eta.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.quadratics import model, moments
from theorylab.models.quadratics.theory import momentum

SOURCE = Source("Theorem 3.5 (in a review, read); the first power on quadratics is derived here", kind="derived")
SHAPES = ("x", "x^2", "cos x")


@dataclass(frozen=True, kw_only=True)
class Setting:
    alphas: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75)  # beta / (1 - beta) = eta^-alpha
    smallest: tuple[float, ...] = (1e-5, 1e-5, 1e-4, 3e-3)  # eta^(1 - alpha), up to `largest`
    largest: float = 0.03
    points: int
    times: tuple[float, ...] = (0.25, 0.5, 1.0)  # eta t
    start: float = 2.0


QUICK = Setting(points=7)
FULL = Setting(points=16)


def run(s, eta, beta, noise):
    """Exact moments of momentum, of SGD for beta = 0, at curvature 1 and the times."""
    recursion = model.momentum(eta, beta, 1.0, noise) if beta else model.sgd(eta, 1.0, noise)
    start = np.zeros(recursion.states - 1)
    start[0] = s.start
    steps = [round(time / eta) for time in s.times]
    return moments.run(moments.operator(recursion), model.start_at(start, recursion.states), steps)


def tests(found):
    """E x, E x^2, E cos x at each time, (3, times), and bounds of their errors; x is normal."""
    mean, second, v = found.mean(1)[:, 0], found.second(1, 1)[:, 0], found.covariance(1, 1)[:, 0]
    cosine = np.exp(-v.value / 2) * np.cos(mean.value)
    errors = np.stack([mean.error, second.error, mean.error + v.error / 2 + 1e-15])
    return np.stack([mean.value, second.value, cosine]), errors


def gaps(s, alpha, smallest, largest):
    """Largest |E f(x) of momentum - of SGD| over the times, noise eta^(-1/2), a curve a test function."""
    x, rows = np.geomspace(smallest, largest, s.points), []
    for eta in x if alpha == 1 else x ** (1 / (1 - alpha)):
        memory = eta**-alpha
        (a, error_a), (b, error_b) = (tests(run(s, eta, beta, eta**-0.5)) for beta in (memory / (1 + memory), 0.0))
        rows.append((np.abs(a - b).max(axis=1), (error_a + error_b).max(axis=1)))
    values, errors = (np.array(part).T for part in zip(*rows, strict=True))
    return {f"{name}, {alpha:g}": Curve(x, values[k : k + 1], True, errors[k : k + 1], "eta / (1 - beta)")
            for k, name in enumerate(SHAPES)}  # fmt: skip


def measure(s):
    curves = gaps(s, 1.0, 1e-6, 1e-2)
    for alpha, smallest in zip(s.alphas, s.smallest, strict=True):
        curves |= gaps(s, alpha, smallest, s.largest)
    eta, beta = 1e-6, 0.9
    heavy, plain = (run(s, eta, b, 0.0).mean(1)[:, 0] for b in (beta, 0.0))
    lag = (heavy - plain) / (beta / (1 - beta) * eta * s.start)
    return curves | {"lag": moments.curve(s.times, lag, "eta t"), "E x": moments.curve(s.times, heavy, "eta t")}


def predict(s):
    late = np.exp(-np.array(s.times))
    rows = {"lag": [momentum.momentum_lag_leading(t) for t in s.times], "late": late, "flow": s.start * late,
            "own": s.start * late**0.1}  # fmt: skip
    return {name: exact(s.times, row, ulps=4, x_name="eta t") for name, row in rows.items()}


def checks(s, measured, predicted):
    for alpha in s.alphas:
        rival = Rival(claim="as its square root, the guarantee", predicted=Power(0.5))
        for name in SHAPES:
            claim = f"E {name}: the difference falls as eta / (1 - beta), 1 - beta ~ eta^{alpha:g}"
            yield decays_as(claim, measured[f"{name}, {alpha:g}"], Power(1), rival=rival, towards=0)
    rival, claim = Rival(claim="as sqrt(eta)", predicted=Power(0.5)), "1 - beta ~ eta: the difference of E x stays"
    yield decays_as(claim, measured["x, 1"], Power(0), rival=rival, towards=0)
    rival = Rival(claim="a late start alone", predicted=predicted["late"])
    claim = "difference of E x / (eta h beta / (1 - beta)) -> (1 - eta h t) e^(-eta h t)"
    yield agrees(claim, measured["lag"], predicted["lag"], rival=rival, within=1e-3)
    rival = Rival(claim="e^(-(1 - beta) eta h t), SGD's at its own factor", predicted=predicted["own"])
    claim = "E x of momentum -> e^(-eta h t), that of SGD at eta"
    yield agrees(claim, measured["E x"], predicted["flow"], rival=rival, within=1e-4)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    for k, alpha in enumerate(s.alphas):
        curve = measured[f"x^2, {alpha:g}"]
        plots.points(axes, curve.x, curve.mean, k, f"1 - β ~ η^{alpha:g}")
    x, top = measured["x^2, 0"].x, measured["x^2, 0"].mean[-1]
    plots.guide(axes, x, top * x / x[-1], "slope 1")
    plots.line(axes, x, 3 * top * (x / x[-1]) ** 0.5, 4, "slope 1/2 (guarantee)")
    plots.label(axes, "η / (1 - β)", "|difference of E x²|", f"noise η^-1/2, up to {max(s.times):g} / η steps")
    return drawn


if __name__ == "__main__":
    script()
