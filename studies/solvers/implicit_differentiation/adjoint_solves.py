"""Fixed points give the derivative of their equation at any step size; inexact adjoints cost |residual| |B|/alpha.

The fixed point of x - step F(x) has I - dT = step A and dT/dtheta = step B: the step cancels, at approximate solutions
too, while the derivative of one step alone depends on it. A product u' J needs one solve A' w = u; stopped at a
residual of norm tau it is off by at most tau |B|/alpha.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, below, plots, script
from theorylab.models.solvers import model, theory
from theorylab.numerics.streams import generator

SOURCE = Source(
    "implicit derivatives of fixed points, adjoint products (recalled); bounds derived here", kind="recalled"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 30
    dimension: int = 6
    penalty: float = 0.1
    shares: tuple[float, ...] = (0.3, 0.6, 1.0, 1.6)  # step size x largest curvature
    rounds: int = 4000
    vectors: int
    seed: int


QUICK = Setting(vectors=40, seed=1)
FULL = Setting(vectors=1000, seed=2)


def problem(s):
    return model.Logistic(*model.random_data(s.samples, s.dimension, s.seed, labels=True), s.penalty)


def beside(s):
    """A point beside the solution, where no equation holds."""
    return problem(s).solution + 0.3 * np.ones(s.dimension)


def fixed_points(s, rounds):
    p, x = problem(s), beside(s)
    largest = np.linalg.norm(p.hessian(x), 2)
    rows = [model.fixed_point_derivative(p, x, share / largest, rounds) for share in s.shares]
    return curve(s, rows)


def adjoints(s):
    """Errors of u' J over all stops of conjugate gradients, and their bounds; each per vector u."""
    data = model.Ridge(*model.random_data(s.samples, s.dimension, s.seed), s.penalty)
    x, draws = data.solution, generator(s.seed, 41)
    alpha, size, J = float(np.linalg.eigvalsh(data.matrix)[0]), float(np.linalg.norm(x)), data.implicit(x)
    errors, bounds, weak = [], [], []
    for _ in range(s.vectors):
        u = draws.standard_normal(s.dimension)
        found, residuals = model.conjugate_gradients(data.matrix, u, s.dimension - 1)
        errors.append(np.abs(found @ -x - u @ J))
        tolerance = np.linalg.norm(residuals, axis=1)
        bounds.append(theory.adjoint_bound(tolerance, size, alpha))
        weak.append(theory.adjoint_bound(tolerance, size, np.linalg.norm(data.matrix, 2)))
    return np.array(errors), np.array(bounds), np.array(weak)


def curve(s, rows):
    return Curve(1.0 * np.arange(s.dimension), np.array(rows), True, np.array(1e-12), "rounds")


def measure(s):
    return {"fixed point": fixed_points(s, s.rounds), "one step": fixed_points(s, 1),
            "adjoint": curve(s, adjoints(s)[0]).drawn_from("random vectors")}  # fmt: skip


def predict(s):
    J, (_, bounds, weak) = problem(s).implicit(beside(s)), adjoints(s)
    return {"fixed point": curve(s, J[None]), "adjoint": curve(s, bounds), "weak": curve(s, weak)}


def checks(s, measured, predicted):
    rival = Rival(claim="of one step alone", measured=measured["one step"])
    claim = "fixed point of a descent step: J of the gradient, any step"
    yield agrees(claim, measured["fixed point"], predicted["fixed point"], rival=rival)
    rival = Rival(claim="tau |B|/L, L the largest eigenvalue", predicted=predicted["weak"])
    claim = "adjoint stopped at a residual tau: error <= tau |B|/alpha"
    yield below(claim, measured["adjoint"], predicted["adjoint"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    for k, (name, text) in enumerate((("adjoint", "tau |B|/alpha"), ("weak", "tau |B|/L"))):
        ratio = measured["adjoint"].samples / np.maximum(predicted[name].samples, 1e-12)
        plots.points(axes, measured["adjoint"].x, ratio.max(axis=0), k, f"over {text}")
    plots.limit(axes, 1.0)
    plots.label(axes, "rounds of conjugate gradients", "largest error of u'J / bound", "ridge regression", log="y")
    return drawn


if __name__ == "__main__":
    script()
