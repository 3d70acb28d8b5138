"""After fitting, the gradient aligns with the weights, but only as 1/|w|: the sine of their angle is |offset| / |w|.

Two support points in the plane: gradient descent's position is M u + offset, u the max-margin direction, and its
gradient points along u. The offset across u makes the pulls e^-margin balance: (z_1 - z_2) log(a_2/a_1) / |z_1 -
z_2|^2, a_i the weights of u in the points. So 1 - cos falls as |w|^-2 = (log t)^-2, and naive minimisation, the
direction that only scales the logits, is reached in the limit. The squared loss has no such alignment: there the last
gradient lies along the smallest eigenvalue. Steps have a fixed length here, which follows the same path to lengths that
2^p steps would not reach.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, above, agrees, decays_as, exact, log_steps, plots, script, stacked
from theorylab.models.separable import collapse, simulation
from theorylab.models.separable.model import Labelled

SOURCE = Source("abstract (gradients align with naive loss minimisation, read); angle derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    pairs: tuple[tuple[float, float], ...]  # (a, b): points (1, a) and (1, -b), margin 1 along the first axis
    step: float = 0.2
    horizon: int
    early: int = 1500  # step from which the offset has settled, as e^(-a b |w|), to rounding


QUICK = Setting(pairs=((3.0, 0.05), (1.0, 0.2), (0.5, 2.0)), horizon=10_000)
FULL = Setting(pairs=((3.0, 0.05), (1.0, 0.2), (0.5, 2.0), (0.4, 0.6), (2.0, 1.5)), horizon=100_000)
COLLAPSE = float(collapse.absorbed_gap(24))  # of float32


def path(s, pair, steps):
    """Position at each step, and the unit step from there."""
    every = np.unique(np.concatenate([steps, steps + 1]))
    places = simulation.positions(Labelled.pair(*pair), s.step, every, "gradient")
    here, after = (places[np.searchsorted(every, t)] for t in (steps, steps + 1))
    return s.step * here, after - here


def angle(position, direction):
    """Sine and cosine of the angle between them, (points,)."""
    size = np.linalg.norm(position, axis=1) * np.linalg.norm(direction, axis=1)
    across = position[:, 0] * direction[:, 1] - position[:, 1] * direction[:, 0]
    return np.abs(across) / size, (position * direction).sum(axis=1) / size


def squared(s, pair):
    """Cosine of gradient and weights on the squared loss, targets 1, after as many steps as digits bear."""
    z = Labelled.pair(*pair).signed
    values, basis = np.linalg.eigh(z.T @ z)
    limit, left = basis.T @ np.linalg.solve(z, np.ones(2)), np.exp(-values * 20 / values[0])
    return angle((basis @ (limit * (1 - left)))[None], (basis @ (values * limit * left))[None])[1][0]


def measure(s):
    steps = log_steps(s.early, s.horizon, 20)
    rows, cosines = [], []
    for pair in s.pairs:
        sine, size = angle(*path(s, pair, steps))[0], np.linalg.norm(path(s, pair, steps)[0], axis=1)
        rows.append((sine * size, size, 2 * np.sin(np.arcsin(sine) / 2) ** 2))
        position, step = path(s, pair, np.arange(1, s.early))
        fitted = (position @ Labelled.pair(*pair).signed.T).min(axis=1) >= COLLAPSE
        cosines.append(angle(position, step)[1][fitted][0])
    offset, size, defect = (np.array(x) for x in zip(*rows, strict=True))
    # A unit step is a difference of positions: it is off by their rounding, which grows as the steps do.
    unit = 16 * steps * 2.0**-52
    return {"offset": stacked([exact(steps, x, unit * y / x) for x, y in zip(offset, size, strict=True)]),
            "defect": exact(size[0], defect[0], 4 * unit * size[0] / offset[0], "|w|"),
            "cosine": exact(range(len(s.pairs)), cosines, ulps=2**10, x_name="pair"),
            "squared": exact(range(len(s.pairs)), [squared(s, pair) for pair in s.pairs], 1e-6, "pair")}  # fmt: skip


def predict(s):
    steps = log_steps(s.early, s.horizon, 20)
    forms = [np.linalg.norm(collapse.pair_offset(*Labelled.pair(*pair).signed)) for pair in s.pairs]
    apart = [form * (a + b) for form, (a, b) in zip(forms, s.pairs, strict=True)]
    return {name: stacked([exact(steps, np.full(steps.size, value), ulps=16) for value in values])
            for name, values in (("offset", forms), ("difference of margins", apart))}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="log(a_2/a_1), not over |z_1 - z_2|", predicted=predicted["difference of margins"])
    yield agrees("|w| sin(angle of gradient and w) = |offset|", measured["offset"], predicted["offset"], rival=rival)
    once = Rival(claim="as 1/|w|", predicted=Power(-1))
    yield decays_as("1 - cos falls as |w|^-2", measured["defect"], Power(-2), rival=once)
    rival = Rival(claim="on the squared loss too", measured=measured["squared"])
    yield above("cos > 0.99 once float32 would collapse", measured["cosine"], 0.99, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, pair in enumerate(s.pairs[:3]):
        steps = log_steps(1, s.horizon, 60)
        position, step = path(s, pair, steps)
        size = np.linalg.norm(position, axis=1)
        sine, late = np.maximum(angle(position, step)[0], 1e-6), size > 3
        plots.points(axes, size, sine, k, f"points (1, {pair[0]:g}), (1, -{pair[1]:g})")
        form = np.linalg.norm(collapse.pair_offset(*Labelled.pair(*pair).signed))
        plots.guide(axes, size[late], form / size[late], "" if k else "|offset| / |w|")
    axes.axvline(COLLAPSE, color="black", linewidth=0.8)
    axes.set_ylim(1e-5, 3)
    plots.label(axes, "|w| (line: float32 collapses)", "sine of the angle of gradient and w")
    return drawn


if __name__ == "__main__":
    script()
