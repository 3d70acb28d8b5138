"""Every averaging scheme of non-negative weights has less variance than the last iterate, not the EMA alone.

Started at the minimiser, sum_t a_t e_t with a_t >= 0 of sum 1 has by Jensen's inequality at most the second moment of
the worst iterate, which is the last. By E e_{t+k} e_t = q^k E e_t^2 the risk of any weights is known exactly: of the
EMA, of means over all or the last half, of weights that grow linearly or as a high power of t, and of random ones.
Weights of both signs, the extrapolation 2 e_N - e_{N-1}, have more. (The paper's technique for a broad class of schemes
is a technique of proof; this is what it must come to in variance.)
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (a broad class of averaging schemes, read); its variance derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponents: tuple[float, ...] = (1.5, 2.0, 3.0)
    horizons: tuple[int, ...] = (10, 100, 300)  # N + 1 iterates, up to e_N
    average: float = 5.0  # N (1 - a) of the EMA
    power: float = 8.0  # of the weights t^power
    random: int = 3
    seed: int


QUICK = Setting(dim=100, seed=1)
FULL = Setting(dim=2000, horizons=(10, 30, 100, 300, 1000), random=10, seed=2)


def schemes(s, n):
    """Weights of e_0, ..., e_n by name."""
    t, a = np.arange(n + 1), 1 - s.average / n
    ema = (1 - a) * a ** (n - t)
    ema[0] += a ** (n + 1)
    rows = {"EMA": ema, "mean": np.ones(n + 1), "last half": 1.0 * (t >= (n + 1) // 2), "linear": t + 1.0,
            "power": (t + 1.0) ** s.power}  # fmt: skip
    draws = generator(s.seed, n).exponential(size=(s.random, n + 1))
    rows |= {f"random {k}": row for k, row in enumerate(draws)}
    return {name: row / row.sum() for name, row in rows.items()}


def cases(s):
    for exponent in s.exponents:
        p = LeastSquares.power_law(s.dim, exponent, start=0.0, noise_std=1.0)
        for n in s.horizons:
            yield p, 1 / (6 * p.trace), n


def measure(s):
    """Variance risks, a column per spectrum and horizon: of every scheme, of the last iterate, of the extrapolation."""
    rows, rounding = [], []
    for p, step_size, n in cases(s):
        twice = np.zeros((2, n + 1))
        twice[0, -1], twice[1, -2:] = 1.0, (-1.0, 2.0)
        rows.append(theory.weighted_risk(p, step_size, [*schemes(s, n).values(), *twice]))
        rounding.append(10 * theory.relative_rounding(p, step_size, [n])[0])  # 9 = (2 + 1)^2 at most cancel
    found, x = np.array(rows).T, np.arange(len(rows))
    curves = {"schemes": found[:-2], "last": np.tile(found[-2], (len(found) - 2, 1)), "extrapolated": found[-1:]}
    curves |= {"EMA": found[:1], "last half": found[2:3]}
    out = {name: exact(x, values, rounding, "case") for name, values in curves.items()}
    return out | {"schemes": out["schemes"].drawn_from("exponential weights", s.random)}


def predict(s):
    """The same of EMA, of the last half, and of the last iterate, by the recursions of their own."""
    rows, rounding = [], []
    for p, step_size, n in cases(s):
        ema = theory.ema_risk(p, step_size, 1 - s.average / n, [n + 1])[0]
        half = theory.average_risk(p, step_size, (n + 1) // 2, [n + 1])[0]
        rows.append((ema, half, theory.sgd_risk(p, step_size, [n])[0]))
        rounding.append(theory.relative_rounding(p, step_size, [n + 1])[0])
    curves = dict(zip(("EMA", "last half", "last"), np.array(rows).T, strict=True))
    return {name: exact(np.arange(len(rows)), row, rounding, "case") for name, row in curves.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="2 e_N - e_{N-1}, too", measured=measured["extrapolated"], predicted=predicted["last"])
    claim = "variance of every scheme < variance of the last iterate"
    yield ordered(claim, measured["schemes"], measured["last"], rival=rival)
    for name, other in (("EMA", "last half"), ("last half", "EMA")):
        rival = Rival(claim=f"that of {other}", predicted=predicted[other])
        yield agrees(f"{name} as a row of weights: its recursion", measured[name], predicted[name], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    first = len(s.exponents) // 2 * len(s.horizons)
    part = slice(first, first + len(s.horizons))
    last = predicted["last"].mean[part]
    rows = measured["schemes"].samples
    for k, name in enumerate(list(schemes(s, s.horizons[0]))[:6]):
        plots.points(axes, s.horizons, rows[k, part] / last, k % 5, name, markerfacecolor="none" if k > 4 else None)
    extrapolated = measured["extrapolated"].samples[0, part] / last
    plots.line(axes, s.horizons, extrapolated, 4, "2 e_N - e_{N-1} (rival)")
    axes.axhline(1.0, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="last iterate")
    title = f"i^-{s.exponents[len(s.exponents) // 2]:g}, d = {s.dim}"
    plots.label(axes, "horizon N", "variance risk / that of the last iterate", title)
    axes.set_ylim(bottom=0.005)  # room for the legend
    return drawn


if __name__ == "__main__":
    script()
