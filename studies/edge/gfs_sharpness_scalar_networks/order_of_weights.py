"""Shrinking all balances does not lower the sharpness; shrinking them and keeping the order of the weights does.

Take two sets of squares with product 1 after a common shift, every |x_i - x_j| smaller in the second. If the order is
kept, the logarithms of the second are majorised by those of the first (differences change their sign once), and the
sharpness sum_i exp(-log x_i) is Schur-convex: it falls. If the order may change, two small squares and a large one can
become one small and two large, and it rises, from D = 3 on. Steps of gradient descent do change the order (rho > 1 in
balances_contract), but by one map x + c^2 / x of all squares: their decrease there is tested in flow_sharpness_falls.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, below, exact, plots, script, stacked
from theorylab.models.edge import theory
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (monotone decrease, read); lemma and counterexample derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "Balances that all shrink lower the sharpness only if the weights keep their order: a proof by balances alone "
        "has a gap where a step swaps weights."
    ),
    case="three weights, squares (0, 0.001, 1) -> (0.998, 0.999, 0) before the common shift: sharpness 3.22 -> 3.51",
    check="sharpness falls when all balances shrink",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (3, 5, 8)
    starts: int
    seed: int


QUICK = Setting(starts=300, seed=1)
FULL = Setting(starts=20_000, seed=2)
SMALLEST = (np.array([0.0, 0.001, 1.0]), np.array([0.998, 0.999, 0.0]))  # sharpness 3.22 becomes 3.51


def shrunk(s, depth, slopes):
    """Sharpness after / before a random shrinking of all balances: each gap of the sorted squares times a slope."""
    draws = generator(s.seed, 100 + depth)
    gaps = np.exp(draws.standard_normal((s.starts, depth - 1)))
    start = np.zeros((s.starts, 1))
    old = np.append(start, gaps.cumsum(axis=1), axis=1)
    new = np.append(start, (gaps * draws.uniform(slopes[0], slopes[1], gaps.shape)).cumsum(axis=1), axis=1)
    return growth(old, new).drawn_from("random gaps of the squares, and shrinkings of them")


def growth(old, new):
    """Sharpness of the squares (points, D) shifted to product 1, new / old."""
    depth, sharpness, unit = old.shape[1], [], np.zeros(len(old))
    for squares in (old, new):
        weights = (1 + squares - squares.min(axis=1, keepdims=True)) ** 0.5
        sharpness.append(theory.flow_sharpness(weights))
        # Squares are off by D + 4 units of the largest: the sharpness by D + 1 times that, over the smallest s^2.
        condition = (weights.max(axis=1) / np.abs(theory.gradient_flow_solution(weights)).min(axis=1)) ** 2
        unit += (2 * (depth + 4) * (depth + 1) * condition + 20 * depth) * theory.UNIT
    return exact([0], (sharpness[1] / sharpness[0])[:, None], unit[:, None], "draw")


def measure(s):
    smallest = growth(*(squares[None] for squares in SMALLEST))
    any_order = [shrunk(s, depth, (-1, 1)) for depth in s.depths]
    return {"any order": stacked([smallest, *any_order]),
            "order kept": stacked([shrunk(s, depth, (0, 1)) for depth in s.depths])}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="... and their order is kept", measured=measured["order kept"])
    claim = "sharpness falls when all balances shrink"
    yield below(claim, measured["any order"], 1.0, rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("any order", "order may change"), ("order kept", "order kept"))):
        values = np.sort(measured[name].samples[:, 0])
        share = (np.arange(1, values.size + 1) / values.size)[:: max(1, values.size // 1000)]
        style = {"color": plots.SERIES[k][0], "linestyle": plots.SERIES[k][2], "label": label}
        axes.plot(values[:: max(1, values.size // 1000)], share, **style)
    axes.axvline(1.0, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="bound 1")
    title = f"all balances shrunk at random, D = {', '.join(map(str, s.depths))}"
    plots.label(axes, "sharpness after / before", "share of draws below", title, log="x")
    return drawn


if __name__ == "__main__":
    script()
