"""Per-class normalised descent ends at the geometric median of the class centres, whatever the imbalance.

On F_l = |x - m_l|^2 / 2 the shares cancel: with falling steps it ends where the unit gradients sum to 0, at the point
of least summed distance, here found by Weiszfeld's iteration. Gradient descent ends at the weighted mean, samples
divided by the sizes of their classes at the plain one. With two classes every point between the centres is such a
point: a step s moves the part across by the factor 1 - s (1/r_0 + 1/r_1), r_l the distances, and nothing along.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.separable import classes
from theorylab.models.separable.classes import Classes

SOURCE = Source("abstract (per-class normalised gradients, read); fixed points derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    ratios: tuple[float, ...]
    starts: tuple[tuple[float, float], ...] = ((0.0, 0.0), (2.0, -1.0), (-0.5, 1.5))
    steps: int
    along: tuple[float, ...] = (-0.6, -0.2, 0.0, 0.3, 0.7)  # between two centres at -1 and 1
    across: float = 1e-5


QUICK = Setting(ratios=(1.0, 10.0), steps=20_000)
FULL = Setting(ratios=(1.0, 3.0, 10.0, 100.0), steps=1_000_000)
CENTRES = np.array([[-1.0, 0.0], [1.0, 0.0], [0.2, 1.5]])
METHODS = ("normalised", "plain", "reweighted")


def problem(ratio):
    return Classes.whole_space(CENTRES, [1.0, ratio, 3 * ratio])


def two(s):
    """After one normalised step of 0.1 from a point between two centres: what is left across, and the move along."""
    between = Classes.whole_space(CENTRES[:2], [1.0, 5.0])
    ends = np.array([classes.descend(between, [x, s.across], 0.1, 1, "normalised")[1] for x in s.along])
    return ends[:, 1] / s.across, ends[:, 0] - s.along


def median():
    """Weiszfeld's iteration for the point of least summed distance."""
    x = CENTRES.mean(axis=0)
    for _ in range(500):
        weights = 1 / np.linalg.norm(CENTRES - x, axis=1)
        x = weights @ CENTRES / weights.sum()
    return x


def measure(s):
    ends = {name: [classes.descend(problem(r), start, 0.2, s.steps, name, slow=50.0)[-1]
                   for r in s.ratios for start in s.starts] for name in METHODS}  # fmt: skip
    curves = {name: exact([0, 1], rows, 1e-6, "coordinate") for name, rows in ends.items()}
    # A part of 1e-5 across leaves an error of its square, and rounding.
    return curves | {"across": exact(s.along, two(s)[0], 1e-8, "along")}


def predict(s):
    means = [problem(r).shares @ CENTRES for r in s.ratios for _ in s.starts]
    ends = {"normalised": [median()] * len(means), "plain": means, "reweighted": [CENTRES.mean(axis=0)] * len(means)}
    x = np.array(s.along)
    curves = {name: exact([0, 1], rows, 1e-9, "coordinate") for name, rows in ends.items()}
    return curves | {"across": exact(x, 1 - 0.1 * (1 / (1 + x) + 1 / (1 - x)), ulps=16, x_name="along"),
                     "one": exact(x, 1 - 0.1 / (1 + x), ulps=16, x_name="along")}  # fmt: skip


def checks(s, measured, predicted):
    for name, other, where in (
        ("normalised", "reweighted", "the geometric median"),
        ("plain", "normalised", "the weighted mean"),
        ("reweighted", "normalised", "the mean of the centres"),
    ):
        rival = Rival(claim=f"where {other} descent does", predicted=predicted[other])
        yield agrees(f"{name}: ends at {where}", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="of the nearest centre alone", predicted=predicted["one"])
    claim = "two classes: across, a factor 1 - s (1/r_0 + 1/r_1)"
    yield agrees(claim, measured["across"], predicted["across"], rival=rival)


def figure(s, measured, predicted):
    drawn, (plane,) = plots.panels(1, width=5.5, height=4.2)
    plots.points(plane, CENTRES[:, 0], CENTRES[:, 1], 4, "class centres", markersize=7)
    pick = np.unique(np.geomspace(1, 300, 40).astype(int))
    for k, name in enumerate(METHODS):
        for j, start in enumerate(s.starts):
            path = classes.descend(problem(s.ratios[-1]), start, 0.2, 300, name, slow=50.0)[pick]
            plots.line(plane, path[:, 0], path[:, 1], k, "" if j else name)
        end = predicted[name].samples[-1]
        plots.points(plane, end[:1], end[1:], k, "", markersize=8, zorder=6)
    plane.set(xlim=(-1.5, 3.4), ylim=(-1.3, 2.0))
    plots.label(
        plane, "x₁", "x₂", f"imbalances 1 : {s.ratios[-1]:g} : {3 * s.ratios[-1]:g}; marks: predicted ends", log=""
    )
    return drawn


if __name__ == "__main__":
    script()
