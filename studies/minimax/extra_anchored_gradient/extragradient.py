"""Extragradient's last iterate has |F(z_k)|^2 of order exactly 1/k on bilinear games; descent-ascent diverges there.

On a mode i sigma, F(z_k) = i sigma m^k with |m|^2 = 1 - x + x^2, x = (a sigma)^2: the worst mode solves a quadratic
(theory.extragradient_worst_singular_value), and at a = 1/(sqrt(2) L) k |F|^2 tends to 2/e L^2 D^2. The bound
4 L^2 D^2/(k+1) is recalled for the last iterate; here it is on trial on bilinear games, where the modes are all there
is. Descent-ascent multiplies |z|^2 by 1 + (a sigma)^2 at every step, whatever a > 0.
"""

import math
from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, below, decays_as, exact, log_steps, monotone, plots, script
from theorylab.models.minimax import schedules, simulation, theory
from theorylab.models.minimax.model import bilinear_slopes

SOURCE = Source("comparison with extragradient; bound recalled, worst modes derived here", kind="derived")
STEP = 0.5**0.5


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    points: int = 14
    modes: int
    descent_steps: tuple[int, ...] = (1, 3, 10, 30, 100, 300)


QUICK = Setting(horizon=3000, modes=300)
FULL = Setting(horizon=100_000, points=24, modes=2000)


def grid(s):
    return log_steps(10, s.horizon, s.points)


def measure(s):
    k, scheme = grid(s), schedules.extragradient(s.horizon, STEP, 1.0)
    worst = bilinear_slopes(theory.extragradient_worst_singular_value(STEP, 1.0 * k))
    everywhere = bilinear_slopes(np.append(np.geomspace(1e-4, 1.0, s.modes), 0.0))
    steps = np.array(s.descent_steps)
    ascent = simulation.residuals([0.5j], schedules.gradient_descent_ascent(int(steps[-1]), STEP), steps)
    norms = Curve(steps, ascent.samples / 0.5, True, 2 * ascent.rounding)  # |z| = |F|/sigma
    ascent_worst = simulation.residuals([1j], schedules.gradient_descent_ascent(300, STEP), k[k <= 300])
    return {"worst": simulation.squared(simulation.at_own_mode(worst, scheme, k)),
            "envelope": simulation.squared(simulation.envelope(everywhere, scheme, k)),
            "path": simulation.squared(simulation.residuals(everywhere[:-1], scheme, k)),
            "ascent": simulation.squared(norms), "ascent path": simulation.squared(ascent_worst)}  # fmt: skip


def predict(s):
    k, steps = 1.0 * grid(s), np.array(s.descent_steps)
    worst = 1j * theory.extragradient_worst_singular_value(STEP, k)
    value = np.abs(theory.extragradient_value(worst, STEP, k)) ** 2
    return {"worst": exact(k, value, ulps=12 * (k + 1)),
            "limit": exact(k, 2 / math.e / k, ulps=2),
            "bound": exact(k, theory.extragradient_bound(k), ulps=2),
            "square": exact(k, 4 / (k + 1) ** 2, ulps=2),
            "ascent": exact(steps, theory.gradient_descent_ascent_growth(STEP, 0.5, steps), ulps=4 * (steps + 1)),
            "still": exact(steps, np.ones(steps.size), ulps=0)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="2/(e k), its limit, at every k", predicted=predicted["limit"])
    yield agrees("worst |F(z_k)|^2 of extragradient, closed form", measured["worst"], predicted["worst"], rival=rival)
    late = grid(s) >= s.horizon // 10
    claim, wrong = "k |F(z_k)|^2 tends to 2/e", exact(grid(s)[late], 4 / math.e / grid(s)[late], ulps=2)
    rival = Rival(claim="to 4/e", predicted=wrong)
    yield agrees(claim, measured["worst"].at(late), predicted["limit"].at(late), within=0.01, rival=rival)
    rival = Rival(claim="as 1/k^2", predicted=Power(-2))
    yield decays_as("worst |F(z_k)|^2 falls as 1/k", measured["worst"], Power(-1), rival=rival)
    rival = Rival(claim="4 L^2 D^2/(k+1)^2", predicted=predicted["square"])
    claim = "|F(z_k)|^2 <= 4 L^2 D^2/(k+1) on bilinear games"
    text = "rate of the last iterate (recalled)"
    yield below(claim, measured["envelope"], predicted["bound"], rival=rival, source=text)
    rival = Rival(claim="of descent-ascent", measured=measured["ascent path"])
    yield monotone("|F(z_k)| of extragradient decreases on every mode", measured["path"], rival=rival)
    rival = Rival(claim="|z_k| stays: the flow that it discretises", predicted=predicted["still"])
    claim = "descent-ascent multiplies |z|^2 by 1 + (a sigma)^2 per step"
    yield agrees(claim, measured["ascent"], predicted["ascent"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2)
    plots.measurement(axes, measured["worst"], 0, "extragradient, worst mode")
    near = measured["ascent path"]
    plots.measurement(axes, near.at(near.samples[0] < 1e4), 1, "descent-ascent, sigma = L")
    plots.prediction(axes, predicted["worst"], "closed form")
    plots.prediction(axes, predicted["bound"], "bound 4/(k+1), on trial", linestyle=":")
    plots.label(axes, "iterations k", "|F(z)|^2 / (L D)^2", "bilinear games, a = 1/(sqrt(2) L)")
    return drawn


if __name__ == "__main__":
    script()
