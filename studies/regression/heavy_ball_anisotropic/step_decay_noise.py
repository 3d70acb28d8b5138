"""After step decay noise leaves sum_i n_i / l_i log_C(T sqrt kappa) / T, times (C-1)^2 / (8 C ln C): momentum or not.

n_i is the noise's variance in direction i. With n = sigma^2 H that is d sigma^2 log T / T: the logarithm above the best
possible d sigma^2 / T is real, not an artefact of the proof. At constant steps the same noise leaves as much at every
horizon. Horizons to 10^12: a stage is leapt over by powers of its 2x2 matrices.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("abstract (variance within logarithms of the optimum), read; the law derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    conditions: tuple[int, ...] = (64, 256)  # even powers of 2: T sqrt(kappa) = 2^j is a whole number of stages
    first: int = 18
    last: int = 44  # 2^44 / sqrt(kappa) steps
    stride: int = 2
    far: int = 28  # from here on the law is accurate to `within`
    within: float = 2e-3
    factor: float = 2.0


QUICK, FULL = Setting(dim=8, first=24, stride=5), Setting(dim=64, conditions=(64, 256, 1024), stride=1)
NOISES = ("sigma^2 H", "sigma^2 I")


def powers(s):
    return np.arange(s.first, s.last + 1, s.stride)


def cases(s):
    """Problem, momentum, step decay per power: condition number, noise of one trace, heavy ball and SGD, in turn."""
    for kappa, noise in product(s.conditions, NOISES):
        lam = np.geomspace(1, 1 / kappa, s.dim)
        covariance = None if noise == NOISES[0] else np.eye(s.dim) * lam.mean()
        p = LeastSquares(lam, np.zeros(s.dim), 1.0, "additive", 1, covariance)
        stages = [theory.Stages.step_decay(1.0, s.factor, round(2.0**j / kappa**0.5), kappa) for j in powers(s)]
        yield from ((p, momentum, stages) for momentum in ((1 - 1 / (4 * kappa**0.5)) ** 2, 0.0))


def scaled(s, of):
    """`of(problem, momentum, stages)` times T / d, per case (rows), over the powers of 2."""
    rows = [[of(p, m, stage) * stage.steps / s.dim for stage in stages] for p, m, stages in cases(s)]
    return exact(2.0 ** powers(s), rows, ulps=0, x_name="T sqrt(kappa)")


def final(p, m, stages):
    return theory.staged_risk(p, stages, m)[-1]


def at_once(p, m, stages):
    return final(p, m, theory.Stages((1.0,), (stages.steps,)))


def leading(s, p, m, stages, length):
    last = stages.lengths[0] * stages.step_sizes[-1] * p.eigenvalues / (1 - m)
    return theory.step_decay_noise_leading(p.noise_spectrum, p.eigenvalues, last, s.factor, length).sum()


def measure(s):
    decay = scaled(s, final)
    risk = exact(decay.x, decay.samples[1] / decay.x, ulps=2**20, x_name=decay.x_name)
    return {"decay": decay, "constant": scaled(s, at_once), "risk": risk.at(powers(s) >= s.far)}


def predict(s):
    return {
        "decay": scaled(s, lambda p, m, stages: leading(s, p, m, stages, stages.lengths[0])),
        "flat": scaled(s, lambda p, m, stages: leading(s, p, m, stages, stages.steps / s.first)),
        "bound": scaled(
            s, lambda p, m, stages: (p.noise_spectrum / p.eigenvalues).sum() * np.log(2) / stages.lengths[0]
        ),
    }


def checks(s, measured, predicted):
    far = powers(s) >= s.far
    decay = measured["decay"].at(far)
    rival = Rival(claim=f"stages of T / {s.first}: no logarithm", predicted=predicted["flat"].at(far))
    claim = "T risk = tr(H^-1 C) log_C(T sqrt kappa) (C-1)^2 / (8 C ln C), and what the last stage leaves unmade"
    yield agrees(claim, decay, predicted["decay"].at(far), rival=rival, within=s.within)
    rival = Rival(claim="as 1 / T", predicted=Power(-1))
    yield decays_as("risk as log T / T", measured["risk"], Power(-1, 1), rival=rival)
    rival = Rival(claim="at constant steps as well", measured=measured["constant"].at(far))
    yield below("T risk < tr(H^-1 C) ln(T sqrt kappa)", decay, predicted["bound"].at(far), rival=rival)


def figure(s, measured, predicted):
    drawn, (law, constant) = plots.panels(2)
    for k, name in enumerate(f"{noise}, {method}" for noise, method in product(NOISES, ("heavy ball", "SGD"))):
        plots.points(law, measured["decay"].x, measured["decay"].samples[k], k, name, markersize=3)
        plots.guide(law, predicted["decay"].x, predicted["decay"].samples[k], "" if k else "predicted")
        plots.points(constant, measured["constant"].x, measured["constant"].samples[k], k, name, markersize=3)
    plots.label(law, "T sqrt(kappa)", "T x risk / d", f"step decay, kappa = {s.conditions[0]}, d = {s.dim}", log="x")
    plots.label(constant, "T sqrt(kappa)", "T x risk / d", "constant steps 1 / L")
    return drawn


if __name__ == "__main__":
    script()
