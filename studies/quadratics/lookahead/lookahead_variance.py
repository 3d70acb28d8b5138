"""The slow weights of Lookahead vary less than SGD with the same step size, by a factor that forgets no correlation.

On one curvature with q = 1 - step size x curvature the ratio of variances at rest is a (1 + q^k) / (2 - a (1 - q^k)),
a the slow step: below 1 for a < 1 and every stable q, above 1 for a > 1. It is neither a^2, as if fast weights were
new in each round, nor a, which it approaches for q near 1. Exact rounds are powers of the map of second moments of
(x, phi); simulated paths are those of the optimiser's own steps.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, ordered, plots, script, stacked
from theorylab.models.quadratics import moments, slow_weights
from theorylab.models.quadratics.optimisers import lookahead as optimiser
from theorylab.models.quadratics.slow_weights import SLOW
from theorylab.models.quadratics.theory import averaging, lookahead
from theorylab.numerics.known import known

SOURCE = Source(
    "abstract (lower variance, read); the noisy quadratic model recalled, its forms derived", kind="recalled"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...] = (0.05, 0.2, 0.5, 0.9, 1.3, 1.8)  # step size x curvature
    step_size: float = 0.4
    noise_std: float = 1.3
    slow_step: float = 0.5
    beyond: float = 1.3  # a slow step above 1, for the loads that bear it
    periods: tuple[int, ...] = (1, 2, 5, 10)
    simulated: int = 5  # the period of the simulated paths
    rounds: int = 150
    replicas: int
    seed: int


QUICK = Setting(replicas=3000, seed=1)
FULL = Setting(
    loads=(0.05, 0.1, 0.2, 0.5, 0.9, 1.1, 1.3, 1.5, 1.8), periods=(1, 2, 3, 5, 10, 20), replicas=60_000, seed=2
)


def exactly(s, loads, slow_step):
    """Variances of the slow weights at rest, a row per period; exact."""
    x = np.array(loads)
    rows = [moments.at_rest(slow_weights.round_map(s.step_size, x / s.step_size, s.noise_std, k, slow_step))
            for k in s.periods]  # fmt: skip
    return stacked([moments.curve(x, row.second(SLOW, SLOW), "load") for row in rows])


def measure(s):
    method = optimiser.Method(s.step_size, s.simulated, s.slow_step)
    found = slow_weights.simulate(method, np.array(s.loads) / s.step_size, s.noise_std, s.rounds * s.simulated,
                                  replicas=s.replicas, seed=s.seed)  # fmt: skip
    square = replace(found, x=np.array(s.loads), samples=found.samples**2, x_name="load")
    gentle = [x for x in s.loads if x < 1]
    return {"exact": exactly(s, s.loads, s.slow_step), "beyond": exactly(s, gentle, s.beyond), "paths": square}


def predict(s):
    x = known(np.array(s.loads))
    v, q = averaging.sgd_variance(known(s.step_size), x / s.step_size, s.noise_std), 1 - x
    rows = {
        "exact": [lookahead.lookahead_variance(v, q, k, known(s.slow_step)) for k in s.periods],
        "squared": [v * s.slow_step**2 for _ in s.periods],
        "share": [v * s.slow_step for _ in s.periods],
        "sgd": [v for _ in s.periods],
    }
    curves = {name: stacked([moments.curve(s.loads, row, "load") for row in each]) for name, each in rows.items()}
    decayed = 1 - lookahead.outer_contraction(q, s.simulated, s.slow_step) ** (2 * s.rounds)
    path = lookahead.lookahead_variance(v, q, s.simulated, known(s.slow_step)) * decayed
    return curves | {"paths": moments.curve(s.loads, path, "load"),
                     "paths, share": moments.curve(s.loads, v * s.slow_step * decayed, "load")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="a^2 of SGD's, as of new fast weights", predicted=predicted["squared"])
    claim = f"variance at rest: a (1 + q^k) / (2 - a (1 - q^k)) of SGD's, k in {s.periods}"
    yield agrees(claim, measured["exact"], predicted["exact"], rival=rival)
    rival = Rival(claim="a of SGD's, as of a step size times a", predicted=predicted["paths, share"])
    yield agrees(f"the same of paths, k = {s.simulated}", measured["paths"], predicted["paths"], rival=rival)
    gentle = np.array(s.loads) < 1
    rival = Rival(claim=f"also for a = {s.beyond}", measured=measured["beyond"], predicted=predicted["sgd"].at(gentle))
    claim = f"less than SGD's at the same step size, a = {s.slow_step}"
    yield ordered(claim, measured["exact"], predicted["sgd"], rival=rival)


def figure(s, measured, predicted):
    drawn, (ratio, paths) = plots.panels(2)
    plain = predicted["sgd"].samples[0]
    for k, row in enumerate((0, 1, len(s.periods) // 2, -1)):
        plots.points(ratio, s.loads, measured["exact"].samples[row] / plain, k, f"k = {s.periods[row]}")
        plots.guide(ratio, s.loads, predicted["exact"].samples[row] / plain, "" if k else "closed form")
    ratio.axhline(s.slow_step**2, color="grey", linewidth=0.8, label="a² (rival)")
    plots.label(ratio, "step size × curvature", "variance / that of SGD", f"exact, a = {s.slow_step:g}", log="")
    ratio.set_ylim(0, 1.25)
    plots.measurement(paths, measured["paths"], 0, f"slow weights, k = {s.simulated}")
    plots.prediction(paths, predicted["paths"], "closed form")
    plots.line(paths, s.loads, plain, 1, "SGD with the same step size")
    plots.label(paths, "step size × curvature", "E φ²", f"simulated, {s.rounds} rounds", log="y")
    return drawn


if __name__ == "__main__":
    script()
