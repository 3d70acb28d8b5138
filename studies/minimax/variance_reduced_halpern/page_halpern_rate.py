"""Algorithm 1, Halpern with PAGE, has sqrt(E|F(u_k)|^2) <= 16 L D/(k+4) for every n; its worst mode tends to 10.08.

The parameters are recalled; what they guarantee is derived here (theory.page_bound: a proof for G = 0, any finite sum
cocoercive on average). Measured exactly, by second moments, over scalar finite sums: mean slope (L/2)(1 - r e^(ia)) and
spread L^2 (1 - r^2)/4, the largest that cocoercivity allows, for all radii r and angles a of a grid. The limit is
8 max_y |1 - (1 - e^(-iy))/(iy)| = 10.077, at r = 1, where there is no noise. On a bilinear game, which is not
cocoercive, the same iteration diverges.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, log_steps, plots, script
from theorylab.models.minimax import schedules, simulation, theory

SOURCE = Source(
    "abstract (cocoercive case, read); parameters recalled, constant and worst mode derived here",
    kind="derived",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    sizes: tuple[int, ...] = (16, 100, 1024)
    radii: tuple[float, ...] = (1.0, 0.99, 0.9, 0.5, 0.0)
    angles: int
    horizon: int
    points: int = 15


QUICK = Setting(angles=60, horizon=4000)
FULL = Setting(sizes=(16, 100, 1024, 16_384), angles=200, horizon=40_000, points=24)


def grid(s):
    return log_steps(1, s.horizon, s.points)


def sums(s, radii):
    """Slopes and spreads of the scalar finite sums with these radii."""
    r = np.repeat(radii, s.angles)
    a = np.tile(np.geomspace(1 / s.horizon, np.pi, s.angles), len(radii))
    lost = (1 - r) - 2j * r * np.exp(0.5j * a) * np.sin(0.5 * a)  # 1 - r e^(ia), without cancellation
    return 0.5 * lost, (1 - r**2) / 4


def measure(s):
    k = grid(s)
    slopes, spreads = sums(s, s.radii)
    curves = {str(n): simulation.page_envelope(slopes, spreads, n, k) for n in s.sizes}
    noisy = spreads > 0
    curves["noisy"] = simulation.page_envelope(slopes[noisy], spreads[noisy], s.sizes[-1], k)
    weights = schedules.page_rule(s.sizes[0], s.horizon).anchors
    zeros = np.zeros(s.horizon)
    plain = schedules.Schedule(zeros, zeros, weights, zeros + 0.25)
    curves["bilinear"] = simulation.envelope([1j], plain, k[k <= 2000])
    return curves


def predict(s):
    k = grid(s)
    worst = 8 * theory.slow_anchor_constant()
    return {name: exact(k, value, ulps=4096) for name, value in {
        "bound": theory.page_bound(k), "limit": worst / (k + 4), "halpern": 8 / (k + 4)}.items()}  # fmt: skip


def checks(s, measured, predicted):
    few = predicted["bound"].x <= 2000
    for n in s.sizes:
        rival = Rival(claim="8 L D/(k+4)", predicted=predicted["halpern"])
        claim = f"sqrt(E|F(u_k)|^2) <= 16 L D/(k+4), n = {n}"
        yield below(claim, measured[str(n)], predicted["bound"], rival=rival)
        late = grid(s) >= s.horizon // 4
        rival = Rival(claim="8 L D/(k+4), as with anchors 1/(k+2)", predicted=predicted["halpern"].at(late))
        claim, limit = f"the worst mode tends to 10.08 L D/(k+4), n = {n}", predicted["limit"].at(late)
        yield agrees(claim, measured[str(n)].at(late), limit, within=0.05, rival=rival)  # a quarter of the way
    short, start = measured[str(s.sizes[0])].at(few), predicted["bound"].at(few)
    rival = Rival(claim="of the same iteration on a bilinear mode, not cocoercive", measured=measured["bilinear"])
    yield below("the bound, for cocoercive sums", short, start, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    n = s.sizes[-1]
    plots.measurement(axes, measured[str(n)], 0, f"worst sum, n = {n}")
    plots.measurement(axes, measured["noisy"], 1, "worst sum with noise, r < 1")
    drift = measured["bilinear"]
    plots.measurement(axes, drift.at(drift.samples[0] < 10), 2, "bilinear mode (no theorem)")
    plots.prediction(axes, predicted["bound"], "16/(k+4), derived")
    plots.prediction(axes, predicted["limit"], "10.08/(k+4), limit", linestyle=":")
    plots.label(axes, "iterations k", "sqrt(E|F(u)|^2) / (L D)", "Algorithm 1, exact second moments")
    return drawn


if __name__ == "__main__":
    script()
