"""A merge weighted by Hessians is joint training, exactly, for quadratic losses; other merges are so under conditions.

What a sum of task vectors misses is -H_0^-1 sum_t alpha_t (grad l_t(target) - grad l_t(theta_t)), for any losses.
Weighted by (H_0 + sum alpha H)^-1 (H_0 + H_t) nothing is missed where losses are quadratic. The Fisher average is
that merge if the weights sum to 1, and counts the anchor wrongly if not. With the diagonals of the Hessians alone the
merge is exact where they are diagonal, at a quarter of a turn too, and not in between.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, exact, plots, script
from theorylab.models.quadratics import merging
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (mismatch of gradients, merges by Hessians; read); identities derived here", kind="read")
WEIGHTS = ((1.0, 1.0), (0.5, 0.5), (0.7, 0.3))  # the first ones of sum 2
ROUNDING = 1e-11  # of the largest weight: systems of condition numbers below 1e3, solved a few times


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 6
    samples: tuple[int, int] = (20, 40)
    penalty: float = 0.5
    pairs: int  # of regressions
    seed: int


QUICK, FULL = Setting(pairs=30, seed=1), Setting(pairs=300, seed=2)


def regressions(s, random):
    """Two linear regressions with noise: tasks, Hessians, fine-tuned weights, anchor and penalty."""
    anchor, penalty, tasks = random.standard_normal(s.dim), s.penalty * np.eye(s.dim), []
    for count in s.samples:
        x, wanted = random.standard_normal((count, s.dim)), random.standard_normal(s.dim)
        tasks.append(merging.least_squares_task(x, x @ wanted + 0.3 * random.standard_normal(count)))
    points = np.array([merging.trained([task], [1.0], anchor, penalty) for task in tasks])
    return tasks, np.array([task(anchor)[1] for task in tasks]), points, anchor, penalty


def turned(s, angle):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    hessians = np.array([np.diag([4.0, 1.0]), turn @ np.diag([5.0, 0.5]) @ turn.T])
    anchor, penalty, weights = np.zeros(2), s.penalty * np.eye(2), [1.0, 1.0]
    tasks = [merging.quadratic_task(h, c) for h, c in zip(hessians, np.array([[1.0, 1.0], [-1.0, 0.5]]), strict=True)]
    points = np.array([merging.trained([task], [1.0], anchor, penalty) for task in tasks])
    joint = merging.trained(tasks, weights, anchor, penalty)
    return merging.gradient_matching(points, hessians, weights, anchor, penalty, diagonal=True), joint


def drawn(s, rows):
    bound = ROUNDING * np.abs(rows).max(axis=1, keepdims=True)
    return Curve(np.arange(s.dim), rows, True, bound, "coordinate").drawn_from("pairs of linear regressions", s.pairs)


def measure(s):
    random, found = generator(s.seed), []
    pairs = (regressions(s, random) for _ in range(s.pairs))
    for (tasks, hessians, points, anchor, penalty), weights in itertools.product(pairs, WEIGHTS):
        target = merging.trained(tasks, weights, anchor, penalty)
        arithmetic = merging.task_arithmetic(points, weights, anchor)
        found.append({
            "target": target, "arithmetic": arithmetic, "gap": target - arithmetic,
            "mismatch": merging.gradient_mismatch(tasks, points, target, weights, penalty),
            "mismatch at the anchor": merging.gradient_mismatch(tasks, points, anchor, weights, penalty),
            "matched": merging.gradient_matching(points, hessians, weights, anchor, penalty),
            "diagonal": merging.gradient_matching(points, hessians, weights, anchor, penalty, diagonal=True),
            "fisher": merging.fisher_average(points, hessians, weights, penalty),
        })  # fmt: skip
    curves = {name: drawn(s, np.array([each[name] for each in found])) for name in found[0]}
    for name, (text, later) in itertools.product(("fisher", "target"), (("sum 1", True), ("sum 2", False))):
        curves[f"{name}, {text}"] = drawn(s, curves[name].samples[(np.arange(len(found)) % len(WEIGHTS) > 0) == later])
    for name, angles in (("aligned", (0.0, np.pi / 2)), ("askew", (np.pi / 8, np.pi / 4))):
        rows = np.array([turned(s, angle) for angle in angles])
        for k, what in enumerate(("merged", "joint")):
            curves[f"{what}, {name}"] = exact([0, 1], rows[:, k], ROUNDING, "coordinate")
    return curves


def checks(s, measured, predicted):
    m = measured
    rival = Rival(claim="with gradients at the anchor", predicted=m["mismatch at the anchor"])
    yield agrees("task arithmetic misses the mismatch of gradients", m["gap"], m["mismatch"], rival=rival)
    rival = Rival(claim="task arithmetic is, too", measured=m["arithmetic"])
    yield agrees("the merge by Hessians is joint training", m["matched"], m["target"], rival=rival)
    rival = Rival(claim="for a sum of 2, too", measured=m["fisher, sum 2"], predicted=m["target, sum 2"])
    yield agrees("so is the Fisher average, weights of sum 1", m["fisher, sum 1"], m["target, sum 1"], rival=rival)
    rival = Rival(claim="turned by less, too", measured=m["merged, askew"], predicted=m["joint, askew"])
    yield agrees("diagonals suffice for diagonal Hessians", m["merged, aligned"], m["joint, aligned"], rival=rival)


def figure(s, measured, predicted):
    drawn, (errors,) = plots.panels(1, width=5.0)
    for k, name in enumerate(("arithmetic", "diagonal", "fisher", "matched")):
        y = np.linalg.norm(measured[name].samples - measured["target"].samples, axis=1)[: len(WEIGHTS)]
        plots.points(errors, np.arange(len(WEIGHTS)) + 0.08 * k, np.maximum(y, 1e-16), k, name)
    plots.label(
        errors, "weights of the two tasks", "distance from joint training", "one pair of linear regressions", log="y"
    )
    errors.set_xticks(np.arange(len(WEIGHTS)), [f"{a:g}, {b:g}" for a, b in WEIGHTS])
    errors.set_ylim(1e-17, 1e5)
    return drawn


if __name__ == "__main__":
    script()
