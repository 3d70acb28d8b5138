"""Factored weights K Q^T come to the least nuclear norm that separates, combined weights W to the least Frobenius norm.

Both run from the same small start on the same sequences; the selections at their ends define both margins, the least
|W|_F by an active-set method, the least |W|_* over factors with a dual certificate. Measured is the nuclear norm at
margin 1 over the least one: within 5% for K Q^T, not for W. The third singular value of K Q^T stays near 0, where that
of the Frobenius margin does not. Near the least norm is not near its direction: where norms are flat the cosine may be
0.6 after 600,000 steps and move as a logarithm, so that no limit of the direction is claimed. Coefficients are made in
the log domain: in plain float64 the factored run would end in underflow."""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, below, exact, plots, script
from theorylab.models.separable import attention
from theorylab.models.separable.attention import Sequences
from theorylab.numerics.streams import generator

SOURCE = Source("abstract, nuclear norm for factors (recalled); configuration of the code (read)", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 3
    length: int = 3
    dimension: int = 6
    runs: int
    steps: int
    seed: int


QUICK = Setting(runs=3, steps=10_000, seed=1)
FULL = Setting(runs=20, steps=50_000, seed=2)
SHOWN = ("nuclear, factored", "Frobenius, factored", "nuclear, combined", "Frobenius, combined")


def cosine(a, b):
    return float((a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b))


def run(s, replica):
    """Nuclear norms of K Q^T and W at margin 1 over the least, cosines as `SHOWN`, third singular values."""
    problem = Sequences.random(s.count, s.length, s.dimension, seed=s.seed, replica=replica)
    keys, turns = 0.1 / s.dimension**0.5 * generator(s.seed, replica).standard_normal((2, s.dimension, s.dimension))
    product = attention.products_at(problem, 0.1, [s.steps], keys, turns)[0]
    combined = attention.weights_at(problem, 0.1, [s.steps], keys @ turns.T)[0]
    ratios, cosines = [], []
    for weights in (product, combined):
        chosen = attention.selection(problem, weights)
        rows, nuclear = problem.constraints(chosen), attention.nuclear_margin(problem, chosen)[0]
        frobenius, _ = attention.frobenius_margin(problem, chosen)
        norms = [np.linalg.norm(w, "nuc") / (rows @ w.ravel()).min() for w in (weights, nuclear)]
        ratios.append(norms[0] / norms[1])
        cosines += [cosine(weights, nuclear), cosine(weights, frobenius)]
    values = [np.linalg.svd(x, compute_uv=False) for x in (product, frobenius)]
    return (*ratios, *cosines, *(x[2] / x[0] for x in values))


def measure(s):
    rows = np.array([run(s, r) for r in range(s.runs)])
    names = ("norm, factored", "norm, combined", *SHOWN, "third, factored", "third, margin")
    return {name: exact(np.arange(s.runs), row, 1e-6, "run").drawn_from("sequences and starts", s.runs)
            for name, row in zip(names, rows.T, strict=True)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="of W too", measured=measured["norm, combined"])
    yield below("K Q^T: nuclear norm within 5% of the least", measured["norm, factored"], 1.05, rival=rival)
    rival = Rival(claim="with the nuclear one's", measured=measured["nuclear, combined"])
    yield above("W: cosine with the Frobenius margin >= 0.999", measured["Frobenius, combined"], 0.999, rival=rival)
    rival = Rival(claim="of the Frobenius margin", measured=measured["third, margin"])
    yield below("K Q^T: third singular value <= 5% of the first", measured["third, factored"], 0.05, rival=rival)


def figure(s, measured, predicted):
    drawn, (norms, axes) = plots.panels(2)
    for k, (name, label) in enumerate((("factored", "K Qᵀ"), ("combined", "W"))):
        plots.points(norms, np.arange(s.runs), measured[f"norm, {name}"].mean, k, label)
    norms.axhline(1.0, color="black", linewidth=0.8)
    plots.label(norms, "run", "nuclear norm at margin 1 / least", f"{s.steps} steps", log="")
    for k, name in enumerate(SHOWN):
        margin, weights = name.split(", ")
        label = f"{'K Qᵀ' if weights == 'factored' else 'W'} with the {margin} margin"
        plots.points(axes, np.arange(s.runs), measured[name].mean, k, label)
    axes.set_ylim(0.4, 1.4)
    plots.label(axes, "run", "cosine", f"n = {s.count}, T = {s.length}, d = {s.dimension}", log="")
    return drawn


if __name__ == "__main__":
    script()
