"""The inner solver of Algorithm 2 has the second moments of a 4 x 4 matrix, and makes n + 4 calls a step on average.

Variance-reduced extragradient on 0 = z + eta F(z), on a bilinear mode with components of the largest spread that L
allows: runs count their calls, and their mean squares are powers of theory.inner_matrix; its slowest contraction per
call, over all modes, is theory.inner_rate, from which resolvent_cost.py reads costs at many components. Derived here;
the solver's form is recalled (the authors' code has VR-FoRB).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.minimax import simulation, theory

SOURCE = Source("abstract (oracle complexity, monotone Lipschitz case, read); moments derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    few: int = 9  # components
    singular_value: float = 0.5  # of the mode, in units of L
    steps: tuple[int, ...] = (1, 2, 3, 5, 8)
    replicas: int
    seed: int


QUICK = Setting(replicas=4000, seed=1)
FULL = Setting(replicas=40_000, seed=2)


def inner(s):
    """Slopes of the runs' components at eta = sqrt(n)/L: those of a bilinear mode, and what else L allows."""
    turns = np.exp(2j * np.pi * np.arange(s.few) / s.few)
    return s.few**0.5 * (1j * s.singular_value + (1 - s.singular_value**2) ** 0.5 * turns)


def moments_of(s, refresh, spread):
    """Exact E|z|^2 of the inner solver after each number of steps, by powers of its matrix."""
    t = theory.inner_step_size(s.few, s.few**0.5)
    matrix = theory.inner_matrix(1j * s.singular_value * s.few**0.5, spread, t, refresh)
    return [(np.linalg.matrix_power(matrix, k) @ [1, 1, 0, 1])[0] for k in s.steps]


def slowest(s):
    """-log of the mean-square contraction per call of the slowest of 33 modes, n = few, from long powers."""
    t, rates, last = theory.inner_step_size(s.few, s.few**0.5), [], 400
    for sigma in np.linspace(0, 1, 33):
        matrix = theory.inner_matrix(1j * sigma * s.few**0.5, s.few * (1 - sigma**2), t, 2 / s.few)
        size = [np.abs(np.linalg.matrix_power(matrix, k)).sum() for k in (last, 2 * last)]
        rates.append(np.log(size[0] / size[1]) / last / 4)
    return min(rates)


def measure(s):
    t, k = theory.inner_step_size(s.few, s.few**0.5), np.array(s.steps)
    run = simulation.simulate_inner(inner(s), t, 2 / s.few, s.steps, replicas=s.replicas, seed=s.seed)
    counted = run["cost"].bounded(s.few + 2 * k, s.few + (2 + s.few) * k)
    return {"inner": run["value"], "calls": counted, "slowest": exact([s.few], [slowest(s)], 1e-6)}


def predict(s):
    spread, k = s.few * (1 - s.singular_value**2), np.array(s.steps)
    rate = theory.inner_rate(s.few, s.few**0.5)
    rows = {"inner": moments_of(s, 2 / s.few, spread), "no snapshots": moments_of(s, 1.0, spread),
            "no noise": moments_of(s, 2 / s.few, 0.0), "calls": s.few + 4 * k, "full": s.few * (1 + k)}  # fmt: skip
    curves = {name: exact(k, values, 1e-10) for name, values in rows.items()}
    return curves | {"slowest": exact([s.few], [rate], 1e-6), "per step": exact([s.few], [4 * rate], 1e-6)}


def checks(s, measured, predicted):
    for key, words in (("no noise", "without the noise of samples"), ("no snapshots", "refreshed in each step")):
        rival = Rival(claim=words, predicted=predicted[key])
        yield agrees(f"mean square of runs, not that {words}", measured["inner"], predicted["inner"], rival=rival)
    rival = Rival(claim="n per step", predicted=predicted["full"])
    yield agrees("calls counted in runs: n + 4 per step", measured["calls"], predicted["calls"], rival=rival)
    rival = Rival(claim="per step", predicted=predicted["per step"])
    yield agrees("slowest contraction per call", measured["slowest"], predicted["slowest"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    plots.measurement(left, measured["inner"], 0, "runs")
    for i, (name, words) in enumerate(
        (("inner", "exact"), ("no noise", "no noise"), ("no snapshots", "n calls a step"))
    ):
        plots.guide(left, predicted[name].x, predicted[name].samples[0], words, linestyle=("-", ":", "--")[i])
    plots.label(left, "inner steps", "E|z|^2", f"n = {s.few}")
    plots.measurement(right, measured["calls"], 0, "counted")
    plots.prediction(right, predicted["calls"], "n + 4 per step")
    plots.label(right, "inner steps", "component calls")
    return drawn


if __name__ == "__main__":
    script()
