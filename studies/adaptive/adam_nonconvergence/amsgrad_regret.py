"""AMSGrad's regret obeys a bound of order sqrt(T) on convex losses in a box, as its weights sqrt(v) / rate never fall.

The bound is derived here with b1_t = b1 fading^(t-1), for every convex loss: online linear, hinge and logistic losses
at drawn points. Its first term has the step size in its denominator (the submission's text lacks it; its dimension
requires it), and half the printed constant; its third (1 + b1) / 2 of the printed one. Adam's weights do fall on the
losses of Theorem 1, and with Adam's v in place of its maximum the bound is broken there.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, below, exact, monotone, plots, script, stacked
from theorylab.models.adaptive import simulation
from theorylab.models.adaptive.model import PeriodicLosses, method
from theorylab.models.adaptive.theory import linear
from theorylab.numerics.streams import generator

SOURCE = Source("Theorem 4 and its corollary (read); bound with these constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    streams: int  # of points, for each loss
    horizons: tuple[int, ...]
    dim: int = 3
    step_sizes: tuple[float, ...] = (0.003, 0.3, 30.0)
    decays: tuple[tuple[float, float, float], ...] = ((0.0, 1.0, 0.99), (0.9, 0.9, 0.99), (0.5, 0.99, 0.9))
    high: float = 4.0  # of the losses of Theorem 1
    seed: int


QUICK = Setting(streams=2, horizons=(9, 99, 999), seed=1)
FULL = Setting(streams=20, horizons=(9, 99, 999, 9999), seed=2)
LOSSES = ("linear", "hinge", "logistic")


def bounded(sums, steps, chosen):
    """The bound of a run from its sums, and the bound without the step size in its first denominator."""
    size, b1, b2 = chosen.step_size, chosen.first_decay, chosen.second_decay
    given = {"step_size": size, "first_decay": b1, "second_decay": b2, "width": 2.0, "steps": steps}
    parts = {"faded": sums[2], "norms": sums[3]} | given
    return [linear.amsgrad_regret_bound(roots=roots, **parts) for roots in (sums[1], sums[1] * size)]


def regrets(s):
    """Regret against the best corner of the box and both bounds: a row per stream, loss, step size and decays."""
    steps, rows = np.array(s.horizons), []
    for k, loss in product(range(s.streams), LOSSES):
        draws = generator(s.seed, 10 * k + LOSSES.index(loss))
        points = draws.standard_normal((steps[-1], s.dim)) * draws.exponential(size=s.dim)
        points, start = points + draws.normal(size=s.dim) / 3, draws.uniform(-1, 1, s.dim)
        m = points @ np.array(list(product((-1.0, 1.0), repeat=s.dim))).T
        paid = {"linear": -m, "hinge": np.maximum(0, 1 - m), "logistic": np.log1p(np.exp(-m))}[loss]
        least = np.cumsum(paid, axis=0)[steps - 1].min(axis=1)
        for size, (b1, fading, b2) in product(s.step_sizes, s.decays):
            chosen = method("AMSGrad", size, first_decay=b1, first_fading=fading, second_decay=b2)
            sums = simulation.online(loss, points, chosen, start, steps)
            rows.append((sums[0] - least, *bounded(sums, steps, chosen)))
    return np.array(rows).transpose(1, 0, 2)


def measure(s):
    steps, (found, bound, printed) = np.array(s.horizons), regrets(s)
    # Each move is off by some units of its length and of x, which the proof meets once in every round, and sums of T
    # terms by T units of their sizes: 50 T units of the bound, whose first term is D^2 sqrt(u_T) / rate.
    regret = exact(steps, found, ulps=0).drawn_from("random streams", s.streams * len(LOSSES))
    curves = {name: exact(steps, rows, ulps=50 * steps) for name, rows in (("bound", bound), ("printed", printed))}
    points = np.where(np.arange(steps[-1]) % 3 == 0, -s.high, 1.0)[:, None]
    for rule in ("Adam", "AMSGrad", "AdamNC", "SGD"):
        chosen = method(rule, 0.5, second_decay=1 / (1 + s.high**2))
        curves[f"weights, {rule}"] = simulation.weights(PeriodicLosses(high=s.high), chosen, int(steps[-1]))
        sums = simulation.online("linear", points, chosen, [1.0], steps)
        curves[f"regret, {rule}"] = exact(steps, sums[0] + (s.high - 2) * steps / 3, ulps=steps + 64)
        curves[f"bound, {rule}"] = exact(steps, bounded(sums, steps, chosen)[0], ulps=steps + 64)
    return curves | {
        "regret": regret,
        "weights": stacked([curves[f"weights, {rule}"] for rule in ("AMSGrad", "AdamNC", "SGD")]),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="Adam's, too", measured=measured["weights, Adam"])
    yield monotone("sqrt(v) / rate never falls", measured["weights"], direction="increasing", rival=rival)
    rival = Rival(claim="without the step size in the denominator", predicted=measured["printed"])
    yield below("AMSGrad: regret <= the bound", measured["regret"], measured["bound"], rival=rival)
    rival = Rival(claim="Adam's, with its v", measured=measured["regret, Adam"], predicted=measured["bound, Adam"])
    claim = "AMSGrad on the losses of Theorem 1: regret <= the bound"
    yield below(claim, measured["regret, AMSGrad"], measured["bound, AMSGrad"], rival=rival)


def figure(s, measured, predicted):
    drawn, (ratio, periodic) = plots.panels(2)
    shares = measured["regret"].samples / measured["bound"].samples
    worst = shares.reshape(-1, len(s.step_sizes), len(s.decays), len(s.horizons)).max(axis=(0, 2))
    for k, size in enumerate(s.step_sizes):
        plots.points(ratio, s.horizons, worst[k], k, f"step size {size:g}")
    plots.limit(ratio, 1.0, "bound")
    plots.label(ratio, "rounds T", "largest regret / bound", "AMSGrad, drawn streams")
    ratio.set_ylim(top=30)
    for k, rule in enumerate(("Adam", "AMSGrad")):
        plots.points(periodic, s.horizons, measured[f"regret, {rule}"].mean, k, rule)
        plots.line(periodic, s.horizons, measured[f"bound, {rule}"].mean, k, f"bound with the v of {rule}")
    plots.label(periodic, "rounds T", "regret", f"slopes {s.high:g}, -1, -1")
    return drawn


if __name__ == "__main__":
    script()
