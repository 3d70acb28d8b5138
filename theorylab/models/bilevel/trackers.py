"""Block trackers: u_i follows h_i(x_t) = b_i x_t, although only I of m blocks are sampled in a step.

    sampled i:  u_i <- (1 - a) u_i + a h_i(x_t; xi) + g (h_i(x_t; xi) - h_i(x_{t-1}; xi));   the others stay.

q = I / m, e_i = u_i - h_i(x_t) after the step, D_i = h_i(x_t) - h_i(x_{t-1}); e = 0 at the start. Noise is additive,
of variance noise_std^2 / batch, the same at x_t and x_{t-1} unless `fresh`. The drift x_t - x_{t-1} is a stationary
autoregression of lag 1: variance drift_std^2, correlation c of neighbours; 0 is a random walk, 1 a constant drift.
Named corrections g: 0 is a moving average, 1 - a is STORM's, `block_correction` that of blocks (MSVR).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, number, positive, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_integers, fill_normal
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]


class Tracker(NamedTuple):
    """m, I, a, and the laws of noise and drift."""

    blocks: int
    sampled: int
    decay: float
    noise_std: float
    drift_std: float
    batch: int = 1
    fresh: bool = False

    @property
    def share(self) -> float:
        """q = I / m."""
        return self.sampled / self.blocks


def tracker(given: Tracker) -> Tracker:
    """The same, validated. Raises InputError unless 1 <= sampled <= blocks, 0 < decay < 1, std >= 0, batch >= 1."""
    blocks = whole("blocks", given.blocks)
    sampled = whole("sampled", given.sampled, most=blocks)
    decay = positive("decay", given.decay)
    require(decay < 1, f"decay={decay:g} is not allowed: corrections divide by 1 - decay, give a number in (0, 1)")
    noise, drift = (number(name, getattr(given, name), least=0.0) for name in ("noise_std", "drift_std"))
    return Tracker(blocks, sampled, decay, noise, drift, whole("batch", given.batch), bool(given.fresh))


def block_correction(share: Any, decay: Any) -> Any:
    """The only g whose E|e|^2 has no term <e, D>: 1 - a + (1 - q) / (q (1 - a)) = (m - I) / (I (1 - a)) + 1 - a.
    Derived: tests/models/bilevel/test_trackers.py::test_the_block_correction_alone_has_no_cross_term.
    """
    return 1 - decay + (1 - share) / (share * (1 - decay))


def mean_step(share: Any, decay: Any, correction: Any, error: Any, drift: Any) -> Any:
    """E e+ = (1 - q a) e + (q (g - 1 + a) - (1 - q)) D of a block.
    Derived: tests/models/bilevel/test_trackers.py::test_one_step_by_its_two_branches.
    """
    return (1 - share * decay) * error + (share * (correction - 1 + decay) - (1 - share)) * drift


def block_mean_variance(values: Floats, sampled: int) -> Any:
    """Variance S^2 / I (1 - I / m) of the mean of I of m values, all subsets equally likely, S^2 that with m - 1.
    Derived: tests/models/bilevel/test_trackers.py::test_variance_of_a_subset_mean_over_all_subsets.
    """
    return values.var(ddof=1) / sampled * (1 - sampled / values.size)


def cross_weight(share: Any, decay: Any, correction: Any) -> Any:
    """2 (q (1 - a)(g - 1 + a) - (1 - q)), the weight of e D in E (e+)^2.
    Derived: tests/models/bilevel/test_trackers.py::test_one_step_by_its_two_branches.
    """
    return 2 * (share * (1 - decay) * (correction - 1 + decay) - (1 - share))


def square_step(share: Any, decay: Any, correction: Any, moments: tuple[Any, Any, Any], noise: Any) -> Any:
    """E (e+)^2 = (1 - q a (2 - a)) e^2 + (q (g - 1 + a)^2 + 1 - q) D^2 + `cross_weight` e D + q `noise`.
    Derived: tests/models/bilevel/test_trackers.py::test_one_step_by_its_two_branches.

    moments = E e^2, E D^2, E e D; noise: variance of what a sample adds, `sample_variance`.
    """
    squared, drift, cross = moments
    held = (1 - share * decay * (2 - decay)) * squared + share * noise
    return (
        held
        + (share * (correction - 1 + decay) ** 2 + 1 - share) * drift
        + cross * cross_weight(share, decay, correction)
    )


def pair_step(pair: Any, share: Any, decay: Any, correction: Any, moments: tuple[Any, Any, Any]) -> Any:
    """E e_i+ e_j+ of two blocks that are sampled together with probability `pair`, I (I - 1) / (m (m - 1)).
    Derived: tests/models/bilevel/test_trackers.py::test_a_pair_by_its_four_branches.

    moments = E e_i e_j, D_i D_j, E (e_i D_j + e_j D_i): with r = 1 - q - (q - pair) the chance that neither is sampled
    and w = g - 1 + a: (pair (1-a)^2 + 2 (q-pair)(1-a) + r) e_i e_j + (pair w^2 - 2 (q-pair) w + r) D_i D_j
    + (pair (1-a) w + (q-pair)(w - 1 + a) - r) (e_i D_j + e_j D_i).
    """
    products, drift, cross = moments
    alone, kept, w = share - pair, 1 - decay, correction - 1 + decay
    rest = 1 - share - alone
    return (
        (pair * kept**2 + 2 * alone * kept + rest) * products
        + (pair * w**2 - 2 * alone * w + rest) * drift
        + (pair * kept * w + alone * (w - kept) - rest) * cross
    )


def sample_variance(decay: Any, correction: Any, variance: Any, fresh: bool = False) -> Any:
    """Variance that a sample adds to u_i: a^2 v with the same noise at x_t and x_{t-1}, ((a + g)^2 + g^2) v if fresh.
    Derived: tests/models/bilevel/test_trackers.py::test_noise_of_one_step.
    """
    return ((decay + correction) ** 2 + correction**2) * variance if fresh else decay**2 * variance


def stationary_error(share: Any, decay: Any, correction: Any, drift: Any, correlation: Any, noise: Any) -> Any:
    """Stationary E e^2, drift = E D^2, noise as in `square_step`; correlation 1 is a constant drift.
    Derived: tests/models/bilevel/test_trackers.py::test_stationary_error_is_the_fixed_point.

    ((q w^2 + 1 - q) v + cross_weight s + q noise) / (q a (2 - a)), w = g - 1 + a, and s = E e D =
    c (q w - 1 + q) v / (1 - c (1 - q a)).
    """
    w = correction - 1 + decay
    cross = correlation * (share * w - 1 + share) * drift / (1 - correlation * (1 - share * decay))
    gained = (share * w**2 + 1 - share) * drift + cross_weight(share, decay, correction) * cross + share * noise
    return gained / (share * decay * (2 - decay))


def constant_drift_error(share: Any, decay: Any, correction: Any) -> Any:
    """Stationary E e / D under a constant drift D: (q (g - 1 + a) - 1 + q) / (q a).
    Derived: tests/models/bilevel/test_trackers.py::test_constant_drift_by_name.

    That is 1 - 1 / (q a) for a moving average, -(1 - q) / (q a) for STORM and (1 - q) / (q (1 - a)) for blocks.
    """
    return (share * (correction - 1 + decay) - 1 + share) / (share * decay)


def best_correction(share: Any, decay: Any, correlation: Any) -> Any:
    """The g of least `stationary_error`: 1 - a + k (1 - q)(2 - a) / (1 + 2 q (1 - a) k), k = c / (1 - c (1 - q a)).
    Derived: tests/models/bilevel/test_trackers.py::test_best_correction_and_crossover.

    1 - a (STORM) for a random walk, 1 - a + (1 - q) / q for a constant drift; below `block_correction` for all c <= 1.
    """
    k = correlation / (1 - correlation * (1 - share * decay))
    return 1 - decay + k * (1 - share) * (2 - decay) / (1 + 2 * share * (1 - decay) * k)


def crossover(share: Any, decay: Any) -> Any:
    """Correlation 1 / (1 - q a + 2 q (1 - a)^2) of the drift above which blocks' correction beats STORM's, q < 1.
    Derived: tests/models/bilevel/test_trackers.py::test_best_correction_and_crossover.

    Above 1 for a > 1/2: there is no such drift then.
    """
    return 1 / (1 - share * decay + 2 * share * (1 - decay) ** 2)


def least_error_leading(share: Any, drift_std: Any, noise_std: Any) -> Any:
    """Least error of the block-corrected tracker over a, as noise_std / drift_std grows: D s (1 - q)^(1/2) / q.
    Derived: tests/models/bilevel/test_trackers.py::test_least_error_to_leading_order.
    """
    return drift_std * noise_std * (1 - share) ** 0.5 / share


@kernel
def tracker_errors(
    p: Tracker, corrections: Floats, slopes: Floats, correlations: Floats, steps: int, stream: Stream
) -> Floats:
    """Mean over the blocks of e_i^2 after `steps`, (corrections, points), a point per correlation of the drift.

    Trackers with all corrections see the same samples. Without replacement, by Fisher and Yates.
    """
    m, many = slopes.size, corrections.size
    out, u = np.empty((many, correlations.size)), np.empty((many, m))
    order, place, normal = np.arange(m), np.empty(1, dtype=np.int64), np.empty(1)
    for k in range(correlations.size):
        c = correlations[k]
        fill_normal(stream, normal)
        drift, x, before = p.drift_std * normal[0], 0.0, 0.0
        u[:] = 0.0
        for _ in range(steps):
            before, x = x, x + drift
            for j in range(p.sampled):
                fill_integers(stream, m - j, place)
                other = j + place[0]
                order[j], order[other] = order[other], order[j]
                i = order[j]
                noise, old_noise = 0.0, 0.0
                for _ in range(p.batch):
                    fill_normal(stream, normal)
                    noise += normal[0]
                    if p.fresh:
                        fill_normal(stream, normal)
                    old_noise += normal[0]
                new = slopes[i] * x + p.noise_std * noise / p.batch
                old = slopes[i] * before + p.noise_std * old_noise / p.batch
                for r in range(many):
                    u[r, i] = (1.0 - p.decay) * u[r, i] + p.decay * new + corrections[r] * (new - old)
            fill_normal(stream, normal)
            drift = c * drift + p.drift_std * math.sqrt(1.0 - c * c) * normal[0]
        for r in range(many):
            total = 0.0
            for i in range(m):
                total += (u[r, i] - slopes[i] * x) ** 2
            out[r, k] = total / m
    return out


def simulated(
    given: Tracker,
    corrections: dict[str, float],
    correlations: ArrayLike,
    *,
    steps: int,
    replicas: int,
    seed: int,
    slopes: ArrayLike = 1.0,
) -> dict[str, Curve]:
    """Curves by name of a correction over the drift's correlations: mean over blocks of e_i^2 after `steps`.

    slopes: b_i, one for all or one a block. Raises InputError for a bad tracker, slopes that do not fit, correlations
    outside [-1, 1], steps < 1 or bad replicas.
    """
    p, c, b = tracker(given), finite_row("correlations", correlations), finite_row("slopes", slopes)
    require((np.abs(c) <= 1).all(), f"correlations reach {np.abs(c).max():g}: give numbers in [-1, 1]")
    require(b.size in (1, p.blocks), f"slopes are {b.size}: give one, or one per block ({p.blocks})")
    g = np.array([number(f"correction {name!r}", value) for name, value in corrections.items()])
    return replicate(
        tracker_errors, p, g, np.array(np.broadcast_to(b, p.blocks)), c, whole("steps", steps), x=c, replicas=replicas,
        seed=seed, names=tuple(corrections), x_name="correlation",
    )  # fmt: skip
