"""A tracker of m blocks, I of them sampled in a step, has exact second moments; one correction has no cross term.

e_i = u_i - h_i(x_t), D_i the step of h_i, q = I / m. A sampled block gets (1 - a) e + (g - 1 + a) D, others e - D:
E (e+)^2 = (1 - q a (2 - a)) e^2 + (q (g - 1 + a)^2 + 1 - q) D^2 + 2 (q (1 - a)(g - 1 + a) - 1 + q) e D + noise, and the
last bracket vanishes at g = (m - I) / (I (1 - a)) + 1 - a alone, the correction recalled as the paper's. Blocks are not
independent: two are sampled together with probability I (I - 1) / (m (m - 1)). All patterns
of sampled blocks are enumerated, from the definition of u.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.bilevel import tracker_moments, trackers
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


def cases(s):
    """Random (tracker, correction, correlation), noise and drift of one size."""
    draws = generator(s.seed)
    for _ in range(s.cases):
        m = int(draws.integers(3, s.largest, endpoint=True))
        sampled, decay, fresh = int(draws.integers(1, m)), draws.uniform(0.1, 0.8), bool(draws.integers(2))
        yield trackers.Tracker(m, sampled, decay, 0.7, 1.3, 2, fresh), draws.uniform(0.0, 2.0), draws.uniform(-1.0, 1.0)


def measure(s):
    found = [tracker_moments.enumerated(p, g, s.slopes, c, s.steps) for p, g, c in cases(s)]
    bounds = [2 * tracker_moments.rounding(p, g, s.slopes, c, s.steps) for p, g, c in cases(s)]  # of both roads
    curves = {}
    for j, name in enumerate(("square", "product")):
        values, slack = (np.array([w[:, 0, j] for w in rows]) for rows in (found, bounds))
        curves[name] = exact(s.steps, values, slack / np.abs(values)).drawn_from("random trackers", s.cases)
    roots, m = [], range(2, s.largest + 1)
    for blocks in m:
        positive = partial(has_cross_term, trackers.Tracker(blocks, 1 + blocks // 3, 0.3, 0.0, 1.0))
        roots.append(bracket(positive, 0.0, 40.0, relative_width=1e-12))
    return curves | {"root": brackets(m, roots, "blocks m")}


def has_cross_term(p, g):
    """Whether E (e+)^2 is larger after a step from e = 1 with D = 1 than with D = -1."""
    found = 0.0
    for drift in (1.0, -1.0):
        for share, held in tracker_moments.patterns(p.blocks, p.sampled, 1):
            u, h = 1.0, drift  # h was 0
            u = (1 - p.decay) * u + p.decay * h + g * h if held[0] else u
            found += drift * share * (u - h) ** 2
    return found > 0


def predict(s):
    rows: dict[str, list[Any]] = {name: [] for name in ("square", "product", "no cross", "independent")}
    for p, g, c in cases(s):
        squares, products = tracker_moments.moments(p, g, s.slopes, c, s.steps)
        rows["square"].append(squares[0])
        rows["product"].append(products)
        rows["no cross"].append(tracker_moments.moments(p, g, s.slopes, 0.0, s.steps)[0][0])
        alone = p._replace(blocks=10**6 * p.blocks, sampled=10**6 * p.sampled)  # as good as independent
        rows["independent"].append(tracker_moments.moments(alone, g, s.slopes, c, s.steps)[1])
    curves = {name: exact(s.steps, row, ulps=0) for name, row in rows.items()}
    m = np.arange(2, s.largest + 1)
    share = (1 + m // 3) / m
    roots = {"root": trackers.block_correction(share, 0.3), "undivided": 0.7 + (1 - share) / share}
    return curves | {name: exact(m, root, ulps=8, x_name="blocks m") for name, root in roots.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="without the cross term, as for a random walk", predicted=predicted["no cross"])
    yield agrees("E e_i^2, all subsets", measured["square"], predicted["square"], rival=rival)
    rival = Rival(claim="blocks are sampled independently", predicted=predicted["independent"])
    yield agrees("E e_i e_j, all subsets", measured["product"], predicted["product"], rival=rival)
    rival = Rival(claim="(m - I) / I + 1 - a", predicted=predicted["undivided"])
    claim = "no cross term at g = (m - I) / (I (1 - a)) + 1 - a alone"
    yield threshold(claim, measured["root"], predicted["root"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, (name, label) in enumerate((("square", "E e²"), ("product", "E e e' of two blocks"))):
        plots.points(left, predicted[name].samples, measured[name].samples, k, label, markersize=2.5)
    plots.guide(left, [-1, 2], [-1, 2], "equal")
    plots.label(left, "closed recursion", "enumeration", "random trackers, steps 1 to 20", log="")
    plots.measurement(right, measured["root"], 0, "no cross term, bisected")
    plots.prediction(right, predicted["root"], "(m - I) / (I (1 - a)) + 1 - a")
    plots.exact_line(right, predicted["undivided"], 1, "(m - I) / I + 1 - a")
    plots.label(right, "blocks m, of which 1 + m // 3 are sampled", "correction g", "a = 0.3", log="")
    return drawn


if __name__ == "__main__":
    script()
