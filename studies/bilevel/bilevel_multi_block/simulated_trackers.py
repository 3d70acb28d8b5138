"""Simulated trackers have the closed stationary error, on a drift of any memory; the block-corrected ones forget it.

All three corrections (moving average, STORM's, that of blocks) see the same sampled blocks, samples and drift. The law
of each block is sampled without replacement, u and h are kept as they are, and errors are taken at the end: nothing of
the closed form (drift_decides.py has its two other roads) enters. Its dependence on the drift's memory is what rivals
lack.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.bilevel import tracker_moments, trackers
from theorylab.models.bilevel.trackers import Tracker

SOURCE = Source("abstract (blockwise variance-reduced trackers, read); form recalled, laws derived", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    blocks: int
    sampled: int
    decay: float = 0.1
    noise_std: float = 1.0
    drift_std: float = 0.3
    memories: tuple[float, ...] = (1.0, 2.0, 5.0, 20.0)  # 1 / (1 - c), in steps
    replicas: int
    seed: int


QUICK = Setting(blocks=6, sampled=2, replicas=2000, seed=1)
FULL = Setting(blocks=32, sampled=2, memories=(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0), replicas=10_000, seed=2)


def problem(s):
    p = Tracker(s.blocks, s.sampled, s.decay, s.noise_std, s.drift_std)
    given = {"moving average": 0.0, "STORM": 1 - s.decay, "blocks": trackers.block_correction(p.share, s.decay)}
    return p, given, 1 - 1 / np.array(s.memories), np.linspace(0.5, 1.5, s.blocks)


def measure(s):
    p, given, c, slopes = problem(s)
    how = {"replicas": s.replicas, "seed": s.seed, "slopes": slopes}
    run = trackers.simulated(p, given, c, steps=int(12 / (p.share * s.decay)), **how)  # of the start e^-24 is left
    return run | {"first": trackers.simulated(p, given, c, steps=2, **how)["blocks"]}


def predict(s):
    (p, given, c, slopes), curves = problem(s), {}
    noise, drift = trackers.sample_variance(s.decay, 0.0, s.noise_std**2), s.drift_std**2 * (slopes**2).mean()
    middle = np.full(2, (slopes**2).mean() ** 0.5)  # errors are affine in the square of a slope
    rows = np.array([tracker_moments.moments(p, given["blocks"], middle, x, [2])[0][0, 0] for x in c])
    for name, scale in (("first", 1.0), ("more", 1.15)):
        curves[name] = exact(c, scale * rows, ulps=64, x_name="correlation")
    for name, g in given.items():
        for key, at in (("", c), (" on a walk", 0 * c)):
            error = trackers.stationary_error(p.share, s.decay, g, drift, at, noise)
            curves[name + key] = exact(c, error, ulps=64, x_name="correlation")
    return curves


def checks(s, measured, predicted):
    for name in ("moving average", "STORM", "blocks"):
        other = "STORM" if name == "blocks" else f"{name} on a walk"  # which blocks follow on every drift
        rival = Rival(claim=f"that of {other}", predicted=predicted[other])
        yield agrees(f"stationary error, {name}", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="15% more", predicted=predicted["more"])
    yield agrees("error after two steps, blocks", measured["first"], predicted["first"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(("moving average", "STORM", "blocks")):
        plots.measurement(axes, measured[name], k, f"{name}, simulated")
        plots.prediction(axes, predicted[name], "" if k else "closed form")
    title = f"I = {s.sampled} of m = {s.blocks}, a = {s.decay:g}"
    plots.label(axes, "correlation c of neighbouring drifts", "stationary E e²", title, log="y")
    return drawn


if __name__ == "__main__":
    script()
