"""A step on beta = u v multiplies each balance u_j^2 - v_j^2 by 1 - (s g_j)^2, whichever point is drawn.

u' = u - s g v and v' = v - s g u, moved at once, turn u + v and u - v by 1 - s g and 1 + s g: their product, the
balance, can only shrink while |s g| < 2^(1/2), and the product u v becomes u v (1 + (s g)^2) - s g (u^2 + v^2). Nothing
else of the loss enters. If v moves with the new u the identity is lost.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.factorization import diagonal, theory
from theorylab.numerics.streams import generator

SOURCE = Source("updates of the public code (read); the identity is derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int
    dimension: int
    support: int = 5
    step_size: float = 0.1
    steps: int
    seed: int


QUICK = Setting(samples=20, dimension=30, steps=60, seed=1)
FULL = Setting(samples=80, dimension=200, support=20, steps=300, seed=2)
START = 0.1, 0.05  # u and v: apart, so that both terms of the product count


def path(s, order, at_once=True):
    """Factors (steps + 1, d) and slopes (steps, d) of SGD on the points of `order`; of all points where it is None."""
    data = diagonal.sparse_data(s.samples, s.dimension, s.support, seed=s.seed)
    u, v = (np.full(s.dimension, value) for value in START)
    rows, slopes = [(u, v)], []
    for t in range(s.steps):
        points = slice(None) if order is None else [order[t]]
        x = data.inputs[points]
        g = ((x @ (u * v) - data.labels[points])[:, None] * x).mean(axis=0)
        new = u - s.step_size * g * v
        u, v = new, v - s.step_size * g * (u if at_once else new)
        rows.append((u, v))
        slopes.append(g)
    return np.array(rows), np.array(slopes)


def roads(s, order, at_once=True):
    """Measured balances and products after each step, (d, steps), and what the identities make of those before it."""
    rows, slopes = path(s, order, at_once)
    u, v = rows[:, 0].T, rows[:, 1].T
    squares, balance, product, g = u**2 + v**2, u**2 - v**2, u * v, slopes.T
    after = {"balance": balance[:, 1:], "product": product[:, 1:]}
    grown = (1 + np.abs(s.step_size * g)) ** 2 * squares[:, :-1]  # of both identities, the sizes of all their terms
    forms = {"balance": balance[:, :-1] * theory.balance_factor(s.step_size, g),
             "product": theory.product_step(product[:, :-1], squares[:, :-1], s.step_size, g),
             "unsquared": balance[:, :-1] * (1 - np.abs(s.step_size * g)),
             "first order": product[:, :-1] - s.step_size * g * squares[:, :-1]}  # fmt: skip
    steps, unit = np.arange(1, s.steps + 1), 16 * 2.0**-52

    def curve(values):
        return exact(steps, values, unit * grown / np.maximum(np.abs(values), 1e-300))

    return {k: curve(x) for k, x in after.items()}, {k: curve(x) for k, x in forms.items()}


def measure(s):
    order = generator(s.seed, 12).integers(0, s.samples, s.steps)
    kinds = {"SGD": (order, True), "descent": (None, True), "in turn": (order, False)}
    return {f"{side}{name}, {kind}": curve for kind, how in kinds.items()
            for side, rows in zip(("", "form of "), roads(s, *how), strict=True)
            for name, curve in rows.items()}  # fmt: skip


def checks(s, measured, predicted):
    for name, wrong in (("balance", "unsquared"), ("product", "first order")):
        for kind in ("SGD", "descent"):
            rival = Rival(claim=f"{wrong}", predicted=measured[f"form of {wrong}, {kind}"])
            claim = f"{kind}: each {name} follows its identity at every step"
            yield agrees(claim, measured[f"{name}, {kind}"], measured[f"form of {name}, {kind}"], rival=rival)
    turn = Rival(claim="v moves with the new u", measured=measured["balance, in turn"],
                 predicted=measured["form of balance, in turn"])  # fmt: skip
    claim = "SGD: the balance shrinks by the identity if both move at once"
    yield agrees(claim, measured["balance, SGD"], measured["form of balance, SGD"], rival=turn)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (kind, label) in enumerate((("SGD", "SGD"), ("descent", "gradient descent"), ("in turn", "SGD, u then v"))):
        curve = measured[f"balance, {kind}"]
        plots.line(axes, curve.x, np.abs(curve.samples).max(axis=0), k, label)
    plots.label(axes, "steps", "largest |u_j² - v_j²|", f"step size {s.step_size:g}", log="y")
    return drawn


if __name__ == "__main__":
    script()
