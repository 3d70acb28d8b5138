"""In diagonal networks the trace is a norm of the weights: SGD keeps a small |beta|_1, gradient descent |beta|_inf.

f(x) = sum_j u_j v_j x_j with inputs of covariance 1 and beta = u v: Tr G = |u|^2 + |v|^2 >= 2 |beta|_1 and l_1(G) =
max_j (u_j^2 + v_j^2) >= 2 |beta|_inf, with equality at |u| = |v|. So SGD's limit at B = 1 is at most 1 / |beta|_1,
gradient descent's at most 1 / |beta|_inf. Inputs are all signs; gradients are differences of predictions, and limits
those of the operator over them: no form enters the measurement.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.edge import designs, operators
from theorylab.models.edge.operators import LinearisedSGD
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (sharpness is equivalent to norms of the weights, read); forms derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dimension: int = 4
    networks: int
    seed: int


QUICK = Setting(networks=40, seed=1)
FULL = Setting(networks=1000, seed=2)


def networks(s):
    """Weights (2, d): all equal, where the bounds are attained, and random ones."""
    draws = generator(s.seed)
    yield np.ones((2, s.dimension))
    for _ in range(s.networks):
        yield draws.standard_normal((2, s.dimension)) * np.exp(draws.standard_normal((2, s.dimension)) / 2)


def differences(s, weights):
    """Tr G, l_1(G), SGD's limit x |beta|_1, gradient descent's x |beta|_1 and x |beta|_inf."""
    signs, flat = np.array(list(product((-1.0, 1.0), repeat=s.dimension))), weights.ravel()

    def outputs(w):
        return signs @ np.multiply(*w.reshape(2, -1))

    rows = [(outputs(flat + h) - outputs(flat - h)) / 2e-3 for h in 1e-3 * np.eye(flat.size)]
    problem = LinearisedSGD.of_gradients(np.stack(rows, axis=1), 1, "with replacement")
    limit, descent, beta = operators.critical_step_size(problem), 2 / problem.sharpness, np.abs(np.multiply(*weights))
    return np.trace(problem.mean), problem.sharpness, limit * beta.sum(), descent * beta.sum(), descent * beta.max()


def measure(s):
    rows = np.array([differences(s, weights) for weights in networks(s)]).T
    names = ("trace", "sharpness", "sgd", "descent", "largest")
    curves = {name: exact(np.arange(row.size), row, 1e-9, "network") for name, row in zip(names, rows, strict=True)}
    return {name: curve.drawn_from("random weights", s.networks) for name, curve in curves.items()}


def predict(s):
    forms = np.array([designs.diagonal_sharpness(*weights) for weights in networks(s)]).T
    curves = {"trace": forms[0], "sharpness": forms[1], "norm": 2 * forms[2]}
    return {name: exact(np.arange(row.size), row, ulps=64, x_name="network") for name, row in curves.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="2 |beta|_1", predicted=predicted["norm"])
    yield agrees("Tr G = |u|^2 + |v|^2", measured["trace"], predicted["trace"], rival=rival)
    rival = Rival(claim="their sum", predicted=predicted["trace"])
    yield agrees("l_1(G) = max (u^2 + v^2)", measured["sharpness"], predicted["sharpness"], rival=rival)
    rivals = (
        Rival(claim="gradient descent's, too", measured=measured["descent"]),
        Rival(claim="1% lower", predicted=0.99),
    )
    for rival in rivals:
        yield below("SGD's limit <= 1 / |beta|_1", measured["sgd"], 1.0, rival=rival)
    yield below("gradient descent's <= 1 / |beta|_inf", measured["largest"], 1.0, rival=rivals[1])


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("sgd", "SGD, B = 1"), ("descent", "gradient descent"))):
        values = np.sort(measured[name].mean)
        shares = np.arange(1, values.size + 1) / values.size
        plots.line(axes, values[:: max(1, values.size // 300)], shares[:: max(1, values.size // 300)], k, label)
    axes.axvline(1.0, **plots.DASHES, label="SGD's bound")
    plots.label(axes, "limit x |β|_1", "share of networks below", f"diagonal networks, d = {s.dimension}", log="x")
    return drawn


if __name__ == "__main__":
    script()
