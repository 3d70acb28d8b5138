"""The bias of EMA decays exponentially in every eigendirection; that of averaging from the start only as 1/N.

The mean error follows gradient descent: E e_N = q^N e_0, q = 1 - l, l = step size x eigenvalue. Its EMA is
b(N) = (l a^N - (1-a) q^N) / (l - (1-a)), so b(N)^2 falls by max(a, q)^2 per step; the mean of e_0..e_{N-1} is
(1 - q^N) / (N l), so its square falls as N^-2. Closed forms meet the recursion, and the recursion meets simulation.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, geometric, log_steps, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import Observation, simulate

SOURCE = Source("abstract, claim (ii)", kind="read")


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


def problem(s):
    """Step size 1, so that eigenvalues are the scaled ones; unit start; a little label noise; two grids of steps."""
    p = LeastSquares(np.array(s.scaled), np.ones(len(s.scaled)), noise_std=0.1)
    # A power law shows on a logarithmic grid, and past the exponential transient of the slowest direction.
    return p, s.horizon * np.arange(1, 41) // 40, log_steps(s.horizon / 40, 10 * s.horizon, 40)


def closed(s, scaled, steps, power):
    """Power of the closed form, with its rounding: each of its two terms is good to N + 8 units, and they cancel."""
    a, q = s.ema_decay, 1 - scaled
    value = theory.ema_bias_factor(1.0, scaled, a, steps)
    cancelled = (scaled * a**steps + (1 - a) * q**steps) / np.abs(value * (scaled - (1 - a)))
    return exact(steps, value**power, power * (steps + 8) * cancelled * 2.0**-52)


def measure(s):
    p, grid, long = problem(s)
    ema, average = (theory.mean_paths(p, 1.0, s.ema_decay, x)[name] for x, name in ((grid, "ema"), (long, "average")))
    curves = {}
    for i, scaled in enumerate(s.scaled):
        curves[f"ema {scaled}"] = exact(grid, ema[:, i] ** 2, 2 * theory.relative_rounding(p, 1.0, grid))
        curves[f"average {scaled}"] = exact(long, average[:, i] ** 2, 2 * theory.relative_rounding(p, 1.0, long))
        observed = Observation(s.short, weights=np.eye(len(s.scaled))[i], degree=1)
        run = simulate(p, 1.0, s.ema_decay, observed, replicas=s.replicas, seed=s.seed)
        curves[f"simulated {scaled}"] = run["ema"]
    return curves


def predict(s):
    _, grid, long = problem(s)
    short, curves = np.array(s.short), {}
    for scaled in s.scaled:
        curves[f"ema {scaled}"] = closed(s, scaled, grid, 2)
        curves[f"simulated {scaled}"] = closed(s, scaled, short, 1)
        curves[f"last {scaled}"] = exact(short, theory.sgd_bias_factor(1.0, scaled, short), ulps=short + 8)
        averaged = theory.average_bias_factor(1.0, scaled, long) ** 2
        curves[f"average {scaled}"] = exact(long, averaged, s.horizon * 2.0**-46)
        # Rival: an EMA of u_(t+1) from the same start is one step ahead, b(N+1); both conventions are in use.
        ahead = closed(s, scaled, grid + 1, 2)
        curves[f"ahead {scaled}"] = exact(grid, ahead.samples, ahead.rounding / ahead.samples)
    return curves


def checks(s, measured, predicted):
    for scaled in s.scaled:
        ema, a, q = measured[f"ema {scaled}"], s.ema_decay, 1 - scaled
        ahead = Rival(claim="EMA of u_(t+1) instead of u_t", predicted=predicted[f"ahead {scaled}"])
        yield agrees(f"squared bias of EMA, l = {scaled}", ema, predicted[f"ema {scaled}"], rival=ahead)
        slow, fast = ("a", "q") if a > q else ("q", "a")
        rival = Rival(claim=f"by {fast}^2 per step", predicted=min(a, q) ** 2)
        yield geometric(f"squared bias of EMA falls by {slow}^2, l = {scaled}", ema, max(a, q) ** 2, rival=rival)
        rival = Rival(claim="as N^-1", predicted=Power(-1))
        claim = f"squared bias of averaging from the start falls as N^-2, l = {scaled}"
        yield decays_as(claim, measured[f"average {scaled}"], Power(-2), rival=rival)
        form = predicted[f"average {scaled}"]
        rival = Rival(claim="(N l)^-2", predicted=exact(form.x, (form.x * scaled) ** -2.0, ulps=8))
        yield agrees(
            f"... and is ((1 - q^N) / (N l))^2, l = {scaled}", measured[f"average {scaled}"], form, rival=rival
        )
        none = Rival(claim="that of the last iterate", predicted=predicted[f"last {scaled}"])
        claim, key = f"mean of simulated EMA, l = {scaled}", f"simulated {scaled}"
        yield agrees(claim, measured[key], predicted[key], rival=none)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    for k, scaled in enumerate(s.scaled):
        average = measured[f"average {scaled}"]
        plots.exact_line(axes, average.at(average.x <= s.horizon), k, f"from the start, l = {scaled}", alpha=0.6)
        plots.measurement(axes, measured[f"ema {scaled}"].at(slice(None, None, 2)), k, f"EMA, l = {scaled}")
        plots.prediction(axes, predicted[f"ema {scaled}"], "" if k else "closed form")
    plots.label(axes, "iterations N", "squared bias / squared start", f"decay a = {s.ema_decay}", log="y")
    return drawn


if __name__ == "__main__":
    script()
