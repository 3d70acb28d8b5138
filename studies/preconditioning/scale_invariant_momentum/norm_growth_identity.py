"""On scale-invariant weights momentum only lets the norm grow, by an identity; removing that turns nothing else.

|w_{t+1}|^2 = |w_t|^2 + a^2 |p_t|^2 + 2 a^2 sum_{k < t} b^(t-k) |p_k|^2, for any gradients with g.w = 0: all terms are
squares, so no step shrinks |w| unless weights decay. The direction of w without the radial part of the step differs by
a term of order a^2. Adam's update is not orthogonal to w even in its first step: growth of order a, AdamP's of a^2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, decays_as, exact, monotone, plots, script
from theorylab.models.preconditioning import scale_invariance, theory_scale
from theorylab.models.preconditioning.optimisers import sgdp
from theorylab.numerics.streams import generator, stream

SOURCE = Source("abstract (norm growth, its removal; read); identity derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    runs: int
    steps: int
    dim: int = 10
    rate: float = 0.05
    decay: float = 0.9
    noise: float = 3.0
    weight_decay: float = 0.2  # of the rival
    seed: int


QUICK = Setting(runs=20, steps=300, seed=1)
FULL = Setting(runs=200, steps=3000, seed=2)
RATES = np.geomspace(1e-6, 0.01, 12)


def runs(s, weight_decay=0.0):
    """|w_t|^2 and |p_{t-1}|^2 of each run on the noisy Rayleigh quotient, t = 0, 1, ..., (2, runs, steps + 1)."""
    method = sgdp.Method(s.rate, s.decay, weight_decay, scale_invariance.PLAIN)
    run, toy, steps = scale_invariance.invariant_run, scale_invariance.RAYLEIGH, np.arange(s.steps + 1.0)
    starts = [generator(s.seed, 10 + k).standard_normal(s.dim) for k in range(s.runs)]
    rows = (run(method, toy, s.noise, start, steps, stream(s.seed, k)) for k, start in enumerate(starts))
    found = [row.reshape(3, -1)[::2] for row in rows]
    return np.moveaxis(np.array(found), 1, 0)


def rounding(s):
    """Of |w_t|^2, relative: 4 d units a step at most, and g.w is 0 up to as much."""
    return 8 * s.dim * s.steps * 2.0**-52


def measure(s):
    steps, (w, p, g) = np.arange(s.steps + 1), generator(s.seed, 1).standard_normal((3, s.dim))
    g = g - (g @ w) / (w @ w) * w  # the gradient is orthogonal to the point w, the momentum p is not
    grows, decays = (exact(steps, runs(s, lam)[0], rounding(s)).drawn_from("starts") for lam in (0.0, s.weight_decay))
    kinds = (scale_invariance.PLAIN, scale_invariance.PROJECTED)
    adam, adamp = (scale_invariance.first_growths(RATES, w, g, threshold) for threshold in kinds)
    unit = 1e-15 / RATES  # a difference of numbers of order 1, over its size
    return {
        "square": grows,
        "decays": decays,
        "direction": exact(RATES, scale_invariance.direction_gaps(RATES, w, p, g), 10 * unit**2 * RATES**0, "rate"),
        "Adam": exact(RATES, adam, 10 * unit, "rate"),
        "AdamP": exact(RATES, adamp, 10 * unit / RATES, "rate"),
    }


def predict(s):
    steps, (squares, momenta) = np.arange(s.steps + 1), runs(s)
    start, p = squares[:, 0], momenta[:, 1:].T
    form = theory_scale.grown_square(start, s.rate, s.decay, p)
    own = s.rate**2 * np.concatenate((np.zeros((1, s.runs)), np.cumsum(p, axis=0)))
    late, single = form + 2 * own, (form + start + own) / 2
    return {name: exact(steps, values.T, rounding(s)).drawn_from("starts")
            for name, values in (("square", form), ("with k = t", late), ("without 2", single))}  # fmt: skip


def checks(s, measured, predicted):
    for name, words in (("without 2", "without the factor 2"), ("with k = t", "with k = t in the sum")):
        rival = Rival(claim=words, predicted=predicted[name])
        claim = f"|w|^2 after each step, every run: the identity, not {words}"
        yield agrees(claim, measured["square"], predicted["square"], rival=rival)
    rival = Rival(claim="with weight decay, too", measured=measured["decays"])
    yield monotone("no step of momentum shrinks |w|", measured["square"], rival=rival, direction="increasing")
    linear = Rival(claim="as a", predicted=1.0)
    claim = "projected or not: directions differ by a^2"
    yield decays_as(claim, measured["direction"].at(slice(4, None)), 2.0, rival=linear, towards=0)
    rival = Rival(claim="as a^2", predicted=2.0)
    yield decays_as("Adam's first step changes |w|^2 by order a", measured["Adam"], 1.0, rival=rival, towards=0)
    yield decays_as("... AdamP's by order a^2", measured["AdamP"].at(slice(4, None)), 2.0, rival=linear, towards=0)


def figure(s, measured, predicted):
    drawn, (growth, order) = plots.panels(2)
    steps = slice(None, None, max(1, s.steps // 100))
    for k, (name, label) in enumerate((("square", "momentum"), ("decays", "with weight decay"))):
        plots.line(growth, measured[name].x[steps], measured[name].samples[0][steps], k, label)
    plots.guide(growth, predicted["square"].x[steps], predicted["square"].samples[0][steps], "identity")
    plots.label(growth, "steps", "|w|²", f"noisy Rayleigh quotient, d = {s.dim}", log="y")
    labels = {"Adam": "|w|², Adam's first step", "AdamP": "|w|², AdamP's", "direction": "direction, SGDP - SGD"}
    for k, (name, label) in enumerate(labels.items()):
        plots.points(order, measured[name].x[4:], measured[name].mean[4:], k, label)
    plots.label(order, "rate a", "change", "one step")
    return drawn


if __name__ == "__main__":
    script()
