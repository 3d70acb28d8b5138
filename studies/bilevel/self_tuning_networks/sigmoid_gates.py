"""Ridge regression's best response is a two-layer linear network whose hidden units are gated by sigmoids of lam.

w*(lam) = sum_i sigmoid(2 ln d_i - lam) v_i v_i^T w_LS for |X w - t|^2 / 2 + e^lam |w|^2 / 2, X = U D V^T: the network
a^T Q x with a penalty on its Jacobian Q^T a, hidden units along the principal directions, and gates of weight -1 and
bias 2 ln d_i on lam. The other road solves least squares with extra rows. Gating the inputs themselves does not do:
a coordinate of w* may grow with lam, or change its sign, which no sigmoid of lam allows.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from theorylab import Rival, Source, agrees, exact, monotone, plots, script
from theorylab.models.bilevel import best_responses
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (gated best response of a shallow linear network, read); derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    problems: int
    samples: int = 12
    inputs: int = 5
    points: int = 13
    reach: float = 6.0  # of lam, to both sides of 0
    seed: int


QUICK = Setting(problems=12, seed=1)
FULL = Setting(problems=200, points=41, seed=2)


def instances(s):
    draws = generator(s.seed)
    for _ in range(s.problems):
        inputs = draws.standard_normal((s.samples, s.inputs)) * np.exp(draws.standard_normal(s.inputs))
        yield inputs, draws.standard_normal(s.samples)


def grid(s):
    return np.linspace(-s.reach, s.reach, s.points)


def slack(s, inputs, labels):
    """Bound on the error of least squares: condition and its square times the residual, n units each."""
    singular = np.linalg.svd(inputs, compute_uv=False)
    condition, size = singular[0] / singular[-1], np.linalg.norm(labels)
    return 8 * (s.samples + s.inputs) * 2.0**-52 * (condition + condition**2) * size / singular[-1]


def curve(s, rows, bounds):
    rows, rounding = np.concatenate(rows), np.concatenate(bounds)
    return exact(grid(s), rows, rounding / np.abs(rows), "lam").drawn_from("random regressions", s.problems)


def measure(s):
    found: dict[str, list[Any]] = {name: [] for name in ("solution", "direction", "coordinate")}
    slacks: dict[str, list[Any]] = {name: [] for name in found}
    for inputs, labels in instances(s):
        w, bound = best_responses.ridge_solutions(inputs, labels, grid(s)), slack(s, inputs, labels)
        turns = {"solution": np.eye(s.inputs), "coordinate": np.eye(s.inputs)}
        turns["direction"] = np.linalg.svd(inputs, full_matrices=False)[2]
        free = np.linalg.lstsq(inputs, labels, rcond=None)[0]
        for name, turn in turns.items():
            unit = np.ones(s.inputs) if name == "solution" else turn @ free  # gates are shares of the free solution
            values = (w @ turn.T / unit).T
            found[name].append(values)
            slacks[name].append(2 * bound / np.abs(unit)[:, None] * (1 + np.abs(values)))
    return {name: curve(s, found[name], slacks[name]) for name in found}


def predict(s):
    curves = {}
    for name, power in (("solution", 2.0), ("once", 1.0)):
        rows = [best_responses.gated_network(X, t, grid(s), power).T for X, t in instances(s)]
        curves[name] = exact(grid(s), np.concatenate(rows), ulps=0, x_name="lam")
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="gates sigmoid(ln d - lam)", predicted=predicted["once"])
    claim = "gated linear network = best response, at every lam"
    yield agrees(claim, measured["solution"], predicted["solution"], rival=rival)
    rival = Rival(claim="so do those of the inputs", measured=measured["coordinate"])
    yield monotone("gates of principal directions fall with lam", measured["direction"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    inputs, _ = next(instances(s))
    singular = np.sort(np.linalg.svd(inputs, compute_uv=False))[::-1]
    for k, d in enumerate(singular):
        plots.points(left, grid(s), measured["direction"].samples[k], k, f"d = {d:.2g}")
        plots.guide(left, grid(s), best_responses.gate(d, grid(s)), "" if k else "sigmoid(2 ln d - lam)")
        plots.line(right, grid(s), measured["coordinate"].samples[k], k, f"input {k + 1}")
    plots.label(left, "hyperparameter lam", "share of the free solution left", "principal directions", log="")
    plots.label(right, "hyperparameter lam", "share of the free solution left", "inputs", log="")
    return drawn


if __name__ == "__main__":
    script()
