"""In ReLU networks the trace bounds the path norm: what SGD keeps has sum |c_j| |w_j| <= 2 / (step size sqrt d).

f(x) = sum_j c_j relu(w_j . x), inputs of covariance 1 whose law is that of -x: Tr G = E|gradient|^2 = 1/2 sum_j
(|w_j|^2 + d c_j^2), at least sqrt(d) times the path norm, with equality at |w_j| = sqrt d |c_j|. Normal inputs are
drawn. Over inputs that are all signs the limit is that of the operator, and obeys the bound up to rounding; gradient
descent's does not. Gradients are taken neuron by neuron.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Curve, Rival, Source, agrees, below, exact, plots, script
from theorylab.models.edge import designs, operators
from theorylab.models.edge.operators import LinearisedSGD
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (sharpness is equivalent to norms of the weights, read); forms derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    shapes: tuple[tuple[int, int], ...] = ((1, 2), (3, 4), (8, 6))  # neurons and inputs; the last network is balanced
    inputs: int
    small: int  # networks of two neurons and three inputs
    seed: int


QUICK = Setting(inputs=4000, small=40, seed=1)
FULL = Setting(shapes=((1, 2), (3, 4), (8, 6), (20, 10), (50, 20)), inputs=100_000, small=1000, seed=2)


def network(s, shape, key, balanced=False):
    """Weights (m, d) and (m,)."""
    (m, d), draws = shape, generator(s.seed, key)
    w, c = draws.standard_normal((m, d)), draws.standard_normal(m)
    return (w * (d**0.5 * np.abs(c) / np.linalg.norm(w, axis=1))[:, None] if balanced else w), c


def drawn(s):
    return [network(s, shape, k, k == len(s.shapes) - 1) for k, shape in enumerate(s.shapes)]


def gradients(w, c, x):
    """Of w_j it is c_j x, of c_j it is w_j . x, where that is > 0: (inputs, m (d + 1))."""
    seen = [x @ row for row in w]
    inner = [(z > 0)[:, None] * b * x for z, b in zip(seen, c, strict=True)]
    return np.hstack([*inner, *((z * (z > 0))[:, None] for z in seen)])


def small(s):
    """sqrt(d) x path norm x limit / 2 of SGD and of gradient descent, over all signs."""
    rows = []
    for k in range(s.small):
        w, c = network(s, (2, 3), 10**4 + k, balanced=k % 2 == 0)
        signs = np.array(list(product((-1.0, 1.0), repeat=3)))
        problem = LinearisedSGD.of_gradients(gradients(w, c, signs), 1, "with replacement")
        path = designs.path_norm(w, c) * 3**0.5 / 2
        rows.append((path * operators.critical_step_size(problem), path * 2 / problem.sharpness))
    curves = [exact(np.arange(s.small), row, 1e-9, "network") for row in np.array(rows).T]
    return [curve.drawn_from("random networks", s.small) for curve in curves]


def measure(s):
    traces = []
    for k, (w, c) in enumerate(drawn(s)):
        x = generator(s.seed, 100 + k).standard_normal((s.inputs, w.shape[1]))
        parts = np.array_split(x, max(1, s.inputs // 1000))
        traces.append(np.concatenate([(gradients(w, c, part) ** 2).sum(axis=1) for part in parts]))
    places = np.arange(1.0 * len(s.shapes))
    paths = [designs.path_norm(w, c) * w.shape[1] ** 0.5 for w, c in drawn(s)]
    sgd, descent = small(s)
    return {"trace": Curve(places, np.stack(traces, axis=1), x_name="network"), "sgd": sgd, "descent": descent,
            "paths": exact(places, paths, ulps=64, x_name="network")}  # fmt: skip


def predict(s):
    traces = np.array([designs.relu_trace(*weights) for weights in drawn(s)])
    on = traces + [w.shape[1] * (c**2).sum() / 2 for w, c in drawn(s)]
    curves = {"trace": traces, "on": on, "lower": traces / 1.01}
    return {name: exact(np.arange(on.size), row, ulps=64, x_name="network") for name, row in curves.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="as if all neurons were on for c", predicted=predicted["on"])
    yield agrees("Tr G = 1/2 sum (|w|^2 + d c^2)", measured["trace"], predicted["trace"], rival=rival)
    rival = Rival(claim="1% lower", predicted=predicted["lower"])
    yield below("sqrt(d) x path norm <= Tr G", measured["paths"], predicted["trace"], rival=rival)
    rival = Rival(claim="gradient descent's limit, too", measured=measured["descent"])
    yield below("SGD's limit <= 2 / (sqrt d x path norm)", measured["sgd"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn_, (traces, limits) = plots.panels(2)
    plots.measurement(traces, measured["trace"], 0, "mean of |gradient|²")
    plots.prediction(traces, predicted["trace"], "½ Σ (|w|² + d c²)")
    plots.points(traces, measured["paths"].x, measured["paths"].mean, 1, "√d x path norm")
    traces.set_xticks(np.arange(len(s.shapes)), [f"{m}, {d}" for m, d in s.shapes])
    plots.label(traces, "neurons, inputs (last: balanced)", "Tr G", "normal inputs", log="y")
    for k, (name, label) in enumerate((("sgd", "SGD, B = 1"), ("descent", "gradient descent"))):
        values = np.sort(measured[name].mean)[:: max(1, s.small // 200)]
        plots.line(limits, values, np.linspace(0, 1, values.size), k, label)
    limits.axvline(1.0, **plots.DASHES, label="SGD's bound")
    plots.label(limits, "limit x √d x path norm / 2", "share of networks below", "2 neurons, 3 inputs", log="x")
    return drawn_


if __name__ == "__main__":
    script()
