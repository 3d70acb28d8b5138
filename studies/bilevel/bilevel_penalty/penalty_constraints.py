"""The penalty method reaches eps with constraints, and with a lower problem that is not convex, in log^2(1/eps) calls.

The double loop of penalty_calls.py with projections onto intervals of y and of x, and with g = t^2 + 3 sin(t)^2, t = y
- x, which is not convex but satisfies the error bound |g_y| >= 0.65 |t|: psi is the same as with t^2. Started far
from its lower minimiser, across the part that is concave. Strongly convex psi, whose minimiser is known: inside both
intervals, on the end of that of x, and inside with y held on the way. A penalty that does not shrink stops short.
Worst cases, and minima at a corner of psi (where y is released: no slope there is small), are not on trial.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, below, decays_as, exact, plots, script
from theorylab.models.bilevel.double_loop import DoubleLoop
from theorylab.models.bilevel.simulation import penalty_runs

SOURCE = Source(
    "abstract (constrained lower problems, proximal error bound, eps^-3 gradient calls, read); instances ours",
    kind="derived",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int
    largest: float = 0.1  # eps
    smallest: float
    fixed: float = 0.05  # sigma of the rival


QUICK = Setting(points=13, smallest=1e-6)
FULL = Setting(points=16, smallest=5e-7)
PULL, SLOPE = 0.5, 5.0  # psi = pull/2 x^2 + 1/2 (x - target)^2; largest |f_y| on the way
PLAIN = DoubleLoop(1.0, 0.0, 0.3, PULL, 0.25 / (1 + PULL), -3.0, 50_000)
CASES = {
    "y held on the way": PLAIN._replace(low=-1.0, high=1.0),
    "x held at the end": PLAIN._replace(target=3.0, reach=1.0, start=-0.9),
    "g not convex": PLAIN._replace(curvature=2.0, ripple=3.0, growth=0.65, aside=2.5),
}


def solution(loop):
    return min(loop.target / (1 + PULL), loop.reach)


def runs(s, loop, fixed=False):
    """Calls, and the distance to the solution in units of the slope there, at each eps."""
    eps = np.geomspace(s.largest, s.smallest, s.points)
    sigma = np.full(s.points, s.fixed) if fixed else eps * (loop.growth or loop.curvature) / (8 * SLOPE)
    calls, x = penalty_runs(loop, eps, sigma)
    off = (1 + PULL) * np.abs(x - solution(loop))
    return Curve(1 / eps, calls[None], exact=True, x_name="1/eps"), Curve(
        1 / eps, off[None], True, np.array(1e-14), "1/eps"
    )


def measure(s):
    curves = {}
    for name, loop in CASES.items():
        curves[name], curves[f"off, {name}"] = runs(s, loop)
        curves[f"fixed, {name}"] = runs(s, loop._replace(target=0.3, reach=np.inf), fixed=True)[1]
    return curves


def predict(s):
    eps = np.geomspace(s.largest, s.smallest, s.points)
    return {"eps": exact(1 / eps, eps, ulps=4, x_name="1/eps")}


def checks(s, measured, predicted):
    for name in CASES:
        rival = Rival(claim=f"with sigma = {s.fixed} throughout", measured=measured[f"fixed, {name}"])
        claim = f"x is within eps of the solution, in units of the slope, {name}"
        yield below(claim, measured[f"off, {name}"], predicted["eps"], rival=rival)
        rival = Rival(claim="as eps^(-1/4)", predicted=Power(0.25))
        form = Power(0, 1) if name == "x held at the end" else Power(0, 2)
        words = "log(1/eps)" if name == "x held at the end" else "log^2(1/eps)"
        yield decays_as(f"calls grow as {words}, {name}", measured[name], form, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, name in enumerate(CASES):
        plots.measurement(left, measured[name], k, name)
        seen = measured[f"off, {name}"].samples[0] > 0
        plots.measurement(right, measured[f"off, {name}"].at(seen), k, name)
        plots.exact_line(right, measured[f"fixed, {name}"], k, "" if k else f"sigma = {s.fixed}")
    plots.prediction(right, predicted["eps"], "eps")
    plots.label(left, "1 / eps", "gradient calls")
    plots.label(right, "1 / eps", "slope of psi at the x reached")
    return drawn


if __name__ == "__main__":
    script()
