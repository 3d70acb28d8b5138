"""Mini-batches divide both noises by B: label noise, and the multiplicative noise of random data.

c <- (1-l)^2 c + (l^2 c + l d (S + sigma^2)) / B per direction (l = d x eigenvalue); the EMA recursion is unchanged.
The rival divides the label noise alone. A run from the minimiser in a few equal directions settles the label noise to
1%: there the risk of a run varies little. (The paper's extension and its critical batch size are known to exist; their
formulas were not read, so no critical batch is put on trial.)
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Curve, Rival, Source, agrees, exact, log_steps, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import simulate

SOURCE = Source("extension to mini-batch SGD (its existence was read); recursion derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponent: float = 1.0
    batches: tuple[int, ...] = (1, 4, 16)
    load: float = 0.6  # step size x trace
    ema_decay: float = 0.9
    horizon: int = 100
    points: int = 10
    flat: int = 10  # equal eigenvalues, steps of the run that weighs the label noise, and its share off in the rival
    precise: int = 40_000  # replicas there
    off: float = 0.01
    replicas: int
    seed: int


QUICK = Setting(dim=10, horizon=60, replicas=2000, seed=1)
FULL = Setting(dim=200, replicas=4000, seed=2)


def problem(s, batch):
    p = LeastSquares.power_law(s.dim, s.exponent, start=1.0, noise_std=0.5, batch=batch)
    return p, s.load / p.trace, log_steps(2, s.horizon, s.points)


def noise(s, batch, noise_std=1.0):
    """Start at the minimiser, equal eigenvalues."""
    p = LeastSquares(np.ones(s.flat), np.zeros(s.flat), noise_std, batch=batch)
    return p, s.load / s.flat, [s.flat]


def measure(s):
    curves: dict[str, Curve] = {}
    for batch in s.batches:
        p, step_size, steps = problem(s, batch)
        run = simulate(p, step_size, s.ema_decay, steps, replicas=s.replicas, seed=s.seed)
        curves |= {f"last, {batch}": run["last"], f"ema, {batch}": run["ema"]}
    for batch in s.batches[:2]:
        p, step_size, steps = noise(s, batch)
        run = simulate(p, step_size, s.ema_decay, steps, replicas=s.precise, seed=s.seed)
        curves[f"noise, {batch}"] = run["last"]
    return curves


def predict(s):
    curves = {}
    for batch in s.batches:
        p, step_size, steps = problem(s, batch)
        rounding = theory.relative_rounding(p, step_size, steps)
        curves[f"last, {batch}"] = exact(steps, theory.sgd_risk(p, step_size, steps), rounding)
        curves[f"ema, {batch}"] = exact(steps, theory.ema_risk(p, step_size, s.ema_decay, steps), rounding)
        # Rival: multiplicative noise as with one sample, label noise as with `batch`.
        half = LeastSquares(p.eigenvalues, p.error0, p.noise_std / batch**0.5)
        curves[f"rival last, {batch}"] = exact(steps, theory.sgd_risk(half, step_size, steps), rounding)
        curves[f"rival ema, {batch}"] = exact(steps, theory.ema_risk(half, step_size, s.ema_decay, steps), rounding)
    for batch, (name, noise_std) in product(s.batches[:2], (("noise", 1.0), ("more", 1 + s.off), ("less", 1 - s.off))):
        p, step_size, steps = noise(s, batch, noise_std)
        rounding = theory.relative_rounding(p, step_size, steps)
        curves[f"{name}, {batch}"] = exact(steps, theory.sgd_risk(p, step_size, steps), rounding)
    return curves


def checks(s, measured, predicted):
    for batch in s.batches:
        for name, estimator in (("last", "SGD"), ("ema", "EMA")):
            key = f"{name}, {batch}"
            rival = Rival(claim="B divides label noise alone", predicted=predicted[f"rival {key}"])
            if batch == 1:  # both formulas agree there: the rival is the batch next to it
                rival = Rival(claim=f"that of B = {s.batches[1]}", predicted=predicted[f"{name}, {s.batches[1]}"])
            yield agrees(f"risk of {estimator}, B = {batch}", measured[key], predicted[key], rival=rival)
    for batch, name in product(s.batches[:2], ("more", "less")):
        rival = Rival(claim=f"with {100 * s.off:g}% {name} label noise", predicted=predicted[f"{name}, {batch}"])
        claim = f"variance of SGD, B = {batch}, not {100 * s.off:g}% {name} label noise"
        yield agrees(claim, measured[f"noise, {batch}"], predicted[f"noise, {batch}"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for panel, (name, estimator) in zip(axes, (("last", "SGD"), ("ema", "EMA")), strict=True):
        for k, batch in enumerate(s.batches):
            plots.measurement(panel, measured[f"{name}, {batch}"], k, f"B = {batch}")
            plots.prediction(panel, predicted[f"{name}, {batch}"], "" if k else "exact recursion")
        plots.label(panel, "iterations", "excess risk", f"{estimator}, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()
