"""At its best step size momentum gains little over SGD at its best one, where noise keeps the best step size small.

Modes of curvature 1, 0.1 and 0.01, from 1 in each, T steps, exact expected losses at a grid of step sizes. With much
noise the best step sizes are far below 2 / h_1 and the best losses agree to a few per cent. With little or none SGD's
is held back by 2 / h_1, momentum's is not, and momentum wins by any factor. Losses are linear in (start^2, noise^2):
two exact runs a method give them all.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, below, exact, plots, script
from theorylab.curves import Curve
from theorylab.models.quadratics import model, moments

SOURCE = Source(
    "abstract (limited benefit where the optimal step size is not very large, read); modes of ours", kind="read"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvatures: tuple[float, ...] = (1.0, 0.1, 0.01)
    betas: tuple[float, ...] = (0.9, 0.95)
    horizon: int = 200
    rates: int
    little: tuple[float, ...] = (0.0, 1e-4, 1e-3)  # noise variances
    much: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0)


QUICK = Setting(rates=60)
FULL = Setting(rates=1000, much=tuple(np.geomspace(0.01, 1.0, 9).tolist()))


def losses(s, beta):
    """Losses (2, rates) after the horizon: of a start at 1 without noise, and of unit noise from 0."""
    grid = np.geomspace(0.02, 30, s.rates)
    eta, h = (x.ravel() for x in np.meshgrid(grid, s.curvatures))
    parts = []
    for start, noise in ((1.0, 0.0), (0.0, 1.0)):
        recursion = model.momentum(eta, beta, h, noise) if beta else model.sgd(eta, h, noise)
        first = np.zeros(recursion.states - 1)
        first[0] = start
        with np.errstate(over="ignore", invalid="ignore"):
            found = moments.run(moments.operator(recursion), model.start_at(first, recursion.states), [s.horizon])
        parts.append((0.5 * h * found.second(1, 1).value[0]).reshape(len(s.curvatures), -1).sum(axis=0))
    stable = grid * max(s.curvatures) < 2 * (1 + beta) / (1 - beta)
    return np.where(stable, np.array(parts), np.inf), grid


def best(s, beta, noises):
    """Best loss and its step size for each noise variance, (2, noises)."""
    (bias, variance), grid = losses(s, beta)
    with np.errstate(invalid="ignore"):
        table = np.where(np.isfinite(bias), bias + np.array(noises)[:, None] * variance, np.inf)
    return np.stack([table.min(axis=1), grid[table.argmin(axis=1)]])


def measure(s):
    curves = {}
    for name, noises in (("little", s.little), ("much", s.much)):
        plain = best(s, 0.0, noises)
        curves[f"rate, {name}"] = exact(noises, plain[1], ulps=4, x_name="noise variance")
        for beta in s.betas:
            heavy = best(s, beta, noises)
            curves[f"{name}, {beta}"] = exact(noises, heavy[0] / plain[0], 1e-9, "noise variance")
    return curves


def checks(s, measured, predicted):
    for beta in s.betas:
        few = measured[f"little, {beta}"].at([1])
        rival = Rival(claim="with little noise, too", measured=Curve(few.x, few.samples, True, few.rounding))
        claim = f"noise variance >= {s.much[0]:g}: best loss of beta = {beta:g} >= 0.95 of SGD's best"
        yield above(claim, measured[f"much, {beta}"], 0.95, rival=rival)
        claim = f"... and <= 1.02 of it, beta = {beta:g}"
        yield below(claim, measured[f"much, {beta}"], 1.02, rival=Rival(claim="<= 0.94 of it", predicted=0.94))
        rival = Rival(claim="with much noise, too", measured=measured[f"much, {beta}"])
        claim = f"noise variance <= {s.little[-1]:g}: beta = {beta:g} gains 10% or more"
        yield below(claim, measured[f"little, {beta}"], 0.9, rival=rival)
    rival = Rival(claim="with little noise, too", measured=measured["rate, little"])
    claim = "with much noise SGD's best step size is below 1 / h_1"
    yield below(claim, measured["rate, much"], 1 / max(s.curvatures), rival=rival)


def figure(s, measured, predicted):
    drawn, (ratios, curves) = plots.panels(2)
    for k, beta in enumerate(s.betas):
        little, much = measured[f"little, {beta}"].at(slice(1, None)), measured[f"much, {beta}"]  # 0 has no logarithm
        ratio = np.append(little.mean, much.mean)
        plots.points(ratios, np.append(little.x, much.x), ratio, k, f"β = {beta:g}")
    for height in (0.95, 1.02):
        ratios.axhline(height, color="black", linestyle=(0, (4, 2)), linewidth=1.0)
    plots.label(ratios, "noise variance", "best loss / best loss of SGD", f"after {s.horizon} steps", log="x")
    for k, noise in enumerate((s.little[1], s.much[0], s.much[-1])):
        for beta, style in ((0.0, "-"), (s.betas[0], ":")):
            (bias, variance), grid = losses(s, beta)
            keep = np.isfinite(bias)
            text = f"noise {noise:g}, {'SGD' if not beta else f'β = {beta:g}'}"
            plots.line(curves, grid[keep], (bias + noise * variance)[keep], k, text, linestyle=style)
    plots.label(curves, "step size", "expected loss", "by step size")
    curves.set_ylim(1e-7, 10)
    return drawn


if __name__ == "__main__":
    script()
