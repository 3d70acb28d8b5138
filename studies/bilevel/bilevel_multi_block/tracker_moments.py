"""A tracker of m blocks, I of them sampled in a step, has exact second moments; one correction has no cross term.

e_i = u_i - h_i(x_t), D_i the step of h_i, q = I / m. A sampled block gets (1 - a) e + (g - 1 + a) D, others e - D:
E (e+)^2 = (1 - q a (2 - a)) e^2 + (q (g - 1 + a)^2 + 1 - q) D^2 + 2 (q (1 - a)(g - 1 + a) - 1 + q) e D + noise, and the
last bracket vanishes at g = (m - I) / (I (1 - a)) + 1 - a alone, the correction recalled as the paper's. Blocks are not
independent: two are sampled together with probability I (I - 1) / (m (m - 1)). Every pattern of sampled blocks is
enumerated, from the definition of u; a drift of any correlation joins the state.
"""

import itertools
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.bilevel import tracker_moments, trackers
from theorylab.models.bilevel.trackers import Tracker
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (blockwise variance-reduced trackers, read); form recalled, moments derived", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    cases: int  # random trackers
    largest: int = 12  # blocks
    steps: tuple[int, ...] = (1, 2, 5, 20)
    slopes: tuple[float, float] = (1.0, -0.6)  # b_i, b_j of the two blocks that are followed
    seed: int


QUICK = Setting(cases=20, seed=1)
FULL = Setting(cases=500, seed=2)
FORMS = ("square", "product")


def cases(s):
    """Random (tracker, correction, correlation), noise and drift of one size."""
    draws = generator(s.seed)
    for _ in range(s.cases):
        m = int(draws.integers(3, s.largest, endpoint=True))
        given = Tracker(m, int(draws.integers(1, m)), draws.uniform(0.1, 0.8), 0.7, 1.0, 2, bool(draws.integers(2)))
        yield given, draws.uniform(0.0, 2.0), draws.uniform(-1.0, 1.0)


def measure(s):
    found = [tracker_moments.enumerated(p, g, s.slopes, c, s.steps) for p, g, c in cases(s)]
    bounds = [2 * tracker_moments.rounding(p, g, s.slopes, c, s.steps) for p, g, c in cases(s)]  # of both roads
    curves = {}
    for j, name in enumerate(FORMS):
        values, slack = (np.array([w[:, 0, j] for w in rows]) for rows in (found, bounds))
        curves[name] = exact(s.steps, values, slack / np.abs(values)).drawn_from("random trackers", s.cases)
    roots, m = [], range(2, s.largest + 1)
    for blocks in m:
        positive = partial(has_cross_term, Tracker(blocks, 1 + blocks // 3, 0.3, 0.0, 1.0))
        roots.append(bracket(positive, 0.0, 40.0, relative_width=1e-12))
    values = generator(s.seed, 1).standard_normal(s.largest // 2)
    means = [np.var([np.mean(x) for x in itertools.combinations(values, i)]) for i in range(1, values.size)]
    sampled = np.arange(1, values.size)
    return curves | {"root": brackets(m, roots, "blocks m"), "mean": exact(sampled, means, ulps=512, x_name="sampled")}


def has_cross_term(p, g):
    """Whether E (e+)^2 is larger after a step from e = 1 with D = 1 than with D = -1."""
    ends = []
    for drift in (1.0, -1.0):
        total = 0.0
        for share, held in tracker_moments.patterns(p.blocks, p.sampled, 1):
            u, h = 1.0, drift  # h was 0
            u = (1 - p.decay) * u + p.decay * h + g * h if held[0] else u
            total += share * (u - h) ** 2
        ends.append(total)
    return ends[0] > ends[1]


def predict(s):
    rows: dict[str, list[Any]] = {name: [] for name in (*FORMS, "no cross", "independent")}
    for p, g, c in cases(s):
        squares, products = tracker_moments.moments(p, g, s.slopes, c, s.steps)
        rows["square"].append(squares[0])
        rows["product"].append(products)
        rows["no cross"].append(tracker_moments.moments(p, g, s.slopes, 0.0, s.steps)[0][0])
        alone = p._replace(blocks=10**6 * p.blocks, sampled=10**6 * p.sampled)  # as good as independent
        rows["independent"].append(tracker_moments.moments(alone, g, s.slopes, c, s.steps)[1])
    curves = {name: exact(s.steps, row, ulps=0) for name, row in rows.items()}
    m = np.arange(2, s.largest + 1)
    share, values = (1 + m // 3) / m, generator(s.seed, 1).standard_normal(s.largest // 2)
    roots = {"root": trackers.block_correction(share, 0.3), "undivided": 0.7 + (1 - share) / share}
    sampled = np.arange(1, values.size)
    means = {"mean": np.array([trackers.block_mean_variance(values, i) for i in sampled]),
             "with": values.var() / sampled}  # fmt: skip
    return (curves | {name: exact(m, root, ulps=8, x_name="blocks m") for name, root in roots.items()}
            | {name: exact(sampled, mean, ulps=64, x_name="sampled") for name, mean in means.items()})  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="without the cross term, as for a random walk", predicted=predicted["no cross"])
    yield agrees("E e_i^2, all subsets", measured["square"], predicted["square"], rival=rival)
    rival = Rival(claim="blocks are sampled independently", predicted=predicted["independent"])
    yield agrees("E e_i e_j, all subsets", measured["product"], predicted["product"], rival=rival)
    rival = Rival(claim="(m - I) / I + 1 - a", predicted=predicted["undivided"])
    claim = "no cross term at g = (m - I) / (I (1 - a)) + 1 - a alone"
    yield threshold(claim, measured["root"], predicted["root"], rival=rival)
    rival = Rival(claim="as with replacement", predicted=predicted["with"])
    claim = "variance of the mean of I blocks: S^2 / I (1 - I / m)"
    yield agrees(claim, measured["mean"], predicted["mean"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, (name, label) in enumerate((("square", "E e²"), ("product", "E e e' of two blocks"))):
        plots.points(left, predicted[name].samples, measured[name].samples, k, label, markersize=2.5)
    ends = np.array([measured["product"].samples.min(), measured["square"].samples.max()])
    plots.guide(left, ends, ends, "equal")
    plots.label(left, "closed recursion", "enumeration", "random trackers, steps 1 to 20", log="")
    plots.measurement(right, measured["root"], 0, "no cross term, bisected")
    plots.prediction(right, predicted["root"], "(m - I) / (I (1 - a)) + 1 - a")
    plots.exact_line(right, predicted["undivided"], 1, "(m - I) / I + 1 - a")
    plots.label(right, "blocks m, of which 1 + m // 3 are sampled", "correction g", "a = 0.3", log="")
    return drawn


if __name__ == "__main__":
    script()
