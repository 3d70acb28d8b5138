"""A cooldown that branches off a constant run is worth a fresh run of that length; a cosine that is cut short is not.

The moments of the constant run at 0.8 T are all that the cooldown sees of it. A cosine of horizon 2T that is stopped
at T has step sizes that are still large there. The exact recursion stands on two other roads: the sum over steps
unrolled, and paths of SGD with a schedule.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import schedules, simulation, theory
from theorylab.models.regression.theory import intrinsic

SOURCE = Source("abstract (one run for many durations, read); the roads derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 60
    exponent: float = 1.5
    source: float = 1.5
    noise: float = 0.04
    peak: float = 0.4
    durations: tuple[int, ...] = (50, 100, 200)
    replicas: int
    seed: int


QUICK = Setting(replicas=2000, seed=1)
FULL = Setting(durations=(50, 100, 200, 400, 800), replicas=40_000, seed=2)


def problem(s):
    return schedules.power_law_source(s.dim, s.exponent, s.source, s.noise)


def branched(s, steps):
    """Risk of a cooldown over a fifth that goes on from the moments of the constant run."""
    shared = round(0.8 * steps)
    moments = theory.sgd_moments(problem(s), np.full(shared, s.peak), [shared])[0]
    onward = replace(problem(s), error0=moments**0.5)
    return float(theory.sgd_risk(onward, schedules.cooldown(s.peak, steps - shared, 1.0), [steps - shared])[0])


def measure(s):
    fresh = [schedules.cooldown(s.peak, n, 0.2) for n in s.durations]
    one, last = problem(s), s.durations[0]
    paths = simulation.simulate_heavy_ball(one, fresh[0], 0.0, [last], replicas=s.replicas, seed=s.seed)
    return {
        "branched": exact(s.durations, [branched(s, n) for n in s.durations], 1e-9),
        "cut": exact(s.durations, [theory.sgd_risk(one, schedules.cosine(s.peak, 2 * n), [n])[0] for n in s.durations],
                     1e-9),
        "unrolled": exact(s.durations, [sum(intrinsic.unrolled_risk(one.eigenvalues, one.error0**2, s.noise**0.5, each))
                                        for each in fresh], 1e-9),
        "paths": paths,
    }  # fmt: skip


def predict(s):
    one = problem(s)
    fresh = [theory.sgd_risk(one, schedules.cooldown(s.peak, n, 0.2), [n])[0] for n in s.durations]
    cosine = [theory.sgd_risk(one, schedules.cosine(s.peak, n), [n])[0] for n in s.durations]
    constant = [theory.sgd_risk(one, np.full(n, s.peak), [n])[0] for n in s.durations]
    rows = {"fresh": fresh, "cosine": cosine, "constant": constant}
    return {name: exact(s.durations, row, 1e-9) for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(
        claim="so is a cosine cut at half its horizon", measured=measured["cut"], predicted=predicted["cosine"]
    )
    claim = "a cooldown from the shared run is worth a fresh one"
    yield agrees(claim, measured["branched"], predicted["fresh"], rival=rival)
    rival = Rival(claim="of a constant rate", predicted=predicted["constant"])
    yield agrees("the sum over steps is the recursion", measured["unrolled"], predicted["fresh"], rival=rival)
    rival = Rival(claim="of a constant rate", predicted=predicted["constant"].at([0]))
    yield agrees("risk of simulated runs with a cooldown", measured["paths"], predicted["fresh"].at([0]), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2)
    last = s.durations[-1]
    points = np.unique(np.geomspace(1, last, 60).astype(int))
    shared = theory.sgd_risk(problem(s), np.full(last, s.peak), points)
    plots.line(axes, points, shared, 0, "one run at a constant rate")
    for k, n in enumerate(s.durations):
        ends = np.unique(np.linspace(round(0.8 * n), n, 12).astype(int))
        down = theory.sgd_risk(problem(s), schedules.cooldown(s.peak, n, 0.2), ends)
        plots.line(axes, ends, down, 1, "" if k else "cooldowns over a fifth")
        along = theory.sgd_risk(problem(s), schedules.cosine(s.peak, n), points[points <= n])
        plots.line(axes, points[points <= n], along, 2, "" if k else "cosines", alpha=0.7)
    plots.label(axes, "steps", "risk", f"exact, a = b = {s.exponent:g}, noise {s.noise:g}")
    return drawn


if __name__ == "__main__":
    script()
