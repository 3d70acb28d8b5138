"""The constant is 2 sqrt 2 at every depth: below that load no step raises the flow's sharpness, just above one does.

A step from product p multiplies the balance w_i^2 - w_j^2 by 1 - rho^2, rho = step size (1 - p) p / (w_i w_j). For
p < 1, rho <= step size / (s_i s_j) <= load / 2 <= sqrt 2 for every pair, so that no balance grows (for p > 1 weights
that stay positive give rho < 1). For D = 2 the sharpness is sqrt(4 + balance^2), and rises exactly where step size (1 -
p) > sqrt 2: at load sqrt(2 (4 + b^2)) / (1 - p), which comes down to 2 sqrt 2. For D > 2 a small, unequal pair beside
large weights behaves as D = 2.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, above, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.edge import model, theory

SOURCE = Source(
    "invariant class (recalled); that the constant is 2 sqrt 2 at every depth is derived here",
    kind="derived",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8)
    balances: tuple[float, ...] = (0.1, 0.3, 1.0, 2.0)
    products: tuple[float, ...] = (0.3, 0.1, 0.01, 1e-6)
    ratio: float = 1.05  # of the weights of a small pair, beside weights that are
    large: float = 30.0  # at depth 3 and more
    width: float = 1e-7  # of the brackets: at balance b growth resolves the load to 1e-13 / b^2 at worst


QUICK = Setting()
FULL = Setting(balances=(0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0), width=1e-9)


def critical_load(s, minimum, start_product):
    """Bracket of the load beyond which the first step from the minimum's trajectory raises the sharpness."""
    sharpness, start = theory.flow_sharpness(minimum), theory.flow_point(minimum, start_product)

    def rises(load):
        return bool(model.descend(start, load / sharpness, [0, 1]).growth[0, 1] > 1)

    return bracket(rises, 2.0, 20.0, relative_width=s.width)


def pair(balance):
    """The minimum of two weights with that balance."""
    square = balance / 2 + np.hypot(1, balance / 2)
    return np.array([square**0.5, square**-0.5])


def deep(s, depth):
    """A minimum of depth D: a nearly balanced small pair beside D - 2 large weights."""
    large = np.full(depth - 2, s.large)
    return np.append(np.array([s.ratio**0.5, s.ratio**-0.5]) * large.prod() ** -0.5, large)


def measure(s):
    pairs = [critical_load(s, pair(b), p) for b, p in product(s.balances, s.products)]
    deeper = [critical_load(s, deep(s, depth), 1e-6) for depth in s.depths]
    return {"pair": brackets(range(len(pairs)), pairs), "depth": brackets(s.depths, deeper, "depth")}


def predict(s):
    cases = list(product(s.balances, s.products))
    forms = [theory.critical_load_of_two(b, p) for b, p in cases]
    return {"pair": exact(range(len(cases)), forms, ulps=16, x_name="setting"),
            "depth": exact(s.depths, np.full(len(s.depths), theory.LOAD_LIMIT), ulps=1, x_name="depth")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="at 2 sqrt 2 whatever balance and product", predicted=theory.LOAD_LIMIT)
    claim = "D = 2: rises from load sqrt(2 (4 + b^2)) / (1 - p)"
    yield threshold(claim, measured["pair"], predicted["pair"], rival=rival)
    rival = Rival(claim="only above 2.88", predicted=2.88)
    yield above("a pair at any depth rises only above 2 sqrt 2", measured["depth"], predicted["depth"], rival=rival)
    rival = Rival(claim="none is possible at 2 sqrt 2", predicted=predicted["depth"])
    yield below("each depth has a rise within 1% above it", measured["depth"], 1.01 * theory.LOAD_LIMIT, rival=rival)


def figure(s, measured, predicted):
    drawn, (pairs, depths) = plots.panels(2)
    for k, start in enumerate(s.products):
        mine = slice(k, None, len(s.products))
        plots.points(pairs, s.balances, measured["pair"].at(mine).samples, k, f"p = {start:g}")
        plots.guide(pairs, s.balances, predicted["pair"].at(mine).samples, "" if k else "closed form")
    pairs.axhline(theory.LOAD_LIMIT, color="black", linewidth=0.8)
    pairs.annotate("2√2", (max(s.balances), theory.LOAD_LIMIT), va="top", ha="right", fontsize=8)
    plots.label(pairs, "balance of the two weights", "critical load", "D = 2, bisected", log="")
    plots.points(depths, s.depths, measured["depth"].samples / theory.LOAD_LIMIT - 1, 0, "pair of ratio 1.05")
    plots.line(depths, s.depths, np.full(len(s.depths), 0.01), 4, "1% (claim)")
    plots.label(depths, "depth D", "critical load / 2√2 - 1", "lowest rise found at each depth", log="y")
    depths.set_ylim(1e-4, 3e-2)
    return drawn


if __name__ == "__main__":
    script()
