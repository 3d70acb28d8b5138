"""With long inner solves Algorithm 2 is Halpern on the reflected resolvent, not the proximal point method.

On policeman and burglar, without constraints and on simplices: the residuals of its runs are those of exact resolvents,
a closed form by singular values, or projected extragradient in NumPy. Without the anchor, z+ = J z, they are others.
Algorithm 1 with all components in each batch is a deterministic iteration. Runs are samples. Costs: matrix_games.py.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, exact, plots, script
from theorylab.models.minimax import bilinear, games, schedules
from theorylab.models.minimax.model import MatrixGame

SOURCE = Source("algorithms (recalled; resolvent step in the authors' code); residuals derived here", kind="derived")
KINDS, NAMES = {"free": False, "simplices": True}, ("halpern", "proximal point")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    outer: tuple[int, ...]
    long: float = 2.0  # times the inner steps, for resolvents that are nearly exact
    replicas: int
    seed: int


QUICK = Setting(size=12, outer=(0, 1, 2, 4, 7, 11), replicas=4, seed=1)
FULL = Setting(size=40, outer=(0, 1, 2, 4, 7, 11, 19, 29), replicas=16, seed=2)


def projected(z):
    """Rows of z with both halves projected onto their simplices."""
    halves = []
    for part in np.split(z, 2, axis=-1):
        ordered = -np.sort(-part, axis=-1)
        shifts = (ordered.cumsum(axis=-1) - 1) / np.arange(1, part.shape[-1] + 1)
        halves.append(np.maximum(part - np.where(ordered > shifts, shifts, -np.inf).max(axis=-1, keepdims=True), 0))
    return np.concatenate(halves, axis=-1)


def solved(s, p):
    """Residuals of Halpern on 2 J - I, and of z+ = J z, with J found by projected extragradient, (2, points)."""
    n, zeros = p.size, np.zeros((p.size, p.size))
    F, eta = np.block([[zeros, p.payoffs], [-p.payoffs.T, zeros]]), n**0.5 / p.average_lipschitz
    t, u, out = 0.6 / (1 + eta * p.lipschitz), np.stack([p.start, p.start]), []
    for k in range(s.outer[-1] + 1):
        v = u
        for _ in range(int(10 / t)):
            half = projected(v - t * (v - u + eta * v @ F.T))
            v = projected(v - t * (half - u + eta * half @ F.T))
        moved = projected(v - p.residual_step * v @ F.T)
        out.append(np.linalg.norm(v - moved, axis=1) / p.residual_step)
        u = np.stack([(p.start + (k + 1) * (2 * v[0] - u[0])) / (k + 2), v[1]])
    return np.array(out)[list(s.outer)].T


def whole_batches(s, p):
    """Algorithm 1 with batches of all components: its residuals in a run, and those of the iteration."""
    steps, a, zeros = np.arange(1, 7), 0.25 / p.average_lipschitz, np.zeros(6)
    rule = schedules.page_rule(s.size, 6)._replace(batch=s.size, replacement=False)
    run = games.page(p, steps, step_size=a, rule=rule._replace(refresh=np.eye(7)[0]), replicas=2, seed=s.seed)
    same = games.deterministic(p, schedules.Schedule(zeros, zeros, rule.anchors, zeros + a), steps)
    return exact(steps, run["residual"].samples[0], 1e-9), exact(steps, same.samples[0], 1e-9)


def measure(s):
    curves: dict[str, Curve] = {}
    for kind, simplex in KINDS.items():
        p = MatrixGame.burglar(s.size, simplex=simplex)
        run = games.resolvent(p, s.outer, inner_share=s.long, replicas=s.replicas, seed=s.seed)["residual"]
        curves |= {kind: run.drawn_from("runs"), f"batches, {kind}": whole_batches(s, p)[0]}
    return curves


def predict(s):
    curves: dict[str, Curve] = {}
    for kind, simplex in KINDS.items():
        p = MatrixGame.burglar(s.size, simplex=simplex)
        given = [(p.payoffs, p.start, name, s.size**0.5 / p.average_lipschitz, s.outer) for name in NAMES]
        rows = solved(s, p) if simplex else [bilinear.resolvent_residuals(*each) for each in given]
        curves |= {f"{name}, {kind}": exact(s.outer, row, 1e-4) for name, row in zip(NAMES, rows, strict=True)}
        curves[f"batches, {kind}"] = whole_batches(s, p)[1]
    return curves


def checks(s, measured, predicted):
    for kind, other in zip(KINDS, reversed(KINDS), strict=True):
        rival = Rival(claim="that of the proximal point method", predicted=predicted[f"proximal point, {kind}"])
        claim = f"residual of Algorithm 2: that of Halpern on exact resolvents, {kind}"
        yield agrees(claim, measured[kind], predicted[f"halpern, {kind}"], within=0.02, rival=rival)
        rival = Rival(claim=f"that of {other}", predicted=predicted[f"batches, {other}"])
        claim = f"Algorithm 1, batches of all components: a deterministic iteration, {kind}"
        yield agrees(claim, measured[f"batches, {kind}"], predicted[f"batches, {kind}"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for panel, kind in zip(axes, KINDS, strict=True):
        for i, name in enumerate(NAMES):
            row = predicted[f"{name}, {kind}"].samples[0]
            plots.guide(panel, 1 + np.array(s.outer), row, f"{name}, exact", linestyle="-:"[i])
        plots.points(panel, 1 + measured[kind].x, measured[kind].mean, 0, "Algorithm 2, long inner solves")
        plots.label(panel, "outer steps k + 1", "residual", kind)
    return drawn


if __name__ == "__main__":
    script()
