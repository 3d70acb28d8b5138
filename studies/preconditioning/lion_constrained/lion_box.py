"""Lion's first phase: every step brings the iterate nearer to the box |x_i| <= 1/lam, for every sequence of gradients.

The distance falls at least by the factor 1 - h lam a step (decay at the old point) or 1 / (1 + h lam) (at the new
one), and by no more if all gradients push outward. Once inside, always inside: with the decay at the old point if and only if
h lam <= 1. Decay that is added to the gradient, as in Adam with an l2 penalty, holds nothing. From r / lam small steps
enter after ln(r) / lam with no gradient and after ln((r + 1) / 2) / lam with one that pushes inward.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.preconditioning import theory_lion as theory
from theorylab.models.preconditioning.kernels import Lion, lion_descent
from theorylab.numerics.streams import generator

SOURCE = Source("two phases (read); factors, boundary and times derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    runs: int
    steps: int
    dim: int = 5
    decays: tuple[float, ...] = (0.3, 1.0, 4.0)
    fine: float  # h lam of the times
    seed: int


QUICK = Setting(runs=40, steps=150, fine=2e-3, seed=1)
FULL = Setting(runs=2000, steps=400, fine=2e-4, seed=2)
TIMES = 10.0  # the start, in units of 1 / lam
SCHEMES = {"explicit": False, "implicit": True}


def distances(path, lam):
    """Of the iterates from the box, in each coordinate, (steps + 1, d)."""
    return np.maximum(np.abs(path) - 1 / lam, 0.0)


def outside(s, rule, noise, slope=0.0):
    """Distances of a run from 10 / lam, gradients noise + slope x."""
    start = np.array([np.full(s.dim, TIMES / rule.weight_decay), np.zeros(s.dim)])
    path, _ = lion_descent(rule, slope * np.eye(s.dim), np.zeros(s.dim), noise, start)
    return distances(path, rule.weight_decay)


def contractions(s, **scheme):
    """Largest distance over the distance allowed, of each run: noise of all sizes, and a quadratic of either sign."""
    draws, worst = generator(s.seed, 0), []
    for _ in range(s.runs):
        lam, product, slope = draws.uniform(0.2, 4.0), draws.uniform(0.01, 0.05), draws.standard_normal()
        rule = Lion(product / lam, lam, *draws.uniform(0.0, 0.99, 2), **scheme)
        noise = 10 ** draws.uniform(-2, 2) * (draws.standard_cauchy((s.steps, s.dim)) + 3 * draws.standard_normal())
        factor = 1 / (1 + product) if rule.implicit else 1 - product
        found = outside(s, rule, noise, slope * 10 ** draws.uniform(-2, 2))
        worst.append((found.max(axis=1) / (found[0, 0] * factor ** np.arange(s.steps + 1))).max())
    return exact(np.arange(s.runs), worst, 1e-10, "run").drawn_from("random gradients")


def pushed(s, implicit):
    """Distance over its start with outward gradients, every tenth step."""
    rule = Lion(0.1, 0.5, 0.9, 0.99, implicit)
    found = outside(s, rule, np.full((s.steps, s.dim), -1.0))[::10, 0]
    return exact(10 * np.arange(found.size), found / found[0], 1e-10)


def inside(s, low, high):
    """Largest lam |x_i| of runs that start in the box, decay at the old point, h lam between low and high."""
    draws, largest = generator(s.seed, 1), []
    for _ in range(s.runs):
        lam = draws.uniform(0.2, 4.0)
        rule = Lion(draws.uniform(low, high) / lam, lam, *draws.uniform(0.0, 0.99, 2))
        start = np.array([draws.uniform(-1, 1, s.dim) / lam, draws.standard_normal(s.dim)])
        noise = draws.standard_cauchy((s.steps, s.dim))
        path, _ = lion_descent(rule, np.zeros((s.dim, s.dim)), np.zeros(s.dim), noise, start)
        largest.append(lam * np.abs(path).max())
    return exact(np.arange(s.runs), largest, 1e-10, "run").drawn_from("random gradients")


def leaves(product):
    """Whether a step of decay at the old point leads out of the box from its edge, h lam = product."""
    start = np.array([[0.5], [-1.0]])
    path, _ = lion_descent(Lion(product / 2, 2.0, 0.9, 0.99), np.zeros((1, 1)), np.zeros(1), np.ones((1, 1)), start)
    return bool(distances(path, 2.0)[-1] > 1e-12)


def entry(s, lam, push):
    """Time at which small steps with gradient `push` are in the box."""
    h = s.fine / lam
    noise = np.full((int(3 / s.fine), 1), push)
    start = np.array([[TIMES / lam], [0.0]])
    path, _ = lion_descent(Lion(h, lam, 0.9, 0.99), np.zeros((1, 1)), np.zeros(1), noise, start)
    return h * float(np.argmax(path[:, 0] <= 1 / lam))


def measure(s):
    times = {name: [entry(s, lam, push) for lam in s.decays] for name, push in (("inward", 1.0), ("none", 0.0))}
    return (
        {name: contractions(s, implicit=implicit) for name, implicit in SCHEMES.items()}
        | {f"{name}, outward": pushed(s, implicit) for name, implicit in SCHEMES.items()}
        | {name: exact(s.decays, values, 1e-9, "lam") for name, values in times.items()}
        | {"inside": inside(s, 0.01, 1.0), "beyond": inside(s, 1.1, 1.5)}
        | {"coupled": contractions(s, coupled=True), "edge": brackets([2.0], [bracket(leaves, 0.1, 3.0)], "lam")}
    )


def predict(s):
    steps, lam = 10 * np.arange(s.steps // 10 + 1), np.array(s.decays)
    factors = {"explicit": 1 - 0.05, "implicit": 1 / (1 + 0.05)}
    return {name: exact(steps, factor**steps, 1e-12) for name, factor in factors.items()} | {
        "inward": exact(lam, theory.entry_time(TIMES, lam, 1), 1e-14, "lam"),
        "none": exact(lam, theory.entry_time(TIMES, lam, 0), 1e-14, "lam"),
        "edge": exact([2.0], [1.0], ulps=4, x_name="lam"),
        "two": exact([2.0], [2.0], ulps=4, x_name="lam"),
    }


def checks(s, measured, predicted):
    factors = {"explicit": "1 - h lam", "implicit": "1 / (1 + h lam)"}
    for name, factor in factors.items():
        rival = Rival(claim="decay inside the gradient", measured=measured["coupled"])
        yield below(f"any gradients: a step nearer by {factor}, {name}", measured[name], 1.0, rival=rival)
        other = predicted["implicit" if name == "explicit" else "explicit"]
        rival = Rival(claim="by the other factor", predicted=other)
        yield agrees(f"outward: by {factor} exactly", measured[f"{name}, outward"], predicted[name], rival=rival)
    rival = Rival(claim="with h lam from 1.1 to 1.5, too", measured=measured["beyond"])
    yield below("explicit, h lam <= 1: once inside, inside for ever", measured["inside"], 1.0, rival=rival)
    rival = Rival(claim="h lam > 2, where decay alone diverges", predicted=predicted["two"])
    claim = "explicit: a step can leave the box if and only if h lam > 1"
    yield threshold(claim, measured["edge"], predicted["edge"], rival=rival)
    for name, other in (("none", "inward"), ("inward", "none")):
        rival = Rival(claim=f"as with {other}", predicted=predicted[other])
        form = "ln(r) / lam" if name == "none" else "ln((r + 1) / 2) / lam"
        claim, off = f"small steps, push {name}: in after {form}", 2 * s.fine  # a step, and the steps' own factor
        yield agrees(claim, measured[name], predicted[name], rival=rival, within=off)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    lam, h = 1.0, 0.005
    for k, (push, label) in enumerate(((-1.0, "outward"), (0.0, "no gradient"), (1.0, "inward"))):
        path, _ = lion_descent(Lion(h, lam, 0.9, 0.99), np.zeros((1, 1)), np.zeros(1), np.full((800, 1), push),
                               np.array([[TIMES], [0.0]]))  # fmt: skip
        plots.line(axes, h * np.arange(0, 801, 8), path[::8, 0], k, label)
        if push >= 0:
            plots.points(axes, [theory.entry_time(TIMES, lam, push)], [1.0], k, f"entry, {label}")
    plots.limit(axes, 1.0, "1/λ")
    plots.limit(axes, -1.0)
    plots.label(axes, "time h t", "x", f"λ = 1, h = {h:g}, from 10 / λ", log="")
    return drawn


if __name__ == "__main__":
    script()
