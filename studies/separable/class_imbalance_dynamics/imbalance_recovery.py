"""The minority's loss rises at once and recovers after a time proportional to the imbalance; normalised descent does
not wait.

Two classes share one coordinate, which the majority wins at once, and each has one of its own, which gradient descent
moves at a rate proportional to the class's share: the minority's error there is (1 - s/(1 + ratio))^t. So its loss
peaks near (ratio/(1 + ratio) 2 c)^2/2 + 1/2, c half the distance of the shared centres, and returns below its start
after a time that grows as 1 + ratio. Per-class normalised steps take the same time at every imbalance.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.models.separable import classes, imbalance
from theorylab.models.separable.classes import Classes

SOURCE = Source("abstract (duration grows with the imbalance, read); times derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    ratios: tuple[float, ...]
    step_size: float = 0.1
    offset: float = 0.5
    shown: tuple[float, ...] = (1.0, 10.0, 100.0)
    normalised_step: float = 0.01


QUICK = Setting(ratios=(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0))
FULL = Setting(ratios=tuple(2.0**k for k in range(13)), step_size=0.05, normalised_step=0.004)


def run(s, ratio, steps, method="plain", offset=0.0):
    """Losses of the minority and errors in its own coordinate, (steps + 1,) each."""
    problem, size = Classes.orthogonal(ratio, offset), s.normalised_step if method == "normalised" else s.step_size
    path = classes.descend(problem, np.zeros(3), size, steps, method)
    return problem.losses(path)[:, 0], 1 - path[:, 1]


def measure(s):
    horizon, even = {r: int(5 * (1 + r) / s.step_size) for r in (*s.ratios, *s.shown)}, int(2 / s.normalised_step)
    losses = {r: run(s, r, horizon[r], offset=s.offset)[0] for r in horizon}
    halved = [(run(s, r, horizon[r])[1] > 0.5 + 1e-12).sum() for r in s.ratios]
    evenly = [(run(s, r, even, "normalised")[1] > 0.5 + 1e-12).sum() for r in s.ratios]
    back = [(losses[r] > losses[r][0]).sum() + 1 for r in s.ratios[3:]]  # below 8 there is hardly a rise
    top = [run(s, r, even, "normalised", s.offset)[0].max() for r in s.ratios]
    return {f"loss, {r:g}": exact(range(horizon[r] + 1), losses[r], ulps=2**12) for r in s.shown} | {
        "halving": exact(s.ratios, halved, ulps=0, x_name="ratio"),
        "normalised": exact(s.ratios, evenly, ulps=0, x_name="ratio"),
        "recovery": exact(1 + np.array(s.ratios[3:]), back, ulps=0, x_name="1 + ratio"),
        "peak, normalised": exact(s.ratios, top, ulps=64, x_name="ratio"),
        "peak": exact(s.ratios, [losses[r].max() for r in s.ratios], ulps=2**12, x_name="ratio")}  # fmt: skip


def predict(s):
    curves = {}
    for r in s.shown:
        t = np.arange(int(5 * (1 + r) / s.step_size) + 1)
        for name, offset in (("", s.offset), ("own, ", 0.0)):
            form = imbalance.minority_loss(t, s.step_size, r, offset)
            curves[f"{name}loss, {r:g}"] = exact(t, form, ulps=2**12)
    ratios = np.array(s.ratios)
    # Counted in whole steps: the form, rounded up.
    halving, share = (np.ceil(imbalance.halving_time(s.step_size, r) - 1e-9) for r in (ratios, ratios - 1))
    start = np.full(ratios.size, (1 + s.offset**2) / 2)
    return curves | {name: exact(ratios, x, ulps=4, x_name="ratio")
                     for name, x in (("halving", halving), ("share", share), ("start", start))}  # fmt: skip


def checks(s, measured, predicted):
    for r in s.shown:
        rival = Rival(claim="without the shared coordinate", predicted=predicted[f"own, loss, {r:g}"])
        name = f"loss, {r:g}"
        yield agrees(f"minority's loss at imbalance {r:g}", measured[name], predicted[name], rival=rival)
    share = Rival(claim="the rate s / ratio", predicted=predicted["share"])
    claim = "error halved after log 2 / -log(1 - s/(1 + ratio)) steps"
    yield agrees(claim, measured["halving"], predicted["halving"], rival=share)
    rival = Rival(claim="as its square root", predicted=Power(0.5))
    yield decays_as("recovery takes a time ~ 1 + ratio", measured["recovery"], Power(1), rival=rival)
    rival = Rival(claim="under gradient descent too", measured=measured["halving"])
    claim = "normalised: 1/(2 s) steps at every imbalance"
    yield agrees(claim, measured["normalised"], 0.5 / s.normalised_step, rival=rival)
    rival = Rival(claim="under gradient descent too", measured=measured["peak"])
    yield below("normalised: no rise at any imbalance", measured["peak, normalised"], predicted["start"], rival=rival)


def figure(s, measured, predicted):
    drawn, (loss, time) = plots.panels(2)
    for k, r in enumerate(s.shown):
        curve = measured[f"loss, {r:g}"]
        pick = np.unique(np.geomspace(1, curve.x.size - 1, 40).astype(int))
        plots.points(loss, curve.x[pick], curve.mean[pick], k, f"imbalance {r:g}")
        plots.guide(loss, curve.x[pick], predicted[f"loss, {r:g}"].mean[pick], "" if k else "closed form")
    plots.label(loss, "steps", "loss of the minority", f"gradient descent, s = {s.step_size:g}", log="x")
    plots.points(time, measured["recovery"].x, measured["recovery"].mean, 0, "loss back at its start, plain")
    for k, (name, method) in enumerate((("halving", "plain"), ("normalised", "normalised"))):
        plots.points(time, 1 + measured[name].x, measured[name].mean, k + 1, f"own error halved, {method}")
    plots.guide(time, 1 + predicted["halving"].x, predicted["halving"].mean, "closed form")
    plots.label(time, "1 + imbalance", "steps")
    return drawn


if __name__ == "__main__":
    script()
