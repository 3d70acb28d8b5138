"""Gradient descent reaches collapse after 2^p / s steps, p bits and step size s; Adam after (p log 2) / v, linear in p.

One sample of gradient descent moves its margin by s / (1 + e^m): m + e^m grows by s per step, up to log corrections
that are bounded here, so that each bit doubles the time, and float64 takes 2^29 times float32's. Adam divides by the
size of gradients: far out these fall by e^-v per step, and v solves v = s (1-b1)/(1-b1 e^v) ((1-b2 e^2v)/(1-b2))^(1/2).
Its average of squares remembers larger gradients, so v stays below log(1/b2)/2 however large s.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, below, exact, geometric, plots, script
from theorylab.models.separable import collapse, precision

SOURCE = Source("gradients vanish by collapse (read); times derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    bits: tuple[int, ...]  # of gradient descent
    step_size: float = 0.5
    late: tuple[int, ...] = (11, 24, 53)  # of Adam
    decays: tuple[float, float] = (0.9, 0.98)
    adam_steps: tuple[float, ...]


QUICK = Setting(bits=(8, 10, 12, 14, 16, 18, 20), adam_steps=(1e-3, 3e-3, 1e-2))
FULL = Setting(bits=(8, 10, 12, 14, 16, 18, 20, 22, 24, 25), adam_steps=(1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2))


def measure(s):
    times = precision.times_to_collapse(s.step_size, s.bits, 2 ** (max(s.bits) + 2))
    span = s.late[-1] - s.late[0]
    arrivals = np.array([
        precision.times_to_collapse(size, s.late, int(1e3 * s.late[-1] / size), s.decays) for size in s.adam_steps
    ])  # fmt: skip
    per_bit = (arrivals[:, -1] - arrivals[:, 0]) / span
    # Both ends are counted in whole steps.
    adam = Curve(s.adam_steps, per_bit[None], True, np.full((1, per_bit.size), 1 / span), "step size")
    shares = (arrivals[:, 1] - arrivals[:, 0]) / (arrivals[:, -1] - arrivals[:, 0])
    return {"descent": exact(s.bits, times, ulps=0, x_name="bits"), "Adam": adam,
            "speed": Curve(s.adam_steps, (np.log(2) / per_bit)[None], True, adam.rounding / per_bit, "step size"),
            "share": Curve(s.adam_steps, shares[None], True, 2 / (per_bit * span)[None], "step size")}  # fmt: skip


def predict(s):
    bits = np.array(s.bits, dtype=float)
    times = {name: collapse.collapse_time(p, s.step_size) for name, p in (("descent", bits), ("spacing", bits - 1))}
    slack = collapse.collapse_time_slack(bits, s.step_size)
    curves = {name: Curve(bits, x[None], True, slack[None], "bits") for name, x in times.items()}
    for name, sizes in (("Adam", [collapse.adam_speed(x, *s.decays) for x in s.adam_steps]), ("sign", s.adam_steps)):
        curves[name] = exact(s.adam_steps, np.log(2) / np.array(sizes), 1e-9, "step size")
    # Margins still of order 1 when the first of these bits is reached: the slope is 1 / (1 + e^m), not e^-m.
    share = (s.late[1] - s.late[0]) / (s.late[-1] - s.late[0])
    return curves | {"share": exact(s.adam_steps, np.full(len(s.adam_steps), share), ulps=1, x_name="step size")}


def checks(s, measured, predicted):
    rival = Rival(claim="2^(p-1), at a gap of one spacing", predicted=predicted["spacing"])
    yield agrees(
        "gradient descent: (2^p - 1 + p log 2) / s steps", measured["descent"], predicted["descent"], rival=rival
    )
    rival = Rival(claim="by less than 1.9", predicted=1.9)
    yield geometric("gradient descent: each bit doubles the time", measured["descent"], 2.0, rival=rival)
    rival = Rival(claim="log 2 / s, as steps of the sign", predicted=predicted["sign"])
    yield agrees(
        "Adam: log 2 / v steps a bit", measured["Adam"], predicted["Adam"], rival=rival, within=2.0 ** -s.late[0]
    )
    rival = Rival(claim="most of the time goes to the first bits, 1/2", predicted=0.5)
    yield agrees("Adam: times are linear in p", measured["share"], predicted["share"], rival=rival)
    limit = -np.log(s.decays[1]) / 2
    half = exact(s.adam_steps, np.array(s.adam_steps) / 2, ulps=1, x_name="step size")
    rival = Rival(claim="below the step size / 2", predicted=half)
    yield below("Adam's margin grows by less than log(1/b2)/2 a step", measured["speed"], limit, rival=rival)


def figure(s, measured, predicted):
    drawn, (descent, adam) = plots.panels(2)
    plots.points(descent, s.bits, measured["descent"].mean, 0, f"gradient descent, s = {s.step_size:g}")
    plots.guide(descent, s.bits, predicted["descent"].mean, "(2ᵖ - 1 + p log 2) / s")
    plots.label(descent, "bits p of the significand", "steps to collapse", "one sample, two classes", log="y")
    plots.points(adam, s.adam_steps, measured["speed"].mean, 0, "Adam")
    plots.guide(adam, s.adam_steps, np.log(2) / predicted["Adam"].mean, "v, closed form")
    plots.line(adam, s.adam_steps, s.adam_steps, 1, "s (steps of the sign)")
    plots.line(adam, s.adam_steps, np.full(len(s.adam_steps), -np.log(s.decays[1]) / 2), 3, "log(1/b2)/2")
    decays = ", ".join(f"{x:g}" for x in s.decays)
    plots.label(
        adam, "step size s", "margin gained per step", f"decays {decays}, between {s.late[0]} and {s.late[-1]} bits"
    )
    return drawn


if __name__ == "__main__":
    script()
