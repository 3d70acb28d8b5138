"""Refinement: weights |g_t|^-2 give the smallest bound, warm-up where norms fall, and a faster end where they rise.

Weights w and norms G have the bound D sqrt(sum w^2 G^2)/sum w on the last iterate, least at w = G^-2 by Cauchy-Schwarz,
and then never above linear decay's D rms(G)/sqrt T. The schedule w_t tail_(t+1)/total is 1 - t/T for flat norms. Four
sequences of norms as in the authors' example: knots joined by lines, smoothed by a Gaussian.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from theorylab import Rival, Source, agrees, below, exact, monotone, plots, script
from theorylab.models.convex.theory import last_iterate
from theorylab.numerics.streams import generator

SOURCE = Source("refined schedules (read in the authors' code)", figure="four synthetic norm curves", kind="read")
KNOTS = {
    "flat": ((0.0, 1.0), (1.0, 1.0)),
    "falling": ((0.0, 15.0), (0.1, 1.0), (1.0, 1.0)),
    "falling, then rising": ((0.0, 15.0), (0.1, 1.0), (0.8, 1.0), (1.0, 2.0)),
    "falling, then lower": ((0.0, 15.0), (0.1, 1.0), (0.8, 1.0), (1.0, 0.7)),
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    steps: int
    width: float = 0.02  # of the smoothing, as a share of the steps
    sequences: int
    seed: int


QUICK = Setting(steps=500, sequences=100, seed=1)
FULL = Setting(steps=2000, sequences=3000, seed=2)


def norms(s, name):
    places, heights = np.array(KNOTS[name]).T
    lines = np.interp(np.linspace(0, 1, s.steps), places, heights)
    return gaussian_filter1d(lines, s.width * s.steps, mode="nearest")


def bounds(s, power, any_weights):
    """Bound of weights G^power on random sequences of norms, over that of random weights, or of linear decay."""
    draws, found = generator(s.seed, 3), []
    for _ in range(s.sequences):
        G = np.exp(draws.uniform(0.05, 1.5) * draws.standard_normal(int(draws.integers(2, 60))))
        near = G**-2 * np.exp(draws.uniform(0.05, 2) * draws.standard_normal(G.size))
        other = last_iterate.weighted_bound(near, G, 1.0) if any_weights else (np.mean(G**2) / G.size) ** 0.5
        found.append(last_iterate.weighted_bound(G**power, G, 1.0) / other)
    return exact([0], np.array(found)[:, None], 1e-12, "draw").drawn_from(
        "random norms, weights near and far from G^-2"
    )


def schedule(s, name):
    G = norms(s, name)
    return exact(np.arange(1, s.steps + 1), last_iterate.weighted_schedule(G**-2, G, 1.0), 1e-12)


def measure(s):
    curves = {name: schedule(s, name) for name in KNOTS}
    curves |= {f"over any, {power}": bounds(s, power, True) for power in (-2, -1)}
    return curves | {f"over linear, {power}": bounds(s, power, False) for power in (-2, 1)}


def predict(s):
    t = np.arange(1, s.steps + 1)
    return {"flat": exact(t, last_iterate.linear_decay(1.0, 1.0, s.steps, t), 1e-12),
            "late": exact(t, last_iterate.linear_decay(1.0, 1.0, s.steps, t - 1), 1e-12)}  # fmt: skip


def from_linear(s, curve):
    """The schedule over the last fifth, relative to a straight line to 0 from there."""
    kept = curve.at(slice(4 * s.steps // 5, s.steps - 1))
    line = kept.samples[0, 0] * (s.steps - kept.x) / (s.steps - kept.x[0])
    return exact(kept.x[1:], (kept.mean / line)[1:], 1e-11)


def checks(s, measured, predicted):
    rival = Rival(claim="1 - (t-1)/T", predicted=predicted["late"])
    yield agrees("flat norms: D/(G sqrt T) (1 - t/T)", measured["flat"], predicted["flat"], rival=rival)
    early = slice(0, s.steps // 12)
    rival = Rival(claim="of flat norms", measured=measured["flat"].at(early))
    rises = measured["falling"].at(early)
    yield monotone("falling norms: the schedule warms up", rises, direction="increasing", rival=rival)
    rising, lower = (from_linear(s, measured[f"falling, then {name}"]) for name in ("rising", "lower"))
    rival = Rival(claim="of norms that fall at the end", measured=lower)
    yield below("rising norms: the end falls below a straight line", rising, 1.0, rival=rival)
    rival = Rival(claim="weights 1/G", measured=measured["over any, -1"])
    yield below("weights G^-2: no other weights have a smaller bound", measured["over any, -2"], 1.0, rival=rival)
    rival = Rival(claim="weights G", measured=measured["over linear, 1"])
    yield below("weights G^-2: bound <= that of linear decay", measured["over linear, -2"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    t, stride = np.arange(1, s.steps + 1), max(1, s.steps // 200)
    for k, name in enumerate(KNOTS):
        plots.line(left, t[::stride], norms(s, name)[::stride], k, name)
        plots.line(right, t[::stride], (measured[name].mean / measured[name].mean.max())[::stride], k, name)
    plots.label(left, "step t", "gradient norm", "four synthetic sequences", log="y")
    right.set_ylim(0, 1.5)
    plots.label(right, "step t", "step size / largest", "refined schedules", log="")
    return drawn


if __name__ == "__main__":
    script()
