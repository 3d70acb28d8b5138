"""The risk of EMA is at least its mean bias plus a constant times the effective dimension, whatever the start.

Total risk = bias run + variance run >= 1/2 sum_i l_i b_i^2 e_0i^2 (Jensen) + low sigma^2/2 D, with `low` of
theory.effective_dimension_band, the limit of one direction with l = 1-a, along which D = 1-a and no noise is fed back.
The paper's constants were not read; these are derived here, for Gaussian data. What becomes of the recursion where the
lower fourth-moment condition fails is tried in one_hot.py. Where q = a the closed form of b_i is a limit of its own.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("risk lower bound (its existence was read); constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponent: float = 2.0
    horizons: tuple[int, ...] = (100, 300, 1000, 3000)
    average: float = 5.0  # N (1-a)
    starts: tuple[float, ...] = (0.0, 0.1, 1.0, 10.0)
    alone: tuple[float, ...] = (5.0, 7.0, 20.0)  # N (1-a) of the one direction
    many: int = 20_000  # steps there, and how near the limit they come
    within: float = 1e-3
    decay: float = 0.99  # where q = a


QUICK = Setting(dim=200)
FULL = Setting(dim=2000, horizons=(100, 200, 500, 1000, 2000, 5000))


def measure(s):
    """Total risk of EMA, a row per start."""
    rows, rounding = [], []
    for start in s.starts:
        p = LeastSquares.power_law(s.dim, s.exponent, start=start, noise_std=1.0)
        step_size = 1 / (6 * p.trace)
        rows.append([theory.ema_risk(p, step_size, 1 - s.average / n, [n])[0] for n in s.horizons])
        rounding.append(theory.relative_rounding(p, step_size, s.horizons))
    p, rates = LeastSquares(np.ones(1), np.zeros(1), 1.0, "additive"), np.array(s.alone) / s.many
    ratios = [theory.ema_risk(p, x, 1 - x, [s.many])[0] / (x / 2) for x in rates]
    p = LeastSquares(np.ones(1), np.ones(1), 0.0)
    meets = theory.mean_paths(p, 1 - s.decay, s.decay, s.horizons)["ema"][:, 0]  # contraction q = a
    return {"risk": exact(s.horizons, rows, rounding), "alone": exact(s.alone, ratios, 1e-9, "N (1-a)"),
            "q = a": exact(s.horizons, meets, ulps=8 * np.array(s.horizons))}  # fmt: skip


def predict(s):
    """The two terms of the bound, a row per start; rivals with one of them enlarged."""
    low, _ = theory.effective_dimension_band(1 / 6, s.average)
    terms, rounding = [], []
    for start in s.starts:
        p, row = LeastSquares.power_law(s.dim, s.exponent, start=start, noise_std=1.0), []
        step_size = 1 / (6 * p.trace)
        for n in s.horizons:
            mean = theory.mean_paths(p, step_size, 1 - s.average / n, [n])["ema"][0]
            size = theory.effective_dimension(p.eigenvalues, step_size, 1 - s.average / n, n)
            row.append((0.5 * (p.eigenvalues * mean**2).sum(), low / 2 * size))
        terms.append(row)
        rounding.append(3 * theory.relative_rounding(p, step_size, s.horizons))
    bias, variance = np.moveaxis(np.array(terms), -1, 0)
    bounds = {"risk": bias + variance, "variance x 4": bias + 4 * variance, "bias x 2": 2 * bias + variance}
    lowest = [theory.effective_dimension_band(1 / 6, x)[0] for x in s.alone]
    curves = {name: exact(s.horizons, values, rounding) for name, values in bounds.items()}
    steps = np.array(s.horizons)
    limit = theory.ema_bias_factor_at_coincidence(s.decay, steps)
    h, rate = step_size * p.eigenvalues, s.average / steps[:, None]
    sizes = {"D": np.minimum(rate, np.minimum(h, steps[:, None] * h**2)).sum(axis=1),
             "D by parts": [theory.effective_dimension(h, 1.0, 1 - s.average / n, n) for n in s.horizons]}  # fmt: skip
    curves |= {name: exact(steps, x, ulps=s.dim + 8) for name, x in sizes.items()}
    return curves | {"alone": exact(s.alone, lowest, ulps=4, x_name="N (1-a)"),
                     "q = a": exact(steps, limit, ulps=8 * steps),
                     "SGD": exact(steps, s.decay**steps, ulps=8 * steps)}  # fmt: skip


def checks(s, measured, predicted):
    for term, claim in (("variance x 4", "four times the variance term"), ("bias x 2", "twice the mean bias")):
        rival = Rival(claim=f"with {claim}", predicted=predicted[term])
        name = f"risk of EMA >= mean bias + low sigma^2/2 D, not {claim}"
        yield above(name, measured["risk"], predicted["risk"], rival=rival)
    rival = Rival(claim="the trace", predicted=1 / 6)
    yield agrees("D = sum of min(1-a, l, N l^2)", predicted["D by parts"], predicted["D"], rival=rival)
    rival = Rival(claim="a^N, that of SGD", predicted=predicted["SGD"])
    claim = "mean bias of EMA where q = a: a^N + N (1-a) a^(N-1)"
    yield agrees(claim, measured["q = a"], predicted["q = a"], rival=rival)
    rival = Rival(claim="1/4 at any N (1-a)", predicted=0.25)
    claim = "one direction, l = 1-a: low is reached"
    yield agrees(claim, measured["alone"], predicted["alone"], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, start in enumerate(s.starts):
        plots.points(axes, s.horizons, measured["risk"].samples[k], k, f"EMA, start {start:g}")
        text, style = "" if k else "lower bound, derived", {"marker": plots.SERIES[k][1], "markersize": 2.5}
        plots.guide(axes, s.horizons, predicted["risk"].samples[k], text, **style)
    title = f"Gaussian data, d = {s.dim}, N (1-a) = {s.average:g}"
    plots.label(axes, "horizon N (iterations)", "excess risk", title)
    axes.set_ylim(top=300.0)
    return drawn


if __name__ == "__main__":
    script()
