"""Skewed noise lowers the order of RMSprop's diffusion limit from eta^2 to eta.

Noise of skewness 1.5 (-1/2 in four of five draws, 2 in one) violates the theorem's assumption of low skewness: it adds
a third moment of order eta per unit of time. Transfer operator against the limit's moments, on f = 1 - cos x; symmetric
noise of the same variance keeps the order eta^2. Not judged: skewed noise, E cos 2x with the old v. Corrections
of opposite signs leave its interval a thousandth off -1/2 up to 4000 steps: one of the instrument's misses.
"""

from dataclasses import dataclass

from theorylab import Power, Rival, Source, decays_as, log_steps, plots, script
from theorylab.models.sde import adaptive
from theorylab.models.sde.adaptive import COSINE, Observable
from theorylab.models.sde.model import Limit, Noise
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source("setting (low skewness, recalled); order derived here", kind="derived")
PHI = {"cos x": COSINE, "cos 2x": Observable(wave=2)}


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 50  # steps per unit of time, 1/eta^2
    most: int
    points: int = 8
    nodes: int = 17  # functions of x
    levels: int = 20
    start: tuple[float, float] = (1.0, 0.5)  # x, u


QUICK = Setting(most=600)
FULL = Setting(most=5000, points=16, nodes=25, levels=24)


def measure(s):
    wave, unsure = adaptive.limit_waves(Limit(), s.start, [1.0])
    n = log_steps(s.fewest, s.most, s.points)
    curves = {}
    for name, noise in (("skewed", Noise.skewed()), ("symmetric", Noise.symmetric())):
        for old in (False, True):
            runs = [
                adaptive.expectations(
                    Limit().algorithm(1 / k), noise, s.start, int(k), list(PHI.values()), nodes=s.nodes,
                    levels=s.levels, old_denominator=old,
                )
                for k in n
            ]  # fmt: skip
            for i, phi in enumerate(PHI):
                ends, bounds = [v[i, -1] for v, _ in runs], [b[i, -1] + unsure.max() for _, b in runs]
                key = f"{name}, {phi}, {'old' if old else 'new'} v"
                curves[key] = weak_error(n, ends, wave[i, 0].real, bounds)
    return curves


def checks(s, measured, predicted):
    for key, curve in measured.items():
        name, phi, order = key.split(", ")
        if (name, phi, order) == ("skewed", "cos 2x", "old v"):
            continue
        if name == "skewed":
            rival = Rival(claim="as eta^2", predicted=Power(-1))
            yield decays_as(f"skewed noise: error of E {phi} falls as eta, {order}", curve, -0.5, rival=rival)
        else:
            rival = Rival(claim="as eta", predicted=Power(-0.5))
            yield decays_as(f"symmetric noise: error of E {phi} falls as eta^2, {order}", curve, -1, rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    for panel, phi in zip(panels, PHI, strict=True):
        for k, name in enumerate(("skewed", "symmetric")):
            curve = measured[f"{name}, {phi}, new v"]
            plots.measurement(panel, curve, k, f"{name} noise")
            plots.prediction(panel, through_last(curve, -1 if k else -0.5), "" if k else "slopes -1/2, -1")
        plots.label(panel, "steps per unit of time, 1/η²", f"error of E {phi} at t = 1", "RMSprop, f = 1 − cos x")
    return drawn


if __name__ == "__main__":
    script()
