"""With constraints Algorithm 1 keeps sqrt(E residual^2) <= 16 L D/(k+4) on least squares over a box.

The bound is derived for G = 0 (page_halpern_rate.py); with a box it is on trial on random instances whose solution lies
partly on the box's sides. The residual is |u - P(u - s F(u))|/s with the method's step s = 1/(4L). With batches of all
components the run is a deterministic iteration, redone in NumPy. Fresh batches without variance reduction leave the
bound. The recalled parameters, and those of the authors' code, whose calls are counted.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, log_steps, plots, script
from theorylab.models.minimax import schedules, theory
from theorylab.models.minimax.constrained import BoxedSquares, constrained_page

SOURCE = Source("abstract (constrained cocoercive case, read); bound derived here for G = 0", kind="derived")
WORDS = {"paper": "recalled parameters", "code": "parameters of the authors' code"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int = 36
    dimension: int = 9
    problem: int  # its number among the random ones
    horizon: int
    points: int = 10
    replicas: int
    seed: int


QUICK = Setting(problem=1, horizon=1000, replicas=64, seed=1)
FULL = Setting(problem=2, horizon=4000, points=12, replicas=512, seed=2)


def grid(s):
    return log_steps(10, s.horizon, s.points)


def problem(s):
    return BoxedSquares.random(s.size, s.dimension, s.problem)


def deterministic(s, anchors, steps):
    """Squared residuals of the iteration with full evaluations, in NumPy, after each number of steps."""
    p, out = problem(s), []
    matrix, right, u = p.rows.T @ p.rows / s.size, p.rows.T @ p.right / s.size, p.start()
    for k in range(steps[-1] + 1):
        slope = matrix @ u - right
        if k in steps:
            out.append(16 * ((u - np.clip(u - slope / 4, 0, 1)) ** 2).sum())
        if k < steps[-1]:
            u = np.clip(anchors[k] * p.start() + (1 - anchors[k]) * u - slope / 4, 0, 1)
    return out


def measure(s):
    p, few = problem(s), np.array([1, 2, 3, 5, 20])
    curves: dict[str, object] = {}
    for source in WORDS:
        rule = schedules.page_rule(s.size, s.horizon, source)
        run = constrained_page(p, rule, grid(s), replicas=s.replicas, seed=s.seed)
        least, most = s.size + 2 * int(s.size**0.5) * (grid(s) - 1), s.size * grid(s)
        curves |= {source: run["residual"], f"calls, {source}": run["calls"].bounded(least, most)}
        every = rule._replace(batch=s.size, replacement=False, refresh=np.eye(s.horizon + 1)[0])
        same = constrained_page(p, every, few, replicas=2, seed=s.seed)["residual"]
        curves[f"all, {source}"] = exact(few, same.samples[0], 1e-10)
    fresh = constrained_page(p, rule, grid(s), reduced=False, replicas=s.replicas, seed=s.seed)
    return curves | {"fresh": fresh["residual"]}


def predict(s):
    p, k, few = problem(s), grid(s), [1, 2, 3, 5, 20]
    distance = float(np.linalg.norm(p.start() - p.solution))
    curves = {"bound": exact(k, theory.page_bound(k, 1.0, distance) ** 2, ulps=16)}
    for source in WORDS:
        rule = schedules.page_rule(s.size, s.horizon, source)
        curves[f"all, {source}"] = exact(few, deterministic(s, rule.anchors, few), 1e-10)
        curves[f"late, {source}"] = exact(few, deterministic(s, np.append(rule.anchors[1:], 0), few), 1e-10)
        curves[f"calls, {source}"] = exact(k, theory.page_cost(s.size, k - 1, source), 1e-12)
        curves[f"leading, {source}"] = exact(k, theory.page_cost_leading(s.size, k), 1e-12)
    return curves


def checks(s, measured, predicted):
    for source, words in WORDS.items():
        rival = Rival(claim="of fresh batches, without variance reduction", measured=measured["fresh"])
        claim = f"E residual^2 <= (16 L D/(k+4))^2 on a box, {words}"
        yield below(claim, measured[source], predicted["bound"], rival=rival)
        rival = Rival(claim="with anchors one step on", predicted=predicted[f"late, {source}"])
        claim = f"batches of all components: the deterministic iteration, {words}"
        yield agrees(claim, measured[f"all, {source}"], predicted[f"all, {source}"], rival=rival)
        rival = Rival(claim="6 sqrt(n) k", predicted=predicted[f"leading, {source}"])
        claim = f"calls counted: full steps + sum (p_k n + 2 (1-p_k) b), {words}"
        yield agrees(claim, measured[f"calls, {source}"], predicted[f"calls, {source}"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2)
    for i, (source, words) in enumerate(WORDS.items()):
        plots.measurement(axes, measured[source], i, words)
    plots.measurement(axes, measured["fresh"], 2, "fresh batches")
    plots.prediction(axes, predicted["bound"], "(16 L D/(k+4))^2")
    plots.label(axes, "iterations k", "E residual^2 / L^2", f"box, n = {s.size}, d = {s.dimension}")
    return drawn


if __name__ == "__main__":
    script()
