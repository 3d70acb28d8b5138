"""Gradient descent contracts twice as fast as 1 - g mu says; its smallest gradient is certified 4 L gap_0/(3T - 1).

On mu-strongly convex f the worst |x_T - x*|^2 is max(|1 - g mu|, |1 - g L|)^(2T) D^2, the square of the textbook's
factor, with the second branch from g = 2/(mu+L) on; modes attain it and a semidefinite programme certifies it. For any
L-smooth f the smallest gradient of T steps has 2 gap_0/(gT): the slope of a Huber function attains T/(2T-1) of that,
the certified worst case at g = 1/L is 4 L gap_0/(3T - 1). The last gradient obeys no such bound: near a maximum it is
small at first, and grows.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script, stacked
from theorylab.models.convex import certified, model, simulation, theory

SOURCE = Source("gradient descent on strongly convex and on nonconvex functions; worst cases derived", kind="derived")
MU = 0.1


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizons: tuple[int, ...]
    steps: tuple[float, ...] = (0.5, 1.0, 1.5, 1.9, 1.95)  # step size x L; 2L/(mu + L) = 1.82
    starts: int = 4  # beside a maximum


QUICK, FULL = Setting(horizons=(1, 2, 5, 20, 50)), Setting(horizons=(1, 2, 5, 10, 30, 100, 300))


def worst_modes(step, horizons):
    """Largest x_T^2 from 1 over 41 modes of curvatures mu to L."""
    curvatures = np.linspace(MU, 1.0, 41)
    run = simulation.descend(lambda x: (x, curvatures * x), np.ones(41), step, max(horizons))
    return exact(horizons, (run.iterates[list(horizons)] ** 2).max(axis=1), ulps=8 * (np.array(horizons) + 4))


def slopes(horizons):
    """Smallest squared gradient in T steps down a Huber slope, over gap_0."""
    runs = [simulation.descend(lambda x: model.huber(x, 1.0, 1.0), [1.0 * T], 1.0, T) for T in horizons]
    found = [(run.slopes[:-1] ** 2).min() / run.values[0, 0] for run in runs]
    return exact(horizons, found, ulps=8 * (np.array(horizons) + 4))


def beside_a_maximum(s):
    """Squared gradients on 1 - cos x from beside its maximum, over gap_0: the smallest and the last of T steps."""
    start = np.pi - 10.0 ** -np.arange(1.0, 1.0 + s.starts)
    run = simulation.descend(lambda x: (1 - np.cos(x), np.sin(x)), start, 1.0, max(s.horizons))
    squares = run.slopes**2 / run.values[0]
    return [exact(s.horizons, x[np.array(s.horizons) - 1].T, 1e-6) for x in (np.minimum.accumulate(squares), squares)]


def measure(s):
    smallest, last = beside_a_maximum(s)
    return {"modes": stacked([worst_modes(step, s.horizons) for step in s.steps]), "smallest": smallest, "last": last,
            "few modes": worst_modes(1.95, certified.STEPS), "slope": slopes(s.horizons),
            "few slopes": slopes(certified.STEPS), "certified": certified.certified("smallest gradient")}  # fmt: skip


def predict(s):
    T, few = np.array(s.horizons), np.array(certified.STEPS)
    rows = {"modes": [theory.strongly_convex_worst(step, MU, 1.0, 1.0, T) for step in s.steps],
            "first branch": [np.abs(1 - step * MU) ** (2 * T) for step in s.steps],
            "bound": theory.smallest_gradient_bound(1.0, 1.0, T), "half": theory.smallest_gradient_bound(2.0, 1.0, T),
            "slope": theory.huber_smallest_gradient(1.0, 1.0, 1.0, T)}  # fmt: skip
    short = {"few first": (1 - 1.95 * MU) ** (2 * few), "few bound": theory.smallest_gradient_bound(1.0, 1.0, few),
             "few worst": theory.smallest_gradient_worst(1.0, 1.0, few), "few shifted": 4 / (3 * few + 1)}  # fmt: skip
    curves = {name: exact(T, x, ulps=8 * (T + 4)) for name, x in rows.items()}
    curves |= {name: exact(few, x, ulps=8 * (few + 4)) for name, x in short.items()}
    return curves | {"contraction": certified.certified("contraction")}


def checks(s, measured, predicted):
    rival = Rival(claim="(1 - g mu)^(2T) at any step", predicted=predicted["first branch"])
    yield agrees("worst mode: max(|1 - g mu|, |1 - g L|)^(2T) D^2", measured["modes"], predicted["modes"], rival=rival)
    rival = Rival(claim="(1 - g mu)^(2T) at any step", predicted=predicted["few first"])
    claim = "modes are the certified worst case at g = 1.95/L"
    yield agrees(claim, measured["few modes"], predicted["contraction"], within=1e-4, rival=rival)
    rival = Rival(claim="L gap_0/T: half the bound", predicted=predicted["half"])
    yield agrees("smallest gradient on a slope: 2 L gap_0/(2T-1)", measured["slope"], predicted["slope"], rival=rival)
    rival = Rival(claim="4 L gap_0/(3T + 1)", predicted=predicted["few shifted"])
    proved, bound = measured["certified"], predicted["few bound"]
    yield agrees("... certified: 4 L gap_0/(3T - 1)", proved, predicted["few worst"], within=1e-4, rival=rival)
    less = exact(proved.x, np.minimum(proved.samples, bound.samples) * 0.99, ulps=4)
    rival = Rival(claim="99% of both", predicted=stacked([less, less]))
    lower, upper = stacked([measured["few slopes"], proved]), stacked([proved, bound])
    yield below("slope <= certified <= bound", lower, upper, rival=rival)
    rival = Rival(claim="the last gradient", measured=measured["last"])
    yield below("1 - cos x: smallest |grad|^2 <= 2 gap_0/(gT)", measured["smallest"], predicted["bound"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    T, x, form = np.array(s.horizons), np.linspace(0.3, 2.0, 60), theory.strongly_convex_worst
    plots.points(left, s.steps, measured["modes"].samples[:, 0], 0, "worst mode, one step")
    plots.line(left, x, form(x, MU, 1.0, 1.0, 1), 0, "exact form")
    plots.guide(left, x[x <= 1], theory.strongly_convex_bound(x[x <= 1], MU, 1.0, 1), "textbook: 1 - g mu, to 1/L")
    plots.label(left, "step size x L", "|x_1 - x*|² / D²", f"mu = {MU} L", log="")
    plots.points(right, T, measured["slope"].mean, 0, "Huber slope")
    plots.points(right, measured["certified"].x, measured["certified"].mean, 1, "certified worst case")
    plots.line(right, T, theory.smallest_gradient_worst(1.0, 1.0, T), 1, "4/(3T - 1)")
    plots.points(right, T, measured["last"].samples.max(axis=0), 2, "last gradient, 1 - cos x")
    plots.prediction(right, predicted["bound"], "bound 2 gap_0/(gT)")
    right.set_ylim(bottom=1e-8)
    plots.label(right, "steps T", "smallest |grad|² / (L gap_0)", "g = 1/L")
    return drawn


if __name__ == "__main__":
    script()
