"""Collapse freezes the direction: what exact descent learns at a margin beyond p log 2 is never learned in p bits.

Two training points (1, a), (1, -b) and a test point (1, -t): on the path of gradient descent the weights are (M, y)
with an offset y that stays, so that the test point is wrong until M = t y, long after the training points are right:
delayed generalisation. In p bits the run stands still for good once every margin is p log 2 (the sample of the larger
margin stops first, the other one then turns the weights a part of the way to the max margin). The same loss and weights
with gradients made in the log domain, and steps of fixed length, go on and generalise. Only the arithmetic differs.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, brackets, exact, plots, script
from theorylab.models.separable import collapse, precision, simulation
from theorylab.models.separable.model import Labelled

SOURCE = Source("abstract (softmax collapse prevents grokking, read); the problem is ours", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    pair: tuple[float, float] = (6.0, 0.05)  # (a, b)
    tests: tuple[float, ...] = (16.0, 17.0, 18.0)  # t of the test points
    low: tuple[int, ...] = (5, 6, 8, 9, 10, 11)  # bits
    high: tuple[int, ...]
    step_size: float = 0.1  # 0.2 makes the first steps overshoot
    length: float = 0.01  # of a step in the log domain


QUICK = Setting(high=(17, 18))
FULL = Setting(high=(17, 18, 20, 22, 24))


def tests(s):
    return np.stack([np.ones(len(s.tests)), -np.array(s.tests)], axis=1)


def stopped(s, bits):
    """Margins of the training points and of the test points where p bits stand still."""
    position = precision.frozen(Labelled.pair(*s.pair).signed, s.step_size, bits, 2 ** (bits + 6))[1]
    return Labelled.pair(*s.pair).signed @ position, tests(s) @ position


def log_domain(s):
    """Positions of steps of fixed length until the weights are nearly as long as at float32's collapse."""
    steps = np.arange(1, int(16 / s.length))
    return s.length * simulation.positions(Labelled.pair(*s.pair), s.length, steps, "gradient")


def measure(s):
    runs = {bits: stopped(s, bits) for bits in (*s.low, *s.high)}
    least = exact(list(runs), [train.min() for train, _ in runs.values()], ulps=64, x_name="bits")
    place = {name: exact(s.tests, np.array([runs[bits][1] for bits in bits_of]), 1e-9, "t")
             for name, bits_of in (("low", s.low), ("high", s.high))}  # fmt: skip
    path = log_domain(s)
    right = path @ tests(s).T > 0
    first = [path[np.flatnonzero(~right[:, i])[-1] :, 0][:2] for i in range(len(s.tests))]
    trained = exact(s.tests, [(path[1:] @ Labelled.pair(*s.pair).signed.T).min()] * len(s.tests), 1e-9, "t")
    return {"least margin": least, **place, "learned": brackets(s.tests, first, "t"), "trained": trained,
            "log domain": exact(s.tests, path[-1] @ tests(s).T, 1e-9, "t"),
            "tested": exact(s.tests, (path[1:] @ tests(s).T).min(axis=0), 1e-9, "t")}  # fmt: skip


def predict(s):
    bits = np.array([*s.low, *s.high], dtype=float)
    # The last step of the slowest point is 2 units 2^-p of its pull; a tie rounds down.
    overshoot = 2 * 2.0**-bits * (1 + s.step_size * (Labelled.pair(*s.pair).signed ** 2).sum(axis=1).max())
    offset = collapse.pair_offset(*Labelled.pair(*s.pair).signed)[1]
    curves = {name: exact(bits, collapse.absorbed_gap(p), overshoot / collapse.absorbed_gap(p), "bits")
              for name, p in (("least margin", bits), ("spacing", bits - 1))}  # fmt: skip
    times = {"learned": np.array(s.tests) * offset, "along u": np.array(s.tests) * offset / 2}
    return curves | {name: exact(s.tests, x, ulps=16, x_name="t") for name, x in times.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="(p - 1) log 2, one spacing", predicted=predicted["spacing"])
    yield agrees("the run stops at margin p log 2", measured["least margin"], predicted["least margin"], rival=rival)
    rival = Rival(claim="also where gradients are made in the log domain", measured=measured["log domain"])
    yield below("up to 11 bits (float16) the test points are never right", measured["low"], 0.0, rival=rival)
    rival = Rival(claim="as in few bits", measured=measured["low"])
    yield above("with more bits they are right when the run stops", measured["high"], 0.0, rival=rival)
    rival = Rival(claim="at half of that", predicted=predicted["along u"])
    claim = "exact descent learns them at M = t y, to 5%"
    yield agrees(claim, measured["learned"], predicted["learned"], rival=rival, within=0.05)
    rival = Rival(claim="the test points too", measured=measured["tested"])
    yield above("the training points are right all along", measured["trained"], 0.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (path_axes, frozen_axes) = plots.panels(2)
    path = log_domain(s)[::40]
    plots.line(path_axes, path[:, 0], (path @ Labelled.pair(*s.pair).signed.T).min(axis=1), 0, "training points, least")
    for k, t in enumerate(s.tests):
        plots.line(path_axes, path[:, 0], path @ np.array([1.0, -t]), k + 1, f"test point (1, -{t:g})")
    for bits in (11, 24):
        path_axes.axvline(float(collapse.absorbed_gap(bits)), color="black", linewidth=0.8, linestyle=":")
    plots.label(path_axes, "M (dotted: p log 2 for 11, 24 bits)", "margin", "gradients in the log domain", log="")
    bits = measured["least margin"].x
    plots.points(frozen_axes, bits, measured["least margin"].mean, 0, "training points, least")
    plots.guide(frozen_axes, bits, predicted["least margin"].mean, "p log 2")
    for k, t in enumerate(s.tests):
        every = np.append(measured["low"].samples[:, k], measured["high"].samples[:, k])
        plots.points(frozen_axes, bits, every, k + 1, f"test point (1, -{t:g})")
    plots.label(frozen_axes, "bits p of the softmax", "margin where the run stands still", log="")
    return drawn


if __name__ == "__main__":
    script()
