"""f - v is at least 0 on feasible points, and 0 only where y solves the lower problem and z is a multiplier of it.

v(x, y, z) = min_theta max_lam f + lam^T g + |theta - y|^2 / (2 gamma1) - |lam - z|^2 / (2 gamma2). With f quadratic and
convex in y and g = A y + B x = 0, f - v = 1/2 q^T (P + I / gamma1 + gamma2 A^T A)^-1 q at a feasible point, q = grad_y
f + A^T z: the lower problem's own conditions, and how gamma1 and gamma2 weigh them. grad v is taken at the saddle
(Danskin): (grad_x f + B^T lam, (y - theta) / gamma1, (lam - z) / gamma2). The other road solves the saddle's equations
and takes complex steps.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, above, agrees, plots, script
from theorylab.models.bilevel import lv_hba, value_function
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (proximal Lagrangian value function, read); closed forms derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    problems: int
    size: int = 5  # of y, P of rank 3
    upper: int = 3  # of x
    constraints: int = 2
    toy: int = 10
    multipliers: tuple[float, ...] = (-2.0, -1.5, -0.9, 0.0, 1.0)  # z on the toy
    seed: int


QUICK = Setting(problems=30, seed=1)
FULL = Setting(problems=1000, size=8, constraints=3, toy=100, seed=2)


def instances(s):
    """Random (problem, x, y, z, gammas) with (x, y) feasible, and a y that is not."""
    for k in range(s.problems):
        given = value_function.random_coupled(10_000 * s.seed + k, s.size, 3, s.upper, s.constraints)
        draws = generator(s.seed, k)
        x, y = value_function.feasible(given, draws.standard_normal(s.upper), draws.standard_normal(s.size))
        z, gammas = draws.standard_normal(s.constraints), np.exp2(draws.uniform(-2.0, 4.0, 2))
        yield given, (x, y, z), gammas, y + 3 * draws.standard_normal(s.size)


def steps(given, point, gammas):
    """grad v by complex steps, entry by entry."""
    (k, m), flat = (point[0].size, point[1].size), np.concatenate(point)
    parts = [(row[:k], row[k : k + m], row[k + m :]) for row in flat + 1e-100j * np.eye(flat.size)]
    return [value_function.saddle(given, part, *gammas)[2].imag / 1e-100 for part in parts]


def drawn(rows, slack):
    values, bound = np.array(rows, dtype=float).reshape(len(rows), -1), np.reshape(slack, (-1, 1))
    return Curve(np.arange(float(len(values.T))), values, True, bound, "entry").drawn_from("random problems")


def gap(given, point, gammas):  # v by the saddle's equations
    return value_function.objective(given, *point[:2]) - value_function.saddle(given, point, *gammas)[2]


def measure(s):
    given = list(instances(s))
    first, second = np.array([value_function.rounding(p, point, *gammas) for p, point, gammas, _ in given]).T
    outside = [gap(p, (x, other, z), gammas) for p, (x, _, z), gammas, other in given]
    toy, x = value_function.plain_toy(s.toy), np.linspace(-1, 1, s.toy)
    y = np.concatenate([x + 1, np.full(s.toy, -1.0)])
    found = np.array([gap(toy, (x, y, np.array([z])), (10.0, 10.0)) for z in s.multipliers])
    bound = value_function.rounding(toy, (x, y, np.array([2.0])), 10.0, 10.0)[0]
    curves = {"toy": Curve(np.array(s.multipliers), found[None] / s.toy, True, np.array(bound), "z")}
    roads = {"gap": (gap, 2 * first), "gradient": (steps, 2 * second)}
    curves |= {name: drawn([road(*parts[:3]) for parts in given], slack) for name, (road, slack) in roads.items()}
    return curves | {"outside": drawn(outside, 20 * first)}


def predict(s):
    given, sign = list(instances(s)), np.repeat([1.0, -1.0], [s.upper + s.size, s.constraints])
    slopes = np.array([value_function.gradient(p, point, *gammas) for p, point, gammas, _ in given])
    rows = {"gap": [value_function.residual(p, point, *gammas) for p, point, gammas, _ in given],
            "plain gap": [value_function.residual(p, point, gammas[0], 0.0) for p, point, gammas, _ in given],
            "gradient": slopes, "turned": sign * slopes}  # fmt: skip
    z = np.array(s.multipliers)
    toy = {name: lv_hba.multiplier_residual(z, n, 10.0, 10.0) for name, n in (("toy", s.toy), ("one", 1))}
    return {name: drawn(row, [0.0] * len(row)) for name, row in rows.items()} | {
        name: Curve(z, row[None], True, 8 * 2.0**-52 * row, "z") for name, row in toy.items()}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="also where g > 0 or g < 0", measured=measured["outside"])
    yield above("f - v >= 0 on feasible points", measured["gap"], 0.0, rival=rival)
    rival = Rival(claim="without gamma2 A^T A", predicted=predicted["plain gap"])
    claim = "f - v = 1/2 q^T (P + I / gamma1 + gamma2 A^T A)^-1 q"
    yield agrees(claim, measured["gap"], predicted["gap"], rival=rival)
    rival = Rival(claim="(z - lam) / gamma2 in z", predicted=predicted["turned"])
    yield agrees("grad v at the saddle", measured["gradient"], predicted["gradient"], rival=rival)
    rival, claim = Rival(claim="as for n = 1", predicted=predicted["one"]), "toy: f - v > 0 at the solution for z /= -1"
    yield agrees(claim, measured["toy"], predicted["toy"], rival=rival)


def figure(s, measured, predicted):
    drawn_on, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("gap", "feasible"), ("outside", "not feasible"))):
        plots.points(axes, predicted["gap"].samples, measured[name].samples, k, label, markersize=2.5)
    plots.guide(axes, [0, 50], [0, 50], "closed form")
    plots.label(axes, "1/2 q^T (...)^-1 q at the feasible point", "f - v", f"{s.problems} random problems", log="")
    return drawn_on


if __name__ == "__main__":
    script()
