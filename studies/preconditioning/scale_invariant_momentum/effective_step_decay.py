"""The effective step a / |w|^2 falls as t^-1/2 with and without momentum; what momentum costs is a constant.

|w|^4 grows linearly whatever the method, once it is far above its start. With gradients that persist the angle turned
up to t is a sum of effective steps, of order sqrt t; momentum turns sqrt((1 - b) / (1 + b)) of what the projected step
and the descent of matched step turn.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, decays_as, exact, log_steps, ordered, plots, script
from theorylab.models.preconditioning import scale_invariance, theory_scale
from theorylab.models.preconditioning.optimisers import sgdp
from theorylab.numerics.streams import stream

SOURCE = Source("abstract (decay of effective steps, read); constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    rate: float = 0.02
    decay: float = 0.9
    start: float = 3.0


QUICK = Setting(horizon=10**6)
FULL = Setting(horizon=10**8)


def run(s, rate, decay, threshold):
    """Effective step and angle turned at steps over the last three powers of ten."""
    steps = log_steps(s.horizon / 1000, s.horizon, 25)
    method = sgdp.Method(rate, decay, 0.0, threshold, 1.0)
    toy, start = scale_invariance.PERSISTENT, np.array([s.start, 0.0])
    square, angle, _ = scale_invariance.invariant_run(method, toy, 1.0, start, steps + 0.0, stream(0, 0)).reshape(3, -1)
    return steps, rate / square, angle


def measure(s):
    rows = {
        "momentum": run(s, s.rate, s.decay, scale_invariance.PLAIN),
        "projected": run(s, s.rate, s.decay, scale_invariance.PROJECTED),
        "matched": run(s, s.rate / (1 - s.decay), 0.0, scale_invariance.PLAIN),
    }
    found = {name: exact(steps, values, 1e-8) for name, (steps, values, _) in rows.items()}
    found |= {f"angle, {name}": exact(steps, values, 1e-6) for name, (steps, _, values) in rows.items()}
    share = rows["momentum"][2][-1:] / rows["projected"][2][-1:]
    return found | {"share": exact([s.horizon], share, 1e-6)}


def predict(s):
    return {"share": exact([s.horizon], [theory_scale.turned_share_leading(s.decay)], 1e-14)}


def checks(s, measured, predicted):
    for name in ("momentum", "projected"):
        rival = Rival(claim="as t^-1/4", predicted=-0.25)
        yield decays_as(f"{name}: the effective step falls as t^-1/2", measured[name], -0.5, rival=rival)
    rival = Rival(claim="momentum and projected exchanged", measured=measured["angle, projected"],
                  predicted=measured["angle, momentum"])  # fmt: skip
    claim = "momentum turns less than the projected step"
    yield ordered(claim, measured["angle, momentum"], measured["angle, projected"], rival=rival)
    rival = Rival(claim="momentum's", predicted=measured["angle, momentum"])
    claim = "... which turns as the descent of matched step"
    yield agrees(claim, measured["angle, projected"], measured["angle, matched"], rival=rival, within=0.1)
    rival = Rival(claim="(1 - b) / (1 + b)", predicted=predicted["share"].mean[0] ** 2)
    claim = "in the end momentum turns sqrt((1 - b) / (1 + b)) of it"
    yield agrees(claim, measured["share"], predicted["share"], rival=rival, within=0.1)


def figure(s, measured, predicted):
    drawn, (steps, angles) = plots.panels(2)
    labels = {"momentum": "momentum", "projected": "projected", "matched": "descent, matched step"}
    for k, (name, label) in enumerate(labels.items()):
        plots.points(steps, measured[name].x, measured[name].mean, k, label)
        plots.points(angles, measured[name].x, measured[f"angle, {name}"].mean, k, label)
    x = measured["momentum"].x
    plots.guide(steps, x, measured["momentum"].mean[-1] * (x / x[-1]) ** -0.5, "t^(-1/2)")
    plots.label(steps, "steps", "effective step a / |w|²", f"b = {s.decay:g}, persistent gradients")
    plots.label(angles, "steps", "angle turned")
    return drawn


if __name__ == "__main__":
    script()
