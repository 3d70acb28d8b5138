"""Whatever the gradients are, the weighted regret of DoG stays below r_t (2 D_t + r_t) sqrt(G_{t-1}), on every path.

Two telescopes; no convexity and no law of the noise is needed. The 2 is: gradients along a line, far from x*, are made
so that DoG steps away by r_0, back by r_0 at one gradient, and on by r_0 at many small ones. For convex functions
without noise the gap of the weighted average is at most that over sum r_k; the best t has sum_{k<t} r_k / r_t >= (T /
(1 + log(r_T / r_0)) - 1) / e, by a lemma about increasing sequences that needs its logarithm. So the first distance r_0
costs a logarithm.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, exact, plots, script
from theorylab.models.adaptive import parameter_free as model
from theorylab.models.adaptive.theory import parameter_free as theory
from theorylab.numerics.streams import generator, stream

SOURCE = Source("proof of the rate, recalled; both inequalities derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    runs: int
    steps: tuple[int, ...]
    seed: int


QUICK = Setting(runs=300, steps=(1, 3, 10, 30), seed=1)
FULL = Setting(runs=20_000, steps=(1, 3, 10, 30, 100, 300), seed=2)


def descent(draws, convex):
    """A problem at random; where it need not be convex, with scales of any sign, and noise with any tail."""
    d, names = int(draws.integers(1, 5)), model.FUNCTIONS
    scales = draws.normal(0, 10 ** draws.uniform(-2, 1), d)
    noise, alpha = (0.0, 2.0) if convex else (float(draws.integers(0, 2)), float(draws.choice([1.0, 1.5, 2.0])))
    return model.Descent(
        scales=np.abs(scales) if convex else scales,
        target=draws.normal(0, 10 ** draws.uniform(-1, 1), d),
        function=names[int(draws.integers(0, 2))], first=10 ** draws.uniform(-4, 1), noise=noise, alpha=alpha,
    )  # fmt: skip


def worst(s):
    """x* at distance 1e4 r_0: a gradient of next to nothing, one of 1, and such that share 1 over the other steps."""
    few = max(s.steps) - 2
    gradients = np.array([1e-4, -1.0, *np.full(few, -1.0 / few)])[:, None]
    return model.Descent(scales=[1.0], target=[1e4], first=1.0, gradients=gradients)


def ratios(s, convex):
    """Regret or weighted gap over the bound, and over it with r_0 for r_t; regret, of `worst` too, with D for 2 D."""
    found = []
    draws = (descent(generator(s.seed, 10 * k + convex), convex) for k in range(s.runs))
    for k, made in enumerate([*draws] if convex else [*draws, worst(s)]):
        p = made.problem()
        gap, _, radius, squares, regret, distance, weight = model.path(p, np.array(s.steps), stream(s.seed, k))
        value = gap * weight if convex else regret
        bound = theory.regret_bound(radius, distance, squares)
        small = theory.regret_bound(p.first, distance, squares)
        halved = radius * (distance + radius) * squares**0.5
        found.append([value / bound, value / small] if convex else [value / bound, value / small, value / halved])
    size, rows = 64 * max(s.steps), np.moveaxis(np.array(found), 1, 0)
    return [exact(s.steps, row, ulps=size).drawn_from("random problems", s.runs) for row in rows]


def sequences(s):
    """What the lemma says over max_t sum_{i<t} s_i / s_t of random sequences, T below 60; and T - 1 over it."""
    draws, found = generator(s.seed, 5), []
    for _ in range(s.runs):
        logs = np.cumsum(draws.exponential(10 ** draws.uniform(-3, 1), draws.integers(2, 60)))
        best = max(np.exp(logs[:t] - logs[t]).sum() for t in range(1, logs.size))
        found.append([theory.relative_weight_bound(logs.size - 1, logs[-1] - logs[0]) / best, (logs.size - 1) / best])
    return [exact([0], row, ulps=1000).drawn_from("random sequences") for row in np.array(found).T[:, :, None]]


def measure(s):
    names = ("regret", "regret, first", "regret, halved", "gap", "gap, first", "lemma", "lemma, T")
    return dict(zip(names, (*ratios(s, False), *ratios(s, True), *sequences(s)), strict=True))


def checks(s, measured, predicted):
    for words, name in (("with the first distance r_0 for r_t", "first"), ("with D_t for 2 D_t", "halved")):
        rival = Rival(claim=words, measured=measured[f"regret, {name}"])
        yield below("regret <= r_t (2 D_t + r_t) sqrt(G), any gradients", measured["regret"], 1.0, rival=rival)
    rival = Rival(claim="with the first distance r_0 for r_t", measured=measured["gap, first"])
    yield below("convex, no noise: gap <= that / sum of r_k", measured["gap"], 1.0, rival=rival)
    rival = Rival(claim="at least T / e, without the logarithm", measured=measured["lemma, T"].at(slice(None)))
    claim = "max_t sum s_i / s_t >= (T / (1 + log(s_T / s_0)) - 1) / e"
    yield below(claim, measured["lemma"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    labels = {"regret": "regret, any gradients", "gap": "gap, convex, no noise", "lemma": "lemma on sequences"}
    for k, (name, label) in enumerate(labels.items()):
        values = np.sort(measured[name].samples.max(axis=1))
        pick = np.unique(np.linspace(0, values.size - 1, 300).astype(int))
        plots.line(axes, values[pick], (pick + 1) / values.size, k, label)
    plots.guide(axes, [1.0, 1.0], [0.0, 1.0], "bound")
    axes.set(xlim=(-0.02, 1.05))
    plots.label(axes, "largest value / bound of a run", "share of runs below", f"{s.runs} random problems", log="")
    return drawn


if __name__ == "__main__":
    script()
