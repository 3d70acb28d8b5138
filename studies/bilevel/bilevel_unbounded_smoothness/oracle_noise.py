"""Each oracle of BO-REP reaches its momentum: at a frozen x the error of m is that of two linear filters.

Noise in one oracle at a time, of g_y, g_yy z, f_y, g_xy z and f_x, on a problem where y* is not x, f_x is not 0 and the
upper level is not convex: E (m - Phi')^2 from the first step on, exactly, and E (y - y*)^2 of the lower steps. The ball
around y holds it: no update moves it by more than the radius. Calls are counted by the oracles. The exact forms are
derived here, from the method's structure; with a moving x they are no longer exact (bo_rep_rate.py).
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.model import Cosh
from theorylab.models.bilevel.normalised import equal_noise
from theorylab.models.bilevel.simulation import bo_rep, method, schedule

SOURCE = Source("abstract (BO-REP, read); variances derived here", kind="derived")
ORACLES = {"product": "g_yy z", "slope": "f_y", "mixed": "g_xy z", "direct": "f_x"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    steps: tuple[int, ...] = (1, 2, 3, 5, 10, 30)
    start: float = 0.7
    momentum: float = 0.8
    aux_step: float = 0.5
    lower_step: float = 0.4
    lower_steps: int = 3
    radius: float = 0.1  # of the ball, where it holds
    replicas: int
    seed: int


QUICK = Setting(replicas=2000, seed=1)
FULL = Setting(replicas=100_000, seed=2)
PROBLEM = Cosh(1.0, curvature=0.6, coupling=1.5, amplitude=1.2, frequency=1.4, pull=0.8)


def run(s, noise, *, interval=1, radius=np.inf, replicas=None):
    plan = schedule(s.steps, 1e-12, s.momentum, interval=interval, lower_steps=s.lower_steps, lower_step=s.lower_step,
                    refinement=2)  # fmt: skip
    given = method(plan, start=s.start, lower_start=PROBLEM.coupling * s.start, aux_step=s.aux_step, radius=radius)
    return bo_rep(PROBLEM, given, noise, replicas=replicas or s.replicas, seed=s.seed)


def alone(name, std=1.0):
    return equal_noise(0.0)._replace(**{name: std})


def measure(s):
    curves = {name: run(s, alone(name))["momentum error"] for name in ORACLES}
    curves["lower"] = run(s, alone("lower"))["lower error"]
    held, free = (run(s, equal_noise(1.0), radius=r, replicas=200) for r in (s.radius, np.inf))
    counted = run(s, equal_noise(1.0), interval=2, replicas=2)["calls"]
    moved = {name: replace(made["moved"], rounding=np.array(1e-12)).drawn_from("runs")
             for name, made in (("held", held), ("free", free))}  # fmt: skip
    return curves | moved | {
                     "calls": counted.drawn_from("runs")}  # fmt: skip


def predict(s):
    k, mu = np.array(s.steps), PROBLEM.curvature
    y = PROBLEM.coupling * s.start
    upper = np.sinh(y) - PROBLEM.amplitude * PROBLEM.frequency * np.sin(PROBLEM.frequency * y)
    fixed, gains = (PROBLEM.pull * s.start, upper / mu, mu * PROBLEM.coupling), (s.aux_step * mu, s.momentum)
    curves = {"quiet": theory.momentum_error(fixed, gains, (0.0, 0.0), k)}
    for name in ORACLES:
        stds = (1 / mu, 0.0) if name in ("product", "slope") else (0.0, 1.0)
        curves[name] = theory.momentum_error(fixed, gains, stds, k)
    curves["lower"] = theory.lower_error(s.lower_step, mu, 1.0, s.lower_steps * k + 2)
    curves["one less"] = theory.lower_error(s.lower_step, mu, 1.0, s.lower_steps * (k - 1) + 2)
    updates = -(-k // 2)  # every second step, from the first on
    curves |= {"calls": 2.0 + s.lower_steps * updates + 4 * k, "three": 2.0 + s.lower_steps * updates + 3 * k}
    return {name: exact(k, values, 1e-9) for name, values in curves.items()}


def checks(s, measured, predicted):
    for name, words in ORACLES.items():
        rival = Rival(claim="of noiseless oracles", predicted=predicted["quiet"])
        yield agrees(f"E (m - Phi')^2, noise in {words} alone", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="with the noise of one update less", predicted=predicted["one less"])
    yield agrees("E (y - y*)^2, noise in g_y alone", measured["lower"], predicted["lower"], rival=rival)
    rival = Rival(claim="without the ball", measured=measured["free"])
    yield below(f"no update moves y by more than {s.radius}", measured["held"], s.radius, rival=rival)
    rival = Rival(claim="three per step", predicted=predicted["three"])
    claim = "oracle calls: refinement, lower steps of each update, four per step"
    yield agrees(claim, measured["calls"], predicted["calls"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for i, (name, words) in enumerate(ORACLES.items()):
        plots.measurement(axes, measured[name], i, f"noise in {words}")
        plots.prediction(axes, predicted[name], "" if i else "exact")
    plots.guide(axes, predicted["quiet"].x, predicted["quiet"].samples[0], "no noise", linestyle=":")
    plots.label(axes, "steps", "E (m - Phi')^2", f"x frozen at {s.start:g}")
    return drawn


if __name__ == "__main__":
    script()
