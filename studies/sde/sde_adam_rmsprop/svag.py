"""SVAG reaches RMSprop's limit from skewed noise at a fixed learning rate: its error falls as l^-2.

SVAG replaces g by r1 g1 + r2 g2, r1,2 = (1 -+ sqrt(2 l^2 - 1))/2, which keeps the mean and multiplies the covariance by
l^2, and runs l^2 times as many steps at eta/l, (1 - b)/l^2, eps l: the limit is unchanged. Skewness shrinks by
(3 l^2 - 1)/(2 l^3), the step by l, their product as l^-2. (For normal noise r1 g1 + r2 g2 is normal: SVAG is then in
law the same algorithm at eta/l, l sigma.) Without rescaling b the limit changes, and the error stays. Adam under SVAG
is not on trial.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.sde import adaptive, theory
from theorylab.models.sde.adaptive import COSINE, Observable
from theorylab.models.sde.model import Limit, Noise
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source(
    "abstract (SVAG-type simulation) and rescalings in the authors' code (read); order in l derived here",
    kind="derived",
)
PHI = {"cos x": COSINE, "cos 2x": Observable(wave=2)}


@dataclass(frozen=True, kw_only=True)
class Setting:
    base: int = 50  # steps per unit of time at l = 1
    squares: tuple[float, ...]  # l^2
    start: tuple[float, float] = (1.0, 0.5)  # x, u
    levels: int = 32


QUICK = Setting(squares=(1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0))
FULL = Setting(squares=(1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 16.0, 22.0, 32.0, 45.0, 64.0))


def run(s, square, kept=False):
    """E phi at t = 1 and bounds of RMSprop with SVAG at l^2 = square; `kept`: with the decay of l = 1."""
    given = Limit().algorithm(1 / (s.base * square))
    given = replace(given, decay=Limit().algorithm(1 / s.base).decay) if kept else given
    noise, phi = Noise.skewed().svag(square**0.5), list(PHI.values())
    value, bound = adaptive.expectations(given, noise, s.start, round(s.base * square), phi, levels=s.levels)
    return value[:, -1], bound[:, -1]


def measure(s):
    wave, unsure = adaptive.limit_waves(Limit(), s.start, [1.0])
    length, curves = np.sqrt(s.squares), {}
    for name, kept in (("SVAG", False), ("decay kept", True)):
        runs = [run(s, square, kept) for square in s.squares]
        for i, phi in enumerate(PHI):
            ends, bounds = [value[i] for value, _ in runs], [bound[i] + unsure.max() for _, bound in runs]
            curves[f"{name}, {phi}"] = weak_error(length, ends, wave[i, 0].real, bounds, "l")
    third = [Noise.skewed().svag(factor).moment(3) / Noise.skewed().moment(3) for factor in length]
    # Third powers of values up to 2, of either sign: 64 units on terms whose sum is at least a tenth of them.
    return curves | {"skewness": exact(length, third, ulps=640, x_name="l")}


def predict(s):
    length = np.sqrt(s.squares)
    return {"skewness": exact(length, theory.svag_skewness(length), ulps=8, x_name="l"),
            "plain": exact(length, 1 / length, ulps=8, x_name="l")}  # fmt: skip


def checks(s, measured, predicted):
    for phi in PHI:
        rival = Rival(claim="as l^-1", predicted=Power(-1))
        yield decays_as(f"SVAG: error of E {phi} falls as l^-2", measured[f"SVAG, {phi}"], -2, rival=rival)
    rival = Rival(claim="it falls as l^-2", predicted=Power(-2))
    yield decays_as("with the decay kept, the error of E cos x stays", measured["decay kept, cos x"], 0, rival=rival)
    rival = Rival(claim="1 / l", predicted=predicted["plain"])
    yield agrees("SVAG's skewness: (3 l^2 - 1)/(2 l^3)", measured["skewness"], predicted["skewness"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(("SVAG, cos x", "SVAG, cos 2x", "decay kept, cos x")):
        plots.measurement(axes, measured[name], k, name)
        if name.startswith("SVAG"):
            plots.prediction(axes, through_last(measured[name], -2), "" if k else "slope -2")
    plots.label(
        axes, "SVAG length l", "error of expectation at t = 1", f"RMSprop, skewed noise, η² = 1/{s.base} at l = 1"
    )
    return drawn


if __name__ == "__main__":
    script()
