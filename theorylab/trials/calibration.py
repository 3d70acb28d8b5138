"""How often the lab's verdicts are wrong, measured on synthetic truths: `theorylab calibrate`.

False alarms: true claims that are refuted, per kind of check and per noise, for runs of fixed size and for runs that
go on until they are decided. Power: wrong claims that are refuted. Coverage: how often limits for a mean miss it.
Panel: the same over many laws (`laws`). Stopping: replicas at which a run is decided. Every row says how many trials it
rests on, with exact binomial limits.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, binomtest, norm

from theorylab.curves import Curve
from theorylab.numerics.streams import generator
from theorylab.trials import laws
from theorylab.verdicts import (
    Bounded,
    Check,
    Power,
    Rival,
    above,
    agrees,
    below,
    decays_as,
    geometric,
    monotone,
    ordered,
)
from theorylab.verdicts.interim import InterimAnalysis, interim
from theorylab.verdicts.intervals import Moments, mean_limits, sequence_quantile

Floats = NDArray[np.float64]

SEED = 2025
LEVEL = 0.05
REPLICAS = 64
ANALYSES = 7
"""Interim analyses of a run until decided: 64, 128, ..., 4096 replicas."""

STEPS = np.arange(1.0, 7.0)
DECADES = np.geomspace(1, 1000, 12)
TIMES = np.linspace(0, 44, 12)
SPREAD = 0.05
"""Standard deviation of a replica's relative error in the trials of power."""

LAWS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Floats]] = {
    "normal": lambda draws, shape: draws.standard_normal(shape),
    "exponential": lambda draws, shape: draws.exponential(size=shape) - 1,
    "squared normal": lambda draws, shape: (draws.standard_normal(shape) ** 2 - 1) / 2**0.5,
    "log-normal": lambda draws, shape: (draws.lognormal(size=shape) - np.exp(0.5)) / ((math.e - 1) * math.e) ** 0.5,
}
"""Noises of mean 0 and variance 1, with skewness 0, 2, 2.8 and 6.2."""


def along(law: str, draws: np.random.Generator, *shape: int) -> Floats:
    """Noise of mean 0 and variance 1, (..., replicas, points), correlated along points as the errors of one run are."""
    return np.asarray(np.cumsum(LAWS[law](draws, shape), axis=-1) / np.sqrt(np.arange(1, shape[-1] + 1)))


def _rival(**sides: Any) -> Rival:
    return Rival(claim="the rival", **sides)


def _means(noise: Floats) -> Curve:
    return Curve(STEPS, 1 + noise)


def _decaying(noise: Floats, x: Floats, mean: Floats) -> Curve:
    return Curve(x, mean * (1 + SPREAD * noise))


TRUE: dict[str, tuple[int, Callable[[Floats], Check]]] = {
    # Means are at the edge of what is allowed, with a rival so close that a run until decided goes on; rates are true,
    # and their claims allow half the way to the rival.
    "agrees": (6, lambda z: agrees("a", _means(z), 1.0, rival=_rival(predicted=1.0 + 1e-9), level=LEVEL)),
    "below": (6, lambda z: below("a", _means(z), 1.0, rival=_rival(predicted=1.0 - 1e-9), level=LEVEL)),
    "above": (6, lambda z: above("a", _means(z), 1.0, rival=_rival(predicted=1.0 + 1e-9), level=LEVEL)),
    "ordered": (
        6,
        lambda z: ordered(
            "a", _means(z), _means(np.roll(z, 1, axis=0)), rival=_rival(predicted=Curve(STEPS, z)), level=LEVEL
        ),
    ),
    "monotone": (
        6,
        lambda z: monotone("a", _means(z), rival=_rival(measured=Curve(STEPS, z + 1e-9 * STEPS)), level=LEVEL),
    ),
    "of medians": (
        6,
        lambda z: agrees("a", Curve(STEPS, z**3), 0.0, rival=_rival(predicted=1e-9), level=LEVEL, about="median"),
    ),
    "of bounded": (
        6,
        lambda z: agrees(
            "a", Curve(STEPS, np.tanh(z)), 0.0, rival=_rival(predicted=1e-9), level=LEVEL, about=Bounded(-1, 1)
        ),
    ),
    "decays_as": (
        12,
        lambda z: decays_as("a", _decaying(z, DECADES, 1 / DECADES), -1.0, rival=_rival(predicted=-0.5), level=LEVEL),
    ),
    "geometric": (
        12,
        lambda z: geometric("a", _decaying(z, TIMES, 0.9**TIMES), 0.9, rival=_rival(predicted=0.8), level=LEVEL),
    ),
}


def _shifted(z: Floats) -> Curve:
    return _decaying(z, STEPS, 1 / STEPS)


WRONG: dict[str, tuple[int, Callable[[Floats], Check]]] = {
    # The standard mutants of a claim about 1/t (means), 1/x (exponents) or 0.9^t, at REPLICAS replicas.
    "constant x 2": (6, lambda z: agrees("a", _shifted(z), _at(2 / STEPS), rival=_rival(predicted=_at(9 / STEPS)))),
    "constant x 1/2": (6, lambda z: agrees("a", _shifted(z), _at(0.5 / STEPS), rival=_rival(predicted=_at(9 / STEPS)))),
    "sign": (6, lambda z: agrees("a", _shifted(z), _at(-1 / STEPS), rival=_rival(predicted=_at(9 / STEPS)))),
    "off by one step": (6, lambda z: agrees("a", _shifted(z), _at(1 / (STEPS + 1)), rival=_rival(predicted=9.0))),
    "bound x 1/2": (6, lambda z: below("a", _shifted(z), _at(0.5 / STEPS), rival=_rival(predicted=0.0))),
    "order swapped": (6, lambda z: ordered("a", _at(2 / STEPS), _shifted(z), rival=_rival(predicted=_at(3 / STEPS)))),
    "direction swapped": (
        6,
        lambda z: monotone("a", _shifted(z), direction="increasing", rival=_rival(measured=_at(STEPS))),
    ),
    "exponent + 0.1": (12, lambda z: _rate(z, 1 / DECADES, Power(-0.9), Power(-1))),
    "exponent - 0.1": (12, lambda z: _rate(z, 1 / DECADES, Power(-1.1), Power(-1))),
    "logarithm added": (12, lambda z: _rate(z, 1 / (10 * DECADES), Power(-1, 1), Power(-1))),
    "logarithm dropped": (12, lambda z: _rate(z, np.log(10 * DECADES) / (10 * DECADES), Power(-1), Power(-1, 1))),
    "factor 0.9 -> 0.88": (
        12,
        lambda z: geometric("a", _decaying(z, TIMES, 0.9**TIMES), 0.88, rival=_rival(predicted=0.9)),
    ),
}


def _at(values: Floats) -> Curve:
    return Curve(STEPS, values[None], exact=True)


def _rate(z: Floats, mean: Floats, claimed: Power, rival: Power) -> Check:
    return decays_as("a", _decaying(z, 10 * DECADES, mean), claimed, rival=_rival(predicted=rival))


def _row(hits: int, trials: int, **named: Any) -> dict[str, Any]:
    limits = binomtest(hits, trials).proportion_ci(0.95, method="exact")
    return named | {"trials": trials, "count": hits, "rate": hits / trials, "low": limits.low, "high": limits.high}


def _draws(*names: str) -> np.random.Generator:
    return generator(SEED, zlib.crc32("/".join(names).encode()))


def false_alarms(trials: int = 1000) -> list[dict[str, Any]]:
    """Rows (mode, kind, noise, trials, count, rate, low, high): true claims refuted at level 5%, with 95% limits.

    Mode 'fixed' has REPLICAS replicas; 'until decided' counts a claim that any analysis up to the last one refutes.
    """
    rows = []
    for kind, (points, trial) in TRUE.items():
        # Neither a cube nor a bound keeps the mean of a skewed noise at 0.
        for law in ("normal",) if kind.startswith("of ") else ("normal", "exponential"):
            draws = _draws("fixed", kind, law)
            hits = sum(trial(along(law, draws, REPLICAS, points)).verdict == "refuted" for _ in range(trials))
            rows.append(_row(hits, trials, mode="fixed", kind=kind, noise=law))
            draws = _draws("until decided", kind, law)
            hits = sum(_ever_refuted(trial, along(law, draws, REPLICAS << ANALYSES - 1, points)) for _ in range(trials))
            rows.append(_row(hits, trials, mode="until decided", kind=kind, noise=law))
    return rows


def _ever_refuted(trial: Callable[[Floats], Check], noise: Floats) -> bool:
    for number in range(ANALYSES):
        with interim(InterimAnalysis(number, REPLICAS)):
            if trial(noise[: REPLICAS << number]).verdict == "refuted":
                return True
    return False


def mutants(trials: int = 200) -> list[dict[str, Any]]:
    """Rows (mutant, replicas, spread, trials, count, rate, low, high): wrong claims refuted at the default level."""
    rows = []
    for name, (points, trial) in WRONG.items():
        draws = _draws("mutants", name)
        hits = sum(trial(along("normal", draws, REPLICAS, points)).verdict == "refuted" for _ in range(trials))
        rows.append(_row(hits, trials, mutant=name, replicas=REPLICAS, spread=SPREAD))
    return rows


def power(trials: int = 1000) -> list[dict[str, Any]]:
    """Rows (error, theory, trials, count, rate, low, high): power at one point, level 5%, REPLICAS replicas.

    `error` is that of the claim in standard errors of the mean; `theory` the power of the normal two-sided test.
    """
    rows = []
    for error in np.arange(0.0, 5.01, 0.5):
        draws = _draws("power", f"{error:g}")
        shift = error / REPLICAS**0.5
        hits = 0
        for _ in range(trials):
            limits = mean_limits(LAWS["normal"](draws, (REPLICAS, 1)), LEVEL)
            hits += bool(limits.lower[0] > shift or limits.upper[0] < shift)
        bar = norm.isf(LEVEL / 2)
        theory = float(norm.sf(bar - error) + norm.cdf(-bar - error))
        rows.append(_row(hits, trials, error=float(error), theory=theory))
    return rows


def coverage(trials: int = 4000) -> list[dict[str, Any]]:
    """Rows (noise, replicas, trials, count, rate, low, high): how often 95% limits miss the mean, warnings left out."""
    rows = []
    for law, draw in LAWS.items():
        for replicas in (64, 128, 256, 1024):
            moments = Moments.of(draw(_draws("coverage", law, str(replicas)), (replicas, trials)))
            limits, judged = moments.each(LEVEL), ~moments.suspect
            misses = int((((limits.lower > 0) | (limits.upper < 0)) & judged).sum())
            count = int(judged.sum())
            rows.append(_row(misses, count, noise=law, replicas=replicas, warned=trials - count))
    return rows


def stopping(trials: int = 300) -> list[dict[str, Any]]:
    """Rows (gap, trials, undecided, median, low, high, theory): replicas until a true claim is told from a rival.

    `gap` is the rival's distance in standard deviations of a replica, `low` and `high` the 5% and 95% quantiles,
    `theory` the replicas at which the half-width of the sequence is the gap.
    """
    rows = []
    for gap in (1.0, 0.5, 0.25, 0.125):
        draws, counts = _draws("stopping", f"{gap:g}"), []
        for _ in range(trials):
            noise = LAWS["normal"](draws, (REPLICAS << ANALYSES - 1, 1))
            counts.append(_decided_at(noise, gap))
        known = [count for count in counts if count]
        low, median, high = np.quantile(known, (0.05, 0.5, 0.95)) if known else (np.nan,) * 3
        size = next(n for n in range(2, 10**7) if sequence_quantile(n, LEVEL, REPLICAS) / n**0.5 < gap)
        rows.append({"gap": gap, "trials": trials, "undecided": counts.count(0), "median": float(median),
                     "low": float(low), "high": float(high), "theory": size})  # fmt: skip
    return rows


def _decided_at(noise: Floats, gap: float) -> int:
    for number in range(ANALYSES):
        count = REPLICAS << number
        with interim(InterimAnalysis(number, REPLICAS)):
            curve = Curve(np.ones(1), noise[:count])
            if agrees("a", curve, 0.0, rival=_rival(predicted=gap), level=LEVEL).decided:
                return count
    return 0


def measure(share: float = 1.0) -> dict[str, Any]:
    """All tables by name, as JSON values, with `share` of the full number of trials."""

    def count(trials: int) -> int:
        return max(20, round(share * trials))

    return {
        "seed": SEED,
        "level": LEVEL,
        "false_alarms": false_alarms(count(1000)),
        "mutants": mutants(count(200)),
        "power": power(count(1000)),
        "coverage": coverage(count(4000)),
        "stopping": stopping(count(300)),
        "panel": laws.panel(count(4000)),
    }


def excessive(row: dict[str, Any], level: float = LEVEL, failure: float = 1e-3) -> bool:
    """Whether a rate is above the level by more than its trials explain, with that probability of saying so wrongly."""
    return bool(row["count"] > binom.isf(failure, row["trials"], level))
