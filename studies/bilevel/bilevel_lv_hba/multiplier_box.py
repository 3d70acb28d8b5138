"""With inequalities f - v vanishes at the lower solution if and only if the box of multipliers holds one of it.

f = (y - x)^2 / 2, y <= level, multipliers in [0, r]. The lower solution is min(x, level) with multiplier max(x - level,
0), and v is given by three cases (multiplier 0, r, or in between). For r below the multiplier no z makes f - v = 0 at
the lower solution: the constraint f - v <= 0 then excludes it, and the reformulation is another problem. On feasible
points f - v >= 0 for any r. The other road is a minimax over grids.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import minimize_scalar

from theorylab import Finding, Rival, Source, above, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.bilevel import value_function
from theorylab.numerics.streams import generator

SOURCE = Source("setting (multipliers in a box [0, r], recalled); cases derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "The lower solution satisfies f - v <= 0 for some multiplier in the box [0, r] only if r is at least its own "
        "multiplier: a smaller box excludes every solution from the reformulated problem."
    ),
    case="f = (y - x)^2 / 2, y <= 1, x = 2.5, gamma1 = gamma2 = 1: with r = 1 the least f - v at y = 1 is 0.0625",
    check="any box: the lower solution",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    level: float = 1.0
    points: tuple[float, ...] = (1.2, 1.5, 2.5, 4.0)  # x
    draws: int
    grid: int
    seed: int


QUICK = Setting(draws=20, grid=401, seed=1)
FULL = Setting(draws=200, grid=2001, seed=2)


def gap(given, x, y, z):
    return (y - x) ** 2 / 2 - value_function.inequality_saddle(given, x, y, z)[2]


def least(s, x, most):  # f - v at the lower solution, over z in [0, r]
    given, y = value_function.Inequality(s.level, most, 1.0, 1.0), min(x, s.level)
    inner = minimize_scalar(partial(gap, given, x, y), bounds=(0.0, most), method="bounded", options={"xatol": 1e-12})
    return min(inner.fun, gap(given, x, y, 0.0), gap(given, x, y, most))


def suffices(s, x, most):
    return least(s, x, most) < 1e-14


def random_points(s):  # problem, x, a feasible y and another, z
    draws = generator(s.seed)
    for _ in range(s.draws):
        given = value_function.Inequality(s.level, draws.uniform(0.5, 2.0), *np.exp2(draws.uniform(-1.0, 2.0, 2)))
        x, z = draws.uniform(-2.0, 6.0), draws.uniform(0.0, given.most)
        yield given, x, s.level - draws.exponential(), s.level + draws.exponential() + 0.5, z


def minimax(s, given, x, y, z):  # over a grid of multipliers, with the best theta of each
    lam = np.linspace(0.0, given.most, s.grid)
    theta = (x + y / given.gamma1 - lam) / (1 + 1 / given.gamma1)
    value = (theta - x) ** 2 / 2 + lam * (theta - s.level) + (theta - y) ** 2 / (2 * given.gamma1)
    return (value - (lam - z) ** 2 / (2 * given.gamma2)).max()


def measure(s):
    rows, given, boxes = np.arange(s.draws), list(random_points(s)), np.linspace(0.25, 4.0, 16)
    values = [value_function.inequality_saddle(p, x, y, z)[2] for p, x, y, _, z in given]
    curves = {"v": exact(rows, values, ulps=512, x_name="draw")}
    for k, name in enumerate(("inside", "outside")):
        row = np.array([gap(p, x, ys[k], z) for p, x, *ys, z in given])
        curves[name] = exact(rows, row, 6400 * 2.0**-52 / np.abs(row), "draw").drawn_from("random points")
    pairs = np.array([bracket(partial(suffices, s, x), 0.0, 10.0, relative_width=1e-5) for x in s.points])
    pairs[:, 1] += 1e-6  # the gap grows as the square: 1e-14 is taken for 0
    curves["box"] = exact(boxes, [max(least(s, 2.5, r), 0.0) for r in boxes], 1e-10, "r")
    return curves | {"most": brackets(s.points, pairs, "x")}


def predict(s):
    rows, given = np.arange(s.draws), list(random_points(s))
    values = np.array([minimax(s, p, x, y, z) for p, x, y, _, z in given])
    free = [value_function.inequality_saddle(p._replace(most=np.inf), x, y, z)[2] for p, x, y, _, z in given]
    x, boxes = np.array(s.points), np.linspace(0.25, 4.0, 16)
    # Concave in lam, of curvature 3 at most: off by less than the square of the grid's spacing.
    return {"v": exact(rows, values, (2.0 / (s.grid - 1)) ** 2 / np.abs(values), "draw"),
            "free": exact(rows, free, ulps=512, x_name="draw"),
            "most": exact(x, x - s.level, ulps=4, x_name="x"), "x": exact(x, x, ulps=4, x_name="x"),
            "box": exact(boxes, 0 * boxes, ulps=0, x_name="r")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="multipliers without bound", predicted=predicted["free"])
    yield agrees("v by its three cases", measured["v"], predicted["v"], rival=rival)
    rival = Rival(claim="also where y > level", measured=measured["outside"])
    yield above("f - v >= 0 on feasible points", measured["inside"], 0.0, rival=rival)
    box, zero, wide = measured["box"], predicted["box"], measured["box"].x >= 2.5 - s.level
    rival = Rival(claim="r >= its multiplier", measured=box.at(wide), predicted=zero.at(wide))
    yield agrees("any box: the lower solution has f - v = 0 for some z", box, zero, rival=rival, declared="refuted")
    rival = Rival(claim="x", predicted=predicted["x"])
    yield threshold("... from r = x - level on", measured["most"], predicted["most"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.points(axes, measured["box"].x, measured["box"].mean, 0, "least f - v over z in [0, r]")
    axes.axvline(2.5 - s.level, **plots.DASHES, label="r = x - level")
    plots.label(axes, "largest multiplier r", "f - v at the lower solution", "x = 2.5, level 1", log="")
    return drawn


if __name__ == "__main__":
    script()
