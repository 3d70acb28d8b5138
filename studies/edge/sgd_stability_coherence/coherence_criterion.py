"""The coherence criterion holds for batches drawn by coins, where it is attained, and fails for batches of fixed size.

Unstable from step size min(2, sigma (n/B - 1)^-1/2) / l_1(H) on: with coins T(M) >= (step size / n)^2 (n/B - 1) sum_i
H_i M H_i, and l_1(H) <= (sigma / n) max_i l_1(H_i), which equal samples attain; the whole at sigma = 1, n = 2 B. With
B different samples a batch fluctuates less, and the first inequality is lost: in dimension one, B = 1, Hessians 1 and
n - 1 times 1 / (1 + sqrt n), SGD is stable up to sqrt(n - 1) (1 + sqrt n) / n times the criterion, 3 sqrt(3) / 4 at
n = 4. That the theorem's batches are by coins is recalled, so that this restricts its use and does not refute it.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, below, exact, plots, script, stacked
from theorylab.models.edge import operators
from theorylab.models.edge.ensembles import random_hessians
from theorylab.models.edge.operators import LinearisedSGD
from theorylab.numerics.streams import generator

SOURCE = Source("Theorem 1, recalled; its proof, and the instances, derived here", kind="recalled")
FINDING = Finding(
    kind="needs a condition",
    sentence="The coherence criterion for instability needs batches in which each sample enters by a coin of its own: "
    "with batches of a fixed size, as SGD is run, it calls stable step sizes unstable.",
    case="four samples, Hessians 1, 1/3, 1/3, 1/3, one drawn per step: stable up to 3, criterion 2.309",
    check="with one sample drawn per step, too",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    problems: int  # random ones of each kind
    counts: tuple[int, ...] = (2, 3, 4, 5, 8, 16)
    seed: int


QUICK = Setting(problems=40, seed=1)
FULL = Setting(problems=2000, counts=(2, 3, 4, 5, 6, 8, 10, 16, 32, 64, 128, 256), seed=2)
KINDS = {"rank one": (1, 0.0), "full rank": (9, 0.0), "common direction": (1, 2.0)}


def random_problems(s, kind):
    draws, (rank, common) = generator(s.seed, list(KINDS).index(kind)), KINDS[kind]
    for k in range(s.problems):
        n, d = int(draws.integers(2, 12)), int(draws.integers(1, 6))
        hessians = random_hessians(n, d, min(rank, d), common, 10**5 * s.seed + k)
        yield LinearisedSGD(hessians, int(draws.integers(1, n + 1)), "bernoulli")


def bounds(given):
    """Limit / criterion, and l_1(H) / its bound, a row per problem."""
    rows, rounding = [], []
    for p in given:
        largest = np.linalg.eigvalsh(p.hessians).max()
        lemma = p.sharpness * p.count / (operators.coherence(p) * largest)
        rows.append((operators.critical_step_size(p) / operators.criterion_step_size(p), lemma))
        rounding.append(operators.critical_rounding(p) + 1e-13)
    values, unit = np.array(rows).T, np.array(rounding)[:, None]
    return [exact([0], row[:, None], unit, "problem") for row in values]


def two_sizes(count, sampling):
    """The instance of dimension one, one sample per step."""
    values = np.full(count, 1 / (1 + count**0.5))
    values[0] = 1.0
    return LinearisedSGD(values.reshape(count, 1, 1), 1, sampling)


def measure(s):
    drawn = [bounds(random_problems(s, kind)) for kind in KINDS]
    attained = bounds([LinearisedSGD.sharing(4, 1, 2, "bernoulli"), LinearisedSGD(np.ones((3, 1, 1)), 3, "bernoulli")])
    words = ("criterion", "lemma")
    curves = {word: stacked([attained[i], *(row[i] for row in drawn)]) for i, word in enumerate(words)}
    out = {word: c.drawn_from("random samples and batch sizes", 3 * s.problems) for word, c in curves.items()}
    for name, sampling in (("coins", "bernoulli"), ("fixed", "without replacement")):
        given = [two_sizes(n, sampling) for n in s.counts]
        out[name] = exact(s.counts, [bounds([p])[0].samples[0, 0] for p in given], ulps=1024, x_name="samples n")
    return out | {kind: row[0] for kind, row in zip(KINDS, drawn, strict=True)}


def predict(s):
    n = np.array(s.counts, dtype=float)
    return {"fixed": exact(s.counts, (n - 1) ** 0.5 * (1 + n**0.5) / n, ulps=16, x_name="samples n")}


def checks(s, measured, predicted):
    tighter = Rival(claim="1% lower", predicted=0.99)
    yield below("coins: limit <= criterion", measured["criterion"], 1.0, rival=tighter)
    yield below("l_1(H) <= (sigma / n) max_i l_1(H_i)", measured["lemma"], 1.0, rival=tighter)
    rival = Rival(claim="with each sample by a coin of its own", measured=measured["coins"])
    claim = "limit <= criterion with one sample drawn per step, too"
    yield below(claim, measured["fixed"], 1.0, rival=rival, declared="refuted")
    rival = Rival(claim="as by coins", predicted=measured["coins"])
    claim = "one sample per step: limit / criterion = sqrt(n - 1) (1 + sqrt n) / n"
    yield agrees(claim, measured["fixed"], predicted["fixed"], rival=rival)


def figure(s, measured, predicted):
    drawn, (shares, sizes) = plots.panels(2)
    for k, kind in enumerate(KINDS):
        style = {"color": plots.SERIES[k][0], "linestyle": plots.SERIES[k][2], "label": kind, "histtype": "step"}
        shares.hist(measured[kind].samples[:, 0], np.linspace(0.3, 1.0, 36).tolist(), **style)
    shares.axvline(1.0, **plots.DASHES, label="criterion")
    plots.label(shares, "limit / criterion", "problems", "random samples, batches by coins", log="")
    shares.legend(loc="upper left", fontsize=7.5, frameon=False)
    plots.points(sizes, s.counts, measured["fixed"].mean, 0, "one sample per step")
    plots.prediction(sizes, predicted["fixed"], "√(n - 1) (1 + √n) / n")
    plots.points(sizes, s.counts, measured["coins"].mean, 1, "by coins, B = 1")
    sizes.axhline(1.0, color="black", linewidth=0.8)
    sizes.set_ylim(0.4, 1.6)
    plots.label(sizes, "samples n", "limit / criterion", "Hessians 1 and 1 / (1 + √n)", log="x")
    return drawn


if __name__ == "__main__":
    script()
