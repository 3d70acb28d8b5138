"""With three classes per-class normalised descent may raise a class's loss: two that pull the same way outvote it.

To first order a class's loss moves by -|g| (1 + sum of its gradient's cosines with the other classes'). With two
classes that is never a rise; with three it is where both others pull the other way, at an angle beyond 120 degrees. So
the sentence that normalising lowers every class's loss needs two classes, or the condition that each sum is above 0.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, below, exact, plots, script
from theorylab.models.separable import classes, imbalance
from theorylab.models.separable.classes import Classes

SOURCE = Source("abstract (per-class normalised gradients, read); condition derived here", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "Per-class normalised gradient descent lowers every class's loss only if for each class 1 plus the sum of its "
        "gradient's cosines with the others is positive: of itself with two classes, not with three."
    ),
    case="centres (-1, 0), (1, 0), (1, 0), start (0, 0.3): the first class's loss rises from 0.545 to 1.96",
    check="three classes: no class's loss rises",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float
    heights: tuple[float, ...] = (0.1, 0.3, 0.5, 1.0, 2.0)  # of the start; below 3^(-1/2) the first class is outvoted


QUICK = Setting(step_size=0.005)
FULL = Setting(step_size=0.0005, heights=(0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0))
CENTRES = np.array([[-1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])


def run(s, count, height, steps):
    """Losses (steps + 1, count) of the first `count` classes, from (0, height)."""
    problem = Classes.whole_space(CENTRES[:count], np.ones(count))
    return problem.losses(classes.descend(problem, [0.0, height], s.step_size, steps, "normalised"))


def measure(s):
    steps = int(1 / s.step_size)
    curves = {}
    for count, name in ((2, "two"), (3, "three")):
        losses = run(s, count, 0.3, steps)
        curves[name] = exact(np.arange(steps + 1), (losses / losses[0]).T, 1e-9)
        slopes = [np.diff(run(s, count, height, 1)[:, 0])[0] / s.step_size for height in s.heights]
        curves[f"slope, {name}"] = exact(s.heights, slopes, 1e-9, "height")
    return curves


def predict(s):
    x = np.array([[0.0, height] for height in s.heights])[:, None] - CENTRES
    sizes = np.linalg.norm(x, axis=2)
    cosine = (x[:, 0] * x[:, 1]).sum(axis=1) / sizes[:, 0] / sizes[:, 1]
    curves = {}
    for name, others in (("two", 1), ("three", 2)):
        form = imbalance.normalised_slope(sizes[:, 0], others * cosine)
        # Second order in the step size: at most |sum of the unit vectors|^2 / 2, each loss having curvature 1.
        slack = s.step_size * (1 + others) ** 2 / 2 / np.abs(form)
        curves[f"slope, {name}"] = exact(s.heights, form, slack, "height")
    return curves


def checks(s, measured, predicted):
    for name, other in (("two", "three"), ("three", "two")):
        rival = Rival(claim=f"that with {other}", predicted=predicted[f"slope, {other}"])
        claim = f"{name} classes: first slope -|g| (1 + sum of cosines)"
        yield agrees(claim, measured[f"slope, {name}"], predicted[f"slope, {name}"], rival=rival)
    rival = Rival(claim="two classes: none rises", measured=measured["two"])
    claim = "three classes: no class's loss rises"
    yield below(claim, measured["three"], 1.0, rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (time, slope) = plots.panels(2)
    for k, name in enumerate(("three", "two")):
        curve = measured[name].at(slice(None, None, max(1, measured[name].x.size // 100)))
        plots.line(time, curve.x, curve.samples[0], k, f"{name} classes: class 0")
        plots.line(time, curve.x, curve.samples[1], k + 2, f"{name} classes: class 1")
        plots.points(slope, s.heights, measured[f"slope, {name}"].mean, k, f"{name} classes")
        plots.guide(slope, s.heights, predicted[f"slope, {name}"].mean, "" if k else "closed form")
    time.axhline(1.0, color="black", linewidth=0.8)
    slope.axhline(0.0, color="black", linewidth=0.8)
    plots.label(time, "steps", "loss / loss at the start", f"normalised, s = {s.step_size:g}, from (0, 0.3)", log="")
    plots.label(slope, "height of the start", "first slope of class 0's loss", log="")
    return drawn


if __name__ == "__main__":
    script()
