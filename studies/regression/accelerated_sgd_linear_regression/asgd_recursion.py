"""Simulated accelerated SGD has the second moments of its 2x2 blocks: last iterate and averaged tail, exactly.

u = alpha w + (1 - alpha) v, w' = u - short g, v' = beta u + (1 - beta) v - long g. Without v that is w' = u - short g,
u' = (1 + c) u - c w - q g, c = alpha (1 - beta), q = alpha short + (1 - alpha) long, and E (w, u)(w, u)^T follows a
recursion. In the family by cut-off beta is below 0.01, and what v moves on from hardly matters; so parameters with
beta = 0.3 are run as well. Moved on from the new w, v is that of the method with beta x short on top of the long step.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares
from theorylab.models.regression.simulation import Observation, simulate_accelerated

SOURCE = Source("the method, in the form of Jain et al. (recalled); exact recursion derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 10
    exponent: float = 1.0
    cutoff: int = 2
    beta: float = 0.3
    start: float = 1.0
    steps: tuple[int, ...] = (2, 5, 10, 30)
    replicas: int
    seed: int


QUICK = Setting(replicas=20_000, seed=1)
FULL = Setting(dim=50, steps=(2, 5, 10, 20, 50, 100), replicas=100_000, seed=2)


def problem(s):
    return LeastSquares.power_law(s.dim, s.exponent, start=s.start, noise_std=1.0), np.array(s.steps)


def methods(s):
    """The family's parameters, others with a beta that matters, and what the others are if v moves on from w."""
    family = Acceleration.with_cutoff(problem(s)[0], s.cutoff)
    short = family.short_step
    wide = Acceleration(1 / (1 + s.beta), s.beta, 2 * short, short)
    return {"family": family, "beta": wide, "v from w": Acceleration(wide.alpha, s.beta, (2 + s.beta) * short, short)}


def measure(s):
    p, steps = problem(s)
    curves: dict[str, Curve] = {}
    for name, a in list(methods(s).items())[:2]:
        run = simulate_accelerated(p, a, Observation(steps, steps // 2), replicas=s.replicas, seed=s.seed)
        curves |= {f"{name}, last": run["last"], f"{name}, tail": run["tail"]}
    return curves


def predict(s):
    (p, steps), curves = problem(s), {}
    for name, a in methods(s).items():
        last, tail = theory.asgd_risk(p, a, steps), theory.asgd_tail_risk(p, a, steps // 2, steps)
        curves[f"{name}, last"] = exact(steps, last, theory.asgd_relative_rounding(p, a, steps))
        curves[f"{name}, tail"] = exact(steps, tail, theory.asgd_tail_relative_rounding(p, a, steps // 2, steps))
    short = methods(s)["family"].short_step
    rounding = theory.relative_rounding(p, short, steps)
    curves["sgd, last"] = exact(steps, theory.sgd_risk(p, short, steps), rounding)
    return curves | {"sgd, tail": exact(steps, theory.average_risk(p, short, steps // 2, steps), rounding)}


def checks(s, measured, predicted):
    rivals = {"family": ("sgd", "it is SGD's"), "beta": ("v from w", "v moves on from w")}
    for key in measured:
        name, what = key.split(", ")
        other, words = rivals[name]
        rival = Rival(claim=words, predicted=predicted[f"{other}, {what}"])
        claim = f"risk of the {what} {'iterate' if what == 'last' else 'half'}, "
        claim += f"cut-off {s.cutoff}" if name == "family" else f"beta = {s.beta:g}, v moving on from u"
        yield agrees(claim, measured[key], predicted[key], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    titles = (f"cut-off {s.cutoff} of the family", f"beta = {s.beta:g}")
    for panel, name, other, title in zip(axes, ("family", "beta"), ("sgd", "v from w"), titles, strict=True):
        for k, (what, label) in enumerate((("last", "last iterate"), ("tail", "last half, averaged"))):
            plots.measurement(panel, measured[f"{name}, {what}"], k, f"{label}, simulated")
            plots.prediction(panel, predicted[f"{name}, {what}"], "" if k else "exact recursion")
            text = "" if k else {"sgd": "SGD (rival)", "v from w": "v moves on from w (rival)"}[other]
            plots.exact_line(panel, predicted[f"{other}, {what}"], 3, text)
        plots.label(panel, "iterations", "excess risk", f"{title}, i^-{s.exponent:g}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
