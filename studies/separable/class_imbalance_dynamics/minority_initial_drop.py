"""The minority's loss rises under gradient descent if and only if the imbalance exceeds |g_0| / (|c| |g_1|), c < 0.

g_l are the gradients of the classes' mean losses, c their cosine. To first order in the step size the minority's loss
moves by -(s_0 |g_0|^2 + s_1 c |g_0| |g_1|), s_l the classes' shares; under per-class normalised gradients by
-|g_0|(1 + c), never up. Critical imbalances are bisected in the loss of random logistic problems after one tiny step,
with weights on the classes in place of copies.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.separable import imbalance
from theorylab.models.separable.classes import logistic_gradients, logistic_losses, mixture
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (minority initial drop, read); criterion derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    problems: int
    dim: int = 8
    tiny: float = 1e-6  # step size at which slopes are read
    skewed: float = 100.0  # imbalance of the rival
    seed: int


QUICK = Setting(problems=40, seed=1)
FULL = Setting(problems=1000, seed=2)


def problems(s):
    """Random problems, positions, mean gradients, their sizes and cosine, where that is clearly below 0."""
    key, found = 0, 0
    while found < s.problems:
        draws, key = generator(s.seed, key), key + 1
        z, w = mixture(5, s.dim, 0.5, 1.0, draws), 0.3 * draws.standard_normal(s.dim)
        g = logistic_gradients(z, w)
        sizes = np.linalg.norm(g, axis=1)
        if (cosine := g[0] @ g[1] / sizes.prod()) < -0.1:
            found += 1
            yield z, w, g, sizes, cosine


def plain(g, ratio):
    return (g[0] + ratio * g[1]) / (1 + ratio)


def critical(s, z, w, g):
    """Bracket of the imbalance from which one tiny step raises the minority's loss."""
    before = logistic_losses(z, w)[0]
    return bracket(lambda ratio: bool(logistic_losses(z, w - s.tiny * plain(g, ratio))[0] > before), 1e-3, 1e4,
                   relative_width=1e-6)  # fmt: skip


def slope(s, z, w, step):
    """Of the minority's loss, from one tiny step."""
    return (logistic_losses(z, w - s.tiny * step)[0] - logistic_losses(z, w)[0]) / s.tiny


def measure(s):
    given, rows = list(problems(s)), np.arange(s.problems)
    slopes = {"normalised": [slope(s, z, w, (g / sizes[:, None]).sum(axis=0)) for z, w, g, sizes, _ in given],
              "plain": [slope(s, z, w, plain(g, s.skewed)) for z, w, g, _, _ in given]}  # fmt: skip
    # Differences of losses near 1 are off by 4 units, over the step size.
    unit = 4 * 2.0**-52 / s.tiny
    curves = {name: exact(rows, x, unit / np.abs(x), "problem").drawn_from("problems", s.problems)
              for name, x in slopes.items()}  # fmt: skip
    return curves | {"critical": brackets(rows, [critical(s, z, w, g) for z, w, g, _, _ in given], "problem")}


def predict(s):
    given, rows = list(problems(s)), np.arange(s.problems)
    sizes, cosines = np.array([x[3] for x in given]).T, np.array([x[4] for x in given])
    forms = {"critical": imbalance.critical_ratio(cosines, sizes[0], sizes[1]), "1 / |c|": -1 / cosines,
             "normalised": imbalance.normalised_slope(sizes[0], cosines), "alone": -sizes[0],
             "plain": imbalance.plain_slope(sizes[0], sizes[1], cosines, 1 / (1 + s.skewed)),
             "half": imbalance.plain_slope(sizes[0], sizes[1], cosines, 0.5)}  # fmt: skip
    # A tiny step's second order, and rounding of the loss, move zeros and slopes relatively by less than this.
    return {name: exact(rows, x, 1e-3, "problem") for name, x in forms.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="1 / |c|, whatever the gradients' sizes", predicted=predicted["1 / |c|"])
    claim = "gradient descent raises it from |g_0| / (|c| |g_1|) on"
    yield threshold(claim, measured["critical"], predicted["critical"], rival=rival)
    for name, form, other, words in (
        ("plain", "-(s_0 |g_0|^2 + s_1 c |g_0| |g_1|)", "half", "with shares 1/2"),
        ("normalised", "-|g_0| (1 + c)", "alone", "without the cosine"),
    ):
        rival = Rival(claim=words, predicted=predicted[other])
        yield agrees(f"{name}: slope {form}", measured[name], predicted[name], rival=rival)
    rival = Rival(claim=f"also by gradient descent at imbalance {s.skewed:g}", measured=measured["plain"])
    yield below("normalised: no first-order rise", measured["normalised"], 0.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    x = predicted["critical"].mean
    plots.points(axes, x, measured["critical"].mean, 0, "random logistic problems", markersize=3)
    ends = np.array([x.min(), x.max()])
    plots.guide(axes, ends, ends, "equal")
    plots.label(axes, "|g₀| / (|c| |g₁|)", "imbalance from which the loss rises", f"d = {s.dim}, one tiny step")
    return drawn


if __name__ == "__main__":
    script()
