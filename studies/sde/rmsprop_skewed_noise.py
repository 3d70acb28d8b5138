"""Skewed noise lowers the order of RMSprop's limit to eta, and SVAG restores it: its error falls as l^-2.

Noise of skewness 1.5 (-1/2 in four of five draws, 2 in one) violates the theorem's low-skewness assumption: the third
moment per unit of time is of order eta. SVAG replaces g by r1 g1 + r2 g2, r1,2 = (1 -+ sqrt(2 l^2 - 1))/2, and runs
l^2 times as many steps at eta/l, 1 - b over l^2, eps l: skewness shrinks by (3 l^2 - 1)/(2 l^3), the step by l. (For
normal noise r1 g1 + r2 g2 is normal: SVAG is then the same algorithm at eta/l, l sigma.) Without rescaling b the limit
changes, and the error stays.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.sde import adaptive, theory
from theorylab.sde.model import Limit, Noise
from theorylab.sde.weak import weak_error

SOURCE = Source("malladi2022sdes", "abstract (SVAG-type simulation); rescalings from the authors' code")
PHI = {"cos x": lambda x, u: np.cos(x), "cos 2x": lambda x, u: np.cos(2 * x)}


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 50  # steps per unit of time
    most: int
    points: int = 12
    base: int = 50  # steps per unit of time of SVAG at l = 1
    factors: tuple[int, ...]  # l^2
    start: tuple[float, float] = (1.0, 0.5)  # x, u
    seed: int = 0  # exact road: draws nothing


QUICK = Setting(most=800, factors=(1, 2, 3, 4, 5, 6, 8, 10, 12, 16))
FULL = Setting(most=50_000, points=20, factors=(1, 2, 3, 4, 6, 8, 11, 16, 22, 32, 45, 64))


def run(s, noise, steps, svag=1, kept=None):
    """E phi and bounds at t = 1 of RMSprop with SVAG at l^2 = svag; `kept`: the decay that is not rescaled."""
    given = Limit().algorithm(1 / (steps * svag))
    given = given if kept is None else replace(given, decay=kept)
    value, bound = adaptive.expectations(
        given, noise.svag(svag**0.5), s.start, steps * svag, list(PHI.values()), nodes=21, levels=32
    )
    return value[:, -1], bound[:, -1]


def measure(s):
    wave, unsure = adaptive.limit_waves(Limit(), s.start, [1.0])
    truth, skewed, curves = wave[:2, 0].real, Noise.skewed(), {}
    n = np.unique(np.geomspace(s.fewest, s.most, s.points).astype(int))
    length = np.sqrt(s.factors)
    kept = Limit().algorithm(1 / s.base).decay
    cases = {
        "skewed": (n, [run(s, skewed, k) for k in n]),
        "symmetric": (n, [run(s, Noise.symmetric(), k) for k in n]),
        "SVAG": (length, [run(s, skewed, s.base, f) for f in s.factors]),
        "decay kept": (length, [run(s, skewed, s.base, f, kept) for f in s.factors]),
    }
    for name, (x, runs) in cases.items():
        for i, phi in enumerate(PHI):
            ends, bounds = [value[i] for value, _ in runs], [bound[i] + unsure.max() for _, bound in runs]
            curves[f"{name}, {phi}"] = weak_error(x, ends, truth[i], bounds)
    third = [skewed.svag(f).moment(3) / skewed.moment(3) for f in length]
    return curves | {"skewness": exact(length, third, 64 * 2.0**-52, "l")}


def predict(s):
    length = np.sqrt(s.factors)
    return {"skewness": exact(length, theory.svag_skewness(length), 2.0**-49, "l"),
            "plain": exact(length, length**-2, 2.0**-49, "l")}  # fmt: skip


def checks(s, measured, predicted):
    for phi in PHI:
        rival = Rival(claim="as eta^2", predicted=Power(-1))
        yield decays_as(f"skewed noise: error of E {phi} falls as eta", measured[f"skewed, {phi}"], -0.5, rival=rival)
        rival = Rival(claim="as eta", predicted=Power(-0.5))
        claim = f"symmetric noise: error of E {phi} falls as eta^2"
        yield decays_as(claim, measured[f"symmetric, {phi}"], -1, rival=rival)
        rival = Rival(claim="as l^-1", predicted=Power(-1))
        yield decays_as(f"SVAG: error of E {phi} falls as l^-2", measured[f"SVAG, {phi}"], -2, rival=rival)
    rival = Rival(claim="it falls as l^-2", predicted=Power(-2))
    yield decays_as("SVAG with the decay kept: the error stays", measured["decay kept, cos x"], 0, rival=rival)
    rival = Rival(claim="l^-2", predicted=predicted["plain"])
    yield agrees("SVAG's skewness: (3 l^2 - 1)/(2 l^3)", measured["skewness"], predicted["skewness"], rival=rival)


def figure(s, measured, predicted):
    drawn, (orders, lengths) = plots.panels(2)
    for k, name in enumerate(("skewed", "symmetric")):
        curve = measured[f"{name}, cos 2x"]
        plots.measurement(orders, curve, k, f"{name} noise")
        power, slope = (-0.5, "-1/2") if name == "skewed" else (-1.0, "-1")
        line = replace(curve, samples=curve.samples[:, -1:] * (curve.x / curve.x[-1]) ** power)
        plots.prediction(orders, line, f"slope {slope}", alpha=1.0 if k else 0.5)
    plots.label(orders, "steps per unit of time, 1/η²", "error of E cos 2x at t = 1", "RMSprop, f = 1 − cos x")
    for k, name in enumerate(("SVAG", "decay kept")):
        plots.measurement(lengths, measured[f"{name}, cos x"], k, name)
    curve = measured["SVAG, cos x"]
    plots.prediction(lengths, replace(curve, samples=curve.samples[:, -1:] * (curve.x / curve.x[-1]) ** -2), "slope -2")
    plots.label(lengths, "SVAG length l", "error of E cos x at t = 1", f"skewed noise, η² = 1/{s.base} at l = 1")
    return drawn


if __name__ == "__main__":
    script()
