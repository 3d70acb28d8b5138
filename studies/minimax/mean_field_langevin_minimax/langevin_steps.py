"""In discrete time descent-ascent diverges beyond the step 2k/(k^2 + c^2); averaged steps of that size stay bounded.

One Euler step multiplies m by 1 - h (k - i c). With the drift averaged over the past only the pull is stepped through,
and h < 2/k suffices. Particles follow: on this game the mean of any number of them obeys the equation of the mean
exactly, and Langevin steps have the stationary variance s^2/(1 - k h/2), a bias of order h.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, bracket, brackets, exact, plots, replicate, script, threshold
from theorylab.models.minimax import mean_field
from theorylab.models.minimax.theory import mean_field as theory

SOURCE = Source("discretised dynamics and particles (abstract, read); limits derived here", kind="derived")
PULL, SPREAD = 0.5, 1.3


@dataclass(frozen=True, kw_only=True)
class Setting:
    couplings: tuple[float, ...] = (0.25, 0.5, 1.0, 3.0)
    steps: int
    time_step: float = 0.9  # above 2k/(k^2 + c^2) = 0.8 at c = 1
    particle_step: float = 0.4
    particles: int = 4
    observed: tuple[int, ...] = (1, 2, 5, 10, 20, 40)
    replicas: int
    seed: int


QUICK = Setting(steps=1000, replicas=4000, seed=1)
FULL = Setting(steps=20_000, replicas=100_000, seed=2)


def critical(coupling):
    def grows(step):
        path = mean_field.discrete_means(coupling, PULL, step, 60)
        return bool(np.hypot(*path[-1]) > 1)

    return bracket(grows, 0.01, 10.0, relative_width=1e-3)


def run(s, power):
    arguments = (1.0, PULL, SPREAD, s.particle_step, power, s.particles, np.array(s.observed))
    return replicate(mean_field.particles, *arguments, x=s.observed, replicas=s.replicas, seed=s.seed,
                     names=("x", "y", "X", "Y", "square"))  # fmt: skip


def sizes(s, power):
    path = mean_field.discrete_means(1.0, PULL, s.time_step, s.steps, power)[1:]
    return exact(np.arange(1, s.steps + 1), np.hypot(*path.T), 1e-9)


def measure(s):
    averaged, plain = run(s, 1.0), run(s, -1.0)
    return {"critical": brackets(s.couplings, [critical(c) for c in s.couplings], "coupling"),
            "bounded": sizes(s, 0.0), "unbounded": sizes(s, None), "x": averaged["x"], "Y": averaged["Y"],
            "plain": plain["x"], "square": plain["square"].at([-1])}  # fmt: skip


def predict(s):
    c, at = np.array(s.couplings), np.array(s.observed)
    paths = [mean_field.discrete_means(1.0, PULL, s.particle_step, max(s.observed), power) for power in (1.0, None)]
    averaged, plain = paths
    weights = np.arange(1, len(averaged) + 1)
    average = (weights[:, None] * averaged).cumsum(axis=0) / weights.cumsum()[:, None]
    share = 1 - 1 / s.particles  # of the variance, about the sample's own mean
    exact_variance = share * theory.discrete_variance(PULL, SPREAD, s.particle_step)
    return {"critical": exact(c, theory.largest_time_step(c, PULL), ulps=8, x_name="coupling"),
            "pull": exact(c, 2 / PULL + 0 * c, ulps=4, x_name="coupling"), "x": exact(at, averaged[at, 0], 1e-12),
            "Y": exact(at, average[at, 1], 1e-12), "plain": exact(at, plain[at, 0], 1e-12),
            "square": exact([at[-1]], [exact_variance], 1e-12),
            "continuous": exact([at[-1]], [share * SPREAD**2], 1e-12)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="2/k, without the coupling", predicted=predicted["pull"])
    claim = "descent-ascent diverges beyond the step 2k/(k^2 + c^2)"
    yield threshold(claim, measured["critical"], predicted["critical"], rival=rival)
    rival = Rival(claim="descent-ascent", measured=measured["unbounded"])
    yield below("averaged means at a larger step stay below 2", measured["bounded"], 2.0, rival=rival)
    others = (("x", "last mean", "plain"), ("Y", "averaged mean", "x"), ("plain", "descent-ascent", "x"))
    for name, text, other in others:
        rival = Rival(claim="the other's", predicted=predicted[other])
        yield agrees(f"{s.particles} particles, {text}: the equation", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="s^2, of continuous time", predicted=predicted["continuous"])
    claim = "variance of particles: s^2/(1 - k h/2)"
    yield agrees(claim, measured["square"], predicted["square"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    keep = np.unique(np.geomspace(1, s.steps, 120).astype(int)) - 1
    for k, (name, text) in enumerate((("bounded", "averaged, weights 1"), ("unbounded", "descent-ascent"))):
        values = measured[name].mean[keep]
        plots.line(left, (keep + 1)[values < 1e6], values[values < 1e6], k, text)
    plots.label(left, "steps", "modulus of the mean", f"step {s.time_step:g}, limit 0.8")
    plots.measurement(right, measured["x"], 0, "averaged, last mean of x")
    plots.measurement(right, measured["plain"], 1, "descent-ascent, mean of x")
    for k, name in enumerate(("x", "plain")):
        plots.prediction(right, predicted[name], "" if k else "equation of the mean")
    plots.label(right, "steps", "mean", f"{s.particles} particles, step {s.particle_step:g}", log="x")
    return drawn


if __name__ == "__main__":
    script()
