"""Without variance reduction Halpern amplifies noise: E|x_k - E x_k|^2 = k (2k+1)/(6 (k+1)) times that of one step.

The anchored mean weighs the noise of step j by j/(k+1) and a rotation forgets none of it: the variance grows as k/3.
With components F_i(u) = s_i u + b_i and batches of fixed size the residual therefore rises in the end, however small
|s|; PAGE's differences do not see b_i, and its residual falls as that of full evaluations. The closed form (equal s_i)
is laid over a recursion of moments, and that, with unequal s_i, over runs with real batches. Derived here.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, log_steps, ordered, plots, script
from theorylab.models.minimax import moments, simulation, theory
from theorylab.models.minimax.model import FiniteSum, rotation_slopes

SOURCE = Source("motivation of variance reduction; variance derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int = 100
    batch: int = 10
    angle: float = 0.02
    turned: float = 1.5  # angles of the runs' components: angle (1 +- turned)
    noise: float = 0.5  # |b_i| / L
    horizon: int
    points: int = 10
    replicas: int
    seed: int


QUICK = Setting(horizon=1000, replicas=500, seed=1)
FULL = Setting(horizon=10_000, points=14, replicas=2000, seed=2)


def problem(s, turned):
    angles = s.angle * np.linspace(1 - turned, 1 + turned, s.size)
    return FiniteSum.rotations(angles, offsets=s.noise * np.exp(2j * np.pi * np.arange(s.size) / s.size))


def grid(s):
    return np.unique(np.concatenate([[1, 2, 3, 5], log_steps(10, s.horizon, s.points)]))


def recursion(s, p, k, batch):
    """Exact E|F(u_k)|^2 of minibatches, by the recursion of moments."""
    mixed = complex(((p.slopes - p.slope) * np.conj(p.offsets)).mean())
    given = p.slope, p.spread, s.noise**2, mixed, float(batch), 1 / (np.arange(k[-1]) + 2.0), k
    return moments.minibatch(*given)


def measure(s):
    p, same, k = problem(s, s.turned), problem(s, 0.0), grid(s)
    sampled = simulation.simulate_minibatch(p, s.batch, k, replicas=s.replicas, seed=s.seed)
    page = simulation.simulate_page(p, k, replicas=s.replicas, seed=s.seed)["value"]
    late = log_steps(100, 100 * s.horizon, 15)
    noisy, quiet = (recursion(s, same, late, batch) for batch in (s.batch, np.inf))
    rounding = 64 * (late + 1) * 2.0**-53  # of second moments, relative to the larger of them
    variance = exact(late, (noisy - quiet) / abs(same.slope) ** 2, 2 * rounding)
    return {"sampled": sampled, "page": page, "variance": variance,
            "equal": exact(k, recursion(s, same, k, s.batch), 64 * (k + 1) * 2.0**-53)}  # fmt: skip


def predict(s):
    k, slope, p = grid(s), abs(rotation_slopes([s.angle])[0]), problem(s, s.turned)
    mean = np.abs(theory.halpern_difference(np.exp(1j * s.angle), k) / 2) ** 2
    # (2/L)^2 mean |b_i|^2 / batch in each step, and the same with the weights of one step earlier
    noise, early = (slope**2 * theory.minibatch_variance(4 * s.noise**2 / s.batch, m) for m in (k, k - 1))
    rounding = 64 * (k + 1) * 2.0**-53
    rows = {"equal": mean + noise, "early": mean + early, "sampled": recursion(s, p, k, s.batch),
            "full": recursion(s, p, k, np.inf)}  # fmt: skip
    return {name: exact(k, values, rounding) for name, values in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="one step of noise less", predicted=predicted["early"])
    claim = "equal s_i: E|F(u_k)|^2 = full evaluations + k (2k+1)/(6 (k+1)) |s|^2 noise"
    yield agrees(claim, measured["equal"], predicted["equal"], rival=rival)
    rival = Rival(claim="that of full evaluations", predicted=predicted["full"])
    claim = "runs with real batches: E|F(u_k)|^2 of the recursion of moments"
    yield agrees(claim, measured["sampled"], predicted["sampled"], rival=rival)
    rival = Rival(claim="stays", predicted=Power(0))
    yield decays_as("the variance grows as k", measured["variance"], Power(1), rival=rival)
    late = grid(s) >= s.horizon // 4
    page, sampled = measured["page"].at(late), measured["sampled"].at(late)
    rival = Rival(claim="minibatch below PAGE", measured=sampled, predicted=page)
    yield ordered("late residual of PAGE < that of minibatch Halpern", page, sampled, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.measurement(axes, measured["sampled"], 0, f"minibatch Halpern, b = {s.batch}")
    plots.measurement(axes, measured["page"], 1, "Algorithm 1 (PAGE)")
    fine = replace(s, points=200)
    plots.prediction(axes, predict(fine)["sampled"], "exact, minibatch")
    plots.label(
        axes, "iterations k", "E|F(u)|^2 / (L D)^2", f"n = {s.size}, angle {s.angle:g}, |b_i| = {s.noise:g} L D"
    )
    return drawn


if __name__ == "__main__":
    script()
