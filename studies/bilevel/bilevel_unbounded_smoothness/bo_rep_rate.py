"""Normalised momentum with periodic lower updates: the mean gradient norm stays between 1 and 4/3 times c T^(-1/4).

BO-REP with every oracle noisy, 1 - beta = T^(-1/2), eta = 3 T^(-3/4), I = T^(1/2)/4, N = T^(1/2)/2 (orders of the paper
as recalled, constants ours), on Phi = x^2/20 + cosh(c x) + 0.6 cos(1.6 c x), c = 1.2: not convex, y* = c x, f_x not 0.
The travel from x0 costs (Phi(x0) - min Phi)/(eta T) = c T^(-1/4); what is left at the minimum falls as T^(-1/4) too.
Between the two bounds neither T^(-1/3) nor T^(-1/5) through the first point finds room. No theory gives the upper
constant: 4/3 was set from the quick run, between its points and the latter rival. The exponent itself is not read
from slopes: corrections fade as T^(-1/4), more slowly than a rate's interval assumes. With steps that do not shrink
with T the gradient stays above; with a constant step and no normalisation the same method diverges.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, ordered, plots, script
from theorylab.models.bilevel.model import Cosh
from theorylab.models.bilevel.normalised import equal_noise
from theorylab.models.bilevel.simulation import bo_rep, method, schedule

SOURCE = Source("abstract (~O(eps^-4) oracle calls); orders of the schedule recalled, its constants ours", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    start: float = 3.3
    noise_std: float = 1.0
    roots: tuple[int, ...]  # T^(1/2): multiples of 4
    unnormalised_step: float = 0.1
    replicas: int
    seed: int


QUICK = Setting(roots=(16, 20, 24, 32, 40, 48, 64, 80, 96, 128), replicas=64, seed=1)
FULL = Setting(roots=(16, 20, 24, 32, 48, 64, 80, 96, 128, 160, 192, 256), replicas=256, seed=2)
PROBLEM = Cosh(1.0, coupling=1.2, amplitude=0.6, frequency=1.6, pull=0.1)


def simulate(s, *, shrink=True, normalise=True):
    """Runs of T = r^2 steps with their own parameters, or all with those of the shortest."""
    roots = np.array(s.roots)
    r = roots if shrink else np.full(roots.size, roots[0])
    step_size = 3.0 * r**-1.5 if normalise else s.unnormalised_step
    plan = schedule(roots**2, step_size, 1 - 1 / r, interval=r // 4, lower_steps=r // 2, lower_step=2 / r,
                    refinement=2 * r)  # fmt: skip
    given = method(plan, start=s.start, lower_start=PROBLEM.coupling * s.start, normalise=normalise)
    return bo_rep(PROBLEM, given, equal_noise(s.noise_std), replicas=s.replicas, seed=s.seed,
                  keep_diverged=not normalise)  # fmt: skip


def measure(s):
    method, constant = simulate(s), simulate(s, shrink=False)
    lost = {"normalised": method["all"], "unnormalised": simulate(s, normalise=False)["all"]}
    x = method["all"].x
    share = {name: exact(x, np.isinf(c.samples).mean(axis=0), ulps=0) for name, c in lost.items()}
    return share | {"all": method["all"], "late": method["late"], "constant": constant["late"]}


def predict(s):
    steps = np.array(s.roots) ** 2.0
    lowest = PROBLEM.value(np.linspace(-s.start, s.start, 100_001)).min()
    travel = (float(PROBLEM.value(np.array(s.start))) - lowest) / (3 * steps**0.25)
    return {"travel": exact(steps, travel, 1e-7), "none": exact(steps, np.zeros(steps.size), ulps=0)}


def checks(s, measured, predicted):
    def through_first(power):
        x = measured["all"].x
        return exact(x, measured["all"].mean[0] * (x / x[0]) ** power, ulps=8)

    upper = exact(predicted["travel"].x, predicted["travel"].mean * 4 / 3, ulps=8)
    rival = Rival(claim="T^(-1/5) through the first point", measured=through_first(-1 / 5))
    yield below("mean gradient norm <= 4/3 c T^(-1/4): no T^(-1/5)", measured["all"], upper, rival=rival)
    rival = Rival(claim="T^(-1/3) through the first point, as with variance reduction", measured=through_first(-1 / 3))
    yield above("mean gradient norm >= c T^(-1/4): no T^(-1/3)", measured["all"], predicted["travel"], rival=rival)
    rival = Rival(claim="also in the second half, after the travel", measured=measured["late"])
    claim = "mean gradient norm >= travel (Phi(x0) - min Phi) / (eta T)"
    yield above(claim, measured["all"], predicted["travel"], rival=rival)
    late = measured["late"].x > 2 * measured["late"].x[0]
    shrinking, constant = measured["late"].at(late), measured["constant"].at(late)
    rival = Rival(claim="the reverse", measured=constant, predicted=shrinking)
    yield ordered("late gradient below that of steps that do not shrink with T", shrinking, constant, rival=rival)
    rival = Rival(claim="nor without normalisation", measured=measured["unnormalised"])
    yield agrees(
        "normalised runs stay finite (steps of length eta)", measured["normalised"], predicted["none"], rival=rival
    )


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    labels = {"all": "BO-REP, all steps", "late": "BO-REP, second half", "constant": "constant steps, second half"}
    for k, (name, label) in enumerate(labels.items()):
        curve = measured[name]
        plots.measurement(axes, curve, k, label)
        if name != "constant":
            slope = curve.mean[-1] * (curve.x / curve.x[-1]) ** -0.25
            plots.guide(axes, curve.x, slope, "" if k else "T^(-1/4)")
    plots.exact_line(axes, predicted["travel"], 3, "travel alone")
    plots.label(axes, "steps T", "mean |Phi'(x_k)|", f"Phi not convex, from x0 = {s.start:g}")
    return drawn


if __name__ == "__main__":
    script()
