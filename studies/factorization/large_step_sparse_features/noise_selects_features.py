"""While the loss stays up, SGD acts as a lasso of weight s E g^2 / 2: it lets go of entries with smaller mean slopes.

Over steps, log |u_j^2 - v_j^2| falls by about the sum of (s g_j)^2: at loss l, inputs of variance 1 make that 2 s^2 l a
step in the mean over j. log |beta_j| changes by 2 |sum of s g_j| less that sum: an entry is held where the mean slope
is s E g_j^2 / 2, as by a penalty, and falls exponentially where it is smaller. With 80 points mean slopes are not 0 off
the support, and the median falls about half as fast as if they were. All to first order; percentages are as seen. Step
sizes are the first on a grid with which the loss neither vanishes nor diverges; data sets without one are left out.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, above, agrees, exact, plots, script, stacked
from theorylab.models.factorization import diagonal, theory
from theorylab.models.factorization.diagonal import Schedule

SOURCE = Source("abstract (loss stabilises, hidden dynamics, read); rates are derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 80
    dimension: int = 200
    support: int = 20
    loads: tuple[float, ...]  # step size x 2 |truth|_1
    horizon: int
    draws: int  # data sets, with an order each, that keep the loss up
    seed: int


QUICK = Setting(loads=tuple(1.4 * 1.03 ** np.arange(20)), horizon=8000, draws=2, seed=1)
FULL = Setting(loads=tuple(1.4 * 1.015 ** np.arange(40)), horizon=20_000, draws=12, seed=2)
LEVEL = 3e-3  # of the training loss


def runs(s):
    """Data sets whose loss stays up, each with its seed, step size and path."""
    sizes = (s.samples, s.dimension, s.support)
    return diagonal.stabilised(sizes, s.loads, s.horizon, level=LEVEL, count=s.draws, seed=s.seed)


def read(s, seed, data, step_size, path):
    """Rates a step from a fifth of the run on, and what theory makes of sums of slopes, of squares, and of losses."""
    span, off = s.horizon - s.horizon // 5, slice(s.support, None)
    squares, slopes = path.squares[-1] - path.squares[2], path.slopes[-1] - path.slopes[2]
    logs, balances = np.log(np.abs(diagonal.weights(path)[[2, -1]])), diagonal.log_balance(path)
    forms = theory.log_weight_leading(path.slopes[[2, -1]], path.squares[[2, -1]])
    held = np.flatnonzero(diagonal.weights(path)[-1, : s.support] > 0.03)  # of the support, those of some size
    few = diagonal.run(data, Schedule(step_size / 5, s.horizon, step_size), [s.horizon // 5, s.horizon], seed=seed)
    rows = {"balance": balances[2] - balances[-1], "form of balance": -theory.log_balance_leading(squares),
            "mean balance": (balances[2] - balances[-1]).mean(), "squares": squares.mean(),
            "form of squares": 2 * step_size**2 * path.losses[3:].mean() * span,
            "held": np.abs(slopes[held]).mean(), "form of held": theory.held_slopes_leading(squares[held].mean()),
            "fall": -np.median((logs[1] - logs[0])[off]), "form of fall": -np.median((forms[1] - forms[0])[off]),
            "flat": np.median(squares[off]), "at rest": -np.diff(diagonal.log_balance(few).mean(axis=1))}  # fmt: skip
    return {name: exact(range(np.size(x)), np.atleast_1d(x) / span, 1e-9, "entry") for name, x in rows.items()}


def measure(s):
    rows = [read(s, *found) for found in runs(s)]
    return {name: stacked([row[name] for row in rows]).drawn_from("data that keep the loss up", s.draws)
            for name in rows[0]}  # fmt: skip


def checks(s, measured, predicted):
    def form(name, factor=1.0):
        curve = measured[f"form of {name}"]
        return replace(curve, samples=factor * curve.samples)

    rival = Rival(claim="with a fifth of the step size", measured=measured["at rest"], predicted=form("squares", 0.5))
    claim = "each balance falls at half of s^2 E g^2 or faster"
    yield above(claim, measured["balance"], form("balance", 0.5), rival=rival)
    means = [f * measured["form of balance"].samples.mean(axis=1, keepdims=True) for f in (1.0, 0.5)]
    whole, half = (replace(measured["mean balance"], samples=mean) for mean in means)
    rival = Rival(claim="half of it", predicted=half)
    claim = "mean over entries: log |u^2 - v^2| falls by s^2 E g^2 a step, to 10%"
    yield agrees(claim, measured["mean balance"], whole, rival=rival, within=0.1)
    rival = Rival(claim="s^2 l, as if E g^2 were l", predicted=form("squares", 0.5))
    claim = "mean over entries: s^2 E g^2 = 2 s^2 l, to 10%"
    yield agrees(claim, measured["squares"], form("squares"), rival=rival, within=0.1)
    rival = Rival(claim="s E g^2", predicted=form("held", 2.0))
    claim = "entries that stay: |E g| = s E g^2 / 2, to 15%"
    yield agrees(claim, measured["held"], form("held"), rival=rival, within=0.15)
    rival = Rival(claim="s^2 E g^2, as for mean slopes of 0", predicted=measured["flat"])
    claim = "off the support: median log |beta| falls by s^2 E g^2 - 2 s |E g|, to 30%"
    yield agrees(claim, measured["fall"], form("fall"), rival=rival, within=0.3)


def figure(s, measured, predicted):
    drawn, (paths, rates) = plots.panels(2)
    _, _, step_size, path = next(runs(s))
    steps = np.linspace(0, s.horizon, 11)
    logs = np.log10(np.maximum(np.abs(diagonal.weights(path)), 1e-300))[1:]
    for j in range(s.support, s.dimension, max(1, s.dimension // 40)):
        plots.line(paths, steps[1:], logs[:, j], 1, linewidth=0.5)
    for j in range(s.support):
        plots.line(paths, steps[1:], logs[:, j], 0, "" if j else "support", linewidth=1.0)
    plots.line(paths, steps[1:], np.median(logs[:, s.support :], axis=1), 2, "median off the support", linewidth=2.0)
    plots.label(paths, "steps", "log₁₀ |β|", f"step size {step_size:.3g}", log="")
    squares = measured["squares"].samples
    plots.points(rates, squares, measured["fall"].samples, 0, "fall of median log |β|, off the support")
    plots.points(rates, squares, 2 * measured["held"].samples, 1, "2 s |E g| of entries kept")
    plots.guide(rates, [0, squares.max()], [0, squares.max()], "s² E g²")
    plots.label(rates, "s² E g², mean over entries", "rate a step", f"{s.draws} data sets", log="")
    return drawn


if __name__ == "__main__":
    script()
