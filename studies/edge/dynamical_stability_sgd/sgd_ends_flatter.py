"""Where SGD ends, the trace falls as the step size grows, and the error with it; gradient descent keeps both.

Sparse regression by a diagonal network from a large start: fewer samples than inputs leave beta open, and small steps
end at weights of large norm. SGD with batches of one and gradient descent have the same data, start and step sizes, and
fit the data. Inputs are signs, so that all gradients have the length Tr G, whose bound is then 2 / step size; SGD ends
well below it, gradient descent above.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Curve, Rival, Source, below, monotone, ordered, plots, script
from theorylab.models.edge import designs, diagonal
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (minima that SGD keeps have a smaller trace, read); data and sizes are ours", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 20
    dimension: int = 40
    support: int = 3
    start: float = 0.6  # of every u_j; v_j = 0
    step_sizes: tuple[float, ...]
    steps: int
    data_sets: int
    seed: int


QUICK = Setting(step_sizes=(0.03, 0.12), steps=1800, data_sets=64, seed=1)
FULL = Setting(step_sizes=(0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12), steps=20_000, data_sets=128, seed=2)


def problem(s, k):
    """Inputs (n, d), targets (n,) and beta of data set k."""
    draws, beta = generator(s.seed, k), np.zeros(s.dimension)
    beta[: s.support] = draws.choice([-1.0, 1.0], s.support)
    inputs = draws.choice([-1.0, 1.0], (s.samples, s.dimension))
    return inputs, inputs @ beta, beta


def ends(s, batch):
    """Tr G, |beta - its truth|^2 and share of the targets' square left where runs end: (3, data sets, step sizes)."""
    start, rows = np.array([np.full(s.dimension, s.start), np.zeros(s.dimension)]), []
    for k in range(s.data_sets):
        x, y, truth = problem(s, k)
        for size in s.step_sizes:
            steps = s.steps if batch else s.steps // 3  # each of them sees all samples
            w = diagonal.train(x, y, start, size, batch=batch, steps=steps, seed=s.seed, replica=k)
            beta, trace = np.multiply(*w), designs.moments(diagonal.gradients(x, w))[0]
            rows.append((trace, ((beta - truth) ** 2).sum(), ((x @ beta - y) ** 2).sum() / (y**2).sum()))
    return np.array(rows).reshape(s.data_sets, len(s.step_sizes), 3).transpose(2, 0, 1)


def measure(s):
    sizes, out = np.array(s.step_sizes), {}
    for name, batch in (("SGD", 1), ("GD", 0)):
        for kind, rows in zip(("trace", "error", "left"), ends(s, batch), strict=True):
            out[f"{kind}, {name}"] = Curve(sizes, rows, x_name="step size")
        trace = out[f"trace, {name}"]
        out[f"load, {name}"] = replace(trace, samples=trace.samples * sizes / 2).drawn_from("data sets and orders")
    return out


def checks(s, measured, predicted):
    rival = Rival(claim="gradient descent's, too", measured=measured["load, GD"])
    yield below("SGD ends at Tr G <= 2 / step size", measured["load, SGD"], 1.0, rival=rival)
    sgd, descent = measured["trace, SGD"], measured["trace, GD"]
    rival = Rival(claim="the other way round", measured=descent, predicted=sgd)
    yield ordered("SGD ends with a smaller trace than GD", sgd, descent, rival=rival)
    scaled = replace(sgd, samples=sgd.samples * np.array(s.step_sizes))
    rival = Rival(claim="Tr G x step size falls, too", measured=scaled)
    yield monotone("SGD: Tr G falls as the step size grows", sgd, rival=rival)
    rival = Rival(claim="gradient descent's, too", measured=measured["error, GD"])
    yield monotone("SGD: |beta - truth|^2 falls, too", measured["error, SGD"], rival=rival)
    left = measured["left, SGD"].drawn_from("data sets and orders")
    rival = Rival(claim="the truth is found, too", measured=measured["error, SGD"].drawn_from("data sets and orders"))
    yield below("SGD fits the data to 1e-4", left, 1e-4, rival=rival)


def figure(s, measured, predicted):
    drawn, (traces, errors) = plots.panels(2)
    for axes, kind in ((traces, "trace"), (errors, "error")):
        for k, (name, label) in enumerate((("SGD", "SGD, B = 1"), ("GD", "gradient descent"))):
            plots.measurement(axes, measured[f"{kind}, {name}"], k, label)
    sizes = np.linspace(0.08, max(s.step_sizes) * 1.05, 50)
    plots.guide(traces, sizes, 2 / sizes, "2 / step size")
    traces.set_ylim(0, 28)
    plots.label(traces, "step size", "Tr G where runs end", f"{s.data_sets} data sets", log="")
    errors.set_ylim(0, 1.3)
    title = f"n = {s.samples}, d = {s.dimension}, {s.support} inputs matter"
    plots.label(errors, "step size", "|β - truth|²", title, log="")
    return drawn


if __name__ == "__main__":
    script()
