"""Attention converges in direction to the hard margin of the tokens it has selected, which need not be the best ones.

From random weights each run saturates, its direction is that of least |W|_F separating its own selection, and a
selection that stays is locally best: each selected token scores higher than those at the margin. In about a third of
the runs some selected token is not the sequence's best, and the direction is not that of the best tokens' margin. The
margin is a sum of one-sided products with the queries, so its rank is at most n.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, above, below, exact, plots, script
from theorylab.models.separable import attention
from theorylab.models.separable.attention import Sequences
from theorylab.numerics.streams import generator

SOURCE = Source(
    "abstract and authors' configuration (read); convergence and local optimality recalled", kind="recalled"
)
FINDING = Finding(
    kind="needs a condition",
    sentence="The direction is the margin of the best tokens only where the run selects them: a third of runs do not.",
    case="6 sequences of 8 unit tokens in 10 dimensions, random start: the margin of a run's own selection instead",
    check="best tokens' margin",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 6
    length: int = 8
    dimension: int = 10
    runs: int
    steps: int
    size: float = 1.8  # |W| at the start, about
    seed: int


QUICK = Setting(runs=8, steps=3000, seed=1)
FULL = Setting(runs=100, steps=8000, seed=2)


def cosine(a, b):
    return float((a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b))


def left(problem, weights):
    """Largest share of attention, over the samples, that is not on the selected token, as odds."""
    logits = np.einsum("itk,kj,ij->it", problem.tokens, weights, problem.queries)
    return float((np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1) - 1).max())


def lead(problem, selected, active):
    """Least score of a selected token over those of its sample at the margin."""
    own = np.take_along_axis(problem.scores, selected[:, None], 1)
    others = np.array([np.delete(row, k) for row, k in zip(problem.scores, selected, strict=True)])
    return float((own - others)[active > 1e-9].min())


def run(s, replica):
    """One run, as a row of numbers: see `NAMES`."""
    problem = Sequences.random(s.count, s.length, s.dimension, seed=s.seed, replica=replica)
    start = s.size / s.dimension * generator(s.seed, replica).standard_normal((s.dimension, s.dimension))
    weights = attention.weights_at(problem, 0.1, [s.steps], start)[0]
    chosen = attention.selection(problem, weights)
    margin, active = attention.frobenius_margin(problem, chosen)
    best, swapped = problem.best, np.append(problem.scores[0].argmin(), chosen[1:])  # one token exchanged
    other, active_other = attention.frobenius_margin(problem, swapped)
    values = np.linalg.svd(margin, compute_uv=False)
    return (cosine(weights, margin), cosine(weights, attention.frobenius_margin(problem, best)[0]),
            cosine(weights, other), lead(problem, chosen, active), lead(problem, swapped, active_other),
            left(problem, weights), left(problem, start), values[s.count] / values[0], values[s.count - 1] / values[0],
            float((chosen == best).all()))  # fmt: skip


NAMES = ("own", "best", "exchanged", "lead", "lead, exchanged", "left", "left, start", "beyond n", "at n", "all best")


def measure(s):
    rows = np.array([run(s, r) for r in range(s.runs)])
    return {name: exact(np.arange(s.runs), row, ulps=2**20, x_name="run").drawn_from("sequences, starts", s.runs)
            for name, row in zip(NAMES, rows.T, strict=True)}  # fmt: skip


def checks(s, measured, predicted):
    own = measured["own"]
    rival = Rival(claim="of one with a token exchanged", measured=measured["exchanged"])
    yield above("cosine with its own selection's margin >= 0.995", own, 0.995, rival=rival)
    claim = "cosine with the best tokens' margin >= 0.995"
    rival = Rival(claim="with its own selection's", measured=own)
    yield above(claim, measured["best"], 0.995, rival=rival, declared="refuted")
    rival = Rival(claim="over those of an exchanged selection", measured=measured["lead, exchanged"])
    yield above("selected tokens score higher than those at the margin", measured["lead"], 0.0, rival=rival)
    rival = Rival(claim="at the start", measured=measured["left, start"])
    yield below("attention saturates: at most 1e-9 elsewhere", measured["left"], 1e-9, rival=rival)
    rival = Rival(claim="n - 1", measured=measured["at n"])
    yield below("the margin has rank at most n", measured["beyond n"], 1e-9, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    order = np.argsort(measured["best"].mean)
    for k, (name, label) in enumerate(
        (("own", "own selection"), ("best", "best tokens"), ("exchanged", "one exchanged"))
    ):
        plots.points(axes, np.arange(s.runs), measured[name].mean[order], k, f"margin of: {label}", markersize=3)
    axes.set_ylim(0.2, 1.25)
    title = f"{s.runs - measured['all best'].mean.sum():g} of {s.runs} runs select other tokens than the best"
    plots.label(axes, "run, sorted", "cosine of W with a margin's direction", title, log="")
    return drawn


if __name__ == "__main__":
    script()
