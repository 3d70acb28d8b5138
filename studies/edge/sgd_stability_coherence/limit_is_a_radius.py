"""SGD's limit is where the spectral radius of M -> E[J M J] passes 1, not 2 over a sharpness: of H, or of a batch.

Every batch of small problems is enumerated, and the step size bisected at which the mean of J kron J has the radius 1.
The prediction needs no batch: 1 / largest eigenvalue of L^-1/2 Q L^-1/2 with L(M) = H M + M H and Q(M) = E[H_S M H_S],
of which the way to draw batches (by coins, without or with replacement) moves two weights.
"""

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from theorylab import Rival, Source, bracket, brackets, exact, plots, script, threshold
from theorylab.models.edge import operators
from theorylab.models.edge.ensembles import random_hessians
from theorylab.models.edge.operators import SAMPLINGS, LinearisedSGD

SOURCE = Source("setting (linearised SGD near an optimum, recalled); the exact limit is derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 5
    dimension: int = 2
    batches: tuple[int, ...] = (1, 2, 3)
    problems: int  # random ones, each with all batch sizes and samplings
    seed: int


QUICK = Setting(problems=2, seed=1)
FULL = Setting(dimension=3, problems=20, seed=2)


def hessians(s, k):
    """Samples of random problem k, in turn of rank one and more."""
    return random_hessians(s.count, s.dimension, 1 + k % s.dimension, 0.5, 1000 * s.seed + k)


def problems(s):
    cases = product(range(s.problems), s.batches, SAMPLINGS)
    return [LinearisedSGD(hessians(s, k), size, sampling) for k, size, sampling in cases]


def all_batches(problem):
    """How often each sample enters, a row per batch, and the batches' probabilities."""
    n, size = problem.count, problem.batch
    if problem.sampling == "bernoulli":
        rows, p = np.array(list(product((0, 1), repeat=n))), size / n
        return rows, p ** rows.sum(axis=1) * (1 - p) ** (n - rows.sum(axis=1))
    draws = combinations if problem.sampling == "without replacement" else lambda n, size: product(n, repeat=size)
    rows = np.array([np.bincount(batch, minlength=n) for batch in draws(range(n), size)])
    return rows, np.full(len(rows), 1 / len(rows))


def enumerated(problem):
    """Bracket of the step size at which the mean of J kron J over all batches has the radius 1."""
    rows, probability = all_batches(problem)
    hessians, d = np.einsum("si,iab->sab", rows, problem.hessians) / problem.batch, problem.dimension

    def grows(step_size):
        steps = np.eye(d) - step_size * hessians
        pairs = np.einsum("s,sac,sbe->abce", probability, steps, steps, optimize=True).reshape(d * d, d * d)
        return bool(np.linalg.eigvalsh(pairs)[-1] > 1)

    return bracket(grows, 1e-3 / problem.sharpness, 2.5 / problem.sharpness, relative_width=1e-8)


def measure(s):
    given = problems(s)
    return {"limit": brackets(range(len(given)), [enumerated(p) for p in given])}


def predict(s):
    given = problems(s)
    x, batches = np.arange(len(given)), [all_batches(p) for p in given]
    sharpness = [operators.batch_sharpness(p, rows) for p, (rows, _) in zip(given, batches, strict=True)]
    mean = [float(weights @ found) for (_, weights), found in zip(batches, sharpness, strict=True)]
    wrong = {"mean batch": mean, "worst batch": [found.max() for found in sharpness], "H": [p.sharpness for p in given]}
    curves = {name: exact(x, 2 / np.array(row), ulps=256, x_name="setting") for name, row in wrong.items()}
    rounding = [operators.critical_rounding(p) for p in given]
    limits = [operators.critical_step_size(p) for p in given]
    return curves | {"limit": exact(x, limits, rounding, "setting")}


def checks(s, measured, predicted):
    words = {"mean batch": "at 2 / the mean sharpness of a batch", "worst batch": "at 2 / the sharpest batch's",
             "H": "at gradient descent's 2 / l_1(H)"}  # fmt: skip
    for name, claim in words.items():
        rival = Rival(claim=claim, predicted=predicted[name])
        yield threshold("E[J kron J] over all batches passes 1", measured["limit"], predicted["limit"], rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(3, width=3.6)
    batch = np.arange(1, s.count + 1)
    for axes, sampling in zip(panels, SAMPLINGS, strict=True):
        given = [LinearisedSGD(hessians(s, 0), size, sampling) for size in batch]
        sharpness = [(operators.batch_sharpness(p, all_batches(p)[0]), all_batches(p)[1]) for p in given]
        plots.points(axes, batch, [np.mean(enumerated(p)) for p in given], 0, "radius 1, all batches")
        plots.guide(axes, batch, [operators.critical_step_size(p) for p in given], "1 / eigenvalue")
        plots.line(axes, batch, [2 / (weights @ found) for found, weights in sharpness], 1, "2 / mean sharpness")
        plots.line(axes, batch, [2 / found.max() for found, _ in sharpness], 2, "2 / sharpest batch's")
        axes.axhline(2 / given[0].sharpness, color="black", linewidth=0.8, label="2 / l_1(H)")
        plots.label(axes, "batch size B", "critical step size", sampling, log="y", legend=axes is panels[0])
    return drawn


if __name__ == "__main__":
    script()
