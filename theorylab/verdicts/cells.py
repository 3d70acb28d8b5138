"""The factors that make intervals of rates, and how often these miss: measured on synthetic truths, per kind of data.

A cell is what can be seen of a curve: its number of points, the decades that they span, and what its local slopes do.
The numbers (`cell_table`) are the output of `python -m tests.calibration rates`, which also describes the truths.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from theorylab.verdicts.cell_table import TABLE
from theorylab.verdicts.drift import Kind

POINTS = (4, 5, 6, 7, 8, 10, 13, 18, 24)
"""Fewest points of the cells; the last one goes up to 30."""
DECADES = (0.1, 0.5, 1.0, 2.0, 3.0)
"""Fewest decades of the cells; the last one goes up to 5."""

RARE = (Kind.TURNING, Kind.DRIFTING)


LEVELS = (0.05, 0.01)
"""Shares of misses for which there are factors."""


@dataclass(frozen=True)
class Cell:
    """`factor` times the half-widths of a reading holds the truth, except in a share `miss` of `truths` fresh ones."""

    factor: float
    miss: float
    truths: int


def place(points: int, decades: float | None) -> tuple[int, float | None]:
    """The cell's fewest points and decades; None for a geometric curve. What lies outside has the nearest cell's."""
    fewest = POINTS[max(0, bisect_right(POINTS, points) - 1)]
    return fewest, None if decades is None else DECADES[max(0, bisect_right(DECADES, decades + 1e-9) - 1)]


def cell(kind: Kind, points: int, decades: float | None, level: float) -> Cell:
    """The cell of a curve, for misses of 5%, or of 1% at a smaller level.

    Slopes that turn once, or scatter about a drift, are rare: they share one cell for all decades.
    """
    fewest, least = place(points, decades)
    if kind in RARE and least is not None:
        least = DECADES[0]
    usual, miss, wide, rare_miss, truths = TABLE[kind.name.lower(), fewest, least]
    factor, missed = (usual, miss) if level >= LEVELS[0] else (wide, rare_miss)
    return Cell(factor, max(missed, 3 / truths), truths)  # none of n missed: at most 3/n, with 95% confidence
