"""Lion ends, up to its step size, where f is least over |x_i| <= 1/lam: weight decay is a constraint, not a penalty.

On quadratics whose Hessian is not diagonal the mean end is the box-constrained minimiser, not the penalised one, and
the iterates come as near as O(h). As lam grows nothing happens until 1/lam < |x*|_inf. Seen here, not proved.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.preconditioning import norms
from theorylab.models.preconditioning.kernels import Lion, lion_descent
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (read)", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 4
    steps: tuple[float, ...]  # h
    decays: tuple[float, ...] = (0.15, 0.2, 0.3, 0.5, 1.0, 2.0)
    seed: int


QUICK = Setting(steps=(0.0025, 0.005, 0.01, 0.02, 0.04), seed=1)
FULL = Setting(steps=(0.000625, 0.00125, 0.0025, 0.005, 0.01, 0.02, 0.04), seed=2)


def quadratic(s):
    """A Hessian that is not diagonal and a target, the largest |c_i| = 4."""
    draws = generator(s.seed, 0)
    root = draws.standard_normal((s.dim, s.dim))
    target = draws.standard_normal(s.dim)
    return root @ root.T / s.dim + 0.5 * np.eye(s.dim), 4 * target / np.abs(target).max()


def loss(hessian, target, x):
    return 1 + (x - target) @ hessian @ (x - target) / 2


def tail(s, h, lam):
    """The last third of a run of Lion of time 30 / lam + 15."""
    hessian, target = quadratic(s)
    steps = int((30 / lam + 15) / h)
    rule = Lion(h, lam, 0.9, 0.99)
    return lion_descent(rule, hessian, target, np.zeros((steps, s.dim)), np.zeros((2, s.dim)))[0][-steps // 3 :]


def penalised(s, lam):
    hessian, target = quadratic(s)
    return np.linalg.solve(hessian + lam * np.eye(s.dim), hessian @ target)


def measure(s):
    hessian, target = quadratic(s)
    best = norms.box_minimum(hessian, target, 1 / 0.5)
    ends = [tail(s, h, 0.5) for h in s.steps]
    small = s.steps[0]
    means = np.array([tail(s, small, lam).mean(axis=0) for lam in s.decays])
    return {
        "error": exact(s.steps, [np.abs(x - best).max() for x in ends], 1e-9, "step size"),
        "end": exact(np.arange(s.dim), ends[0].mean(axis=0), 1e-9, "coordinate"),
        "size": exact(s.decays, np.abs(means).max(axis=1), 1e-9, "lam"),
        "loss": exact(s.decays, [loss(hessian, target, x) for x in means], 1e-9, "lam"),
    }


def predict(s):
    hessian, target = quadratic(s)
    boxes = np.array([norms.box_minimum(hessian, target, 1 / lam) for lam in s.decays])
    penalties = np.array([penalised(s, lam) for lam in s.decays])
    curves = {}
    for name, x in (("box", boxes), ("penalty", penalties)):
        curves[f"{name}, size"] = exact(s.decays, np.abs(x).max(axis=1), 1e-10, "lam")
        curves[f"{name}, loss"] = exact(s.decays, [loss(hessian, target, y) for y in x], 1e-10, "lam")
    best = norms.box_minimum(hessian, target, 1 / 0.5)
    return curves | {
        "box": exact(np.arange(s.dim), best, 1e-10, "coordinate"),
        "penalty": exact(np.arange(s.dim), penalised(s, 0.5), 1e-10, "coordinate"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="where f + lam |x|^2 / 2 is least", predicted=predicted["penalty"])
    claim = "the mean end is where f is least over the box"
    yield agrees(claim, measured["end"], predicted["box"], rival=rival, within=8 * s.steps[0])
    rival = Rival(claim="as sqrt(h)", predicted=0.5)
    yield decays_as("... up to O(h)", measured["error"], 1.0, rival=rival, towards=0)
    for name, form in (("size", "|x|_inf = min(|x*|_inf, 1/lam)"), ("loss", "f is flat up to lam = 1 / |x*|_inf")):
        rival = Rival(claim="of the l2 penalty", predicted=predicted[f"penalty, {name}"])
        yield agrees(f"over lam: {form}", measured[name], predicted[f"box, {name}"], rival=rival, within=8 * s.steps[0])


def figure(s, measured, predicted):
    drawn, (losses, rate) = plots.panels(2)
    plots.points(losses, s.decays, measured["loss"].mean, 0, "Lion")
    plots.line(losses, s.decays, predicted["penalty, loss"].mean, 1, "l2 penalty (rival)")
    plots.prediction(losses, predicted["box, loss"], "least over the box")
    plots.label(losses, "weight decay λ", "1 + f at the end", "kink at λ = 1 / |x*|∞ = 1/4")
    plots.points(rate, s.steps, measured["error"].mean, 0, "Lion, λ = 1/2")
    h = np.array(s.steps)
    plots.guide(rate, h, measured["error"].mean[0] * h / h[0], "slope 1")
    plots.label(rate, "step size h", "largest distance in the tail", f"d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
