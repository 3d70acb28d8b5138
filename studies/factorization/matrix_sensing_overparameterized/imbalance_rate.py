"""Asymmetric sensing with k > r: the squared error falls by (1 - s sigma^2)^2, sigma the least singular value of the
end's F.

Near the end the residual R obeys R' = R - s (R G^T G-part + F F^T R): its slowest mode lies along the least singular
direction of F, the excess columns that the imbalance of the start has left there, and outside G. So the rate falls as
alpha^2 with the scale of the start, where the directions drawn are the same. With k = r no excess is left, and the rate
is that of the target at every scale, up to what the imbalance takes from the smaller factor G. The symmetric run is
slower than any of these in the end.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, above, agrees, decays_as, exact, log_steps, ordered, plots, script
from theorylab.models.factorization import sensing, theory
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (exp(-Omega(alpha^2 T)), read); rates derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    values: tuple[float, ...] = (1.0, 1.0, 1.0)
    rank: int = 5
    alphas: tuple[float, ...]
    step_size: float = 0.1
    seed: int


QUICK = Setting(size=12, alphas=(0.06, 0.08, 0.11, 0.15, 0.2), seed=1)
FULL = Setting(size=50, rank=6, alphas=(0.012, 0.015, 0.02, 0.028, 0.04, 0.055, 0.08), seed=2)


def run(s, alpha, rank, steps):
    """From F = alpha A and G = alpha B / 3, the same random A and B for every alpha."""
    draws = generator(s.seed, rank)
    left, right = draws.standard_normal((s.size, rank)), draws.standard_normal((s.size, rank))
    goal = sensing.target(s.size, s.values, seed=s.seed)
    return sensing.asymmetric(goal, alpha * left, alpha / 3 * right, s.step_size, steps)


def late(s, alpha, rank):
    """Rate of the squared error per step between 1e-14 and 1e-24, and the least singular values of F and G there."""
    errors, steps = np.array([1.0]), np.array([0])
    horizon = 200
    while errors[-1] > 1e-24:
        horizon *= 2
        steps = log_steps(10, horizon, 4000)
        errors = run(s, alpha, rank, steps).errors
    first, last = np.flatnonzero(errors < 1e-14)[0], np.flatnonzero(errors < 1e-24)[0]
    rate = -np.log(errors[last] / errors[first]) / (steps[last] - steps[first])
    end = run(s, alpha, rank, [steps[last]])
    return rate, *(np.linalg.svd(x, compute_uv=False)[-1] for x in (end.left, end.right))


def measure(s):
    rates, least, _ = np.array([late(s, alpha, s.rank) for alpha in s.alphas]).T
    even, _, other = np.array([late(s, alpha, len(s.values)) for alpha in s.alphas]).T
    steps = np.array([int(60 / rates[-1])])
    goal = sensing.target(s.size, s.values, seed=s.seed)
    start = s.alphas[-1] * generator(s.seed, s.rank).standard_normal((s.size, s.rank))
    rows = {"rate": rates, "exact rank": even, "least of F": least, "least of G": other}
    return {name: exact(s.alphas, x, 1e-6, "alpha") for name, x in rows.items()} | {
        "asymmetric": exact(steps, run(s, s.alphas[-1], s.rank, steps).errors, 1e-3),
        "symmetric": exact(steps, sensing.symmetric(goal, start, s.step_size, steps).errors, 1e-3)}  # fmt: skip


def checks(s, measured, predicted):
    squares = {name: measured[f"least of {name}"].mean ** 2 for name in "FG"}

    def rate(values, power=1.0):
        form = theory.imbalanced_factor(s.step_size, values) ** power
        return exact(s.alphas, -np.log(form), 1e-5, "alpha")

    rival = Rival(claim="(1 - s sigma^2), unsquared", predicted=rate(squares["F"], 0.5))
    claim = "k > r: (1 - s sigma^2)^2 a step, sigma the least of F, to 0.1%"
    yield agrees(claim, measured["rate"], rate(squares["F"]), rival=rival, within=1e-3)
    rival = Rival(claim="as alpha^4", predicted=Power(4))
    yield decays_as("k > r: rate ~ alpha^2", measured["rate"], Power(2), rival=rival, towards=0)
    rival = Rival(claim="sigma_r of the target", predicted=rate(np.full(len(s.alphas), s.values[-1])))
    claim = "k = r: the same, sigma the least of G, to 3%"
    yield agrees(claim, measured["exact rank"], rate(squares["G"]), rival=rival, within=0.03)
    half = -np.log(theory.exact_rank_factor(s.step_size, s.values[-1])) / 2
    rival = Rival(claim="of k > r too", measured=measured["rate"])
    yield above("k = r: half the target's rate or more at every alpha", measured["exact rank"], half, rival=rival)
    rival = Rival(claim="symmetric is lower", measured=measured["symmetric"], predicted=measured["asymmetric"])
    yield ordered("asymmetric below symmetric error, k > r", measured["asymmetric"], measured["symmetric"], rival=rival)


def figure(s, measured, predicted):
    drawn, (paths, rates) = plots.panels(2)
    horizon = int(60 / measured["rate"].mean[0])
    steps = np.unique(np.linspace(1, horizon, 120).astype(int))
    for k, alpha in enumerate(s.alphas[:: max(1, len(s.alphas) // 3)]):
        errors = run(s, alpha, s.rank, steps).errors
        plots.line(paths, steps[errors > 1e-26], errors[errors > 1e-26], k, f"alpha = {alpha:g}")
    plots.label(paths, "steps T", "squared error", f"n = {s.size}, k = {s.rank}, r = {len(s.values)}", log="y")
    plots.points(rates, s.alphas, measured["rate"].mean, 0, f"k = {s.rank}")
    plots.points(rates, s.alphas, measured["exact rank"].mean, 1, "k = r")
    for name, label in (("F", "-2 log(1 - s sigma²)"), ("G", "")):
        form = theory.imbalanced_factor(s.step_size, measured[f"least of {name}"].mean ** 2)
        plots.guide(rates, s.alphas, -np.log(form), label)
    plots.label(rates, "alpha", "rate of the squared error per step")
    return drawn


if __name__ == "__main__":
    script()
