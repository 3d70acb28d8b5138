"""Along small eigenvalues accelerated SGD forgets its start (g + d) / (2 d) times faster than SGD.

The mean error per direction solves w_{t+2} = (1 + c - q l) w_{t+1} - c (1 - d l) w_t. For l -> 0 its slow root is
1 - l (q - c d) / (1 - c), which is 1 - l (g + d) / 2 for alpha = 1 / (1 + beta), against SGD's 1 - d l
(d, g: short and long step). Far below the complex window the mean iterate itself decays by that root per step.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, geometric, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares

SOURCE = Source("abstract (small-eigenvalue directions, read); rate derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponent: float = 2.0
    cutoffs: tuple[int, ...] = (2, 5, 10, 20, 50)
    shares: tuple[float, ...] = (1e-5, 1e-4, 1e-3)  # eigenvalues, as shares of the lower end of the complex window
    within: float = 0.01  # distance from the limit l -> 0 that is allowed there


QUICK, FULL = Setting(dim=200), Setting(dim=2000)


def families(s):
    p = LeastSquares.power_law(s.dim, s.exponent, start=1.0, noise_std=0.0)
    return [Acceleration.with_cutoff(p, k) for k in s.cutoffs]


def eigenvalues(s, a):
    return np.array(s.shares) * theory.asgd_complex_window(a.memory, a.pull, a.short_step)[0]


def measure(s):
    rates = np.array([(1 - theory.asgd_contraction(a, eigenvalues(s, a))) / eigenvalues(s, a) for a in families(s)])
    # 1 - contraction keeps an absolute error of some 2^-50: relative to what is left of it,
    left = rates * np.array([eigenvalues(s, a) for a in families(s)])
    a = families(s)[1]
    small = eigenvalues(s, a)[-1:]
    steps = np.linspace(0, 3 / (small[0] * a.long_step), 30).astype(int)
    path = theory.asgd_mean_paths(LeastSquares(small, np.ones(1), 0.0), a, steps)[:, 0]
    return {
        "rate": exact(s.shares, rates, 2.0**-50 / left, "share"),
        # What rounds a coefficient moves the slow root by 1 / (1 - memory) times as much, in every step.
        "path": exact(steps, path, ulps=np.ceil(4 * (steps + 8) / (1 - a.memory))),
    }


def predict(s):
    def rows(rate):
        return exact(s.shares, [[rate(a)] * len(s.shares) for a in families(s)], ulps=16, x_name="share")

    return {
        "rate": rows(lambda a: (a.long_step + a.short_step) / 2),
        "form": rows(lambda a: theory.asgd_slow_rate(a.memory, a.pull, a.short_step)),
        "pull": rows(lambda a: a.pull / (1 - a.memory)),
        "long": rows(lambda a: a.long_step),
        "sgd": rows(lambda a: a.short_step),
    }


def checks(s, measured, predicted):
    for name, other in (("the long step alone", "long"), ("SGD's, the short step", "sgd")):
        rival = Rival(claim=name, predicted=predicted[other])
        claim = f"rate / eigenvalue tends to the mean of both steps, not {other}"
        yield agrees(claim, measured["rate"], predicted["rate"], rival=rival, within=s.within)
    rival = Rival(claim="q / (1 - c)", predicted=predicted["pull"])
    yield agrees("... which is (q - c d) / (1 - c)", measured["rate"], predicted["form"], rival=rival, within=s.within)
    a = families(s)[1]
    small = eigenvalues(s, a)[-1]
    rival = Rival(claim="by SGD's 1 - d l", predicted=float(1 - a.short_step * small))
    claim = "mean error falls by the slow root per step"
    yield geometric(claim, measured["path"], float(theory.asgd_contraction(a, [small])[0]), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, a in enumerate(families(s)[:4]):
        low, high = theory.asgd_complex_window(a.memory, a.pull, a.short_step)
        grid = np.geomspace(1e-5 * low, min(high, 0.9 / a.short_step), 60)
        ratio = np.log(theory.asgd_contraction(a, grid)) / np.log1p(-a.short_step * grid)
        plots.points(axes, grid, ratio, k, f"cut-off {s.cutoffs[k]}")
        limit = np.full(60, (a.long_step + a.short_step) / (2 * a.short_step))
        plots.guide(axes, grid, limit, "" if k else "limit (g + d) / (2 d)")
    axes.axhline(1.0, color="grey", linewidth=0.8)
    plots.label(axes, "eigenvalue", "bias decay rate, ASGD / SGD", f"i^-{s.exponent:g}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
