"""M-FAC's recursion is the dense inverse of its window, in any order of it; pruning by it is the constrained minimum.

The reference step meets m gradients and answers with F^-1 of the last one. Along the window's mean g^T F^-1 g is at
most |g|^2 / (lam + |g|^2) < 1, attained where all are g: such steps normalise themselves. A gradient that is orthogonal
to the window has no such bound.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.preconditioning import fisher, theory_fisher
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (exact products without a matrix, read); bound derived here", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    window: int
    instances: int
    damping: float = 0.1
    seed: int


QUICK = Setting(dim=20, window=8, instances=40, seed=1)
FULL = Setting(dim=100, window=32, instances=300, seed=2)


def window(s, k):
    """Gradients with a common part, which differs in weight from instance to instance; alike in the first."""
    draws = generator(s.seed, 10 + k)
    common = draws.standard_normal(s.dim) * draws.uniform(0, 3)
    return draws.uniform(0.1, 2) * (draws.standard_normal((s.window, s.dim)) * draws.uniform(0, 1) * (k > 0) + common)


def dense(s, gradients, weight=None):
    return s.damping * np.eye(s.dim) + gradients.T @ gradients * (1 / len(gradients) if weight is None else weight)


def row(s, values, rounding=1e-9):
    return exact(np.arange(len(values)), values, rounding, "instance").drawn_from("random windows", len(values) - 1)


def measure(s):
    windows = [window(s, k) for k in range(s.instances)]
    weights = [generator(s.seed, 5000 + k).standard_normal(s.dim) for k in range(s.instances)]
    means = [g.mean(axis=0) for g in windows]
    fresh = [np.linalg.svd(g)[2][-1] * np.linalg.norm(g[-1]) for g in windows]  # orthogonal to the window
    along = [[g @ theory_fisher.window_product(b, s.damping, g) for g, b in zip(each, windows, strict=True)]
             for each in (means, fresh)]  # fmt: skip
    return {
        "product": row(s, [fisher.last_product(g, s.damping)[0] for g in windows], 1e-8),
        "shuffled": row(s, [fisher.last_product(np.vstack([g[-2::-1], g[-1:]]), s.damping)[0] for g in windows], 1e-8),
        "cost": row(s, [fisher.pruned(dense(s, g), w, 0) for g, w in zip(windows, weights, strict=True)]),
        "mean": row(s, along[0]),
        "fresh": row(s, along[1]),
    }


def predict(s):
    windows = [window(s, k) for k in range(s.instances)]
    weights = np.array([generator(s.seed, 5000 + k).standard_normal(s.dim)[0] for k in range(s.instances)])
    matrices = [dense(s, g) for g in windows]
    entries = np.array([np.linalg.inv(f)[0, 0] for f in matrices])
    squares = np.array([(g.mean(axis=0) ** 2).sum() for g in windows])
    return {
        "product": row(s, [np.linalg.solve(f, g[-1])[0] for f, g in zip(matrices, windows, strict=True)], 1e-8),
        "summed": row(s, [np.linalg.solve(dense(s, g, 1.0), g[-1])[0] for g in windows], 1e-8),
        "stale": row(s, [np.linalg.solve(dense(s, np.vstack([g[:-1], g[:1]])), g[-1])[0] for g in windows], 1e-8),
        "cost": row(s, theory_fisher.pruning_cost(weights, entries)),
        "damage": row(s, weights**2 * np.array([f[0, 0] for f in matrices]) / 2),
        "bound": row(s, theory_fisher.mean_gradient_bound(squares, s.damping)),
    }


def checks(s, measured, predicted):
    for name, words in (("summed", "with the sum in place of the mean"), ("stale", "with a gradient that has left")):
        rival = Rival(claim=words, predicted=predicted[name])
        yield agrees(f"the step's product: F^-1 g, not {words}", measured["product"], predicted["product"], rival=rival)
    rival = Rival(claim="with a gradient that has left", predicted=predicted["stale"])
    yield agrees("... in any order of the window", measured["shuffled"], predicted["product"], rival=rival)
    rival = Rival(claim="w_p^2 F_pp / 2", predicted=predicted["damage"])
    yield agrees("pruning a weight costs w_p^2 / (2 [F^-1]_pp)", measured["cost"], predicted["cost"], rival=rival)
    rival = Rival(claim="along gradients orthogonal to the window, too", measured=measured["fresh"])
    claim = "along the window's mean: g^T F^-1 g <= |g|^2 / (lam + |g|^2)"
    yield below(claim, measured["mean"], predicted["bound"], rival=rival)


def figure(s, measured, predicted):
    drawn, (products, bounds) = plots.panels(2)
    for k, (name, label) in enumerate((("product", "dense inverse"), ("summed", "sum, not mean"))):
        plots.points(products, predicted[name].mean[::3], measured["product"].mean[::3], k, label, markersize=3)
    plots.label(
        products, "predicted entry of F⁻¹g", "entry of the step", f"d = {s.dim}, m = {s.window}, every third", log=""
    )
    place = np.argsort(predicted["bound"].mean)
    plots.points(
        bounds, predicted["bound"].mean[place], measured["mean"].mean[place], 0, "mean of the window", markersize=3
    )
    line = np.array([predicted["bound"].mean.min(), 1.0])
    plots.guide(bounds, line, line, "bound")
    plots.label(bounds, "|g|² / (λ + |g|²)", "gᵀF⁻¹g", f"λ = {s.damping:g}", log="")
    return drawn


if __name__ == "__main__":
    script()
