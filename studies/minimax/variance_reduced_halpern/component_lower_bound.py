"""No span method leaves less than sqrt(n) L D/(N + n) after N component calls; fast extragradient comes within 4 times.

On games of n separate blocks, component i acting on block i alone, L-Lipschitz on average: a call helps its own block
only, and each block obeys the lower bound of bilinear games (theory.component_lower_bound, derived here for an order of
calls fixed beforehand; the paper's own lower bound was not read). There F is L/sqrt(n)-Lipschitz: with steps sqrt(n)/L
fast extragradient attains 4 sqrt(n) L D/N, with steps 1/L, all that the average constant allows, sqrt(n) times as much.
Algorithm 2 stays within a constant and a logarithm. Methods that look at values before they choose are not on trial.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.minimax import games, schedules, simulation, theory
from theorylab.models.minimax.model import MatrixGame, bilinear_slopes

SOURCE = Source("abstract (near-optimality, monotone Lipschitz case, read); bound derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int  # blocks
    steps: tuple[int, ...]  # of fast extragradient, 2 mod 4
    modes: int
    outer: tuple[int, ...]  # of Algorithm 2
    values: int  # singular values of its blocks
    replicas: int
    seed: int


QUICK = Setting(size=16, steps=(2, 6, 14, 30, 62, 126), modes=200, outer=(0, 1, 3, 7), values=8, replicas=8, seed=1)
FULL = Setting(size=64, steps=(2, 6, 14, 30, 62, 126, 254, 510), modes=2000, outer=(0, 1, 3, 7, 15, 31), values=16,
               replicas=16, seed=2)  # fmt: skip


def extragradient(s, step):
    """Worst residual over equal blocks of modes up to L/sqrt(n), over component calls."""
    k = np.array(s.steps)
    slopes = bilinear_slopes(np.append(np.geomspace(1e-3, 1, s.modes), 1.0) / s.size**0.5)
    scheme = schedules.fast_extragradient(int(k[-1]), step, 1 / step)
    worst = simulation.envelope(slopes, scheme, k)  # n blocks at distance 1/sqrt(n) each
    return Curve(2 * k * s.size, worst.samples, True, worst.rounding, "calls")


def algorithm(s):
    """Algorithm 2: the largest residual over singular values in each run. The last block fixes L and is at rest."""
    runs, n, start = [], s.size, np.repeat([1.0, 0.0, 1.0, 0.0], [s.size - 1, 1, s.size - 1, 1])
    for value in np.geomspace(0.05, 1, s.values):
        payoffs = np.diag(np.append(np.full(n - 1, value), 1.0)) / n**0.5
        p = MatrixGame(payoffs=payoffs, simplex=False, start=start / np.linalg.norm(start))
        runs.append(games.resolvent(p, s.outer, replicas=s.replicas, seed=s.seed))
    worst = np.max([run["residual"].samples for run in runs], axis=0)
    return Curve(np.array(s.outer), worst, x_name="outer steps").drawn_from("runs")


def measure(s):
    return {"long": extragradient(s, s.size**0.5), "short": extragradient(s, 1.0), "Algorithm 2": algorithm(s)}


def predict(s):
    curves, n = {}, s.size
    k = np.array(s.steps)
    rows = {"lower": theory.component_lower_bound(2.0 * k * n, n), "four": 2 / (k * n**0.5), "once": 1 / (k * n**0.5)}
    curves = {name: exact(2 * k * n, values, 1e-12, "calls") for name, values in rows.items()}
    outer = np.array(s.outer)
    calls = theory.resolvent_passes(n, outer) * n
    most = 2 / n**0.5 / (outer + 1)
    rows = {"lower, 2": theory.component_lower_bound(calls, n), "most": most, "third": most / 3}
    return curves | {name: exact(outer, values, 1e-12) for name, values in rows.items()}


def checks(s, measured, predicted):
    for name, words in (("long", "sqrt(n)/L"), ("short", "1/L")):
        five = exact(predicted["lower"].x, 8 * predicted["lower"].samples, ulps=4)
        rival = Rival(claim="eight times that, by steps sqrt(n)/L", measured=measured["long"], predicted=five)
        claim = f"fast extragradient, steps {words}: worst residual >= sqrt(n) L D/(N + n)"
        yield above(claim, measured[name], predicted["lower"], rival=rival)
    rival = Rival(claim="half of it", predicted=predicted["once"])
    claim = "fast extragradient with steps sqrt(n)/L attains 4 sqrt(n) L D/N"
    yield agrees(claim, measured["long"], predicted["four"], rival=rival)
    rival = Rival(claim="with steps 1/L", measured=measured["short"])
    yield below("and keeps to it", measured["long"], predicted["four"], rival=rival)
    rival = Rival(claim="a third of it", predicted=predicted["third"])
    claim = (
        "Algorithm 2 in each run: worst residual <= 2 L D/(sqrt(n) (k+1)), N = n sum_(j<=k) 1 + 4 (6.4 + 2.6 log(j+2))"
    )
    yield below(claim, measured["Algorithm 2"], predicted["most"], rival=rival)
    rival = Rival(
        claim="a hundred times that",
        predicted=exact(predicted["lower, 2"].x, 100 * predicted["lower, 2"].samples, ulps=4),
    )
    yield above("and >= sqrt(n) L D/(N + n)", measured["Algorithm 2"], predicted["lower, 2"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2)
    plots.measurement(axes, measured["long"], 0, "fast extragradient, steps sqrt(n)/L")
    plots.measurement(axes, measured["short"], 1, "fast extragradient, steps 1/L")
    largest = measured["Algorithm 2"]
    calls = theory.resolvent_passes(s.size, s.outer) * s.size
    plots.points(axes, calls, largest.samples.max(axis=0), 2, "Algorithm 2, largest of the runs")
    plots.prediction(axes, predicted["lower"], "lower bound, derived")
    plots.prediction(axes, predicted["four"], "4 sqrt(n) L D/N")
    plots.label(axes, "component calls N", "worst residual / (L D)", f"{s.size} separate blocks")
    return drawn


if __name__ == "__main__":
    script()
