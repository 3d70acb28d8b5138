"""Beyond quadratics the merge by Hessians errs in second order of how far tasks are apart, task arithmetic in first.

Logistic regressions with soft labels that the weights anchor + e v_t would give, one direction v_t a task. The
mismatch of gradients stays what task arithmetic misses, to rounding. As e falls to 0 the distance from joint training
falls as e for task arithmetic and as e^2 for the merge with Hessians at the fine-tuned weights: those differ from
Hessians anywhere near by e. The features are one draw of 60 in two dimensions; nothing is said of other draws.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, decays_as, plots, script
from theorylab.curves import Curve
from theorylab.models.quadratics import merging
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (Hessians reduce the mismatch, read); orders derived here", kind="derived")
SETTLED = 1e-13
"""Newton's method ends where its move is a few units of the weights."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 60
    penalty: float = 2.0
    halvings: int = 10
    seed: int


QUICK, FULL = Setting(seed=1), Setting(halvings=14, seed=2)


def distances(s):
    """e, and per e: distances from joint training of both merges; gap, mismatch, that at the anchor (halvings, d)."""
    random = generator(s.seed)
    features, anchor, penalty = random.standard_normal((s.samples, 2)), np.array([0.5, -0.3]), s.penalty * np.eye(2)
    ways, weights = np.array([[1.5, 0.5], [-0.5, 1.2]]), [1.0, 1.0]
    sizes, rows = 2.0 ** -np.arange(s.halvings), []
    for size in sizes:
        soft = [1 / (1 + np.exp(-(features @ (anchor + size * way)))) for way in ways]
        tasks = [merging.logistic_task(features, labels) for labels in soft]
        points = np.array([merging.trained([task], [1.0], anchor, penalty) for task in tasks])
        hessians = np.array([task(point)[1] for task, point in zip(tasks, points, strict=True)])
        target = merging.trained(tasks, weights, anchor, penalty)
        arithmetic = merging.task_arithmetic(points, weights, anchor)
        matched = merging.gradient_matching(points, hessians, weights, anchor, penalty)
        mismatch = merging.gradient_mismatch(tasks, points, target, weights, penalty)
        apart = [np.linalg.norm(arithmetic - target), np.linalg.norm(matched - target)]
        early = merging.gradient_mismatch(tasks, points, anchor, weights, penalty)
        rows.append((*apart, target - arithmetic, mismatch, early))
    return sizes, [np.array(row) for row in zip(*rows, strict=True)]


def measure(s):
    sizes, (arithmetic, matched, gap, mismatch, early) = distances(s)
    x = np.arange(2.0)
    names = {"arithmetic": arithmetic, "matched": matched}
    curves = {name: Curve(sizes[::-1], row[None, ::-1], True, np.array(SETTLED), "e") for name, row in names.items()}
    vectors = {"gap": gap, "mismatch": mismatch, "mismatch at the anchor": early}
    return curves | {name: Curve(x, row, True, np.array(100 * SETTLED), "coordinate") for name, row in vectors.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="with gradients at the anchor", predicted=measured["mismatch at the anchor"])
    yield agrees("task arithmetic misses the mismatch of gradients", measured["gap"], measured["mismatch"], rival=rival)
    for name, order, other, text in (("arithmetic", 1, 2, "task arithmetic"), ("matched", 2, 1, "merge by Hessians")):
        rival = Rival(claim=f"as e^{other}", predicted=other)
        claim = f"distance from joint training falls as e^{order}: {text}"
        yield decays_as(claim, measured[name], order, rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, text, order) in enumerate((("arithmetic", "task arithmetic", 1), ("matched", "Hessians", 2))):
        curve = measured[name]
        plots.points(axes, curve.x, curve.mean, k, text)
        plots.guide(axes, curve.x, curve.mean[0] * (curve.x / curve.x[0]) ** order, f"slope {order}")
    plots.label(axes, "how far the tasks are apart, e", "distance from joint training", "logistic regressions")
    return drawn


if __name__ == "__main__":
    script()
