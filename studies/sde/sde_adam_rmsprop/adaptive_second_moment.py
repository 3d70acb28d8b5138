"""RMSprop's second moment runs on rails: E u_k meets its equation to O(eta^2), and Var u_k is O(eta^2) throughout.

du = rate (1 - u) dt has no noise at this order, since (1 - b) z^2 spreads by rate^2 eta^4 Var z^2 a step. Exact: on
a flat loss Var u_k = (1-b)/(1+b) (E z^4 - 1)(1 - b^(2k)); on f = 1 - cos x by the transfer operator. It needs bounded
fourth moments: noise with a rare large value, E z^4 ~ 1/eta^2 (a stand-in for a heavy tail, whose E z^4 would be
infinite), leaves a variance that stays. E u is read at t = 1, and the covariance of the noise is constant: how u
follows one that moves with x is not on trial.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, log_steps, plots, script
from theorylab.models.sde import adaptive, theory
from theorylab.models.sde.adaptive import SECOND_MOMENT, Observable
from theorylab.models.sde.model import Limit, Noise
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source("setting (moments of the noise, recalled); equation of u derived here", kind="derived")
MOMENTS = [SECOND_MOMENT, Observable(power=2)]


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 30  # steps per unit of time
    most: int
    points: int = 12
    heaviest: int = 200  # steps per unit of time with the heavy noise, whose u is as large as a third of them
    levels: int = 48  # of log u with the heavy noise
    start: tuple[float, float] = (1.0, 0.5)  # x, u


QUICK = Setting(most=400, points=8)
FULL = Setting(most=4000, points=16, heaviest=600, levels=64)


def spread(s, limit, noise, k, levels=16):
    """E u_k and Var u_k along a unit of time, and a bound of their errors."""
    value, bound = adaptive.expectations(
        limit.algorithm(1 / k), noise, s.start, int(k), MOMENTS, nodes=13, levels=levels
    )
    return value[0], value[1] - value[0] ** 2, bound[1] + 2 * value[0] * bound[0]


def measure(s):
    n, curves = steps(s), {}
    curved = [spread(s, Limit(noise=2.0), Noise.symmetric(), k) for k in n]
    rail = 1 - (1 - s.start[1]) * np.exp(-1.0)
    curves["mean"] = weak_error(n, [m[-1] for m, _, _ in curved], rail, [b[-1] for _, _, b in curved])
    curves["variance"] = weak_error(n, [v.max() for _, v, _ in curved], 0.0, [b.max() for _, _, b in curved])
    flat = [spread(s, Limit(height=0.0), Noise.symmetric(), k) for k in n]
    curves["flat"] = weak_error(n, [v[-1] for _, v, _ in flat], 0.0, [b[-1] for _, _, b in flat])
    some = log_steps(s.fewest, s.heaviest, s.points)
    heavy = [spread(s, Limit(noise=2.0), Noise.heavy(1 / k), k, s.levels) for k in some]
    curves["heavy"] = weak_error(some, [v.max() for _, v, _ in heavy], 0.0, [b.max() for _, _, b in heavy])
    mean, variance, _ = spread(s, Limit(noise=2.0), Noise.symmetric(), s.fewest)
    times = np.arange(s.fewest + 1) / s.fewest
    return curves | {
        "path": exact(times, mean, ulps=0, x_name="time"),
        "spread": exact(times, np.maximum(variance, 0.0) ** 0.5, ulps=0, x_name="time"),
    }


def predict(s):
    n, times = steps(s), np.linspace(0, 1, 50)
    flat, gaussian = (theory.second_moment_variance(1 - 1 / n, k, n) for k in (Noise.symmetric().moment(4), 3.0))
    return {
        # 1 - b^(2k) from b known to a unit: 2k units of b^(2k), and a few more.
        "flat": exact(n, flat, ulps=8 + 4 * n, x_name="steps per unit of time"),
        "gaussian": exact(n, gaussian, ulps=8 + 4 * n, x_name="steps per unit of time"),
        "path": exact(times, 1 - (1 - s.start[1]) * np.exp(-times), ulps=0, x_name="time"),
    }


def steps(s):
    return log_steps(s.fewest, s.most, s.points)


def checks(s, measured, predicted):
    rival = Rival(claim="as eta", predicted=Power(-0.5))
    yield decays_as("E u meets its equation as eta^2", measured["mean"], -1, rival=rival)
    yield decays_as("largest Var u along the run falls as eta^2", measured["variance"], -1, rival=rival)
    rival = Rival(claim="that of E z^4 = 3", predicted=predicted["gaussian"])
    yield agrees("Var u on a flat loss", measured["flat"], predicted["flat"], rival=rival)
    rival = Rival(claim="it falls as eta^2", predicted=Power(-1))
    yield decays_as("noise with E z^4 ~ 1/eta^2: Var u stays", measured["heavy"], 0, rival=rival)


def figure(s, measured, predicted):
    drawn, (rates, path) = plots.panels(2)
    names = {"variance": "largest Var u", "mean": "error of E u at t = 1", "heavy": "Var u, E z⁴ ~ 1/η²"}
    for k, (name, label) in enumerate(names.items()):
        plots.measurement(rates, measured[name], k, label)
    plots.prediction(rates, through_last(measured["variance"], -1), "slope -1")
    plots.label(rates, "steps per unit of time, 1/η²", "variance, error", "RMSprop, f = 1 − cos x")
    rates.set_ylim(top=20.0)
    plots.measurement(path, measured["path"], 0, "E u")
    mean, spread = measured["path"], measured["spread"].mean
    path.fill_between(mean.x, mean.mean - spread, mean.mean + spread, alpha=0.3, color="#9e9ac8", label="± std of u")
    plots.prediction(path, predicted["path"], "du = (1 − u) dt")
    plots.label(path, "time t = k η²", "u = v / σ²", f"η² = 1/{s.fewest}", log="")
    return drawn


if __name__ == "__main__":
    script()
