"""Normalised steps need momentum where noise is skewed: signs see its median, averages its mean.

BO-REP on cosh(a x), schedule of bo_rep_rate.py, with and without momentum, normal or centred exponential noise.
Without momentum, skewed noise leaves the gradient on a plateau. Symmetric noise does not: its gradient falls as
eta^(1/2) = T^(-3/8), below that with momentum (m lags by T^(1/2) steps of length T^(-3/4)). So a floor without momentum
is a matter of the noise's law, not of its size. (Equally skewed noise of f_x and of g_xy z would cancel its skewness.)
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Power, Rival, Source, decays_as, ordered, plots, script
from theorylab.models.bilevel.model import Cosh
from theorylab.models.bilevel.normalised import equal_noise
from theorylab.models.bilevel.simulation import bo_rep, method, schedule

SOURCE = Source("abstract (normalised momentum, read); the role of the noise's law derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "Without momentum normalised steps stall on a plateau where the noise is skewed, not wherever there is noise: "
        "with normal noise the gradient falls as T^(-3/8)."
    ),
    case=("cosh, noise of size 1, T = 1024 -> 25600: 0.22 all along with exponential noise, 0.13 -> 0.04 with normal"),
    check="no momentum, normal noise: T^(-3/8)",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    scale: float = 1.0
    start: float = 2.0
    noise_std: float = 1.0
    roots: tuple[int, ...]  # T^(1/2): multiples of 4
    replicas: int
    seed: int


QUICK = Setting(roots=(16, 20, 24, 32, 40, 48, 56, 64, 80, 96), replicas=64, seed=1)
FULL = Setting(roots=(16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512), replicas=128, seed=2)
LEVEL = 0.05  # of the rates: 1% would take ten times the steps
CASES = {"momentum, skewed": (True, True), "none, skewed": (False, True), "none, normal": (False, False)}


def measure(s):
    """Mean gradient norms of the second half."""
    r, curves = np.array(s.roots), {}
    for name, (momentum, skewed) in CASES.items():
        plan = schedule(r**2, 3.0 * r**-1.5, 1 - 1 / r if momentum else 0.0, interval=r // 4, lower_steps=r // 2,
                        lower_step=2 / r, refinement=2 * r)  # fmt: skip
        noise = equal_noise(s.noise_std, skewed)._replace(direct=0.0)  # f_x = 0 is known
        run = bo_rep(Cosh(s.scale), method(plan, start=s.start), noise, replicas=s.replicas, seed=s.seed)
        curves[name] = run["late"]
    return curves


def checks(s, measured, predicted):
    plateau, quarter = Power(0), Power(-0.25)
    skewed, alone = measured["momentum, skewed"], measured["none, skewed"]
    rival = Rival(claim="T^(-1/4)", predicted=quarter)
    yield decays_as("no momentum, skewed noise: plateau", alone, plateau, rival=rival)
    rival = Rival(claim="plateau", predicted=plateau)
    yield decays_as("momentum, skewed noise: T^(-1/4)", skewed, quarter, rival=rival, level=LEVEL)
    yield decays_as(
        "no momentum, normal noise: T^(-3/8)", measured["none, normal"], Power(-0.375), rival=rival, level=LEVEL
    )
    rival = Rival(claim="also with skewed noise", measured=alone)
    claim = "no momentum, normal noise: below that with momentum"
    yield ordered(claim, measured["none, normal"], skewed, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    labels = ("momentum, skewed noise", "no momentum, skewed noise", "no momentum, normal noise")
    for k, (name, label, power) in enumerate(zip(CASES, labels, (-0.25, 0.0, -0.375), strict=True)):
        curve = measured[name]
        plots.measurement(axes, curve, k, label)
        slope = curve.mean[-1] * (curve.x / curve.x[-1]) ** power
        plots.guide(axes, curve.x, slope, "" if k else "T^(-1/4), constant, T^(-3/8)")
    plots.label(axes, "steps T", "mean |Phi'(x_k)|, second half", f"cosh({s.scale:g} x) from x0 = {s.start:g}")
    return drawn


if __name__ == "__main__":
    script()
