"""The factors of `theorylab.verdicts.cells`, and how often their intervals miss: fitted on half of a panel of truths,
measured on the other half.

A factor is the quantile of |truth - centre| / half-width over the truths of a cell: at the confidence of 95% and one
point more, as what is measured on the second half has to lie within 95% - 3 standard errors and 97%; and at 99.2%, for
verdicts that are to be wrong in 1% only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.calibration import panel
from theorylab.verdicts.cells import DECADES, POINTS, RARE, cell
from theorylab.verdicts.drift import Kind
from theorylab.verdicts.rates import LEVEL

TARGETS = (1 - LEVEL + 0.01, 0.992)
LEAST = 10_000
"""Truths of a cell, in each half."""
BATCH = 2_000
ROUNDS = 12
TOP_POINTS, TOP_DECADES = 30, 5.0


@dataclass(frozen=True)
class Seen:
    """Truths of one cell and half: misses in units of the half-width (0 for an open end), widths, families."""

    ratio: panel.Floats
    width: panel.Floats
    family: np.ndarray
    open: np.ndarray


@dataclass(frozen=True)
class Row:
    """One cell: factors and miss rates for 5% and 1%, and what the second half of the truths says of the first."""

    kind: str
    points: int
    decades: float | None
    factor: float
    miss: float
    wide: float
    rare_miss: float
    truths: int
    open: float
    width: float
    families: dict[str, tuple[float, int]]


def spans() -> Iterator[tuple[int, int, float | None, float]]:
    """Fewest and most points, fewest and most decades of every cell; None for geometric curves."""
    for points, beyond in zip(POINTS, (*POINTS[1:], TOP_POINTS + 1), strict=True):
        yield points, beyond - 1, None, 0.0
        for decades, end in zip(DECADES, (*DECADES[1:], TOP_DECADES), strict=True):
            yield points, beyond - 1, decades, end


def measure() -> list[Row]:
    """All cells."""
    rows: list[Row] = []
    rare: dict[tuple[Kind, int], list[tuple[Seen, Seen]]] = {}
    for number, (points, most, decades, end) in enumerate(spans()):
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20261, number))))
        found = _collect(rng, points, most, None if decades is None else (decades, end))
        for kind, halves in found.items():
            if kind in RARE and decades is not None:
                rare.setdefault((kind, points), []).append(halves)
            else:
                rows.append(_row(kind, points, decades, *halves))
    for (kind, points), parts in rare.items():
        rows.append(_row(kind, points, DECADES[0], *(_joined([p[i] for p in parts]) for i in (0, 1))))
    return rows


def _collect(
    rng: np.random.Generator, points: int, most: int, decades: tuple[float, float] | None
) -> dict[Kind, tuple[Seen, Seen]]:
    """Both halves of the truths of every kind, at least LEAST each but of the rare ones."""
    parts: dict[Kind, tuple[list[Seen], list[Seen]]] = {kind: ([], []) for kind in Kind}
    for turn in range(ROUNDS):
        for half in (0, 1):
            for family in panel.POWERS:
                size = points + turn % (most - points + 1) if turn else (points + most) // 2
                batch = panel.draw(rng, family, BATCH, size, decades)
                for kind, seen in _seen(batch, family).items():
                    parts[kind][half].append(seen)
        counts = [sum(s.ratio.size for s in side) for kind in Kind if kind not in RARE for side in parts[kind]]
        if min(counts) >= LEAST and turn >= most - points:
            break
    return {kind: (_joined(a), _joined(b)) for kind, (a, b) in parts.items() if a and b}


def _seen(batch: panel.Batch, family: str) -> dict[Kind, Seen]:
    reading = batch.read()
    error = batch.truth - reading.centre
    ratio = np.abs(error) / np.where(error > 0, reading.upper, reading.lower)
    outward = reading.grows & (np.sign(error) == reading.heading)
    ratio, width = np.where(outward, 0.0, ratio), reading.lower + reading.upper
    masks = {kind: reading.kind == kind for kind in Kind}
    return {
        kind: Seen(ratio[mask], width[mask], np.full(int(mask.sum()), family), reading.grows[mask])
        for kind, mask in masks.items()
        if mask.any()
    }


def _joined(parts: list[Seen]) -> Seen:
    return Seen(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("ratio", "width", "family", "open"))
    )


def _row(kind: Kind, points: int, decades: float | None, fitted: Seen, fresh: Seen) -> Row:
    factor, wide = (round(float(np.quantile(fitted.ratio, target, method="higher")), 4) for target in TARGETS)
    missed = fresh.ratio > factor
    families = {
        family: (float(missed[fresh.family == family].mean()), int((fresh.family == family).sum()))
        for family in panel.POWERS
        if (fresh.family == family).any()
    }
    return Row(
        kind.name.lower(), points, decades, factor, round(float(missed.mean()), 4), wide,
        round(float((fresh.ratio > wide).mean()), 4), missed.size,
        float(fresh.open.mean()), float(np.median(fresh.width) * factor), families,
    )  # fmt: skip


def judged(batch: panel.Batch) -> tuple[np.ndarray, panel.Floats, panel.Floats]:
    """(misses of the truth, half-widths below, above) of the intervals of a batch of power laws, (curves,) each."""
    reading = batch.read()
    spans = (batch.position[:, -1] - batch.position[:, 0]) / np.log(10)
    points = batch.position.shape[1]
    cells = [cell(Kind(int(kind)), points, float(span), LEVEL) for kind, span in zip(reading.kind, spans, strict=True)]
    factor = np.array([each.factor for each in cells])
    lower, upper = factor * reading.lower, factor * reading.upper
    error = batch.truth - reading.centre
    outward = reading.grows & (np.sign(error) == reading.heading)
    return (np.abs(error) > np.where(error > 0, upper, lower)) & ~outward, lower, upper
