"""Lion-K ends where f is least over K*(lam x) <= 1: another norm in place of Lion's is another ball, of the dual norm.

K the l1, l2, linf and nuclear norm of a matrix, on quadratics with unequal weights, lam = 1; a Huber K, whose conjugate
is finite in the box, adds its penalty. Each end is compared with the minimiser over the ball of its own dual norm, by
projected descent, and with a mismatched one's: it is nearer than the last step size, in units of half the distance
between both. Seen here, not proved: norms have kinks.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, exact, plots, script
from theorylab.models.preconditioning import norms
from theorylab.numerics.streams import generator

SOURCE = Source("the family of K (read)", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    steps: int
    seed: int


QUICK = Setting(steps=1500, seed=1)
FULL = Setting(steps=40_000, seed=2)
PAIRS = {"l1": "l2", "l2": "l1", "linf": "l2", "nuclear": "l1"}  # each with its rival's
WIDTH = 0.5  # of Huber's K: its conjugate is WIDTH |y|^2 / 2 in the box


def problem(s):
    """Weights and a target (3, 3), outside all balls."""
    draws = generator(s.seed, 1)
    return draws.uniform(0.5, 1.5, (3, 3)), 2 * draws.standard_normal((3, 3))


def huber(m):
    return np.clip(m / WIDTH, -1.0, 1.0)


def end(s, direction):
    """Where Lion-K ends, with steps that fall from 0.1 to 10 / their number."""
    weights, target = problem(s)
    sizes = np.geomspace(0.1, 10 / s.steps, s.steps)
    return norms.lion_k(direction, lambda x: weights * (x - target), np.zeros((3, 3)), sizes, (1.0, 0.9, 0.99))


def distances(found, own, wrong):
    """From both minimisers, in units of half the distance between these."""
    return [np.linalg.norm(found - x) / (np.linalg.norm(own - wrong) / 2) for x in (own, wrong)]


def measure(s):
    (weights, target), rows = problem(s), []
    for norm, other in PAIRS.items():
        own, wrong = (norms.constrained_minimum(k, weights, target, 1.0) for k in (norm, other))
        rows.append(distances(end(s, lambda m, norm=norm: norms.steepest(norm, m)), own, wrong))
    own, wrong = (norms.constrained_minimum("l1", weights, target, 1.0, ridge) for ridge in (WIDTH, 0.0))
    rows.append(distances(end(s, huber), own, wrong))
    names = ("own", "mismatched")
    return {name: exact(np.arange(5), row, 1e-6, "K") for name, row in zip(names, np.array(rows).T, strict=True)}


def predict(s):
    return {"most": exact(np.arange(5), np.full(5, 10 / s.steps), ulps=1, x_name="K")}


def checks(s, measured, predicted):
    for k, name in enumerate((*PAIRS, "Huber")):
        wrong = "the ball of " + PAIRS[name] if name in PAIRS else "no penalty inside"
        own, mismatched, most = (c.at([k]) for c in (measured["own"], measured["mismatched"], predicted["most"]))
        rival = Rival(claim=f"with {wrong}", measured=mismatched)
        yield below(f"K = {name}: the end is its own minimiser", own, most, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    for k, (name, label) in enumerate((("own", "from its own minimiser"), ("mismatched", "from the rival's"))):
        plots.points(axes, measured[name].x, measured[name].mean, k, label)
    plots.limit(axes, 10 / s.steps, "last step size")
    plots.label(axes, "K", "distance / half that between both", f"Lion-K, {s.steps} steps", log="y")
    axes.set_xticks(range(5), [*PAIRS, "Huber"])
    axes.set_ylim(top=1e5)  # room for the legend
    return drawn


if __name__ == "__main__":
    script()
