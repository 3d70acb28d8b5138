"""Only step size x (length of the points)^2 matters: z -> c z with s -> s / c^2 leaves every margin as it was.

theta becomes theta / c and the position theta / s becomes c theta / s, so that margins s <z, theta / s> and the steps
to a solution do not change; divided by the length of the gradient, s -> s / c takes the place of s / c^2. For the
perceptron s drops out altogether. Powers of two change exponents alone: there the two runs are equal to the last bit.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.separable import simulation
from theorylab.models.separable.model import Labelled

SOURCE = Source("setting; invariance derived here", kind="derived")
METHODS = {"logistic": ("none", 2), "mean weight": ("weights", 2), "unit gradient": ("gradient", 1)}  # power of c


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 40
    dim: int = 8
    gap: float = 0.15
    sets: int
    step_size: float = 1.0
    exponents: tuple[int, ...] = (-30, -10, -4, -2, -1, 1, 2, 4, 10, 30)  # of c, a power of two
    limit: int = 1000  # of steps: with the step size left as it is, runs may take very many
    seed: int


QUICK = Setting(sets=10, seed=1)
FULL = Setting(count=200, dim=20, gap=0.05, sets=50, seed=2)


def steps(s, step_size, normalisation, power):
    """Steps to a solution, or the limit; rows sets, columns factors c."""
    factors, rows = 2.0 ** np.array(s.exponents), []
    for replica in range(s.sets):
        data = Labelled.gaussian(s.count, s.dim, s.gap, seed=s.seed, replica=replica)
        runs = [simulation.solve(data.scaled(c), step_size / c**power, normalisation, limit=s.limit) for c in factors]
        rows.append([min(run.iterations, s.limit) for run in runs])
    steps = exact(factors, rows, ulps=1, x_name="factor c")  # whole numbers: a miss of one step refutes
    return steps.drawn_from("Gaussian data")


def measure(s):
    curves = {name: steps(s, s.step_size, kind, power) for name, (kind, power) in METHODS.items()}
    curves |= {f"{name}, same step size": steps(s, s.step_size, kind, 0) for name, (kind, _) in METHODS.items()}
    return curves | {"perceptron": steps(s, np.inf, "none", 0)}


def predict(s):
    """The steps at c = 1, at every c."""
    alone = type(s)(**(vars(s) | {"exponents": (0,)}))
    sizes = {name: (s.step_size, kind) for name, (kind, _) in METHODS.items()} | {"perceptron": (np.inf, "none")}
    found = {name: steps(alone, size, kind, 0).samples for name, (size, kind) in sizes.items()}
    factors = 2.0 ** np.array(s.exponents)
    return {
        name: exact(factors, np.repeat(x, factors.size, axis=1), ulps=1, x_name="factor c") for name, x in found.items()
    }


def checks(s, measured, predicted):
    for name, (_, power) in METHODS.items():
        rival = Rival(claim="with the step size left as it is", measured=measured[f"{name}, same step size"])
        claim = f"steps of {name}: the same for c z and s / c{'^2' if power == 2 else ''}"
        yield agrees(claim, measured[name], predicted[name], rival=rival)
    rival = Rival(claim="logistic too", measured=measured["logistic, same step size"], predicted=predicted["logistic"])
    yield agrees("steps of the perceptron: the same for c z", measured["perceptron"], predicted["perceptron"],
                 rival=rival)  # fmt: skip


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    some = np.abs(s.exponents) <= 10
    factors = 2.0 ** np.array(s.exponents)[some]
    for k, name in enumerate(METHODS):
        plots.points(axes, factors, measured[name].samples[0, some], k, f"{name}, s changed with c")
        plots.guide(axes, factors, predicted[name].samples[0, some], "" if k else "steps at c = 1")
        same = measured[f"{name}, same step size"].samples[0, some]
        ended = same < s.limit
        plots.line(axes, factors[ended], same[ended], k, f"{name}, same s (rival)", alpha=0.6)
    plots.label(axes, "factor c on all points", "steps until all points are right", f"s = {s.step_size:g} at c = 1")
    axes.set_ylim(1, 1e5)
    return drawn


if __name__ == "__main__":
    script()
