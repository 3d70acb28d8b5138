"""The correction for blocks pays where the drift keeps its direction for half the time between two visits of a block.

Stationary E e^2 of a tracker is a closed form in the drift's correlation c (of neighbouring steps), a parabola in the
correction g, least at g - 1 + a = k (1 - q)(2 - a) / (1 + 2 q (1 - a) k), k = c / (1 - c (1 - q a)): STORM's for a
random walk, g - 1 + a = (1 - q) / q for a constant drift, the blocks' (1 - q) / (q (1 - a)) for no c <= 1. Blocks beat
STORM if and only if c > 1 / (1 - q a + 2 q (1 - a)^2): never for a > 1/2. What makes a worst case over drifts
provable, a bracket that vanishes, is a factor of about 1/q too much on a random walk. All blocks have the same slope.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, bracket, brackets, exact, ordered, plots, script, threshold
from theorylab.models.bilevel import tracker_moments, trackers
from theorylab.models.bilevel.trackers import Tracker

SOURCE = Source("abstract (blockwise variance-reduced trackers, read); form recalled, laws derived", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "Correcting for the blocks that are not sampled lowers the tracking error only if the drift keeps its "
        "direction for about half the time between two visits of a block; on a random walk STORM's is better."
    ),
    case="two blocks, one sampled, a = 0.1, random walk, no noise: E e^2 / D^2 is 11.8 with it, 5.3 with STORM's",
    check="blocks' correction: less error than STORM's, any drift",
    settings=("blocks=2", "sampled=1"),
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    blocks: int
    sampled: int
    decay: float = 0.1
    noise_std: float = 1.0
    drift_std: float = 0.3
    memories: tuple[float, ...] = (1.0, 2.0, 5.0, 20.0)  # 1 / (1 - c), in steps
    decades: float = 4.0  # of the memory, over which the exact roads are compared
    replicas: int
    seed: int


QUICK = Setting(blocks=6, sampled=2, replicas=2000, seed=1)
FULL = Setting(blocks=32, sampled=2, memories=(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0), replicas=10_000, seed=2)
NAMES = ("moving average", "STORM", "blocks")


def corrections(s, q=None):
    q = s.sampled / s.blocks if q is None else q
    return dict(zip(NAMES, (0.0, 1 - s.decay, trackers.block_correction(q, s.decay)), strict=True))


def tracker(s, **more):
    return Tracker(s.blocks, s.sampled, s.decay, s.noise_std, s.drift_std)._replace(**more)


def crossed(s):
    """Brackets, by sampled blocks, of the correlation where two corrections have the same error: enumerated."""
    pairs, counts = [], np.arange(1, min(s.blocks, 8))
    for sampled in counts:
        p, given = tracker(s, sampled=int(sampled)), corrections(s, sampled / s.blocks)

        def ahead(c, p=p, given=given):
            storm, blocks = (tracker_moments.stationary(p, given[name], [1.0], c)[0][0, 0] for name in NAMES[1:])
            return blocks < storm

        pairs.append(bracket(ahead, 0.0, 1.0, relative_width=1e-9))
    return brackets(counts, pairs, "sampled")


def measure(s):
    steps = int(12 / (s.sampled / s.blocks * s.decay))  # of the start e^-24 is left
    c = 1 - 1 / np.array(s.memories)
    run = trackers.simulated(tracker(s), corrections(s), c, steps=steps, replicas=s.replicas, seed=s.seed)
    curves = {f"run, {name}": curve for name, curve in run.items()}
    memory = np.geomspace(1.0, 10**s.decades, 25)
    for name, g in corrections(s).items():
        found = [tracker_moments.stationary(tracker(s), g, [1.0], c) for c in 1 - 1 / memory]
        errors, bounds = np.array([w[0, 0] for w, _ in found]), np.array([bound for _, bound in found])
        curves[name] = exact(memory, errors, 2 * bounds / errors, "memory")
    constant = [tracker_moments.stationary(tracker(s), g, [1.0], 1.0) for g in corrections(s).values()]
    leads, bounds = (
        np.array(part) for part in zip(*((w[0, 1] / w[1, 1], b / w[1, 1]) for w, b in constant), strict=True)
    )
    curves["constant"] = exact(np.arange(3), leads, bounds / np.abs(leads), "tracker")
    return curves | {"crossover": crossed(s)}


def predict(s):
    q, c, memory = s.sampled / s.blocks, 1 - 1 / np.array(s.memories), np.geomspace(1.0, 10**s.decades, 25)
    noise, curves = trackers.sample_variance(s.decay, 0.0, s.noise_std**2), {}
    for name, g in corrections(s).items():
        for key, x, at in (("run, ", c, c), ("", memory, 1 - 1 / memory)):
            given = (q, s.decay, g, s.drift_std**2)
            x_name = "memory" if key == "" else "correlation"
            curves[key + name] = exact(x, trackers.stationary_error(*given, at, noise), ulps=64, x_name=x_name)
            curves[f"{key}{name}, walk"] = exact(
                x, trackers.stationary_error(*given, 0 * at, noise), ulps=64, x_name=x_name
            )
    leads = [trackers.constant_drift_error(q, s.decay, g) for g in corrections(s).values()]
    curves["constant"] = exact(np.arange(3), leads, ulps=16, x_name="tracker")
    curves["same sign"] = exact(np.arange(3), [*leads[:2], leads[1]], ulps=16, x_name="tracker")
    counts = np.arange(1, min(s.blocks, 8))
    share = counts / s.blocks
    curves["crossover"] = exact(counts, trackers.crossover(share, s.decay), ulps=8, x_name="sampled")
    curves["one visit"] = exact(counts, 1 - share, ulps=8, x_name="sampled")
    return curves


def checks(s, measured, predicted):
    for name in NAMES:
        other = "STORM" if name == "blocks" else f"{name}, walk"  # which blocks follow on every drift
        words = "that of STORM" if name == "blocks" else "as for a random walk"
        for key, how in (("run, ", "simulated"), ("", "enumerated")):
            rival = Rival(claim=words, predicted=predicted[key + other])
            yield agrees(f"{how} error, {name}", measured[key + name], predicted[key + name], rival=rival)
    rival = Rival(claim="blocks' correction is as far behind as STORM's", predicted=predicted["same sign"])
    claim = "constant drift: E e / D is 1 - 1 / (q a), -(1 - q) / (q a), (1 - q) / (q (1 - a))"
    yield agrees(claim, measured["constant"], predicted["constant"], rival=rival)
    keeps = 1 - 1 / measured["blocks"].x > predicted["crossover"].mean[predicted["crossover"].x == s.sampled]
    blocks, storm = measured["blocks"], measured["STORM"]
    rival = Rival(claim="... where the drift keeps its direction", measured=blocks.at(keeps), predicted=storm.at(keeps))
    claim = "blocks' correction: less error than STORM's, any drift"
    yield ordered(claim, blocks, storm, rival=rival, declared="refuted")
    rival = Rival(claim="c = 1 - q: the time between two visits", predicted=predicted["one visit"])
    claim = "they cross at c = 1 / (1 - q a + 2 q (1 - a)^2)"
    yield threshold(claim, measured["crossover"], predicted["crossover"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, name in enumerate(NAMES):
        curve = measured[f"run, {name}"]
        plots.prediction(left, predicted[name], "" if k else "closed form")
        plots.points(left, 1 / (1 - curve.x), curve.mean, k, f"{name}, simulated")
    plots.label(left, "memory 1 / (1 - c) of the drift, steps", "stationary E e²", f"I = {s.sampled} of m = {s.blocks}")
    plots.measurement(right, measured["crossover"], 0, "enumerated")
    plots.prediction(right, predicted["crossover"], "1 / (1 - q a + 2 q (1 - a)²)")
    plots.exact_line(right, predicted["one visit"], 1, "1 - q")
    plots.label(right, "sampled blocks I", "correlation where blocks overtake STORM", f"m = {s.blocks}", log="")
    return drawn


if __name__ == "__main__":
    script()
