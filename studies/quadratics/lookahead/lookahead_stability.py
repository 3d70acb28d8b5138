"""Lookahead bears larger step sizes than 2 / curvature for odd k, and not for even k.

The slow weights are multiplied by 1 - a + a q^k per round, q = 1 - step size x curvature. At q < -1 and odd k, q^k is
negative and the slow weights pull the fast ones back: stable up to a load of 1 + (2/a - 1)^(1/k). For even k the factor
passes 1 at q = -1, where SGD itself gives in. Second moments change by its square: the variance under noise is
finite up to the same loads. So
claim 2 depends on the parity of k in the mean; momentum inside, several curvatures and schedules are another matter.
"""

import functools
from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.quadratics import slow_weights
from theorylab.models.quadratics.optimisers import lookahead as optimiser
from theorylab.models.quadratics.theory import lookahead
from theorylab.numerics.streams import stream

SOURCE = Source("abstract (more stable, read); limits derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence="Lookahead over plain gradient descent bears larger step sizes on a quadratic for odd k alone.",
    case="slow step 0.5: stable up to step size x curvature 2.2457 for k = 5, up to 2 as without Lookahead for k = 4",
    check="for every k",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    periods: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    slow_steps: tuple[float, ...] = (0.5, 0.8)
    loads: tuple[float, ...] = (0.3, 1.2, 1.9, 2.1, 2.4)
    rounds: int = 20
    load: float = 2.01  # beyond what gradient descent bears
    width: float = 1e-9


QUICK = Setting()
FULL = Setting(periods=tuple(range(1, 22)), slow_steps=(0.2, 0.5, 0.8, 0.95))


def moved(s, load, k, slow_step):
    """|x| after some rounds of the optimiser's own steps from 1, without noise."""
    method = optimiser.Method(load, k, slow_step)
    return float(abs(slow_weights.paths(method, np.ones(1), 0.0, 1.0, s.rounds * k, stream(0, 0))[0]))


def beyond(s, k, slow_step, load):
    """Whether x does not come back; where it overflows it does not."""
    return not moved(s, load, k, slow_step) <= 1


def growth(s, k, slow_step):
    """Factor of E phi^2 per round from x = phi, without noise, by the exact map of second moments; by load."""
    step = slow_weights.round_map(np.array(s.loads), 1.0, 0.0, k, slow_step).value
    return step[:, -1, 3:].sum(axis=1)


def measure(s):
    curves = {}
    for a in s.slow_steps:
        pairs = [bracket(functools.partial(beyond, s, k, a), 1.0, 30.0, relative_width=s.width) for k in s.periods]
        curves[f"mean, {a}"] = brackets(s.periods, pairs, "k")
        curves[f"growth, {a}"] = exact(s.loads, [growth(s, k, a) for k in s.periods], 1e-11, "load")
    ends = [moved(s, s.load, k, s.slow_steps[0]) for k in s.periods]
    return curves | {"moved": exact(s.periods, ends, 1e-11, "k")}


def predict(s):
    k, curves, q = np.array(s.periods), {}, 1 - np.array(s.loads)
    for a in s.slow_steps:
        curves[f"{a}"] = exact(k, [float(lookahead.stable_load(n, a)) for n in s.periods], 1e-14, "k")
        rows = [lookahead.outer_contraction(q, n, a) ** 2 for n in s.periods]
        curves[f"growth, {a}"] = exact(s.loads, rows, 1e-11, "load")
        curves[f"inner, {a}"] = exact(s.loads, [q ** (2 * n) for n in s.periods], 1e-11, "load")
    return curves


def checks(s, measured, predicted):
    for a in s.slow_steps:
        rival = Rival(claim="2 for every k, as without Lookahead", predicted=2.0)
        claim = f"stable step size x curvature, a = {a}: 1 + (2/a - 1)^(1/k) for odd k, 2 for even k"
        yield threshold(claim, measured[f"mean, {a}"], predicted[f"{a}"], rival=rival)
        rival = Rival(claim="by that of k steps, q^2k", predicted=predicted[f"inner, {a}"])
        claim = f"without noise E phi^2 changes by the square of 1 - a + a q^k, a = {a}"
        yield agrees(claim, measured[f"growth, {a}"], predicted[f"growth, {a}"], rival=rival)
    odd = np.array(s.periods) % 2 == 1
    rival = Rival(claim="for odd k", measured=measured["moved"].at(odd))
    claim = f"stable at step size x curvature {s.load}, a = {s.slow_steps[0]}, for every k"
    yield below(claim, measured["moved"], 1.0, rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for i, a in enumerate(s.slow_steps):
        plots.points(axes, s.periods, measured[f"mean, {a}"].mean, i, f"a = {a}, bisected")
        odd = np.array(s.periods) % 2 == 1
        plots.guide(axes, np.array(s.periods)[odd], predicted[f"{a}"].mean[odd], "" if i else "1 + (2/a - 1)^(1/k)")
    plots.limit(axes, 2.0, "2: gradient descent, and even k")
    plots.label(axes, "k", "largest stable step size × curvature", "Lookahead over gradient descent", log="y")
    return drawn


if __name__ == "__main__":
    script()
