"""The same sample at x_t and x_{t-1}: simulated trackers at their best decay, and all blocks sampled.

At the best decay of best_decay.py simulated blocks have the closed error without a cross term, whatever the memory of
their drift. The correction multiplies the difference of two samples by g, about m / I: with fresh samples at the two
points noise of ((a + g)^2 + g^2) sigma^2 / B enters, for a^2 sigma^2 / B. With I = m the drift's term is gone, the
correction is STORM's, and a sigma^2 / (2 - a) is left, whatever the drift.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from theorylab import Curve, Rival, Source, agrees, exact, plots, script
from theorylab.models.bilevel import trackers
from theorylab.models.bilevel.trackers import Tracker

SOURCE = Source("abstract (the indicator of I < m, read); noise of fresh samples derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    blocks: int
    sampled: int
    drift_std: float
    memory: float = 5.0  # 1 / (1 - c), in steps
    batches: tuple[int, ...]
    decays: tuple[float, ...] = (0.1, 0.3, 0.6)  # with all blocks sampled
    replicas: int
    seed: int


QUICK = Setting(blocks=6, sampled=2, drift_std=0.05, batches=(1, 2, 4), replicas=1000, seed=1)
FULL = Setting(blocks=16, sampled=2, drift_std=0.01, batches=(1, 2, 4, 8), replicas=4000, seed=2)


def own(p):
    return trackers.block_correction(p.share, p.decay)


def closed(p, noise):
    """E e^2 of the block-corrected tracker; without a cross term the drift's correlation has no influence."""
    return trackers.stationary_error(p.share, p.decay, own(p), p.drift_std**2, 0.0, noise)


def best(s, batch):
    """The tracker of a batch at the decay of least error."""
    plain = Tracker(s.blocks, s.sampled, 0.1, 1.0, s.drift_std, batch)

    def error(log):
        p = plain._replace(decay=np.exp(log))
        return closed(p, p.decay**2 / batch)

    return plain._replace(decay=float(np.exp(minimize_scalar(error, bounds=(-12, -1e-3), method="bounded").x)))


def simulated(s, x, given):
    """Errors of trackers after ten times their memory, one curve over x."""
    columns = []
    for p in given:
        steps = int(10 / (p.share * p.decay)) + 1
        run = trackers.simulated(p, {"g": own(p)}, 1 - 1 / s.memory, steps=steps, replicas=s.replicas, seed=s.seed)
        columns.append(run["g"].samples)
    return Curve(np.array(x, dtype=float), np.hstack(columns), x_name="batch")


def measure(s):
    common, full = [best(s, b) for b in s.batches], [Tracker(s.blocks, s.blocks, a, 1.0, s.drift_std) for a in s.decays]
    return {
        "same": simulated(s, s.batches, common),
        "fresh": simulated(s, s.batches, [p._replace(fresh=True) for p in common]),
        "full": simulated(s, s.decays, full),
    }


def predict(s):
    common, a = [best(s, b) for b in s.batches], np.array(s.decays)
    noises = [trackers.sample_variance(p.decay, own(p), 1 / p.batch, True) for p in common]
    rows = {"same": [closed(p, p.decay**2 / p.batch) for p in common],
            "more": [closed(p._replace(drift_std=1.1 * p.drift_std), (1.1 * p.decay) ** 2 / p.batch) for p in common],
            "fresh": [closed(p, noise) for p, noise in zip(common, noises, strict=True)],
            "once": [closed(p, own(p) ** 2 / p.batch) for p in common]}  # fmt: skip
    curves = {name: exact(s.batches, values, ulps=64, x_name="batch") for name, values in rows.items()}
    fulls = {"full": a / (2 - a), "half": a / 2}
    return curves | {name: exact(a, values, ulps=16, x_name="decay") for name, values in fulls.items()}


def checks(s, measured, predicted):
    for name, claim, other, key in (
        ("same", "same sample: error at the best decay, no cross term", "noise and drift 10% larger", "more"),
        ("fresh", "fresh samples: noise ((a + g)^2 + g^2) sigma^2 / B", "noise g^2 sigma^2 / B", "once"),
        ("full", "all blocks sampled: a sigma^2 / (2 - a), whatever the drift", "a / 2", "half"),
    ):
        rival = Rival(claim=other, predicted=predicted[key])
        yield agrees(claim, measured[name], predicted[name], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("same", "same sample"), ("fresh", "fresh samples"))):
        plots.measurement(axes, measured[name], k, f"{label}, simulated")
        plots.prediction(axes, predicted[name], "" if k else "closed form")
    plots.label(axes, "batch B", "stationary E e²", f"best decay, I = {s.sampled} of m = {s.blocks}")
    plots.ticks(axes, s.batches)
    return drawn


if __name__ == "__main__":
    script()
