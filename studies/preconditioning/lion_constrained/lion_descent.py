"""A step of Lion with implicit decay takes from H = f + kappa * gap what is derived, up to L |dx|^2 / 2; and a rate.

kappa = b1 h / (1 - b2 + h lam (1 - b1)), inside the box. H_new <= H + L |dx|^2 / 2 - drops, drops >= 0, at every random
state; where the Hessian is L times the identity and no momentum changes its sign it is an equality. Summed over T
steps, with |dx_i| <= 2 h: mean drops / h <= (H_0 - min f) / (h T) + 2 L h d, which is of order T^-1/2 for h ~ T^-1/2,
with full gradients. That bounds a gap of optimality of the box: |mt|_1 - lam mt.x.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, decays_as, exact, plots, script
from theorylab.models.preconditioning import lion, norms
from theorylab.models.preconditioning import theory_lion as theory
from theorylab.models.preconditioning.kernels import Lion
from theorylab.numerics.streams import generator

SOURCE = Source("the discrete theorem (recalled); constant and rate derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    states: int
    dim: int = 4
    horizons: tuple[int, ...]
    scale: float = 1.0  # h = scale / sqrt(T)
    stays: float = 1.0  # h of the rival, at every T
    seed: int


QUICK = Setting(states=300, horizons=(64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384), seed=1)
FULL = Setting(states=20_000, horizons=tuple(2**k for k in range(6, 19)), seed=2)


def loss(hessian, target, x):
    return (((x - target) @ hessian) * (x - target)).sum(axis=-1) / 2


def instance(draws, s, k):
    """Rule, Hessian, target and a state inside the box; every second Hessian is a multiple of the identity."""
    b1, b2 = np.sort(draws.uniform(0.3, 0.99, 2))
    rule = Lion(draws.uniform(0.02, 0.3), draws.uniform(0.3, 3.0), b1, b2, True)
    root = draws.standard_normal((s.dim, s.dim))
    hessian = root @ root.T / s.dim if k % 2 else draws.uniform(0.2, 2.0) * np.eye(s.dim)
    start = np.array([draws.uniform(-1, 1, s.dim) / rule.weight_decay, 2 * draws.standard_normal(s.dim)])
    return rule, hessian, 2 * draws.standard_normal(s.dim) / rule.weight_decay, start


def problem(s):
    """Hessian and target of the runs, which start from 0 with lam = 1/2: of four coordinates two end on the box."""
    return np.diag(np.linspace(0.3, 1.0, s.dim)) + 0.1, np.linspace(-3.0, 4.0, s.dim)


def run(s, steps, step_size):
    hessian, target = problem(s)
    return lion.mean_drops(Lion(step_size, 0.5, 0.9, 0.99, True), hessian, target, steps)


def bound(s, steps, step_size):
    """(H_0 - min f) / (h T) + 2 L h d."""
    hessian, target = problem(s)
    fall = loss(hessian, target, np.zeros(s.dim)) - loss(hessian, target, norms.box_minimum(hessian, target, 2.0))
    return fall / (step_size * steps) + 2 * np.linalg.eigvalsh(hessian)[-1] * step_size * s.dim


def measure(s):
    draws, rows = generator(s.seed, 0), []
    for k in range(s.states):
        rule, hessian, target, start = instance(draws, s, k)
        kappa = theory.step_weight(*rule[:4])
        weights = (kappa, 0.0, kappa / rule.step_size)
        rows.append([lion.step_ratio(rule, hessian, target, start, weight) for weight in weights])
    curves = {name: exact(np.arange(s.states), values, 1e-11, "state").drawn_from("random states")
              for name, values in zip(("kappa", "0", "no h"), np.array(rows).T, strict=True)}  # fmt: skip
    found = [run(s, t, s.scale / t**0.5) for t in s.horizons]
    constant = [run(s, t, s.stays) for t in s.horizons]
    return curves | {"mean": exact(s.horizons, found, 1e-10), "constant": exact(s.horizons, constant, 1e-10)}


def predict(s):
    return {"bound": exact(s.horizons, [bound(s, t, s.scale / t**0.5) for t in s.horizons], 1e-10)}


def checks(s, measured, predicted):
    for name, words in (("0", "kappa = 0: f alone"), ("no h", "kappa without its factor h")):
        rival = Rival(claim=words, measured=measured[name])
        yield below(f"H_new + drops <= H + L |dx|^2 / 2, not with {words}", measured["kappa"], 1.0, rival=rival)
    rival = Rival(claim="with a step size that stays, h = 1", measured=measured["constant"])
    yield below("h ~ T^-1/2: the mean is within its bound", measured["mean"], predicted["bound"], rival=rival)
    yield decays_as("... and falls as T^-1/2", measured["mean"], -0.5, rival=Rival(claim="as 1/T", predicted=-1.0))


def figure(s, measured, predicted):
    drawn, (states, rate) = plots.panels(2)
    for k, (name, label) in enumerate((("kappa", "κ as derived"), ("0", "κ = 0"), ("no h", "κ / h"))):
        values = np.sort(measured[name].mean)[:: max(1, s.states // 250)]
        plots.line(states, np.linspace(0, 1, values.size), values, k, label)
    plots.limit(states, 1.0)
    states.set_ylim(0.0, 1.5)
    plots.label(states, "share of random states", "(H_new + drops) / (H + L |dx|² / 2)", f"d = {s.dim}", log="")
    for k, (name, label) in enumerate((("mean", "h = 1 / √T"), ("constant", "h = 1"))):
        plots.points(rate, measured[name].x, measured[name].mean, k, label)
    plots.prediction(rate, predicted["bound"], "bound")
    plots.label(rate, "steps T", "mean of drops / h", "full gradients")
    return drawn


if __name__ == "__main__":
    script()
