"""Gradient descent beyond its edge ends with fewer weights and a higher risk: bouncing alone does not help.

Beyond a step size, here some ten times those at which SGD diverges, the full loss neither vanishes nor diverges: it
bounces, and balances collapse as under SGD. After such a phase, and a quarter of the step size to settle, fewer weights
are above 1e-3 than with half of the step size throughout, but the risk and |beta|_1 are higher, in every data set. So
neither a loss that stays up nor fewer weights make solutions better by themselves. That the runs move by the slopes of
the mean loss is tried apart, by numpy at their own weights.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, above, agrees, exact, ordered, plots, script
from theorylab.models.factorization import diagonal
from theorylab.models.factorization.diagonal import Schedule

SOURCE = Source("abstract (large steps stabilise the loss and bias to sparse predictors, read)", kind="read")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence="A loss that stays up, and fewer weights, do not by themselves make solutions better: gradient descent "
    "beyond its edge has both, and ends at a higher risk than below it. SGD, of noisy steps, ends at a lower one.",
    case="40 points, 100 weights, 20 of them in the truth, from u = 0.1, v = 0: risk 0.3 to 0.6 after a phase beyond "
    "the edge, 0.1 to 0.25 at half of that step size",
    check="the risk is higher after a phase beyond the edge",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 40
    dimension: int = 100
    support: int = 20
    loads: tuple[float, ...]  # step size x 2 |truth|_1, where the loss may stay up
    horizon: int
    draws: int
    seed: int


QUICK = Setting(loads=tuple(12 * 1.08 ** np.arange(15)), horizon=2000, draws=3, seed=1)
FULL = Setting(loads=tuple(10 * 1.05 ** np.arange(30)), horizon=10_000, draws=20, seed=2)


def end(data, plan, horizon):
    """Risk, |beta|_1, number of weights above 1e-3, and mean log balance."""
    path = diagonal.run(data, plan, [horizon])
    final = np.abs(diagonal.weights(path)[-1])
    return diagonal.risk(data, path)[-1], final.sum(), (final > 1e-3).sum(), np.median(diagonal.log_balance(path)[-1])


def read(s, data, size):
    """Ends (2, 4): after a phase at the step size that keeps the loss up; at half of it throughout."""
    whole = 4 * s.horizon
    return [end(data, Schedule(size, s.horizon, size / 4), whole), end(data, Schedule(size / 2, whole, size), whole)]


def sums(s):
    """Sums of step size x g over a run, (d, steps): its own, and by the slopes of the mean loss at its weights."""
    data, size, last = diagonal.sparse_data(s.samples, s.dimension, s.support, seed=s.seed), 0.1, 60
    run, (x, y, _) = diagonal.run(data, Schedule(size, last, size), np.arange(last + 1)), data
    beta, sizes = diagonal.weights(run)[:-1], (run.sums**2 + run.differences**2)[:-1] / 4
    terms = (sizes @ np.abs(x).T + np.abs(y)) @ np.abs(x)
    slopes, terms = (np.cumsum(size * g / s.samples, axis=0).T for g in ((beta @ x.T - y) @ x, terms))
    off = 2.0**-52 * (s.samples + s.dimension + last + 8) * terms  # of so many additions, by the sizes of their terms
    rows = {"compiled": run.slopes[1:].T, "slopes": slopes, "twice": 2 * slopes}
    return {k: exact(np.arange(last) + 1, g, off / np.maximum(np.abs(g), 1e-300)) for k, g in rows.items()}


def measure(s):
    sizes = (s.samples, s.dimension, s.support)
    kept = diagonal.stabilised(sizes, s.loads, s.horizon, level=1e-3, count=s.draws, seed=s.seed, noisy=False)
    rows = [read(s, data, step_size) for _, data, step_size, _ in kept]
    ends, names = np.array(rows), ("risk", "norm", "count", "balance")
    kept_up = "data that keep the loss up"
    return sums(s) | {f"{name}, {where}": exact([0], ends[:, k, j][:, None], 1e-9, "end").drawn_from(kept_up)
            for k, where in enumerate(("beyond", "half")) for j, name in enumerate(names)}  # fmt: skip


def checks(s, measured, predicted):
    names = ("risk", "norm", "count", "balance")
    rows = {name: (measured[f"{name}, half"], measured[f"{name}, beyond"]) for name in names}
    for name, claim in {"risk": "the risk is higher after a phase beyond the edge", "norm": "... and |beta|_1"}.items():
        rival = Rival(claim="the number of weights, too", measured=rows["count"][0], predicted=rows["count"][1])
        yield ordered(claim, *rows[name], rival=rival)
    rival = Rival(claim="the risk, too", measured=rows["risk"][1], predicted=rows["risk"][0])
    yield ordered("fewer weights are above 1e-3", *rows["count"][::-1], rival=rival)
    rival = Rival(claim="beyond it, too", measured=rows["balance"][1])
    yield above(
        "half of the step size: the median of log |u^2 - v^2| is above -8", rows["balance"][0], -8.0, rival=rival
    )
    rival = Rival(claim="of squared errors without the 1/2", predicted=measured["twice"])
    claim = "a run moves by the slopes of the mean loss at its weights"
    yield agrees(claim, measured["compiled"], measured["slopes"], rival=rival)


def figure(s, measured, predicted):
    drawn, (risks, balances) = plots.panels(2)
    for k, (where, label) in enumerate(
        (("half", "half of the step size"), ("beyond", "after a phase beyond the edge"))
    ):
        plots.points(risks, measured[f"count, {where}"].samples, measured[f"risk, {where}"].samples, k, label)
        plots.points(balances, measured[f"balance, {where}"].samples, measured[f"norm, {where}"].samples, k, label)
    risks.set_ylim(0, 1.35 * measured["risk, beyond"].samples.max())
    balances.set_ylim(0, 1.35 * measured["norm, beyond"].samples.max())
    plots.label(risks, "weights above 1e-3", "risk", f"{s.samples} points, {s.dimension} weights", log="")
    plots.label(balances, "median of log |u² - v²|", "|beta|₁", log="")
    return drawn


if __name__ == "__main__":
    script()
