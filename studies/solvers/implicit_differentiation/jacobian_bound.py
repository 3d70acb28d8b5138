"""An implicit derivative at x is off by at most (beta/alpha + gamma R/alpha^2) |x - x*|, attained on ridge regression.

A(x) (J(x) - dx*) = (B(x) - B(x*)) - (A(x) - A(x*)) dx*, and |dx*| <= R/alpha. On ridge regression the error is exactly
-(S + theta)^-1 (x - x*), and gradient descent turns x - x* into the smallest eigenvector: the ratio to the bound tends
to 1. With a penalty for each coordinate ("each") the bound holds in the operator norm. On logistic regression it is
loose.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.solvers import model, theory
from theorylab.numerics.streams import generator

SOURCE = Source("derivative at an approximate solution (Theorem 1, recalled)", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 12
    dimension: int = 8
    penalty: float = 0.05
    points: int  # random points around each solution
    steps: int
    seed: int


QUICK = Setting(points=40, steps=300, seed=1)
FULL = Setting(points=2000, steps=400, seed=2)


def problems(s):
    data = (model.random_data(s.samples, s.dimension, s.seed, labels=labels) for labels in (False, True))
    return [kind(*one, s.penalty) for kind, one in zip((model.Ridge, model.Logistic), data, strict=True)]


def over_bound(problem, x, name="implicit"):
    """Error of the implicit derivative at x over its bound, in the operator norm."""
    solution, derivative = problem.solution, getattr(problem, name)
    error = np.linalg.norm(derivative(x) - derivative(solution), 2)
    return error / (theory.jacobian_constant(*problem.constants(x)) * np.linalg.norm(x - solution))


def around(s, problem):
    draws, solution = generator(s.seed, 31), problem.solution
    for _ in range(s.points):
        step = draws.standard_normal(s.dimension)
        yield solution + np.exp(draws.uniform(-6, 1)) * step / np.linalg.norm(step)


def measure(s):
    problem, logistic = problems(s)
    slow, J = np.linalg.eigh(problem.matrix)[1][:, 0], problem.implicit(problem.solution)
    descent = model.descend(problem, 1 / float(np.linalg.norm(problem.matrix, 2)), s.steps).points[1:]
    errors = np.array([problem.implicit(x) - J for x in around(s, problem)])
    cases = (("ridge", problem, ""), ("ridge, each", problem, "_each"), ("logistic", logistic, ""))
    points = {name: exact([0], np.array([[over_bound(p, x, f"implicit{kind}")] for x in around(s, p)]), 1e-6)
              for name, p, kind in cases}  # fmt: skip
    points = {name: curve.drawn_from("random points") for name, curve in points.items()}
    return points | {"errors": Curve(1.0 * np.arange(s.dimension), errors, True, np.array(1e-9), "coordinate"),
                     "aligned": exact([0], [over_bound(problem, problem.solution + 0.1 * slow)], 1e-10),
                     "descent": exact(range(s.steps), [over_bound(problem, x) for x in descent], 1e-6)}  # fmt: skip


def predict(s):
    problem = problems(s)[0]
    curvature, modes = np.linalg.eigh(problem.matrix)
    moved = np.array([(x - problem.solution) @ modes for x in around(s, problem)])
    rows = {"errors": theory.ridge_error(curvature, moved), "other": theory.ridge_error(curvature - s.penalty, moved)}
    x = 1.0 * np.arange(s.dimension)
    return {name: Curve(x, row @ modes.T, True, np.array(1e-9)) for name, row in rows.items()}


def checks(s, measured, predicted):
    for name, share in (("ridge", 0.5), ("ridge, each", 0.2), ("logistic", 0.001)):
        rival = Rival(claim=f"{share:g} of it", predicted=share)
        yield below(f"{name}: error <= bound", measured[name], 1.0, rival=rival)
    rival = Rival(claim="-S^-1 (x - x*)", predicted=predicted["other"])
    yield agrees("ridge: J(x) - dx* = -(S+theta)^-1 (x - x*)", measured["errors"], predicted["errors"], rival=rival)
    rival = Rival(claim="at random points", measured=measured["ridge"])
    yield above("ridge: attained along the smallest eigenvector", measured["aligned"], 1 - 1e-9, rival=rival)
    rival = Rival(claim="after one step", measured=measured["descent"].at([0]))
    yield above("... to which gradient descent leads", measured["descent"].at([-1]), 0.97, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    plots.exact_line(left, measured["descent"], 0, "iterates of gradient descent")
    plots.limit(left, 1.0, "bound")
    left.set_ylim(0.3, 1.25)
    plots.label(left, "step", "error / bound", "ridge regression", log="")
    for k, name in enumerate(("ridge", "logistic")):
        values = np.sort(measured[name].samples[:, 0])[:: max(1, s.points // 200)]
        plots.points(right, values, np.arange(1, values.size + 1) / values.size, k, name, markersize=2.5)
    right.axvline(1.0, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="bound")
    plots.label(right, "error / bound", "share of points below", f"{s.points} random points", log="x")
    return drawn


if __name__ == "__main__":
    script()
