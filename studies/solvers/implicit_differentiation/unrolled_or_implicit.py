"""Unrolled through gradient descent a derivative is off by t times the iterate's error; the implicit one by a constant.

On a mode of curvature l of ridge regression e_t = r^t e_0, r = 1 - step l, and the unrolled derivative is off by
E_t = r^t E_0 - step t r^(t-1) e_0: over |e_t| a straight line in t, whatever the start. The implicit derivative at the
same iterate is off by -e_t/l. With both, the slowest mode decides; on it unrolling needs ln t more steps.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, log_steps, ordered, plots, script
from theorylab.models.solvers import model, theory

SOURCE = Source("implicit against unrolled derivatives on ridge regression; forms derived here",
                figure="Jacobian error against iterate error", kind="recalled")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 12
    dimension: int = 8
    penalty: float = 0.05
    steps: int
    share: float = 0.9  # step size x largest curvature
    seed: int


QUICK = Setting(steps=500, seed=1)
FULL = Setting(steps=600, seed=2)


def run(s):
    problem = model.Ridge(*model.random_data(s.samples, s.dimension, s.seed), s.penalty)
    curvature, modes = np.linalg.eigh(problem.matrix)
    step = s.share / curvature[-1]
    path, solution = model.descend(problem, step, s.steps), problem.solution
    errors = np.linalg.norm(path.points - solution, axis=1)
    unrolled = path.derivatives - problem.implicit(solution)
    implicit = np.array([problem.implicit(x) for x in path.points]) - problem.implicit(solution)
    return curvature, step, (solution @ modes), errors, unrolled @ modes, implicit @ modes


def grid(s):
    return log_steps(1, s.steps, 24)


def curve(s, rows):
    """Sizes of errors (modes, points): a share of each, and of the largest numbers that went into them."""
    return Curve(1.0 * grid(s), np.abs(rows), True, 1e-9 * np.abs(rows) + 1e-12)


def measure(s):
    _, _, _, errors, unrolled, implicit = run(s)
    t, late = grid(s), grid(s)[grid(s) >= s.steps // 10]
    ratios = {name: exact(late, np.linalg.norm(x[late], axis=1) / errors[late], 1e-6)
              for name, x in (("unrolled ratio", unrolled), ("implicit ratio", implicit))}  # fmt: skip
    return ratios | {"unrolled": curve(s, unrolled[t].T), "implicit": curve(s, implicit[t].T),
                     "errors": exact(t, errors[t], 1e-6)}  # fmt: skip


def predict(s):
    curvature, step, solution, *_ = run(s)
    t, a = grid(s), curvature[:, None]
    start, first = -solution[:, None], solution[:, None] / a  # x_0 = 0 and J_0 = 0, J* = -x*/a
    rows = {"unrolled": theory.unrolled_error(step, a, start, first, t),
            "shifted": theory.unrolled_error(step, a, start, first, t - 1),
            "implicit": theory.ridge_error(a, start) * (1 - step * a) ** t}  # fmt: skip
    return {name: curve(s, row) for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="of one step less", predicted=predicted["shifted"])
    claim = "unrolled error of each mode = r^t E_0 - step t r^(t-1) e_0"
    yield agrees(claim, measured["unrolled"], predicted["unrolled"], rival=rival)
    rival = Rival(claim="that of unrolling", predicted=predicted["unrolled"])
    yield agrees("implicit error of each mode = e_t/l", measured["implicit"], predicted["implicit"], rival=rival)
    rival = Rival(claim="constant, as the implicit one", predicted=Power(0))
    yield decays_as("unrolled error/|e_t| grows as t", measured["unrolled ratio"], Power(1), rival=rival)
    rival = Rival(claim="grows as t", predicted=Power(1))
    yield decays_as("implicit error/|e_t| tends to a constant", measured["implicit ratio"], Power(0), rival=rival)
    implicit, unrolled = measured["implicit ratio"], measured["unrolled ratio"]
    rival = Rival(claim="unrolled < implicit", measured=unrolled, predicted=implicit)
    yield ordered("implicit < unrolled over the last nine tenths of the run", implicit, unrolled, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, name in enumerate(("unrolled", "implicit")):
        total = np.linalg.norm(measured[name].samples, axis=0)
        plots.points(left, measured["errors"].mean, total, k, f"{name} derivative")
        plots.guide(
            left, measured["errors"].mean, np.linalg.norm(predicted[name].samples, axis=0), "" if k else "exact form"
        )
    plots.label(left, "|x_t - x*|", "error of the derivative", f"ridge regression, {s.steps} steps")
    for k, name in enumerate(("unrolled", "implicit")):
        plots.points(right, measured[f"{name} ratio"].x, measured[f"{name} ratio"].mean, k, name)
    plots.label(right, "step t", "error of the derivative / |x_t - x*|", "")
    return drawn


if __name__ == "__main__":
    script()
