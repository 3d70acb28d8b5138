"""The floor of SGD's E|x - x*|^2 is g s/(2a - g q), between a quarter and a third of the textbook's 2 g s/mu.

On quadratic sums (a the mean curvature, q the mean square) the second moment is a linear recursion, whose fixed point
is derived here; q <= Lmax a puts floor/(2 g s/mu) into [1/4, 1/3] for all g <= 1/(2 Lmax). Both ends are approached: by
gates at small steps, and at g = 1/(2 Lmax). The average of the iterates has a closed form under additive noise.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.convex import moments, simulation, theory
from theorylab.models.convex.model import QuadraticSum
from theorylab.numerics.streams import generator

SOURCE = Source("bounds of SGD with constant steps; floors derived here", kind="derived")
PAIR = QuadraticSum(np.array([0.2, 1.0]), np.array([1.5, -0.3]))
CURVATURE, NOISE, STEP = 0.5, 0.7, 0.4


@dataclass(frozen=True, kw_only=True)
class Setting:
    families: int
    steps: tuple[int, ...] = (4, 8, 16, 32)
    replicas: int
    settled: int = 1500  # steps after which every family has forgotten its start
    seed: int


QUICK = Setting(families=60, replicas=20_000, seed=1)
FULL = Setting(families=1000, replicas=200_000, seed=2)


def drawn_families(s):
    """Sums of two components with Lmax = 1, and step sizes up to 1/2."""
    draws = generator(s.seed, 3)
    for _ in range(s.families):
        a, centre = np.array([1.0, draws.uniform(0.1, 1.0)]), draws.uniform(0.2, 2.0)
        yield QuadraticSum(a, np.array([centre, -a[0] * centre / a[1]])), draws.uniform(0.1, 0.5)


def settled(s, problem, step):
    return moments.moments(problem, moments.sgd(step, s.settled), [s.settled], start=0.0)["square"].samples[0, 0]


def measure(s):
    found = [settled(s, problem, step) for problem, step in drawn_families(s)]
    gates = [settled(s, QuadraticSum.gated(0.5, 1.0), step) / (2 * step / 0.5) for step in (0.01, 0.5)]
    shares = [x / (2 * step * p.noise / p.curvature) for x, (p, step) in zip(found, drawn_families(s), strict=True)]
    share = exact([0], np.array(gates + shares)[:, None], ulps=10_000).drawn_from("random sums", s.families)
    runs = simulation.simulate(PAIR, "sgd", STEP, s.steps, replicas=s.replicas, seed=s.seed)
    average = moments.moments(QuadraticSum.additive(CURVATURE, NOISE), moments.sgd(STEP, max(s.steps)), s.steps)[
        "average"
    ]
    floor = exact(np.arange(s.families), found, ulps=10_000, x_name="family").drawn_from("random sums")
    return {"floor": floor, "share": share, "run": runs["square"], "run, average": runs["average"], "average": average}


def predict(s):
    index, T, form, floor = np.arange(s.families), np.array(s.steps), theory.additive_average, theory.quadratic_floor
    drawn, plan = list(drawn_families(s)), moments.sgd(STEP, max(s.steps))
    floors = [floor(step, p.curvature, p.square_curvature, p.noise) for p, step in drawn]
    flat = [floor(step, p.curvature, p.curvature**2, p.noise) for p, step in drawn]
    same = moments.moments(QuadraticSum.additive(PAIR.curvature, PAIR.noise), plan, s.steps)
    found, units = moments.moments(PAIR, plan, s.steps), 256 * (T + 4)
    return {"floor": exact(index, floors, ulps=64), "flat": exact(index, flat, ulps=64), "run": found["square"],
            "run, average": found["average"], "other run": same["square"], "other run, average": same["average"],
            "average": exact(T, form(STEP, CURVATURE, 1.0, NOISE, T), ulps=units),
            "later": exact(T, form(STEP, CURVATURE, 1.0, NOISE, T + 1), ulps=units)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="q = a^2: noise of one curvature", predicted=predicted["flat"])
    yield agrees("floor of E x^2 = g s/(2a - g q)", measured["floor"], predicted["floor"], rival=rival)
    yield below("floor/bound <= 1/3", measured["share"], 1 / 3, rival=Rival(claim="0.33", predicted=0.33))
    yield above("floor/bound >= 1/4", measured["share"], 0.25, rival=Rival(claim="0.26", predicted=0.26))
    for name, text in (("run", "E x_T^2"), ("run, average", "E of the squared average")):
        rival = Rival(claim="one curvature, the same noise", predicted=predicted[f"other {name}"])
        yield agrees(f"{text}: SGD follows the recursion", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="of one iterate more", predicted=predicted["later"])
    yield agrees("average under additive noise, closed form", measured["average"], predicted["average"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, (name, text) in enumerate((("run", "last iterate"), ("run, average", "average"))):
        plots.measurement(left, measured[name], k, f"SGD, {text}")
        plots.prediction(left, predicted[name], "" if k else "exact recursion")
    floor = theory.quadratic_floor(STEP, PAIR.curvature, PAIR.square_curvature, PAIR.noise)
    plots.line(left, s.steps, [floor] * len(s.steps), 2, "floor")
    plots.label(left, "steps T", "E x²", "two components, constant step")
    steps = np.array([step for _, step in drawn_families(s)])
    plots.points(right, steps, measured["share"].samples[2:, 0], 0, "random sums", markersize=2)
    x = np.linspace(0.02, 0.5, 50)
    plots.guide(right, x, 1 / (2 * (2 - x)), "gate: 1/(2(2 - g Lmax))")
    right.set_ylim(0.24, 0.37)
    plots.label(right, "step size x Lmax", "floor / (2 g s/mu)", "", log="")
    return drawn


if __name__ == "__main__":
    script()
