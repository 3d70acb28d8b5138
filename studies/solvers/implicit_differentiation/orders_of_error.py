"""The error of an implicit derivative is of first order in |x - x*|, and grows as 1/alpha^2 where A depends on x.

On ridge and on logistic regression the error falls with |x - x*| as it comes, not as its square: a solver that doubles
its digits doubles those of the derivative. On x^2 = theta the least |A| is alpha = 2 sqrt(theta), A itself moves with
x while B does not: beta = 0, the second term alone bounds the error, and error/|x - x*| = 1/(2 x x*) grows as alpha^-2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.models.solvers import model, theory
from theorylab.numerics.streams import generator

SOURCE = Source("order of the error (recalled), and of its constant; derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 40
    dimension: int = 8
    penalty: float = 0.05
    share: float = 0.999  # x over the root
    points: int
    seed: int


PARAMETERS = (0.01, 0.1, 1.0, 4.0)
QUICK = Setting(points=12, seed=1)
FULL = Setting(points=30, seed=2)


def points(s):
    """Points x (parameters, points) on both sides of the roots (parameters, 1) of x^2 = theta."""
    roots = np.array(PARAMETERS)[:, None] ** 0.5
    return roots * np.append(np.linspace(0.3, 0.999, s.points), [1.001, 1.5]), roots


def along_a_ray(s, problem):
    """Error of the implicit derivative at falling distances from the solution, in a random direction."""
    distances = np.geomspace(1e-5, 1e-1, s.points)
    step = generator(s.seed, 51).standard_normal(s.dimension)
    step, J = step / np.linalg.norm(step), problem.implicit(problem.solution)
    errors = [np.linalg.norm(problem.implicit(problem.solution + h * step) - J) for h in distances]
    return exact(distances, errors, 1e-8, x_name="|x - x*|")


def measure(s):
    alpha = np.geomspace(1e-3, 1e-1, s.points)
    root = alpha / 2
    grown = np.abs(1 / (2 * s.share * root) - 1 / (2 * root)) / ((1 - s.share) * root)
    x, roots = points(s)
    data = (model.random_data(s.samples, s.dimension, s.seed, labels=labels) for labels in (False, True))
    problems = [kind(*one, s.penalty) for kind, one in zip((model.Ridge, model.Logistic), data, strict=True)]
    return {"ridge": along_a_ray(s, problems[0]), "logistic": along_a_ray(s, problems[1]),
            "root": exact(alpha, grown, 1e-9, x_name="alpha"),
            "points": exact(PARAMETERS, np.abs(1 / (2 * x) - 1 / (2 * roots)).T, 1e-11, x_name="theta")}  # fmt: skip


def predict(s):
    x, roots = points(s)
    least, error = 2 * np.minimum(x, roots), np.abs(x - roots)  # |A| at both
    bounds = {name: exact(PARAMETERS, (theory.jacobian_constant(least, 0.0, gamma, 1.0) * error).T, 1e-11)
              for name, gamma in (("points", 2.0), ("one term", 0.0))}  # fmt: skip
    alpha = np.geomspace(1e-3, 1e-1, s.points)
    root = alpha / 2
    form = np.abs(theory.root_derivative_error(s.share * root, root**2)) / ((1 - s.share) * root)
    return bounds | {"root": exact(alpha, form, 1e-9), "first": exact(alpha, 1 / alpha, 1e-9)}


def checks(s, measured, predicted):
    for name in ("ridge", "logistic"):
        rival = Rival(claim="of second order", predicted=Power(2))
        yield decays_as(f"{name}: error of first order in |x - x*|", measured[name], Power(1), rival=rival, towards=0)
    rival = Rival(claim="beta/alpha alone", predicted=predicted["one term"])
    yield below("root: error <= gamma R/alpha^2 |x - x*|", measured["points"], predicted["points"], rival=rival)
    rival = Rival(claim="1/alpha", predicted=predicted["first"])
    yield agrees("root: error/|x - x*| = 1/(2 x x*)", measured["root"], predicted["root"], rival=rival)
    rival = Rival(claim="as 1/alpha", predicted=Power(-1))
    yield decays_as("... which grows as 1/alpha^2", measured["root"], Power(-2), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, name in enumerate(("ridge", "logistic")):
        plots.measurement(left, measured[name], k, name)
    plots.guide(left, measured["ridge"].x, measured["ridge"].x * 3, "slope 1")
    plots.label(left, "|x - x*|", "|J(x) - dx*|", "along a ray")
    plots.measurement(right, measured["root"], 0, "x² = theta")
    plots.prediction(right, predicted["root"], "1/(2 x x*)")
    plots.label(right, "least |A|, alpha", "error / |x - x*|", "")
    return drawn


if __name__ == "__main__":
    script()
