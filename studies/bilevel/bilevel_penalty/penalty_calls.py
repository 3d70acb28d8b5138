"""The penalty method with sigma of order eps reaches |psi'| <= eps within its bound of gradient calls.

Double loop with warm start on g = mu/2 (y - x)^2. The bound derived here, eps^-2 log(1/eps), implies the paper's
eps^-3. Where psi is quadratic it is far away: log^2(1/eps) calls. On a psi that flattens slowly, (1 +
x^2)^(-1/2), calls grow as eps^(-3/2) log(1/eps): a distance eps^(-1/2), at steps of size eps. For each eps
there is a psi that needs eps^-2 calls: of slope just above eps, over a distance 1/eps; there the calls lie between the
bound and a floor, closely above the latter. A penalty that does not shrink with eps stops short of eps. The paper's
eps^-3 is attained by no instance here. Constraints, and a g that is not convex: penalty_constraints.py.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, above, decays_as, exact, plots, script
from theorylab.models.bilevel import theory
from theorylab.models.bilevel.double_loop import DoubleLoop
from theorylab.models.bilevel.simulation import penalty_runs

SOURCE = Source("abstract (eps^-3 gradient calls, deterministic, read); bound derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    points: int
    curvature: float = 0.5
    largest: float = 0.1  # eps
    smallest: float
    deepest: float = 1e-6  # eps of the quadratic psi, whose calls grow as a power of the logarithm only
    fixed: float = 0.05  # sigma of the rival
    steep: float = 1.05  # slope of the psi that is flat for each eps, in units of eps


QUICK = Setting(points=13, smallest=8e-3)
FULL = Setting(points=25, smallest=1e-3)
# power, target, pull, start; smoothness of psi; largest |f_y| on the way; psi(start) - min psi.
PROBLEMS = {"quadratic": ((0.0, 1.0, 1.0, -2.0), 2.0, 3.0, 6.25), "tail": ((1.0, 0.0, 0.0, 1.0), 1.0, 0.385, 0.71)}


def strengths(s, name):
    """eps and sigma = eps mu / (8 C), f being 1-smooth in y."""
    smallest, points = (s.deepest, 2 * s.points - 1) if name == "quadratic" else (s.smallest, s.points)
    eps = np.geomspace(s.largest, smallest, points)
    return eps, eps * s.curvature / (8 * (s.steep * eps if name == "flat" else PROBLEMS[name][2]))


def calls(s, name, sigma):
    (power, target, pull, start), smoothness, _, _ = PROBLEMS[name]
    loop = DoubleLoop(s.curvature, power, target, pull, 0.25 / smoothness, start, 50_000 if power == 0 else 10**10)
    eps = strengths(s, name)[0]
    return Curve(1 / eps, penalty_runs(loop, eps, sigma)[0][None], exact=True, x_name="1/eps")  # counts: no rounding


def flat(s):
    """Calls on the psi of slope `steep` eps, up to |x| of that size, from the distance 1 / slope, for each eps."""
    found = []
    for eps, sigma in zip(*strengths(s, "flat"), strict=True):
        loop = DoubleLoop(s.curvature, 0.0, 0.0, 0.0, 0.25, 1 / (s.steep * eps), 10**10, tilt=s.steep * eps)
        found.append(penalty_runs(loop, eps, sigma)[0][0])
    return exact(1 / strengths(s, "flat")[0], found, ulps=0, x_name="1/eps")


def measure(s):
    curves = {name: calls(s, name, strengths(s, name)[1]) for name in PROBLEMS}
    return curves | {"fixed": calls(s, "quadratic", np.full(2 * s.points - 1, s.fixed)), "flat": flat(s)}


def predict(s):
    curves, problems = {}, {name: tuple(rest) for name, (_, *rest) in PROBLEMS.items()}
    problems["flat"] = 1.0, (tilt := s.steep * strengths(s, "flat")[0]), 1 - tilt**2 / 2
    for name, (smoothness, slope, drop) in problems.items():  # the psi that is flat comes last
        eps, sigma = strengths(s, name)
        bound = theory.penalty_calls_bound(eps, sigma, s.curvature, 1.0, slope, 0.25 / smoothness, drop)
        curves[name] = exact(1 / eps, bound, ulps=256, x_name="1/eps")
    floor = theory.penalty_calls_floor(eps, sigma, s.curvature, tilt, 0.25, 1 / tilt - 2 * tilt)
    return curves | {"floor": exact(1 / eps, floor, ulps=256, x_name="1/eps")}


def share(calls, bound, times=1.0):
    return exact(calls.x, times * bound.mean / calls.mean, ulps=256, x_name=calls.x_name)


def checks(s, measured, predicted):
    rival = Rival(claim=f"sigma = {s.fixed} throughout", measured=share(measured["fixed"], predicted["quadratic"]))
    for name in PROBLEMS:
        yield above(f"bound / calls >= 1, {name} psi", share(measured[name], predicted[name]), 1.0, rival=rival)
    found, bound, floor = measured["flat"], predicted["flat"], predicted["floor"]
    rival = Rival(claim="a tenth of the bound", measured=share(found, bound, 1 / 10))
    yield above("bound / calls >= 1, psi flat for each eps", share(found, bound), 1.0, rival=rival)
    rival = Rival(claim="twice the floor", measured=share(floor, found, 1 / 2))
    yield above("calls / floor >= 1, psi flat for each eps", share(floor, found), 1.0, rival=rival)
    rival = Rival(claim="as eps^(-3/2)", predicted=Power(1.5))
    yield decays_as("calls grow as eps^-2, psi flat for each eps", found, Power(2), rival=rival)
    rival = Rival(claim="as eps^-2 log(1/eps), the bound", predicted=Power(2, 1))
    yield decays_as("calls grow as eps^(-3/2) log(1/eps), tail psi", measured["tail"], Power(1.5, 1), rival=rival)
    rival = Rival(claim="as eps^(-1/4)", predicted=Power(0.25))
    yield decays_as("calls grow as log^2(1/eps), quadratic psi", measured["quadratic"], Power(0, 2), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate((*PROBLEMS, "flat")):
        plots.measurement(axes, measured[name], k, f"{name} psi")
        plots.prediction(axes, predicted[name], "" if k else "derived bounds", alpha=1.0 - 0.3 * k)
    plots.label(axes, "1 / eps", "gradient calls", f"mu = {s.curvature}")
    return drawn


if __name__ == "__main__":
    script()
