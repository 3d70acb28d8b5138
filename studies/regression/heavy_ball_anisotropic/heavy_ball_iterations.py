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
NAMES = {"descent": "gradient descent", "fixed": "heavy ball, momentum 0.9", "heavy ball": "heavy ball, tuned"}


def conditions(s, name=""):
    """Condition numbers an octave apart; for a fixed momentum from where its slowest mode does not oscillate."""
    return 2.0 ** np.arange(11, 11 + s.octaves // 2 + 2) if name == "fixed" else 16.0 * 2.0 ** np.arange(s.octaves)


def momentum(s, name, kappa):
    return {"descent": 0.0, "fixed": s.fixed}.get(name, (1 - 1 / (4 * kappa**0.5)) ** 2)


def iterations(s, kappa, memory):
    """The first iteration from which on no mode of [1/kappa, 1] has more than the share of its square left."""
    modes = s.modes if memory != s.fixed else 2
    p = LeastSquares(np.geomspace(1, 1 / kappa, modes), np.ones(modes), 0.0, "additive")
    rate = -np.log(theory.heavy_ball_modulus(1 / kappa, memory))
    lag = np.arange(1, int(1.5 * np.log(1 / s.share) / 2 / rate) + 60)  # x after t steps is what t + 1 gives
    left = theory.asgd_mean_paths(p, Acceleration.heavy_ball(1.0, memory), lag) ** 2
    return int(np.flatnonzero((left > s.share).any(axis=1))[-1]) + 1


def left(s, sizes):
    """Share of the slowest error's square that gradient descent leaves at the horizons, per schedule (rows)."""
    p = LeastSquares(np.array([1.0, 1 / s.condition]), np.ones(2), 0.0, "additive")
    rows = [theory.sgd_moments(p, row, s.horizons)[:, 1] for row in sizes]
    return exact(s.horizons, rows, ulps=8 * np.array(s.horizons))


def measure(s):
    curves = {}
    for name in NAMES:
        x = conditions(s, name)
        curves[name] = exact(x, [iterations(s, k, momentum(s, name, k)) for k in x], ulps=0, x_name="condition number")
    draws, shape = generator(s.seed), (s.schedules, s.horizons[-1])
    sizes = draws.uniform(0, 2, shape)
    sizes[::2] = 2.0 - draws.uniform(0, 0.02, sizes[::2].shape)
    sizes[0] = 2.0  # the best of them
    curves["floor"] = left(s, sizes).drawn_from("step sizes in [0, 2/L]", s.schedules - 1)
    waves = [np.append(theory.chebyshev_steps(1 / s.condition, 1.0, n), np.zeros(s.horizons[-1])) for n in s.horizons]
    return curves | {"chebyshev": exact(s.horizons, np.diag(left(s, waves).samples), ulps=8 * np.array(s.horizons))}


def predict(s):
    n = np.array(s.horizons)
    return {"floor": exact(n, theory.descent_floor(s.condition, n), ulps=4 * n)}


def checks(s, measured, predicted):
    for name, words in NAMES.items():
        power = 0.5 if name == "heavy ball" else 1.0
        rival = Rival(claim=f"as kappa^{1.5 - power:g}", predicted=Power(1.5 - power))
        yield decays_as(f"{words}: iterations as kappa^{power:g}", measured[name], Power(power), rival=rival)
    rival = Rival(claim="Chebyshev's steps, up to 1/mu", measured=measured["chebyshev"])
    yield above("any steps in [0, 2/L] leave (1 - 2/kappa)^(2T)", measured["floor"], predicted["floor"], rival=rival)


def figure(s, measured, predicted):
    drawn, (count, floor) = plots.panels(2)
    for k, (key, name) in enumerate(NAMES.items()):
        plots.points(count, measured[key].x, measured[key].mean, k, name)
    x = conditions(s)
    plots.guide(count, x, measured["descent"].mean[-1] * x / x[-1], "slopes 1 and 1/2")
    plots.guide(count, x, measured["heavy ball"].mean[-1] * (x / x[-1]) ** 0.5)
    plots.label(count, "condition number", "iterations to a millionth, any start")
    count.set_ylim(top=1e7)
    for k, row in enumerate(measured["floor"].samples[:20]):
        plots.points(floor, s.horizons, row, 0, "" if k else "steps in [0, 2/L]", markersize=3)
    plots.prediction(floor, predicted["floor"], "floor")
    plots.exact_line(floor, measured["chebyshev"], 1, "Chebyshev's steps (rival)")
    plots.label(floor, "iterations", "share left of the slowest error", f"condition number {s.condition:g}")
    return drawn


if __name__ == "__main__":
    script()
