"""Curves as nobody should make them: every check of any kind is a verdict or an error in words, never an exception."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.verdicts.synthetic import P, X, replicas, rival
from theorylab.curves import Curve
from theorylab.errors import InputError
from theorylab.verdicts import (
    Bounded,
    Check,
    Power,
    above,
    agrees,
    below,
    decays_as,
    geometric,
    monotone,
    ordered,
)

Floats = NDArray[np.float64]
SIZES = np.array([0, 1e-320, 1e-300, 1e-9, 1, 1e6, 1e150, 1e300])
BATCH = 100


def values(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Noise about a size from nothing to the largest floats; constants, few hits, one that is not finite, no mean."""
    size = rng.choice(SIZES) * rng.choice([1, -1])
    kind = rng.integers(7)
    if kind == 0:
        return np.full(shape, size)
    if kind == 1:
        return np.asarray(size * (rng.random(shape) < 0.1))
    if kind == 2:
        return np.asarray(size * rng.standard_cauchy(shape))
    found = size * (1 + rng.choice([0, 1e-12, 0.1, 1]) * rng.standard_normal(shape))
    if kind == 3:
        found[rng.integers(shape[0]), rng.integers(shape[1])] = rng.choice([np.inf, -np.inf, np.nan])
    return np.asarray(np.abs(found) * np.geomspace(1, 1e-3, shape[1]) if kind == 4 else found)


def curve(rng: np.random.Generator, x: Floats) -> Curve:
    rows = int(rng.choice([1, 2, 63, 64, 80]))
    if rng.random() < 0.4:
        rounding = float(rng.choice([0, 1e-15, 1e-3, 1e300]))
        return Curve(x, values(rng, (int(rng.choice([1, rows])), x.size)), True, rounding=np.array(rounding))
    return Curve(x, values(rng, (rows, x.size)))


def check(rng: np.random.Generator) -> Check:
    points = int(rng.choice([1, 2, 4, 5, 7, 12]))
    x = np.sort(rng.uniform(1e-3, 1e3, points)) if rng.random() < 0.5 else np.arange(1.0, points + 1)
    options: dict[str, Any] = {"level": float(rng.choice([1e-9, 1e-3, 0.05, 0.5]))}
    kind = rng.integers(7)
    if kind == 0:
        return monotone("c", curve(rng, x), rival=rival(measured=curve(rng, x)), **options)
    if kind == 1:
        options["homogeneous"] = bool(rng.integers(2))
        form = Power(-1, float(rng.integers(2)))
        return decays_as("c", curve(rng, x), form, rival=rival(predicted=-0.5), **options)
    if kind == 2:
        return geometric("c", curve(rng, x), 0.9, rival=rival(predicted=0.5), **options)
    options["about"] = [Bounded(-1, 1), "mean", "median", "median of means"][rng.integers(4)]
    left, right, other = (curve(rng, x) for _ in range(3))
    if kind == 3:
        return ordered("c", left, right, rival=rival(predicted=other), **options)
    predicted = right if rng.random() < 0.5 else float(values(rng, (1, 1))[0, 0])
    return (agrees, below, above)[kind - 4]("c", left, predicted, rival=rival(predicted=other), **options)


@pytest.mark.parametrize("key", range(8))
def test_whatever_the_data_a_check_is_a_verdict_or_an_error_in_words(key: int) -> None:
    rng, seen = np.random.default_rng((20256, key)), Counter[str]()
    for _ in range(BATCH):
        try:
            found = check(rng)
        except InputError as refused:
            seen["cannot be paired" if "different numbers of rows" in str(refused) else str(refused)] += 1
            continue
        record = found.to_json()  # scores and p-values too; warnings are errors
        assert 0 <= found.error_probability < 1
        assert all(0 <= p <= 1 for p in record["raw_p_values"].values())
        assert found.note or found.verdict in ("supported", "refuted")
        seen[str(found.verdict)] += 1
    assert seen["cannot be paired"] < 0.5 * BATCH
    assert {"error", "inconclusive", "refuted"} <= set(seen)
    assert set(seen) <= {"error", "inconclusive", "refuted", "supported", "cannot be paired"}


def test_replicas_that_are_paired_with_entries_are_told_against_their_mean() -> None:
    sides = replicas(1 + 0.01 * np.arange(P), count=96), Curve(X, np.full((96, P), 1.1), True)
    plain = Curve(X, np.full((1, P), 1.1), True)
    other = rival(predicted=Curve(X, np.full((1, P), 2.0), True))
    for kind in (agrees, below, above, ordered):
        paired, alone = (kind("c", sides[0], right, rival=other) for right in (sides[1], plain))
        assert (paired.verdict, paired.rival.verdict) == (alone.verdict, alone.rival.verdict)
        assert paired.interval == pytest.approx(alone.interval)


def test_a_gap_that_no_number_of_replicas_would_decide_is_said() -> None:
    found = agrees("c", replicas(1.0), 1.0 + 1e-12, rival=rival(predicted=1.0))
    assert "too small for any number of replicas" in found.note
