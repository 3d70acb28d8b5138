"""The resolvent step of Algorithm 2 trades outer against inner work: calls scale as n, n^3/4, sqrt(n), sqrt(n) in n.

Outer steps D/(eta eps), each of -log(accuracy) inner contractions; the inner problem is 1-strongly monotone and
eta L-Lipschitz on average. Variance-reduced extragradient contracts second moments there by a factor that is an exact
spectral radius on each mode (theory.inner_matrix); runs with few components count their calls and have these moments.
Over all bilinear modes: at eta = sqrt(n)/L the factor per n calls does not depend on n; larger eta buys nothing more.
Calls are per unit of -log(accuracy), eta = n^c/L. That eta = sqrt(n)/L is the paper's choice stands in the authors'
code; the rates are ours, on bilinear games with components of extreme spread. (The code's inner solver is VR-FoRB.)
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.minimax import simulation, theory

SOURCE = Source("abstract (oracle complexity, monotone Lipschitz case, read); rates derived here", kind="derived")
SLOPES = {0.0: 1.0, 0.25: 0.75, 0.5: 0.5, 0.75: 0.5}


@dataclass(frozen=True, kw_only=True)
class Setting:
    least: float = 3.0  # log10 n
    most: float
    points: int
    accuracy: float = 1e-12  # eps / (L D): an outer step is needed at every eta
    few: int = 9  # components of the runs
    singular_value: float = 0.5  # of their mode, in units of L
    steps: tuple[int, ...] = (1, 2, 3, 5, 8)
    replicas: int
    seed: int


QUICK = Setting(most=9.0, points=10, replicas=4000, seed=1)
FULL = Setting(most=10.0, points=22, replicas=40_000, seed=2)


def sizes(s):
    return np.unique(np.logspace(s.least, s.most, s.points).astype(int))


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
    n, t = sizes(s), theory.inner_step_size(s.few, s.few**0.5)
    run = simulation.simulate_inner(inner(s), t, 2 / s.few, s.steps, replicas=s.replicas, seed=s.seed)
    k = np.array(s.steps)
    counted = run["cost"].bounded(s.few + 2 * k, s.few + (2 + s.few) * k)
    curves = {"inner": run["value"], "calls": counted, "slowest": exact([s.few], [slowest(s)], 1e-6)}
    for power in SLOPES:
        # Rates are 1 - radius ~ c/n, so that rounding of 100 units in the radius is 100 n/c units in the rate.
        rounding = 400 * n * 2.0**-53 / np.minimum(0.1, n ** (0.5 - power))
        calls = [theory.resolvent_cost(int(m), float(m) ** power, s.accuracy) for m in n]
        curves[f"{power:g}"] = exact(n, calls, rounding, "n")
        rate = [m * theory.inner_rate(int(m), float(m) ** power) for m in n]
        curves[f"rate {power:g}"] = exact(n, rate, rounding, "n")
    return curves


def predict(s):
    spread, k = s.few * (1 - s.singular_value**2), np.array(s.steps)
    rate = theory.inner_rate(s.few, s.few**0.5)
    rows = {"inner": moments_of(s, 2 / s.few, spread), "no snapshots": moments_of(s, 1.0, spread),
            "no noise": moments_of(s, 2 / s.few, 0.0), "calls": s.few + 4 * k, "full": s.few * (1 + k)}  # fmt: skip
    curves = {name: exact(k, values, 1e-10) for name, values in rows.items()}
    return curves | {"slowest": exact([s.few], [rate], 1e-6), "per step": exact([s.few], [4 * rate], 1e-6)}


def checks(s, measured, predicted):
    for key, words in (
        ("no noise", "without the noise of samples"),
        ("no snapshots", "with a full evaluation each step"),
    ):
        rival = Rival(claim=words, predicted=predicted[key])
        claim = f"mean square of the inner solver, not that {words}"
        yield agrees(claim, measured["inner"], predicted["inner"], rival=rival)
    rival = Rival(claim="n per step", predicted=predicted["full"])
    yield agrees(
        "calls of the inner solver, counted: n + 4 per step", measured["calls"], predicted["calls"], rival=rival
    )
    rival = Rival(claim="per step", predicted=predicted["per step"])
    yield agrees("slowest contraction per call", measured["slowest"], predicted["slowest"], rival=rival)
    for power, order in SLOPES.items():
        for other in (order - 0.25, order + 0.25):
            rival = Rival(claim=f"as n^{other:g}", predicted=Power(other))
            claim = f"calls at eta = n^{power:g}/L grow as n^{order:g}, not n^{other:g}"
            yield decays_as(claim, measured[f"{power:g}"], Power(order), rival=rival)
    rival = Rival(claim="falls as n^-1/4", predicted=Power(-0.25))
    claim = "inner contraction per n calls at eta = sqrt(n)/L does not depend on n"
    yield decays_as(claim, measured["rate 0.5"], Power(0), rival=rival)
    rival = Rival(claim="does not depend on n", predicted=Power(0))
    claim = "inner contraction per n calls at eta = n^0.75/L falls as n^-1/4"
    yield decays_as(claim, measured["rate 0.75"], Power(-0.25), rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for i, (power, order) in enumerate(SLOPES.items()):
        curve = measured[f"{power:g}"]
        plots.points(left, curve.x, curve.samples * s.accuracy, i, f"eta = n^{power:g}/L")
        slope = curve.samples[0, -1] * s.accuracy * (curve.x / curve.x[-1]) ** order
        plots.guide(left, curve.x, slope, "" if i else "n, n^3/4, n^1/2, n^1/2")
        plots.measurement(right, measured[f"rate {power:g}"], i, f"eta = n^{power:g}/L")
    plots.label(left, "components n", "calls x eps / (L D log(1/accuracy))", "Algorithm 2")
    plots.label(right, "components n", "-log contraction per n calls", "inner solver, worst mode")
    right.set_ylim(1e-3, 1.5)
    return drawn


if __name__ == "__main__":
    script()
