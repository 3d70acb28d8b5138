"""Under the same shift in every round the best steps settle at gamma^2 / v, v = (g k1 + sqrt(g^2 k1^2 + 4 g k2)) / 2.

g = gamma^2, moves of this variance in every round. Where label noise decides, v follows gamma and sigma; where the
noise of random data does, it follows gamma^2. The steady state is reached by making the steps, for 25 time constants.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.regression import theory

SOURCE = Source("abstract (rates under shift), read; steady state derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 20
    batch: int = 4
    noise_std: float = 1.0
    start: float = 4.0
    points: int
    small: tuple[float, float]
    large: tuple[float, float] = (10.0, 1e4)
    noises: tuple[float, float] = (1e5, 1e9)  # sigma^2, at gamma = 1


QUICK = Setting(points=7, small=(1e-3, 3e-2))
FULL = Setting(dim=100, batch=8, points=13, small=(1e-5, 1e-2))
ACROSS = ("small", "large", "noises")


def settled(s, gamma, noise_variance=1.0):
    """v under best steps after 25 time constants and more: the start is forgotten to 1e-20."""
    k1, k2 = theory.shift_constants(s.dim, s.batch, noise_variance * s.noise_std**2)
    size = min(gamma / (4 * k2**0.5), 1 / (2 * k1))  # below the step size there
    return theory.greedy_schedule(k1, k2, np.full(int(25 / size) + 25, gamma**2), s.start)[1][-1]


def axis(s, name):
    low, high = getattr(s, name)
    return np.geomspace(low, high, s.points)


def measure(s):
    curves = {name: exact(axis(s, name), [settled(s, g) for g in axis(s, name)], 1e-12, "gamma") for name in ACROSS[:2]}
    return curves | {
        "noises": exact(axis(s, "noises"), [settled(s, 1.0, n) for n in axis(s, "noises")], 1e-12, "sigma^2")
    }


def predict(s):
    curves = {}
    for name in ACROSS:
        x = axis(s, name)
        gamma, variance = (1.0, x) if name == "noises" else (x, 1.0)
        k1, k2 = theory.shift_constants(s.dim, s.batch, variance * s.noise_std**2)
        curves[name] = exact(x, theory.steady_error(gamma**2, k1, k2), ulps=16)
        curves[f"{name}, plain"] = exact(x, gamma * k2**0.5, ulps=16)
    return curves


def checks(s, measured, predicted):
    words = {"small": "small shift", "large": "large shift", "noises": "much label noise"}
    for name in ACROSS:
        rival = Rival(claim="gamma sqrt(k2)", predicted=predicted[f"{name}, plain"])
        yield agrees(f"{words[name]}: where v settles", measured[name], predicted[name], rival=rival, within=1e-9)
    one, two = Power(1), Power(2)
    rival = Rival(claim="as gamma^2", predicted=two)
    yield decays_as("small shift: v as gamma", measured["small"], one, rival=rival, towards=0)
    yield decays_as("large shift: v as gamma^2", measured["large"], two, rival=Rival(claim="as gamma", predicted=one))
    rival = Rival(claim="as sigma^2", predicted=one)
    yield decays_as("much label noise: v as sigma", measured["noises"], Power(0.5), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(ACROSS[:2]):
        plots.points(axes, measured[name].x, measured[name].mean, k, f"{name} shift")
        plots.guide(axes, measured[name].x, predicted[name].mean, "" if k else "closed form")
        plots.exact_line(axes, predicted[f"{name}, plain"], 3, "" if k else "gamma sqrt(k2) (rival)")
    plots.label(axes, "gamma", "v in the long run", f"d = {s.dim}, B = {s.batch}")
    return drawn


if __name__ == "__main__":
    script()
