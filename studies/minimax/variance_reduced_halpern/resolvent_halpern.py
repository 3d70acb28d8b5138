"""Halpern on the reflected resolvent T = 2 J - I, J = (I + eta F)^(-1), has |u_k - J u_k| <= D/(k+1), attained.

u - T u = 2 (u - J u), so this is Lieder's bound; with F(J u) = (u - J u)/eta it reads |F(J u_k)| <= D/(eta (k+1)).
On a bilinear mode i sigma, T is the rotation by -2 arctan(eta sigma): the worst one is sigma = tan(pi/(2(k+1)))/eta.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, below, exact, log_steps, plots, script
from theorylab.models.minimax import schedules, simulation, theory
from theorylab.models.minimax.model import bilinear_slopes, resolvent_slopes

SOURCE = Source("abstract (operator norm residual, last iterate, read); constant derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    points: int = 12
    resolvent_steps: tuple[float, ...] = (1.0, 10.0, 100.0)
    modes: int


QUICK = Setting(horizon=1000, modes=300)
FULL = Setting(horizon=10_000, points=20, modes=2000)


def grid(s):
    return log_steps(2, s.horizon, s.points)


def measure(s):
    k, scheme = grid(s), schedules.halpern(s.horizon)
    curves = {}
    for eta in s.resolvent_steps:
        worst = bilinear_slopes(theory.resolvent_worst_singular_value(k, eta))
        curves[f"worst, {eta:g}"] = simulation.at_own_mode(resolvent_slopes(worst, eta), scheme, k)
        everywhere = bilinear_slopes(np.geomspace(1e-5, 1.0, s.modes))
        value = simulation.residuals(resolvent_slopes(everywhere, eta), scheme, k)
        curves[f"F(J u), {eta:g}"] = Curve(k, value.samples / eta, True, 2 * value.rounding / eta)
        # Rival: the iteration without anchor, J itself (proximal point), at its own worst mode eta sigma = k^(-1/2).
        own = resolvent_slopes(bilinear_slopes(k**-0.5 / eta), eta)
        alone = simulation.at_own_mode(own, schedules.proximal_point(s.horizon), k)
        curves[f"J alone, {eta:g}"] = Curve(k, alone.samples / eta, True, 2 * alone.rounding / eta)
    return curves


def predict(s):
    k = grid(s)
    curves = {f"{c:g}/{eta:g}": exact(k, c / eta / (k + 1), ulps=2) for c in (0.9, 1, 2) for eta in s.resolvent_steps}
    alone = theory.proximal_point_worst(1.0 * k)
    return curves | {f"J alone, {eta:g}": exact(k, alone / eta, ulps=4 * (k + 1)) for eta in s.resolvent_steps}


def checks(s, measured, predicted):
    for eta in s.resolvent_steps:
        bound = exact(grid(s), theory.halpern_bound(grid(s)) / 2, ulps=2)
        rival = Rival(claim="0.9 D/(k+1)", predicted=exact(grid(s), 0.9 * bound.samples, ulps=2))
        claim = f"worst |u_k - J u_k| = D/(k+1), eta = {eta:g}/L"
        yield agrees(claim, measured[f"worst, {eta:g}"], bound, rival=rival)
        rival = Rival(claim="of J without anchor", measured=measured[f"J alone, {eta:g}"])
        claim = f"|F(J u_k)| <= D/(eta (k+1)) on bilinear games, eta = {eta:g}/L"
        yield below(claim, measured[f"F(J u), {eta:g}"], predicted[f"1/{eta:g}"], rival=rival)
        rival = Rival(claim="D/(eta (k+1)), as with the anchor", predicted=predicted[f"1/{eta:g}"])
        claim = f"proximal point: the worst |F(z_k+1)| is (k/(k+1))^(k/2) / (eta (k+1)^(1/2)), eta = {eta:g}/L"
        yield agrees(claim, measured[f"J alone, {eta:g}"], predicted[f"J alone, {eta:g}"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for i, eta in enumerate(s.resolvent_steps):
        curve = measured[f"worst, {eta:g}"]
        plots.points(axes, curve.x, curve.samples / eta, i, f"worst mode, eta = {eta:g}/L")
        plots.exact_line(axes, measured[f"J alone, {eta:g}"], i, "" if i else "J without anchor", alpha=0.5)
        plots.prediction(axes, predicted[f"1/{eta:g}"], "" if i else "D/(eta (k+1))")
    plots.label(axes, "outer iterations k", "|F(J u)| / (L D)", "Halpern on the reflected resolvent")
    return drawn


if __name__ == "__main__":
    script()
