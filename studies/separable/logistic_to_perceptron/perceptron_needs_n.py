"""The perceptron's n is real: on n - 1 points against one, it takes ~ n R / (4 mu) steps; normalised, ~ R / (2 mu).

n - 1 copies of (mu, sqrt(R^2 - mu^2)) and one (mu, -mu): margin mu. Step 1 follows the many; from then on the one pulls
alone, by 1/n per step, until it is right: a count known exactly. Logistic regression with a huge step takes the
very same steps. Divided by the mean weight, the one pulls by 1: no n is left. So gradient descent obeys no bound
without n, as R^2/mu^2. (Whether some data reach n R^2/mu^2, both factors at once, is not settled here.)
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.model import Labelled

SOURCE = Source("abstract, third observation (read); family and counts derived here", kind="derived")
METHODS = {"perceptron": (np.inf, "none"), "logistic": (1e12, "none"),
           "normalised perceptron": (np.inf, "weights"), "normalised logistic": (1e12, "weights")}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Setting:
    counts: tuple[int, ...] = (10, 20, 40, 80, 120, 160, 240, 320, 480, 640)
    ratios: tuple[float, ...] = (5.0, 7.0, 10.0, 14.0, 20.0, 28.0, 40.0, 56.0, 80.0, 112.0, 160.0)
    count: int = 80
    ratio: float = 40.0


QUICK = Setting()
FULL = Setting(counts=(10, 20, 40, 80, 120, 160, 240, 320, 640, 960, 1280, 1920, 2560), count=320,
               ratios=(5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 120.0, 160.0, 240.0, 320.0, 480.0, 640.0))  # fmt: skip


def grids(s):
    """Axis: points, cases (count, ratio)."""
    ratios = [(s.count, ratio) for ratio in s.ratios]
    return {"n": (s.counts, [(n, s.ratio) for n in s.counts]), "R/mu": (s.ratios, ratios)}


def measure(s):
    curves = {}
    for axis, (x, cases) in grids(s).items():
        for name, (step_size, normalisation) in METHODS.items():
            steps = [simulation.solve(Labelled.hard(*case), step_size, normalisation).iterations for case in cases]
            # Whole numbers: any rounding bound below 1 makes a miss of one step a refutation.
            curves[f"{name}, {axis}"] = exact(x, steps, ulps=1, x_name=axis)
    return curves


def predict(s):
    curves: dict[str, Curve] = {}
    for axis, (x, cases) in grids(s).items():
        counts, ratios = (np.array(column, dtype=float) for column in zip(*cases, strict=True))
        plain = [theory.hard_iterations(*case) for case in cases]
        normalised = [theory.hard_iterations(*case, normalised=True) for case in cases]
        values = dict(zip(METHODS, (plain, plain, normalised, normalised), strict=True)) | {
            "plain": plain,
            "textbook": [theory.hard_iterations(*case, tie=1.0) for case in cases],
            "bound": theory.perceptron_bound(counts, ratios, 1.0),
            "normalised bound": theory.normalised_bound(ratios, 1.0, np.inf, 0.0),
            "bound without n": theory.perceptron_bound(1.0, ratios, 1.0),
        }
        curves |= {f"{name}, {axis}": exact(x, y, ulps=4, x_name=axis) for name, y in values.items()}
    return curves


def checks(s, measured, predicted):
    for key in measured:
        name, axis = key.split(", ")
        other = f"{'plain' if 'normalised' in name else 'textbook'}, {axis}"
        rival = Rival(claim=f"that of the {other.split(',')[0]} perceptron", predicted=predicted[other])
        yield agrees(f"steps of {name} against {axis}", measured[key], predicted[key], rival=rival)
    for name, slope, wrong in (("perceptron", 1, 0), ("normalised perceptron", 0, 1)):
        rival = Rival(claim=f"as n^{wrong}", predicted=Power(wrong))
        yield decays_as(f"steps of {name} grow as n^{slope}", measured[f"{name}, n"], Power(slope), rival=rival)
        rival = Rival(claim="as (R/mu)^2, the bound's power", predicted=Power(2))
        yield decays_as(f"steps of {name} grow as R/mu", measured[f"{name}, R/mu"], Power(1), rival=rival)
    rival = Rival(claim="without n", predicted=predicted["bound without n, n"])
    yield below("steps of perceptron <= 2 n R^2/mu^2", measured["perceptron, n"], predicted["bound, n"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for panel, axis, title in zip(axes, grids(s), (f"R/mu = {s.ratio:g}", f"n = {s.count}"), strict=True):
        for k, name in enumerate(METHODS):
            style = {"markerfacecolor": "none", "markersize": 7.0} if "logistic" in name else {}
            plots.measurement(panel, measured[f"{name}, {axis}"], k, name, **style)
            plots.prediction(panel, predicted[f"{name}, {axis}"], "" if k else "exact count")
        plots.exact_line(panel, predicted[f"bound, {axis}"], 4, "bound 2 n R²/mu²")
        plots.exact_line(panel, predicted[f"normalised bound, {axis}"], 3, "normalised bound R²/mu²")
        plots.label(panel, axis, "steps until all points are right", title, legend=False)
    for panel, lines in zip(axes, (True, False), strict=True):  # lines left, points right: there is room for half each
        pairs = zip(*panel.get_legend_handles_labels(), strict=True)
        some = [(handle, name) for handle, name in pairs if (name in METHODS) != lines]
        panel.legend(*zip(*some, strict=True), loc="upper left", fontsize=7.5, handlelength=3.2, frameon=False)
    axes[0].set_ylim(top=3e8)
    axes[1].set_ylim(top=1e11)
    return drawn


if __name__ == "__main__":
    script()
