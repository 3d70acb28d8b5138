"""From starts that differ much, averaging from the first step makes models differ more, not less, for a while.

Of the spread of starts a mean of n iterates keeps (r (1 - r^n) / (n (1 - r)))^2, a power law; the last iterate keeps
r^2n. So with a start of 10, 100, 1000 times the variance at rest the mean differs more over seeds than the last iterate
up to some step, by a factor of 7 at 100 times; from rest on it differs less at every n > 1. Averages make models more
stable over seeds only if they are long against the start, or leave it out.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Finding, Rival, Source, agrees, below, exact, plots, script
from theorylab.models.quadratics import model, moments, simulation
from theorylab.models.quadratics.kernels import Mode
from theorylab.models.quadratics.theory import averaging, seeds
from theorylab.numerics.known import known

SOURCE = Source(
    "abstract (averages more stable over seeds, read); from the start recalled; derived here", kind="recalled"
)
FINDING = Finding(
    kind="needs a condition",
    sentence="Averaging weights from the start makes models more stable over seeds only if it outlasts the start.",
    case="correlation 0.9, start of 100 times the variance at rest: after 30 steps 7.3 times the last iterate's",
    check="no more than the last iterate",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    load: float = 0.1  # step size x curvature
    curvature: float = 0.7
    noise_std: float = 1.3
    spreads: tuple[float, ...] = (1.0, 10.0, 100.0, 1000.0)
    counts: tuple[int, ...] = (2, 5, 10, 20, 40, 80, 160, 1000)
    simulated: float = 100.0
    replicas: int
    seed: int


QUICK = Setting(replicas=4000, seed=1)
FULL = Setting(counts=tuple(np.unique(np.geomspace(2, 3000, 60).astype(int)).tolist()), replicas=50_000, seed=2)


def rest(s):
    return averaging.sgd_variance(s.load / s.curvature, s.curvature, s.noise_std)


def exactly(s, spread):
    """Variances of the last iterate and of the mean by exact moments, from a start with that spread."""
    plain = model.sgd(s.load / s.curvature, s.curvature, s.noise_std)
    once = moments.operator(plain)
    total = moments.operator(plain.observed(1.0, 1.0))
    first = moments.run(once, model.start_at([0.0], 2, known([[spread * rest(s)]])), [1]).second(1, 1)[0, 0]
    found = moments.run(total, model.start_at([0.0], 3, known([[float(first.value)]])), s.counts)
    last = moments.run(once, model.start_at([0.0], 2, known([[spread * rest(s)]])), s.counts).second(1, 1).value[:, 0]
    return last, found.second(2, 2).value[:, 0] / np.array(s.counts) ** 2.0


def measure(s):
    rows = [exactly(s, spread) for spread in s.spreads]
    mode = Mode(s.curvature, s.noise_std, (s.simulated * rest(s)) ** 0.5)
    found = simulation.averages(mode, [s.load / s.curvature], s.counts, replicas=s.replicas, seed=s.seed)["average"]
    n = np.array(s.counts)
    ratio = np.array([mean / last for last, mean in rows])
    return {
        "last": exact(n, [last for last, _ in rows], 1e-11),
        "mean": exact(n, [mean for _, mean in rows], 1e-11),
        "ratio": exact(n, ratio, 1e-11),
        "ratio, rest": exact(n, ratio[:1], 1e-11),
        "paths": replace(found, samples=found.samples**2),
    }


def predict(s):
    n, r, v = np.array(s.counts, dtype=float), 1 - s.load, rest(s)
    mean = [seeds.mean_variance(v, r, n, spread) for spread in s.spreads]
    last = [seeds.iterate_variance(v, r, n, spread) for spread in s.spreads]
    flat = averaging.average_variance(v, r, n)
    rows = {"mean": mean, "last": last, "at rest": [flat for _ in s.spreads], "paths, rest": flat,
            "paths": seeds.mean_variance(v, r, n, s.simulated)}  # fmt: skip
    return {name: exact(n, row, 1e-11) for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="of the mean", predicted=predicted["mean"])
    yield agrees("variance of the last iterate over seeds", measured["last"], predicted["last"], rival=rival)
    rival = Rival(claim="as from rest", predicted=predicted["at rest"])
    yield agrees("variance of the mean over seeds", measured["mean"], predicted["mean"], rival=rival)
    rival = Rival(claim="as from rest", predicted=predicted["paths, rest"])
    yield agrees("the same of simulated runs", measured["paths"], predicted["paths"], rival=rival)
    rival = Rival(claim="from rest", measured=measured["ratio, rest"])
    claim = "the mean from the start differs over seeds no more than the last iterate, far starts"
    yield below(claim, measured["ratio"], 1.0, rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, spread in enumerate(s.spreads):
        plots.points(
            axes, s.counts, measured["ratio"].samples[k], k, f"start of {spread:g} × variance at rest", markersize=3
        )
        plots.guide(
            axes, s.counts, predicted["mean"].samples[k] / predicted["last"].samples[k], "" if k else "closed form"
        )
    plots.limit(axes, 1.0)
    text = f"averaged from the start, η h = {s.load:g}"
    plots.label(axes, "iterates n", "variance of the mean / of the last iterate", text)
    axes.set_ylim(top=3e4)
    return drawn


if __name__ == "__main__":
    script()
