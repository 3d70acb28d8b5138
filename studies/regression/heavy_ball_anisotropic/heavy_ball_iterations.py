"""Without noise the heavy ball needs sqrt(kappa) iterations, gradient descent kappa, if the momentum is tuned to kappa.

Iterations until every start has lost all but a millionth of its squared error, for good: m = (1 - 1/(4 sqrt kappa))^2
and steps 1/L, against gradient descent, and against a momentum of 0.9 whatever kappa. No steps in [0, 2/L] help
gradient descent: of the slowest error's square it leaves (1 - 2/kappa)^(2T) at least. Longer ones do: Chebyshev's, up
to 1/mu.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, above, decays_as, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import Acceleration, LeastSquares
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (acceleration) and Theorem 1 (in words), read; counts and floor derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    octaves: int  # condition numbers 16, 32, ...
    modes: int = 33  # starts: one eigendirection each
    share: float = 1e-6
    fixed: float = 0.9
    condition: float = 100.0  # of the floor
    horizons: tuple[int, ...] = (5, 10, 20, 50, 100)
    schedules: int
    seed: int


QUICK = Setting(octaves=9, schedules=200, seed=1)
FULL = Setting(octaves=12, modes=129, schedules=2000, seed=2)


def conditions(s, name=""):
    """Condition numbers an octave apart; for a fixed momentum from where its slowest mode does not oscillate."""
    return 2.0 ** np.arange(11, 11 + s.octaves // 2 + 2) if name == "fixed" else 16.0 * 2.0 ** np.arange(s.octaves)


def iterations(s, kappa, momentum):
    """The first iteration from which on no mode of [1/kappa, 1] has more than the share of its square left."""
    modes = s.modes if momentum != s.fixed else 2
    p = LeastSquares(np.geomspace(1, 1 / kappa, modes), np.ones(modes), 0.0, "additive")
    rate = -np.log(theory.heavy_ball_modulus(1 / kappa, momentum))
    lag = np.arange(1, int(1.5 * np.log(1 / s.share) / 2 / rate) + 60)  # x after t steps is what t + 1 gives
    left = theory.asgd_mean_paths(p, Acceleration.heavy_ball(1.0, momentum), lag) ** 2
    return int(np.flatnonzero((left > s.share).any(axis=1))[-1]) + 1


def tuned(kappa):
    return (1 - 1 / (4 * kappa**0.5)) ** 2


def left(s, sizes):
    """Share of the slowest error's square that gradient descent leaves at the horizons, per schedule (rows)."""
    p = LeastSquares(np.array([1.0, 1 / s.condition]), np.ones(2), 0.0, "additive")
    rows = [theory.sgd_moments(p, row, s.horizons)[:, 1] for row in sizes]
    return exact(s.horizons, rows, ulps=8 * np.array(s.horizons))


def measure(s):
    momenta = {"heavy ball": tuned, "descent": lambda k: 0.0, "fixed": lambda k: s.fixed}
    curves = {}
    for name, momentum in momenta.items():
        x = conditions(s, name)
        curves[name] = exact(x, [iterations(s, k, momentum(k)) for k in x], ulps=0, x_name="condition number")
    draws, shape = generator(s.seed), (s.schedules, s.horizons[-1])
    sizes = np.where(
        draws.uniform(size=(s.schedules, 1)) < 0.5, draws.uniform(0, 2, shape), 2.0 - draws.exponential(0.01, shape)
    )
    sizes[0] = 2.0  # the best of them
    curves["floor"] = left(s, sizes).drawn_from("step sizes in [0, 2/L]", s.schedules - 1)
    wave = [theory.chebyshev_steps(1 / s.condition, 1.0, n)[None] for n in s.horizons]
    ends = [left(s, np.pad(row, ((0, 0), (0, s.horizons[-1] - row.size)))).samples[0, k] for k, row in enumerate(wave)]
    return curves | {"chebyshev": exact(s.horizons, ends, ulps=8 * np.array(s.horizons))}


def predict(s):
    steps = np.array(s.horizons)
    return {"floor": exact(steps, theory.descent_floor(s.condition, steps), ulps=4 * steps)}


def checks(s, measured, predicted):
    square, one = Power(0.5), Power(1.0)
    for name, claim, form, other in (
        ("heavy ball", "heavy ball, tuned momentum: iterations as sqrt kappa", square, one),
        ("descent", "gradient descent, steps 1/L: iterations as kappa", one, square),
        ("fixed", f"heavy ball, momentum {s.fixed}: iterations as kappa", one, square),
    ):
        yield decays_as(claim, measured[name], form, rival=Rival(claim=f"as {other}", predicted=other))
    rival = Rival(claim="Chebyshev's steps, up to 1/mu", measured=measured["chebyshev"])
    claim = "gradient descent with any steps in [0, 2/L] leaves (1 - 2/kappa)^(2T)"
    yield above(claim, measured["floor"], predicted["floor"], rival=rival)


def figure(s, measured, predicted):
    drawn, (count, floor) = plots.panels(2)
    names = ("gradient descent", "heavy ball, momentum 0.9", "heavy ball, tuned momentum")
    for k, (key, name) in enumerate(zip(("descent", "fixed", "heavy ball"), names, strict=True)):
        plots.points(count, measured[key].x, measured[key].mean, k, name)
    x = conditions(s)
    plots.guide(count, x, measured["descent"].mean[-1] * x / x[-1], "slopes 1 and 1/2")
    plots.guide(count, x, measured["heavy ball"].mean[-1] * (x / x[-1]) ** 0.5)
    plots.label(count, "condition number", "iterations to a millionth, any start")
    count.set_ylim(top=1e7)
    some = measured["floor"].samples[:: max(1, s.schedules // 20)]
    for k, row in enumerate(some):
        plots.points(floor, s.horizons, row, 0, "" if k else "steps in [0, 2/L]", markersize=3)
    plots.prediction(floor, predicted["floor"], "floor")
    plots.exact_line(floor, measured["chebyshev"], 1, "Chebyshev's steps (rival)")
    plots.label(floor, "iterations", "share left of the slowest error", f"condition number {s.condition:g}")
    return drawn


if __name__ == "__main__":
    script()
