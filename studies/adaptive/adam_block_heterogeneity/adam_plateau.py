"""Adam with b2 < 1 and a constant step size stops at a loss of order step size squared; frozen, or slowing down, not.

Without epsilon Adam's direction does not know the size of gradients: from a start a times as far, with a step size a
times as large, it walks the same path a times as large, in floats bit by bit where a is a power of 2. So where it
stops alike from every start, it stops at a loss that is a square of the step size. With b2 = 1 (a frozen diagonal) the
loss falls geometrically at the rate of kD; with rates a / sqrt(t) the plateau goes down as 1/t.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, decays_as, exact, geometric, log_steps, plots, script
from theorylab.models.adaptive import blocks, quadratics
from theorylab.models.adaptive.model import method
from theorylab.models.adaptive.theory import frozen

SOURCE = Source("Adam with a constant step size does not converge, recalled; scaling derived here", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    powers: tuple[int, ...] = (-10, -9, -8, -7, -6, -5, -4)  # of 2: step sizes
    second_decay: float = 0.9
    steps: int
    long: int
    seed: int


QUICK = Setting(steps=12_000, long=60_000, seed=1)
FULL = Setting(steps=1_000_000, long=10_000_000, seed=2)


def problem(s):
    given = blocks.draw(blocks.HETEROGENEOUS, 1, s.seed)
    return given.hessians[0], given.starts[0], np.abs(given.gradients[0])


def plateau(s, step_size, start):
    """Largest loss of the second half of the steps."""
    hessian, _, _ = problem(s)
    adam = method("Adam", step_size, declining=False, second_decay=s.second_decay)
    return quadratics.adaptive_path(hessian, adam, start, np.array([s.steps]))[0]


def measure(s):
    hessian, start, sizes = problem(s)
    step_sizes = 2.0 ** np.array(s.powers)
    one = [plateau(s, size, start) for size in step_sizes]
    moved = [plateau(s, size, start * size / step_sizes[0]) for size in step_sizes]
    low, high = frozen.scaled_extremes(hessian, sizes)
    steps = np.unique(np.linspace(8, 30, 31) * high / low).astype(int)
    slow = log_steps(s.long // 100, s.long, 14)
    declining = quadratics.adaptive_path(hessian, method("Adam", 1.0, second_decay=s.second_decay), start, slow)
    frozen_loss = quadratics.frozen_path(hessian, sizes, 2 / (low + high), start, steps)
    return {
        "plateau": exact(step_sizes, one, ulps=2**12, x_name="step size"),
        "scaled": exact(step_sizes, moved, ulps=0, x_name="step size"),
        "declining": exact(slow, declining, ulps=2**12),
        "frozen": exact(steps, frozen_loss, 1e-8),
    }


def predict(s):
    hessian, start, sizes = problem(s)
    step_sizes = 2.0 ** np.array(s.powers)
    one = plateau(s, step_sizes[0], start)
    low, high = frozen.scaled_extremes(hessian, sizes)
    return {
        "scaled": exact(step_sizes, one * (step_sizes / step_sizes[0]) ** 2, ulps=0, x_name="step size"),
        "linear": exact(step_sizes, one * step_sizes / step_sizes[0], ulps=0, x_name="step size"),
        "rate": exact([0], [frozen.best_rate(high / low) ** 2], ulps=64),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="in proportion to the step size", predicted=predicted["linear"])
    claim = "start and step size twice as large: four times the loss, bit by bit"
    yield agrees(claim, measured["scaled"], predicted["scaled"], rival=rival)
    rival = Rival(claim="as the step size", predicted=1.0)
    claim = "from one start it stops at the square of the step size"
    yield decays_as(claim, measured["plateau"], 2.0, rival=rival, towards=0)
    rival = Rival(claim="not at all", predicted=0.0)
    yield decays_as("rates a / sqrt(t): the plateau falls as 1/t", measured["declining"], -1.0, rival=rival)
    rival = Rival(claim="by the rate of kappa = 5000", predicted=float(frozen.best_rate(5000.0) ** 2))
    claim = "b2 = 1: the loss falls by ((kD - 1)/(kD + 1))^2 per step"
    yield geometric(claim, measured["frozen"], float(predicted["rate"].mean[0]), rival=rival)


def figure(s, measured, predicted):
    drawn, (constant, slow) = plots.panels(2)
    plots.points(constant, measured["plateau"].x, measured["plateau"].mean, 0, "one start")
    plots.points(constant, measured["scaled"].x, measured["scaled"].mean, 1, "start scaled", markerfacecolor="none")
    plots.prediction(constant, predicted["scaled"], "(step size)²")
    plots.label(constant, "step size", "largest loss of the last half", f"b2 = {s.second_decay:g}, {s.steps} steps")
    plots.exact_line(slow, measured["declining"], 0, "rates 1/√t")
    plots.guide(
        slow,
        measured["declining"].x,
        measured["declining"].mean[0] * measured["declining"].x[0] / measured["declining"].x,
        "1/t",
    )
    plots.label(slow, "steps", "largest loss of the last half", f"b2 = {s.second_decay:g}")
    return drawn


if __name__ == "__main__":
    script()
