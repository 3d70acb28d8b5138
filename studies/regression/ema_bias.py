"""The bias of EMA decays exponentially in every eigendirection; that of averaging from the start only as 1/N.

The mean error follows gradient descent: E e_N = q^N e_0, q = 1 - l, l = step size x eigenvalue. Its EMA is
b(N) = (l a^N - (1-a) q^N) / (l - (1-a)), so b(N)^2 falls by max(a, q)^2 per step; the mean of e_0..e_{N-1} is
(1 - q^N) / (N l), so its square falls as N^-2. Closed forms meet the recursion, and the recursion meets simulation.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import plots
from theorylab.check import Rival
from theorylab.regression import theory
from theorylab.regression.model import LeastSquares
from theorylab.regression.simulation import simulate
from theorylab.replicas import exact
from theorylab.study import Source
from theorylab.verdicts import Power, agrees, decays_as, geometric

SOURCE = Source("li2025ema", "abstract, claim (ii)")


@dataclass(frozen=True, kw_only=True)
class Setting:
    scaled: tuple[float, ...] = (0.1, 0.02, 0.004)  # step size x eigenvalue: q below, below, above the decay
    ema_decay: float = 0.99
    horizon: int = 4000
    short: tuple[int, ...] = (10, 30, 100, 200)
    replicas: int
    seed: int


QUICK = Setting(replicas=2000, seed=1)
FULL = Setting(replicas=100_000, seed=2)


def grid(s):
    return np.arange(s.horizon // 40, s.horizon + 1, s.horizon // 40)


def problem(s):
    """Step size 1, so that eigenvalues are the scaled ones; unit start; a little label noise."""
    return LeastSquares(np.array(s.scaled), np.ones(len(s.scaled)), noise_std=0.1)


def measure(s):
    curves = {}
    paths = theory.mean_paths(problem(s), 1.0, s.ema_decay, grid(s))
    rounding = theory.relative_rounding(problem(s), 1.0, grid(s))
    for i, l in enumerate(s.scaled):  # noqa: E741 (the letter of the formula)
        curves[f"ema {l}"] = exact(grid(s), paths["ema"][:, i] ** 2, 2 * rounding)
        curves[f"average {l}"] = exact(grid(s), paths["average"][:, i] ** 2, 2 * rounding)
        run = simulate(
            problem(s),
            1.0,
            s.ema_decay,
            s.short,
            replicas=s.replicas,
            seed=s.seed + i,
            weights=np.eye(len(s.scaled))[i],
            power=1,
        )
        curves[f"simulated {l}"] = run["ema"]
    return curves


def predict(s):
    curves = {}
    for l in s.scaled:  # noqa: E741
        for key, steps, power in ((f"ema {l}", grid(s), 2), (f"simulated {l}", np.array(s.short), 1)):
            closed = theory.ema_bias_factor(1.0, l, s.ema_decay, steps)
            # The two terms cancel near q = a: each is good to N + 8 units, their difference to this many times that.
            terms = l * s.ema_decay**steps + (1 - s.ema_decay) * (1 - l) ** steps
            condition = terms / np.abs(closed * (l - (1 - s.ema_decay)))
            curves[key] = exact(steps, closed**power, power * (steps + 8) * 2.0**-52 * condition)
        q, a = 1 - l, s.ema_decay
        shifted = a ** grid(s) + (1 - a) * q * (a ** grid(s) - q ** grid(s)) / (a - q)
        curves[f"shifted {l}"] = exact(grid(s), shifted**2, 2.0**-40)
        curves[f"last {l}"] = exact(s.short, theory.sgd_bias_factor(1.0, l, np.array(s.short)), 2.0**-40)
    return curves


def checks(s, measured, predicted):
    for l in s.scaled:  # noqa: E741
        ema, a, q = measured[f"ema {l}"], s.ema_decay, 1 - l
        shifted = Rival(claim="EMA of u_(t+1) instead of u_t", predicted=predicted[f"shifted {l}"])
        yield agrees(f"squared bias of EMA, closed form, l = {l}", ema, predicted[f"ema {l}"], rival=shifted)
        slower, faster = max(a, q), min(a, q)
        name, other = ("a", "q") if a > q else ("q", "a")
        rival = Rival(claim=f"by {other}^2 per step", predicted=faster**2)
        yield geometric(f"squared bias of EMA falls by {name}^2 per step, l = {l}", ema, slower**2, rival=rival)
        rival = Rival(claim="as N^-1", predicted=Power(-1))
        claim = f"squared bias of averaging from the start falls as N^-2, l = {l}"
        yield decays_as(claim, measured[f"average {l}"], Power(-2), rival=rival)
        none = Rival(claim="that of the last iterate", predicted=predicted[f"last {l}"])
        claim = f"mean of simulated EMA, closed form, l = {l}"
        yield agrees(claim, measured[f"simulated {l}"], predicted[f"simulated {l}"], rival=none)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, l in enumerate(s.scaled):  # noqa: E741
        plots.exact_line(axes, measured[f"average {l}"], k, f"from the start, l = {l}", alpha=0.6)
        plots.measurement(axes, measured[f"ema {l}"].at(slice(None, None, 2)), k, f"EMA, l = {l}")
        plots.prediction(axes, predicted[f"ema {l}"], "" if k else "closed form")
    plots.label(axes, "iterations N", "squared bias / squared start", f"decay a = {s.ema_decay}", log="y")
    axes.set_ylim(bottom=1e-40)
    return drawn


if __name__ == "__main__":
    from theorylab.cli import run_module

    run_module(__spec__.name)
