"""Gradient descent and AdaSGD do not see a rotation, Adam sees no flip and no permutation, blocks none inside a block.

Losses of f and of f rotated, from the rotated start, step by step. Blockwise Adam (an unbiased v for each block, no
momentum) is left alone by rotations inside its blocks; Adam by those that move signs and places alone. Equalities up to
rounding, over runs before any step turns back; the rival is Adam under the same rotation.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.preconditioning import block_descent, geometry
from theorylab.models.preconditioning.optimisers.blockwise_adam import Method
from theorylab.numerics.streams import generator

SOURCE = Source("rotations and AdaSGD (read); equalities derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    block: int = 4
    steps: int = 60
    rate: float = 0.02
    seed: int


QUICK = Setting(dim=24, seed=1)
FULL = Setting(dim=400, seed=2)
NAMES = {"gradient descent": "all", "AdaSGD": "all", "blockwise Adam": "inside", "Adam": "places"}


def problem(s):
    """A Hessian that is not diagonal, and a start."""
    draws = generator(s.seed, 1)
    turn = geometry.rotation(draws, s.dim, 0.05)
    hessian = turn @ np.diag(np.arange(1.0, s.dim + 1) ** -1.0) @ turn.T
    return (hessian + hessian.T) / 2, draws.standard_normal(s.dim)


def moves(s):
    """Orthogonal matrices: of all coordinates, inside the blocks, of places and signs."""
    draws = generator(s.seed, 2)
    inside = np.zeros((s.dim, s.dim))
    for first in range(0, s.dim, s.block):
        part = slice(first, first + s.block)
        inside[part, part] = geometry.rotation(draws, s.block)
    places = np.eye(s.dim)[draws.permutation(s.dim)] * draws.choice([-1.0, 1.0], s.dim)
    return {"all": geometry.rotation(draws, s.dim), "inside": inside, "places": places}


def losses(s, name, rotate):
    hessian, start = problem(s)
    turned = rotate @ hessian @ rotate.T
    if name == "gradient descent":
        return block_descent.gradient_descent(turned, rotate @ start, s.steps, 10 * s.rate)
    block = {"AdaSGD": s.dim, "blockwise Adam": s.block, "Adam": 1}[name]
    return block_descent.run(Method(s.rate, 0.99, 1e-12, block), turned, rotate @ start, s.steps)[0]


def measure(s):
    step, turns = np.arange(s.steps + 1), moves(s)
    pairs = [*NAMES.items(), ("Adam", "all"), ("Adam", "inside"), ("blockwise Adam", "all")]
    return {f"{name}, {move}": exact(step, losses(s, name, turns[move]), 1e-10) for name, move in pairs}


def predict(s):
    return {name: exact(np.arange(s.steps + 1), losses(s, name, np.eye(s.dim)), 1e-10) for name in NAMES}


def checks(s, measured, predicted):
    words = {"all": "any rotation", "inside": "rotations inside its blocks", "places": "flips and permutations"}
    for name, move in NAMES.items():
        wrong = {"all": "Adam, all", "inside": "Adam, inside", "places": "Adam, all"}[move]
        rival = Rival(claim="Adam does not see a rotation", measured=measured[wrong], predicted=predicted["Adam"])
        yield agrees(f"{name} does not see {words[move]}", measured[f"{name}, {move}"], predicted[name], rival=rival)
    rival = Rival(claim="nor one of all coordinates", measured=measured["blockwise Adam, all"])
    blocks = measured["blockwise Adam, inside"], predicted["blockwise Adam"]
    yield agrees("blockwise Adam does not see rotations inside its blocks alone", *blocks, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    step = np.arange(s.steps + 1)
    for k, name in enumerate(("AdaSGD", "blockwise Adam", "Adam")):
        plots.line(axes, step, predicted[name].mean, k, name)
    plots.points(axes, step[::6], measured["AdaSGD, all"].mean[::6], 0, "AdaSGD, any rotation")
    plots.points(axes, step[::6], measured["blockwise Adam, inside"].mean[::6], 1, "blockwise Adam, inside blocks")
    plots.points(axes, step[::6], measured["Adam, all"].mean[::6], 2, "Adam, any rotation")
    plots.label(axes, "steps", "loss", f"d = {s.dim}, blocks of {s.block}", log="")
    return drawn


if __name__ == "__main__":
    script()
