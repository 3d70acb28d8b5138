"""SGD on a fixed training set follows a recursion of full matrices: training and test loss, exactly.

With replacement, batch m: C' = C - h (S C + C S) + h^2 (1 - 1/m) S C S + h^2 / (m M) sum_i x_i x_i' (residual at
i)^2. The residuals r_i that no student can lose go along with the mean error: they are what keeps SGD from settling.
On fresh samples the test loss follows the lab's recursion instead, and falls further.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, exact, log_steps, plots, script
from theorylab.models.regression import moments, theory
from theorylab.models.regression.fixed_set import TrainingSet, set_losses, simulate_set
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import simulate
from theorylab.numerics.streams import generator

SOURCE = Source("recursions of test and training loss", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    samples: int
    batch: int = 3
    exponent: float = 1.0
    noise_std: float = 0.5
    share: float = 0.35  # of the critical step on fresh samples
    horizon: int
    replicas: int
    seed: int


QUICK = Setting(dim=6, samples=15, horizon=60, replicas=8000, seed=1)
FULL = Setting(dim=20, samples=40, horizon=500, replicas=40_000, seed=2)


def problem(s):
    """Fresh samples from eigenvalues k^-exponent; a training set drawn from them; the step size; the steps."""
    target = np.ones(s.dim)
    fresh = LeastSquares(np.arange(1.0, s.dim + 1) ** -s.exponent, -target, s.noise_std, batch=s.batch)
    draws = generator(s.seed + 20)
    samples = draws.normal(size=(s.samples, s.dim)) * fresh.eigenvalues**0.5
    labels = samples @ target + s.noise_std * draws.normal(size=s.samples)
    return fresh, TrainingSet(samples, labels, np.zeros(s.dim)), s.share * theory.critical_step_size(fresh)


def steps(s):
    return log_steps(1, s.horizon, 9)


def measure(s):
    fresh, data, step_size = problem(s)
    runs = simulate_set(data, step_size, s.batch, steps(s), np.diag(fresh.eigenvalues), -fresh.error0,
                        replicas=s.replicas, seed=s.seed)  # fmt: skip
    risk = simulate(fresh, step_size, 0.0, steps(s), replicas=s.replicas, seed=s.seed)["last"]
    return runs | {"fresh": risk}


def predict(s):
    fresh, data, h = problem(s)
    population, target = np.diag(fresh.eigenvalues), -fresh.error0
    clean = TrainingSet(data.samples, data.samples @ data.solution, data.start)
    residuals = data.labels - data.samples @ data.solution
    curves: dict[str, Curve] = {}
    for name, given, batch in (("", data, s.batch), ("all", data, 10**9), ("clean", clean, s.batch)):
        train, test = set_losses(given, h, batch, steps(s), population, target)
        lost = (residuals**2).mean() if name == "clean" else 0.0
        curves |= {f"train{name}": exact(steps(s), train + lost, 1e-9), f"test{name}": exact(steps(s), test, 1e-9)}
    r = theory.recursion(fresh, h)
    parts = {
        "": r,
        "unfed": r._replace(feedback=0.0),
        "one": r._replace(keep=r.keep + (1 - 1 / s.batch) * (h * r.eigenvalues) ** 2),
    }
    for name, part in parts.items():
        curves[f"fresh{name}"] = exact(steps(s), theory.risk_of(fresh, moments.last(part, steps(s))), 1e-10)
    return curves


def checks(s, measured, predicted):
    rivals = {"all": "whole gradients", "clean": "residuals that no step meets"}
    for what in ("train", "test"):
        for name, words in rivals.items():
            rival = Rival(claim=words, predicted=predicted[f"{what}{name}"])
            claim = f"fixed training set: {what} loss, not {words}"
            yield agrees(claim, measured[what], predicted[what], rival=rival)
    for name, words in (("unfed", "without l l^T"), ("one", "its own noise as for m = 1")):
        rival = Rival(claim=words, predicted=predicted[f"fresh{name}"])
        yield agrees(f"fresh samples: risk, not {words}", measured["fresh"], predicted["fresh"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    for panel, what in zip(axes, ("train", "test"), strict=True):
        plots.measurement(panel, measured[what], 0, "fixed set, simulated")
        plots.prediction(panel, predicted[what], "recursion")
        for k, (name, words) in enumerate((("all", "whole gradients"), ("clean", "no residuals"))):
            plots.exact_line(panel, predicted[f"{what}{name}"], k + 1, words)
        plots.label(panel, "steps", f"{what} loss", f"M = {s.samples}, d = {s.dim}, m = {s.batch}")
    doubled = measured["fresh"]
    plots.points(axes[1], doubled.x, 2 * doubled.mean, 3, "fresh samples, simulated")
    plots.guide(axes[1], doubled.x, 2 * predicted["fresh"].mean)
    axes[1].legend()
    return drawn


if __name__ == "__main__":
    script()
