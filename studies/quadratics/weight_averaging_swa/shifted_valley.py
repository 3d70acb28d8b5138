"""The average is worse than a well-annealed end point in training and better in a test loss that is shifted.

In the valley of curvature a to the left and b > a to the right, let the test loss be f shifted by d to either side. Its
best point d (b - a) / (a + b) lies on the flat side, where the average of SGD at rest lies too; the end of a run whose
step size goes to 0 lies at the minimum of f, and is exceeded there. With d = 0, or an average much further out than d,
the order is reversed.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.quadratics import valleys
from theorylab.models.quadratics.theory import valleys as forms
from theorylab.models.quadratics.valleys import Valley

SOURCE = Source(
    "abstract (averages generalise better, read); a mechanism in one dimension, derived here", kind="derived"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    left: float = 0.25
    right: float = 4.0
    noise_std: float = 0.9
    step_sizes: tuple[float, ...] = (0.02, 0.04, 0.08)
    shifts: tuple[float, ...] = (0.1, 0.3)
    grid: int = 4001


QUICK = Setting()
FULL = Setting(step_sizes=(0.0025, 0.005, 0.01, 0.02, 0.04, 0.08), shifts=(0.1, 0.2, 0.3), grid=100_001)


def loss(s, point, shift):
    """f shifted by d and by -d, half and half."""
    valley = Valley(s.left, s.right)
    return (valley.height(point - shift) + valley.height(point + shift)) / 2


def averages(s):
    """Where the mean of very many iterates lies, by step size."""
    return np.array([valleys.rest_means(Valley(s.left, s.right), x, s.noise_std).value[0] for x in s.step_sizes])


def measure(s):
    eta, d, place = np.array(s.step_sizes), np.array(s.shifts), averages(s)
    grid = np.linspace(-1, 1, s.grid)[:, None] * d
    losses = loss(s, grid, d)
    at = losses.argmin(axis=0)
    curves = {"best": exact(d, grid[at, np.arange(d.size)], ulps=4, x_name="shift"),
              "least": exact(d, losses.min(axis=0), ulps=16, x_name="shift")}  # fmt: skip
    for name, shift in (("training", 0.0), ("test", s.shifts[0])):
        curves[f"{name}, average"] = exact(eta, loss(s, place, shift), 1e-9, "step size")
        curves[f"{name}, end"] = exact(eta, loss(s, 0 * place, shift), ulps=8, x_name="step size")
    return curves


def predict(s):
    d, a, b = np.array(s.shifts), s.left, s.right
    best = forms.shifted_best(a, b, d)
    forms_of = {"best": best, "steep": -best, "least": forms.shifted_loss(a, b, d, best),
                "at 0": forms.shifted_loss(a, b, d, 0 * d)}  # fmt: skip
    return {name: exact(d, values, ulps=16, x_name="shift") for name, values in forms_of.items()}


def checks(s, measured, predicted):
    within = 4 / s.grid
    rival = Rival(claim="on the steep side", predicted=predicted["steep"])
    claim = "the best point of the test loss is d (b - a) / (a + b) on the flat side"
    yield agrees(claim, measured["best"], predicted["best"], rival=rival, within=within)
    rival = Rival(claim="that of the minimum of f", predicted=predicted["at 0"])
    yield agrees("its test loss is a b d^2 / (a + b)", measured["least"], predicted["least"], rival=rival,
                 within=within)  # fmt: skip
    rival = Rival(claim="in training, too", measured=measured["training, average"], predicted=measured["training, end"])
    claim = "test loss: the average is better than the end of a run with eta -> 0"
    yield ordered(claim, measured["test, average"], measured["test, end"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    x, d, place = np.linspace(-1, 0.5, 301), s.shifts[-1], averages(s)[-1:]
    plots.line(axes, x, loss(s, x, 0.0), 0, "training loss f")
    plots.line(axes, x, loss(s, x, d), 1, f"f shifted by ±{d:g}: test loss")
    plots.points(axes, place, loss(s, place, d), 1, f"average, η = {s.step_sizes[-1]:g}")
    plots.points(axes, [0.0], loss(s, np.zeros(1), d), 0, "end of a run with η → 0")
    plots.label(axes, "x", "loss", "the best point of the test loss is on the flat side", log="")
    axes.set_ylim(0, 0.5)
    return drawn


if __name__ == "__main__":
    script()
