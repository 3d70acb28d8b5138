"""With multiplicative noise, too, momentum and SGD differ by O(eta) over O(1 / eta) steps at fixed beta.

Least squares on Gaussian data: the noise of the gradient grows with the error, and every direction feeds all others.
The exact risks of the heavy ball with step (1 - beta) eta and of SGD with step eta, from one start, differ at most by
the first power of eta on [0, 1 / eta]; those of SGD with the heavy ball's own step (1 - beta) eta do not approach it.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, decays_as, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares

SOURCE = Source("Theorem 3.5 (in a review, read); the first power on least squares is ours", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...] = tuple(0.016 / 2**k for k in range(5, -1, -1))  # eta x trace
    beta: float = 0.8
    times: tuple[float, ...] = (0.25, 0.5, 1.0)  # eta t x trace
    dim: int


QUICK = Setting(dim=4)
FULL = Setting(loads=tuple(0.016 / 2**k for k in range(8, -1, -1)), dim=50)


def risks(s, load):
    """Risks of the heavy ball, of SGD, and of SGD with the heavy ball's own step, at the times."""
    p = LeastSquares.power_law(s.dim, 1.5, start=1.0, noise_std=1.0)
    eta, steps = load / p.trace, np.array([round(time / load) for time in s.times])
    heavy = theory.asgd_risk(p, Acceleration.heavy_ball((1 - s.beta) * eta, s.beta), steps + 1)  # w is a step behind
    return heavy, theory.sgd_risk(p, eta, steps), theory.sgd_risk(p, (1 - s.beta) * eta, steps)


def measure(s):
    found = np.array([risks(s, load) for load in s.loads])
    gap = {name: np.abs(found[:, 0] - found[:, k]).max(axis=1) for name, k in (("matched", 1), ("own", 2))}
    return {name: exact(s.loads, values, 1e-9, "step size x trace") for name, values in gap.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="as its square root, the guarantee", predicted=Power(0.5))
    claim = "the difference of risks falls as eta"
    yield decays_as(claim, measured["matched"], Power(1), rival=rival, towards=0)
    rival = Rival(claim="as eta", predicted=Power(1))
    claim = "from SGD at (1 - beta) eta it does not fall"
    yield decays_as(claim, measured["own"], Power(0), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, text) in enumerate((("matched", "SGD at η"), ("own", "SGD at (1 - β) η"))):
        plots.points(axes, s.loads, measured[name].mean, k, text)
    top = measured["matched"].mean[-1]
    plots.guide(axes, s.loads, top * np.array(s.loads) / s.loads[-1], "slope 1")
    plots.label(axes, "step size × trace", "|risk of momentum - risk|", f"Gaussian data, d = {s.dim}, β = {s.beta:g}")
    return drawn


if __name__ == "__main__":
    script()
