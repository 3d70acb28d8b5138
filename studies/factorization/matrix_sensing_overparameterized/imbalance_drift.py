"""The imbalance F^T F - G^T G drifts only to second order in the step size: half the step, half the drift of a whole
run.

A step adds s^2 (G^T R^T R G - F^T R R^T F), R the residual; gradient flow keeps the imbalance. Over a run of time of
order log(1/alpha)/sigma the drift so is of order s: by it the imbalance of a small random start survives, and with it
the rate.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.factorization import sensing
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (imbalance helps, read); drift derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int = 10
    values: tuple[float, ...] = (1.0, 0.8, 0.6)
    rank: int = 5
    alpha: float = 0.2
    time: float = 60.0  # steps times the step size
    step_sizes: tuple[float, ...]
    draws: int
    seed: int


QUICK = Setting(step_sizes=(0.0125, 0.025, 0.035, 0.05, 0.07, 0.1), draws=20, seed=1)
FULL = Setting(size=50, step_sizes=tuple(0.1 * 2 ** (k / 2 - 6) for k in range(13)), draws=200, seed=2)


def start(s, key=0):
    draws = generator(s.seed, key)
    return s.alpha * draws.standard_normal((s.size, s.rank)), s.alpha / 3 * draws.standard_normal((s.size, s.rank))


def imbalance(f, g):
    return f.T @ f - g.T @ g


def drift(s, step_size):
    """Largest change of an eigenvalue of the imbalance over the run."""
    f, g = start(s)
    run = sensing.asymmetric(
        sensing.target(s.size, s.values, seed=s.seed), f, g, step_size, [round(s.time / step_size)]
    )
    return np.abs(np.linalg.eigvalsh(imbalance(run.left, run.right)) - np.linalg.eigvalsh(imbalance(f, g))).max()


def one_step(s, key):
    """Change of the imbalance in one step, and its form, over the step size squared: Frobenius products with a fixed
    matrix."""
    (f, g), goal, size = start(s, key), sensing.target(s.size, s.values, seed=s.seed), s.step_sizes[-1]
    after = sensing.asymmetric(goal, f, g, size, [1])
    residual = f @ g.T - goal
    form = g.T @ residual.T @ residual @ g - f.T @ residual @ residual.T @ f
    change = (imbalance(after.left, after.right) - imbalance(f, g)) / size**2
    return change[0, 0], form[0, 0], (g.T @ residual.T @ residual @ g)[0, 0]


def measure(s):
    change = exact(np.arange(s.draws), [one_step(s, key)[0] for key in range(s.draws)], 1e-9, "draw")
    return {"drift": exact(s.step_sizes, [drift(s, size) for size in s.step_sizes], 1e-9, "step size"),
            "one step": change.drawn_from("random starts", s.draws)}  # fmt: skip


def predict(s):
    forms = np.array([one_step(s, key)[1:] for key in range(s.draws)]).T
    draw = np.arange(s.draws)
    return {name: exact(draw, x, 1e-9, "draw") for name, x in zip(("one step", "left out"), forms, strict=True)}


def checks(s, measured, predicted):
    rival = Rival(claim="without F^T R R^T F", predicted=predicted["left out"])
    claim = "a step adds s^2 (G^T R^T R G - F^T R R^T F)"
    yield agrees(claim, measured["one step"], predicted["one step"], rival=rival)
    rival = Rival(claim="as s^2, as of one step", predicted=Power(2))
    yield decays_as("the drift of a run falls as s", measured["drift"], Power(1), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.points(axes, s.step_sizes, measured["drift"].mean, 0, f"n = {s.size}, k = {s.rank}, alpha = {s.alpha:g}")
    x = np.array(s.step_sizes)
    plots.guide(axes, x, measured["drift"].mean[0] * x / x[0], "slope 1")
    plots.label(axes, "step size", "largest drift of an eigenvalue of F'F - G'G", f"time {s.time:g}")
    return drawn


if __name__ == "__main__":
    script()
