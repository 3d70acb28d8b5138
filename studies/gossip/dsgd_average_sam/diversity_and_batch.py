"""Diversity does not fall with the total batch if workers are added; with as many workers it falls as 1 / batch.

With local batch b the noise of a worker is s / b^(1/2). At fixed b the diversity of a ring grows with the number m of
workers, up to a limit that it reaches from below, while the variance of the mean falls as 1 / m. At a fixed total batch
B = m b, more workers have noisier gradients: diversity grows in proportion to m, the variance of the mean stays. At a
fixed m diversity and variance both fall as 1 / b: that diversity is independent of the total batch needs that m grows,
or that the step size grows with b.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Finding, Power, Rival, Source, agrees, decays_as, exact, monotone, plots, script
from theorylab.models.gossip import model, simulation, theory
from theorylab.models.gossip.model import Method

SOURCE = Source("abstract (regularisation does not vanish with the total batch, read); derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence="The diversity that regularises decentralised SGD outlasts growing total batches only if workers are "
    "added: with as many workers and larger local batches it falls as 1 / batch, as the noise of central SGD does.",
    case="8 workers on a ring, step size 0.1, curvature 0.7: local batch 4 has a quarter of the diversity of batch 1",
    check="8 workers: diversity is independent of the local batch",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 0.7
    step_size: float = 0.1
    noise_std: float = 1.0  # of one sample
    workers: tuple[int, ...]
    batches: tuple[int, ...]


QUICK = Setting(workers=(4, 8, 16, 32, 96), batches=(1, 2, 4, 8, 16, 32, 64, 128))
FULL = Setting(workers=(4, 8, 16, 32, 64, 128, 256, 512), batches=tuple(2**k for k in range(14)))
FEW = 8


def split(s, workers, batch):
    method = Method(s.step_size, s.noise_std / batch**0.5)
    return simulation.split(simulation.covariance(model.ring(workers), s.curvature, method))


def measure(s):
    top = max(s.workers)
    local = np.array([split(s, m, 1) for m in s.workers]).T
    total = np.array([split(s, m, top / m) for m in s.workers]).T
    fixed = np.array([split(s, FEW, b) for b in s.batches]).T
    rows = {"local": (s.workers, local), "total": (s.workers, total), "fixed": (s.batches, fixed)}
    return {f"{what}, {name}": exact(x, row, 1e-12, "batch" if name == "fixed" else "workers")
            for name, (x, pair) in rows.items()
            for what, row in zip(("mean", "diversity"), pair, strict=True)}  # fmt: skip


def predict(s):
    load, noise, workers = s.step_size * s.curvature, s.step_size * s.noise_std, np.array(s.workers)
    forms = [theory.diversity(theory.ring_modes(m), load, noise, m) for m in workers]
    limit = theory.ring_limit(load, noise)
    rows = {"local": forms, "total": forms * workers / workers.max(), "limit": [limit] * workers.size,
            "limit, without 1 / m": [2 * limit] * workers.size,
            "mean": theory.mean_variance(load, noise, workers)}  # fmt: skip
    return {name: exact(workers, row, 1e-12, "workers") for name, row in rows.items()}


def checks(s, measured, predicted):
    m, p, last = measured, predicted, slice(-1, None)
    rival = Rival(claim="at a fixed total batch", predicted=p["total"])
    yield agrees("fixed local batch: diversity of a ring", m["diversity, local"], p["local"], rival=rival)
    rival = Rival(claim="... and so does the variance of the mean", measured=m["mean, local"])
    claim = "fixed local batch: diversity grows with the workers"
    yield monotone(claim, m["diversity, local"], rival=rival, direction="increasing")
    rival = Rival(claim="twice of it", predicted=p["limit, without 1 / m"].at(last))
    claim = "... to its limit, to 5% with the most workers"
    yield agrees(claim, m["diversity, local"].at(last), p["limit"].at(last), rival=rival, within=0.05)
    rival = Rival(claim="1 / workers^(1/2)", predicted=Power(-0.5))
    yield decays_as("fixed local batch: variance of the mean ~ 1 / workers", m["mean, local"], Power(-1), rival=rival)
    rival = Rival(claim="constant, as at a fixed local batch", predicted=p["local"])
    claim = "fixed total batch: diversity has one more factor of workers"
    yield agrees(claim, m["diversity, total"], p["total"], rival=rival)
    rival = Rival(claim="1 / workers", predicted=p["mean"])
    level = replace(p["mean"], samples=np.full(p["mean"].samples.shape, p["mean"].mean[-1]))
    yield agrees("fixed total batch: the variance of the mean stays", m["mean, total"], level, rival=rival)
    constant = replace(m["diversity, fixed"], samples=np.full((1, len(s.batches)), m["diversity, fixed"].mean[0]))
    falls = replace(constant, samples=constant.samples / np.array(s.batches))
    rival = Rival(claim="it falls as 1 / batch", predicted=falls)
    claim = "8 workers: diversity is independent of the local batch"
    yield agrees(claim, m["diversity, fixed"], constant, rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (workers, batches) = plots.panels(2)
    names = {"diversity, local": "diversity, local batch 1", "mean, local": "variance of the mean, local batch 1",
             "diversity, total": f"diversity, total batch {max(s.workers)}"}  # fmt: skip
    for k, (name, label) in enumerate(names.items()):
        plots.points(workers, s.workers, measured[name].mean, k, label)
    for k, name in enumerate(("local", "total", "mean")):
        plots.prediction(workers, predicted[name], "" if k else "closed forms")
    plots.label(workers, "workers on a ring", "variance")
    workers.set_ylim(1e-5, 3)
    for k, what in enumerate(("diversity", "mean")):
        plots.points(batches, s.batches, measured[f"{what}, fixed"].mean, k, ("diversity", "variance of the mean")[k])
    plots.label(batches, "local batch", "variance", f"{FEW} workers")
    return drawn


if __name__ == "__main__":
    script()
