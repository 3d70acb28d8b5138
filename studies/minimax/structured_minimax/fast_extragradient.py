"""Fast extragradient has F(z_k) = (1 - m^k)/(k a) on every mode, m = 1 - a s + (a s)^2, and attains its bound 4/k^2.

Since k z_k = (1 - a s) + (k-1) m z_{k-1} and 1 - m = a s (1 - a s). As |m| <= 1 on the half disc Re s >= 0, |a s| <= 1,
this proves |F(z_k)| <= 2 D/(k a) on every monotone normal operator; at s = i L, a = 1/L, m = -i, and it is attained at
k = 2, 6, 10, .... The bound of the paper is for all monotone Lipschitz operators, and is recalled.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, below, exact, log_steps, plots, script
from theorylab.models.minimax import schedules, simulation, theory
from theorylab.models.minimax.model import bilinear_slopes, rotation_slopes

SOURCE = Source("method and rate (recalled); closed form derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    points: int = 14
    modes: int


QUICK = Setting(horizon=3000, modes=100)
FULL = Setting(horizon=30_000, points=24, modes=1000)


def grid(s):
    return log_steps(1, s.horizon, s.points)


def top(s):
    return 4 * grid(s)[grid(s) <= s.horizon // 5] + 2


def modes(s):
    """Bilinear modes, and the boundary of the cocoercive ones."""
    sigma = np.geomspace(0.1 / s.horizon, 1.0, s.modes)
    return np.concatenate([bilinear_slopes(sigma), rotation_slopes(np.pi * sigma)])


def measure(s):
    scheme = schedules.fast_extragradient(s.horizon, 1.0, 1.0)
    largest = simulation.residuals([1j], scheme, top(s))
    return {"value": simulation.residuals(modes(s), scheme, grid(s)), "top": simulation.squared(largest),
            "plain": simulation.envelope(modes(s), schedules.extragradient(s.horizon, 0.5, 1.0), grid(s))}  # fmt: skip


def predict(s):
    k = 1.0 * grid(s)
    value = np.abs(theory.fast_value(modes(s)[:, None], 1.0, k))
    loose = np.broadcast_to(theory.fast_bound(k) ** 0.5, value.shape)
    return {"value": Curve(k, value, True, 16 * (k + 1) * 2.0**-53 / k),  # m^k to 16 (k+1) units
            "bound": exact(k, loose, ulps=2), "top": exact(top(s), theory.fast_bound(1.0 * top(s)), ulps=2),
            "less": exact(top(s), 0.99 * theory.fast_bound(1.0 * top(s)), ulps=2)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="2/(k a) on every mode", predicted=predicted["bound"])
    yield agrees("F(z_k) = (1 - m^k)/(k a)", measured["value"], predicted["value"], rival=rival)
    rival = Rival(claim="0.99 of it", predicted=predicted["less"])
    yield agrees("|F(z_k)|^2 = 4/k^2 at s = i L, k = 2 mod 4", measured["top"], predicted["top"], rival=rival)
    one = exact(grid(s), predicted["bound"].samples[0], ulps=2)
    rival = Rival(claim="of extragradient", measured=measured["plain"], predicted=one)
    claim, text = "|F(z_k)| <= 2/k on every mode", "rate of FEG (recalled)"
    yield below(claim, measured["value"], predicted["bound"], rival=rival, source=text)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2)
    k, value = grid(s), measured["value"].samples
    for i, (name, index) in enumerate((("s = 0.0316 i", np.argmin(np.abs(modes(s) - 10**-1.5 * 1j))), ("s = i", -1))):
        row = value[: s.modes][index]
        plots.points(axes, k, row, i, f"mode {name} L")
    plots.points(axes, k, value.max(axis=0), 2, "worst mode", markerfacecolor="none", markersize=7)
    fine = log_steps(1, s.horizon, 2000)
    mode = modes(s)[np.argmin(np.abs(modes(s) - 10**-1.5 * 1j))]
    plots.guide(axes, fine, np.abs(theory.fast_value(mode, 1.0, 1.0 * fine)), "closed form")
    plots.guide(axes, k, 2 / k, "bound 2/k", linestyle=":")
    plots.measurement(axes, measured["plain"], 3, "extragradient, worst mode")
    plots.label(axes, "iterations k", "|F(z)| / (L D)", "fast extragradient, a = 1/L")
    axes.set_ylim(bottom=1e-6)  # the mode i L vanishes, up to rounding, at k = 0 mod 4
    return drawn


if __name__ == "__main__":
    script()
