"""BO-REP needs of order eps^-4 oracle calls; refining y_0 saves calls, and so do periodic updates.

Parameters from eps = r^(-1/2): 1 - beta = eps^2, eta = 3 eps^3, I = eps^-2/4, N = eps^-2/2; calls are counted by the
oracles until |Phi'| averages at most `goal` eps over the steps made. Phi as in bo_rep_rate.py. Calls stay closer to
eps^-4 through their first point than half way to eps^-3 or eps^-5; the exponent itself is not read from slopes, whose
corrections fade slowly. From a y_0 on the wrong side of the minimum the first steps go the wrong way unless y_0 is
refined first. Updates at every step reach the same accuracy with eps^-2/4 times as many lower calls; updates eps^-3
apart do not (compared by min(|Phi'|, 1): there x wanders, and sinh has heavy tails). The schedule's constants and the
factor `goal` are ours, the paper's being unknown. Not on trial: refinement in shrinking balls (here plain SGD), more
dimensions, and equal accuracy closer than `within`.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, ordered, plots, script
from theorylab.models.bilevel.model import Cosh
from theorylab.models.bilevel.normalised import equal_noise
from theorylab.models.bilevel.simulation import Observation, bo_rep, method, schedule

SOURCE = Source("abstract (~O(eps^-4) oracle calls, initialisation refinement, periodic updates)", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    start: float = 2.5
    wrong: float = -3.0  # y_0 in place of y*(x_0)
    goal: float = 6.0  # accuracy reached, in units of eps
    noise_std: float = 1.0
    roots: tuple[int, ...]  # eps^-2: multiples of 4
    compared: int = 8  # of the roots, from the first: starts and refinement
    few: tuple[int, ...]  # the same, for updates at every step
    within: float = 0.5  # of the accuracy of periodic updates; less than half way to the rival
    replicas: int
    seed: int


QUICK = Setting(roots=(16, 20, 24, 32, 40, 48, 64, 80, 96), few=(16, 24, 32), replicas=64, seed=1)
FULL = Setting(roots=(16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256), few=(16, 24, 32, 48, 64), replicas=192,
               seed=2)  # fmt: skip
PROBLEM = Cosh(1.0, coupling=1.2, amplitude=0.6, frequency=1.6, pull=0.1)  # not convex, y* = 1.2 x, f_x not 0


def simulate(s, roots, lower_start, *, refine=True, interval="periodic", goal=0.0):
    r = np.array(roots)
    apart = {"periodic": r // 4, "every step": 1, "too rare": np.round(r**1.5)}[interval]
    cap = (16 if goal else 4) * r**2  # a run with a goal stops there, and one that missed it would count inf calls
    steps = schedule(cap, 3.0 * r**-1.5, 1 - 1 / r, interval=apart, lower_steps=r // 2, lower_step=2 / r,
                     refinement=4 * r if refine else 0)  # fmt: skip
    given = method(steps, start=s.start, lower_start=lower_start)
    observation = Observation(goals=goal * r**-0.5, x=np.sqrt(r), x_name="1/eps")
    return bo_rep(PROBLEM, given, equal_noise(s.noise_std), replicas=s.replicas, seed=s.seed, observation=observation)


def measure(s):
    right = PROBLEM.coupling * s.start
    starts = {"refined": (s.wrong, True), "unrefined": (s.wrong, False), "right": (right, False)}
    some = {n: s.roots if n == "refined" else s.roots[: s.compared] for n in starts}
    curves = {n: simulate(s, some[n], y, refine=f, goal=s.goal)["calls"] for n, (y, f) in starts.items()}
    for interval in ("periodic", "every step", "too rare"):
        run = simulate(s, s.few, right, interval=interval)
        curves |= {interval: run["clipped"], f"{interval}, calls": run["calls"].drawn_from("runs")}
    return curves


def checks(s, measured, predicted):
    calls = measured["refined"]
    x, far = calls.x / calls.x[0], (calls.x[-1] / calls.x[0]) ** 0.5  # half way, in logarithms, at the last eps
    through = {power: exact(calls.x, calls.mean[0] * x**power, ulps=8, x_name="1/eps") for power in (3, 4, 5)}
    for power, kind, times in ((3, above, 1 / far), (5, below, far)):
        bound = exact(calls.x, times * through[4].mean, ulps=8, x_name="1/eps")
        rival = Rival(claim=f"eps^-{power} through the first point", measured=through[power])
        claim = f"oracle calls to an accuracy of order eps: eps^-4, closer than half way to eps^-{power}"
        yield kind(claim, calls, bound, rival=rival)
    claim, first = "fewer calls with refinement, y_0 on the wrong side", measured["refined"].at(slice(s.compared))
    rival = Rival(claim="fewer without", measured=measured["unrefined"], predicted=first)
    yield ordered(claim, first, measured["unrefined"], rival=rival)
    rival = Rival(claim="also I = eps^-3", measured=measured["too rare"])
    claim = f"I = eps^-2/4 is as accurate as I = 1, within {s.within:.0%}"
    yield agrees(claim, measured["periodic"], measured["every step"], rival=rival, within=s.within)
    less = replace(measured["every step, calls"], samples=measured["every step, calls"].samples * 2 / 3)
    rival = Rival(claim="the reverse", measured=less, predicted=measured["periodic, calls"])
    yield ordered(
        "I = eps^-2/4 takes less than two thirds of the calls", measured["periodic, calls"], less, rival=rival
    )


def figure(s, measured, predicted):
    drawn, (calls, interval) = plots.panels(2)
    plots.measurement(calls, measured["refined"], 0, "y_0 wrong, refined")
    plots.measurement(calls, measured["unrefined"], 1, "y_0 wrong, not refined")
    plots.measurement(calls, measured["right"], 2, "y_0 = y*(x_0)")
    x, last = measured["refined"].x, measured["refined"].mean[-1]
    plots.guide(calls, x, last * (x / x[-1]) ** 4, "eps^-4")
    plots.label(calls, "1 / eps", "oracle calls", f"to a mean gradient norm of {s.goal:g} eps")
    names = {"every step": "I = 1", "periodic": "I = eps^-2/4", "too rare": "I = eps^-3"}
    for k, (name, label) in enumerate(names.items()):
        plots.measurement(interval, measured[name], k, label)
    x, last = measured["every step"].x, measured["every step"].mean[-1]
    plots.guide(interval, x, last * x[-1] / x, "eps")
    plots.label(interval, "1 / eps", "mean of min(|Phi'|, 1), second half", "the same steps, lower updates I apart")
    return drawn


if __name__ == "__main__":
    script()
