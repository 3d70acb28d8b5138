"""Late test errors peak where there are as many samples as dimensions, the later the higher; stopped in time they fall.

The load is samples over dimensions. Without label noise there is no peak. Below load 1 the directions without samples
are frozen: the late error keeps (1 - load)(1 + start), so that a larger start costs there, and nothing above load 1.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, exact, monotone, ordered, plots, script
from theorylab.models.wide import theory
from theorylab.models.wide.model import Student, simulate_flow

SOURCE = Source("overtraining at as many samples as dimensions, frozen directions", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...] = (0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.1, 1.25, 1.6, 2.5, 4.0)
    late: tuple[float, ...] = (100.0, 1000.0, 10_000.0)
    noise_ratio: float = 0.3
    starts: tuple[float, ...] = (0.0, 0.5, 2.0)
    dimension: int
    draws: int
    within: float
    seed: int


QUICK = Setting(dimension=40, draws=100, within=0.06, seed=1)
FULL = Setting(dimension=200, draws=300, within=0.02, seed=2)
APART = (0.4, 2.5)  # loads at which draws are made


def errors(s, time, noise_ratio=None):
    noise = s.noise_ratio if noise_ratio is None else noise_ratio
    return np.array([theory.generalisation_error(Student(load, noise), [time])[0] for load in s.loads])


def measure(s):
    peak = s.loads.index(1.0)
    late = np.array([errors(s, t) for t in s.late])
    clean, sides = errors(s, s.late[-1], 0.0), [k for k in range(len(s.loads)) if k != peak]
    loads, x = np.array(s.loads), np.array(s.starts)
    stopped = exact(loads, [theory.best_stop(Student(load, s.noise_ratio))[1] for load in s.loads], 1e-9, "load")
    curves = {"late": exact(loads, late, 1e-9, "load"), "stopped": stopped}
    for name, rows in (("sides", late), ("clean sides", clean[None])):
        curves[name] = exact(loads[sides], rows[:, sides], 1e-9, "load")
    curves["peak"] = exact(loads[sides], np.repeat(late[:, peak : peak + 1], len(sides), 1), 1e-9, "load")
    curves["clean peak"] = exact(loads[sides], np.full(len(sides), clean[peak]), 1e-9, "load")
    for load in APART:
        how = {"dimension": s.dimension, "draws": s.draws, "seed": s.seed}
        runs = [simulate_flow(Student(load, s.noise_ratio, r), [s.late[-1]], **how) for r in s.starts]
        samples = np.hstack([run["test"].samples for run in runs])
        curves[f"drawn {load}"] = Curve(x, samples, x_name="start")
    return curves


def predict(s):
    x, curves = np.array(s.starts), {}
    for load in APART:
        values = [theory.late_error(load, s.noise_ratio, r) for r in s.starts]
        unmoved = (1 - load) + s.noise_ratio / (1 - load) if load < 1 else values[0]
        curves[f"drawn {load}"] = exact(x, values, 1e-12, "start")
        other = np.full(x.size, unmoved) if load < 1 else np.array(values) + 0.3 * x
        curves[f"other {load}"] = exact(x, other, 1e-12, "start")
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="without label noise", measured=measured["clean sides"], predicted=measured["clean peak"])
    claim = "late errors at other loads are below that at load 1"
    yield ordered(claim, measured["sides"], measured["peak"], rival=rival)
    rival = Rival(claim="late ones fall as well", measured=measured["late"])
    yield monotone("stopped in time, errors fall with the load", measured["stopped"], rival=rival)
    for load, words in zip(APART, ("a start that costs nothing", "0.3 times the start beside it"), strict=True):
        rival = Rival(claim=words, predicted=predicted[f"other {load}"])
        claim = (
            f"late error at load {load}: {'(1 - a)(1 + start) + noise / (1 - a)' if load < 1 else 'whatever the start'}"
        )
        yield agrees(claim, measured[f"drawn {load}"], predicted[f"drawn {load}"], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (peak, start) = plots.panels(2)
    for k, t in enumerate(s.late):
        plots.line(peak, s.loads, measured["late"].samples[k], k, f"time {t:g}")
    plots.points(peak, s.loads, measured["stopped"].mean, 3, "stopped in time")
    plots.label(peak, "samples / dimensions", "test error", f"1 / SNR = {s.noise_ratio}")
    for k, load in enumerate(APART):
        plots.measurement(start, measured[f"drawn {load}"], k, f"load {load}, drawn")
        plots.prediction(start, predicted[f"drawn {load}"], "" if k else "limit")
    plots.label(start, "variance of the start", "late test error", f"N = {s.dimension}", log="")
    return drawn


if __name__ == "__main__":
    script()
