"""The longer the large steps, the fewer weights above a tiny threshold; above 1e-3 most that go are gone early on.

SGD runs for a share of the horizon at the step size s that keeps the loss up, then at a twentieth of it. Balances fall
in the first phase by 2 s^2 times the sum of its losses, which come and go in bursts: not in proportion to its length.
Logarithms of weights off the support fall with it, so that each longer phase leaves fewer above a tiny threshold, in
every data set; with small steps all stay. Of those that fall below 1e-3 two thirds or more do so in the first tenth of
the run: a count of non-zero weights at a tiny threshold mostly measures time.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Finding, Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.factorization import diagonal
from theorylab.models.factorization.diagonal import Schedule

SOURCE = Source("abstract (the longer the phase, the sparser, read); rates are derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence="'The longer the large steps, the sparser' holds of weights above a vanishing threshold; of those above "
    "1e-3 most that go are gone after a small part of the phase, and more of it can bring some back.",
    case="80 points, 200 weights, 20 of them in the truth: horizon 8000, two data sets",
    check="above 1e-3: of the weights that go, two thirds go in the first tenth",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 80
    dimension: int = 200
    support: int = 20
    loads: tuple[float, ...]  # step size x 2 |truth|_1
    horizon: int
    shares: tuple[float, ...] = (0.0, 0.1, 0.3, 1.0)  # of the horizon, in the first phase
    least: float  # of weights that count
    draws: int
    seed: int


QUICK = Setting(loads=tuple(1.4 * 1.03 ** np.arange(20)), horizon=8000, least=1e-8, draws=2, seed=3)
FULL = Setting(loads=tuple(1.4 * 1.015 ** np.arange(40)), horizon=20_000, least=1e-12, draws=12, seed=4)
LEVEL, DIVISOR, LARGE = 3e-3, 20.0, 1e-3


def read(s, data, step_size, seed):
    """Per length of the first phase: counts at both thresholds, falls of the mean log balance, 2 s^2 sums of losses."""
    rows = []
    for share in s.shares:
        first = int(share * s.horizon)
        for size in (step_size, step_size / 5):
            plan = Schedule(size, first, size / DIVISOR)
            path = diagonal.run(data, plan, [first, first + s.horizon], seed=seed)
            final, fallen = np.abs(diagonal.weights(path)[-1]), np.log(0.1) * 2 - diagonal.log_balance(path)[0].mean()
            rows.append(((final > s.least).sum(), (final > LARGE).sum(), fallen, 2 * size**2 * path.losses[0] * first))
    return np.array(rows, dtype=float).reshape(len(s.shares), 2, 4)


def measure(s):
    sizes = (s.samples, s.dimension, s.support)
    kept = diagonal.stabilised(sizes, s.loads, s.horizon, level=LEVEL, count=s.draws, seed=s.seed)
    rows = [read(s, data, step_size, seed) for seed, data, step_size, _ in kept]
    names = {"tiny": (0, 0), "large": (0, 1), "fallen": (0, 2), "losses": (0, 3), "tiny, small steps": (1, 0)}
    table = np.array(rows)  # draws, shares, step sizes, quantities
    return {name: exact(s.shares, table[:, :, size, what], 1e-9, "share").drawn_from("data that keep the loss up")
            for name, (size, what) in names.items()}  # fmt: skip


def checks(s, measured, predicted):
    def kept(name):
        curve = measured[name]
        shares = curve.samples[:, 2:] / curve.samples[:, 1:-1]
        return replace(curve.at(slice(2, None)), samples=shares, rounding=np.zeros(shares.shape))

    rival = Rival(claim="with a fifth of the step size", measured=kept("tiny, small steps"))
    claim = f"above {s.least:g}: each longer phase leaves at least 1% fewer weights"
    yield below(claim, kept("tiny"), 0.99, rival=rival)
    rival = Rival(claim="with the step size itself", measured=measured["tiny"])
    claim = "a fifth of the step size keeps 90% of them, however long"
    yield above(claim, measured["tiny, small steps"], 0.9 * s.dimension, rival=rival)
    fallen, losses = measured["fallen"].at([2, 3]), measured["losses"].at([2, 3])
    line = replace(fallen, samples=fallen.samples[:, 1:] * np.array([s.shares[2:]]))
    rival = Rival(claim="in proportion to its length", predicted=line)
    claim = "balances fall by 2 s^2 x the sum of losses, to 20%"
    yield agrees(claim, fallen, losses, rival=rival, within=0.2)

    def early(name):
        none, tenth, _, whole = measured[name].samples.T
        shares = (none - tenth) / (none - whole)
        return replace(measured[name].at([3]), samples=shares[:, None], rounding=np.zeros(()))

    rival = Rival(claim=f"above {s.least:g}, too", measured=early("tiny"))
    claim = "above 1e-3: of the weights that go, two thirds go in the first tenth of the run"
    yield above(claim, early("large"), 2 / 3, rival=rival)


def figure(s, measured, predicted):
    drawn, (counts, falls) = plots.panels(2)
    for k, (name, label) in enumerate((("tiny", f"above {s.least:g}"), ("large", "above 1e-3"))):
        plots.line(counts, s.shares, measured[name].mean, k, f"{label}, mean")
        plots.points(counts, np.tile(s.shares, s.draws), measured[name].samples, k, markersize=2.5)
    counts.axhline(s.support, color="black", linewidth=0.8)
    counts.set_ylim(0, 1.25 * s.dimension)
    plots.label(counts, "share of the horizon at large steps", "weights", f"support {s.support}: line", log="")
    plots.points(falls, measured["losses"].samples[:, 1:], measured["fallen"].samples[:, 1:], 0, "data sets, phases")
    whole = np.array([0, measured["losses"].samples.max()])
    plots.guide(falls, whole, whole, "equal")
    plots.label(falls, "2 s² x sum of losses", "fall of mean log |u² - v²|", log="")
    return drawn


if __name__ == "__main__":
    script()
