"""Test and training errors of gradient flow on finite draws are integrals over the law of Marchenko and Pastur.

Each draw has its own data, teacher, noise and start, and its flow exactly, by the eigenvectors of its own X X^T. In
the mean over draws finite sizes are off by the order of 1 / N, which `within` leaves room for. Fewer samples than
dimensions, as many, and more.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, exact, plots, script
from theorylab.models.wide import theory
from theorylab.models.wide.model import Student, simulate_flow

SOURCE = Source("errors as integrals over the spectrum", kind="recalled")
LOADS = (0.5, 1.0, 2.0)


@dataclass(frozen=True, kw_only=True)
class Setting:
    dimension: int
    draws: int
    noise_ratio: float = 0.3
    start_ratio: float = 0.25
    last: float
    within: float
    seed: int


QUICK = Setting(dimension=40, draws=100, last=5.0, within=0.04, seed=1)
FULL = Setting(dimension=200, draws=200, last=20.0, within=0.01, seed=2)
NAMES = ("test", "train")


def times(s):
    return np.append(0.0, np.geomspace(0.1, s.last, 8))


def measure(s):
    curves: dict[str, Curve] = {}
    for load in LOADS:
        student = Student(load, s.noise_ratio, s.start_ratio)
        runs = simulate_flow(student, times(s), dimension=s.dimension, draws=s.draws, seed=s.seed)
        curves |= {f"{name}, {load}": runs[name] for name in NAMES}
    return curves


def predict(s):
    curves: dict[str, Curve] = {}
    for load in LOADS:
        # Rivals: the spectrum of samples and dimensions exchanged; a student that starts from 0.
        other, plain = Student(1 / load, s.noise_ratio, s.start_ratio), Student(load, s.noise_ratio)
        own = Student(load, s.noise_ratio, s.start_ratio)
        for key, student in (("", own), ("other ", other if load != 1 else plain)):
            rows = theory.generalisation_error(student, times(s)), theory.training_error(student, times(s))
            curves |= {f"{key}{name}, {load}": exact(times(s), row, 1e-9, "time")
                       for name, row in zip(NAMES, rows, strict=True)}  # fmt: skip
    return curves


def checks(s, measured, predicted):
    for load in LOADS:
        words = "a start from 0" if load == 1 else f"load {1 / load:g}"
        for name in NAMES:
            key = f"{name}, {load}"
            rival = Rival(claim=words, predicted=predicted[f"other {key}"])
            yield agrees(f"{name} error at load {load}", measured[key], predicted[key], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for panel, name in zip(axes, NAMES, strict=True):
        for k, load in enumerate(LOADS):
            plots.measurement(panel, measured[f"{name}, {load}"].at(slice(1, None)), k, f"load {load:g}")
            plots.prediction(panel, predicted[f"{name}, {load}"].at(slice(1, None)), "" if k else "integral")
        plots.label(panel, "time", f"{name} error", f"N = {s.dimension}, {s.draws} draws", log="x")
    return drawn


if __name__ == "__main__":
    script()
