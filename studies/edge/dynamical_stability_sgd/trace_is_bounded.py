"""A minimum that SGD keeps in mean square has trace at most 2 / step size; one that gradient descent keeps need not.

At a minimum that fits every sample G = E a a^T, and the Rayleigh quotient of M -> E[J M J] at M = 1 gives, for batches
of B drawn with replacement, critical step size <= 2 Tr G / (E|a|^4 / B + (1 - 1/B) |G|_F^2), hence <= 2 / Tr G at
B = 1. Gradients of one length with G = Tr G / d attain both at every B: 2 d B / (Tr G (d + B - 1)), from 2 / Tr G at
B = 1 to gradient descent's 2 / l_1(G) = 2 d / Tr G.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script, stacked
from theorylab.models.edge import designs, operators
from theorylab.models.edge.operators import LinearisedSGD
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (trace at most 2 / step size, read); proof and finer bound derived here", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    designs: int  # random sets of gradients
    dimensions: tuple[int, ...] = (2, 5)
    batches: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    seed: int


QUICK = Setting(designs=60, seed=1)
FULL = Setting(designs=3000, dimensions=(2, 5, 8), seed=2)


def limit(gradients, batch):
    problem = LinearisedSGD.of_gradients(gradients, batch, "with replacement")
    return operators.critical_step_size(problem), operators.critical_rounding(problem) + 1e-14, problem.sharpness


def random_designs(s):
    """Gradients of normal directions and log-normal lengths, with a batch size each."""
    draws = generator(s.seed)
    for _ in range(s.designs):
        n, d = int(draws.integers(1, 12)), int(draws.integers(1, 6))
        yield draws.standard_normal((n, d)) * np.exp(draws.standard_normal((n, 1)) / 3), int(2 ** draws.integers(0, 6))


def ratios(gradients, batch):
    """Limit / (2 / Tr G) at B = 1; gradient descent's; limit / finer bound at B, and with the bound of B = 1."""
    trace, squared, fourth = designs.moments(gradients)
    (one, unit, sharpness), (many, other, _) = limit(gradients, 1), limit(gradients, batch)
    finer = [designs.moment_bound(trace, squared, fourth, size) for size in (batch, 1)]
    values = [one * trace / 2, trace / sharpness, many / finer[0], many / finer[1], fourth / trace**2]
    return [exact([0], [[value]], unit + other, "design") for value in values]


def measure(s):
    frames = [(designs.tight_frame(d, 2, s.seed), 1) for d in s.dimensions]
    rows = [ratios(*given) for given in [*frames, *random_designs(s)]]
    names = ("trace", "gradient descent", "moments", "moments of one", "spread")
    out = {
        name: stacked(column).drawn_from("random designs", s.designs)
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
    for d in s.dimensions:
        values, units, _ = zip(*(limit(designs.tight_frame(d, 2, s.seed), size) for size in s.batches), strict=True)
        out[f"frame, d = {d}"] = exact(s.batches, values, units, "batch size")
    return out


def predict(s):
    B = np.array(s.batches)
    forms = {d: designs.tight_frame_critical_step_size(d, 1.0, B) for d in s.dimensions}
    return {f"frame, d = {d}": exact(s.batches, row, ulps=64, x_name="batch size") for d, row in forms.items()}


def checks(s, measured, predicted):
    lower = Rival(claim="1% lower", predicted=0.99)
    for rival in (Rival(claim="gradient descent's limit, too", measured=measured["gradient descent"]), lower):
        yield below("B = 1: limit <= 2 / Tr G", measured["trace"], 1.0, rival=rival)
    for rival in (Rival(claim="with the bound of B = 1", measured=measured["moments of one"]), lower):
        claim = "limit <= 2 Tr G / (E|a|^4 / B + (1 - 1/B) |G|^2)"
        yield below(claim, measured["moments"], 1.0, rival=rival, source="derived")
    for d in s.dimensions:
        name, linear = f"frame, d = {d}", np.minimum(2.0 * np.array(s.batches), 2 * d)
        rival = Rival(claim="2 B, up to 2 d", predicted=exact(s.batches, linear, ulps=4, x_name="batch size"))
        claim = f"tight frames, d = {d}: 2 d B / (d + B - 1)"
        yield agrees(claim, measured[name], predicted[name], rival=rival, source="derived")


def figure(s, measured, predicted):
    drawn, (random, frames) = plots.panels(2)
    spread = measured["spread"].samples[:, 0]
    plots.points(random, spread, measured["trace"].samples[:, 0], 0, "random designs, B = 1", markersize=2.0)
    across = np.geomspace(1, spread.max(), 50)
    random.axhline(1.0, color="black", linewidth=0.8, label="2 / Tr G")
    plots.guide(random, across, 1 / across, "2 Tr G / E|a|⁴")
    plots.label(random, "E|a|⁴ / (Tr G)²", "limit x Tr G / 2", log="xy")
    for k, d in enumerate(s.dimensions):
        name = f"frame, d = {d}"
        plots.points(frames, s.batches, measured[name].mean, k, f"d = {d}")
        plots.prediction(frames, predicted[name], "" if k else "2 d B / (d + B - 1)")
        frames.axhline(2 * d, color=plots.SERIES[k][0], linewidth=0.6)
    plots.label(frames, "batch size B", "limit x Tr G", "tight frames; lines: gradient descent", log="xy")
    return drawn


if __name__ == "__main__":
    script()
