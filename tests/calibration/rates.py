"""The page and the table of the rate instrument: factors, coverage per cell and family, power, Monte Carlo curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.calibration import comparison, factors, panel

TABLE = Path(__file__).parents[2] / "theorylab" / "verdicts" / "cell_table.py"
RARE = ("turning", "drifting")
HEAD = f"""# Coverage of rates

`python -m tests.calibration rates` measures what follows and writes the table that the laboratory uses,
`theorylab/verdicts/cell_table.py`. Truths are -p log x + log(correction), p in {panel.ORDERS}, on equal or unequal
ratios of x, half of them rounded to four printed digits (`tests/calibration/panel.py`). A cell is what can be seen of a
curve: points, decades, and what its local slopes do. The factor of a cell is fitted on one half of its truths; the miss
rate is that of the other half, and is what a verdict states as its error probability. The promise is a coverage of the
asymptotic exponent between 95% - 3 standard errors and 97% per cell.

It is one of the *mixture* of families. Within a family coverage is not constant, and cannot be: a pure power law is
held always, and what a logarithm hides on half a decade with four points seldom is. The second table says how often
each family is missed.
"""


def write() -> str:
    """Measures all, writes the table of factors, and returns the page."""
    rows = factors.measure()
    TABLE.write_text(_module(rows))
    return "\n".join([HEAD, *_cells(rows), *_families(rows), *_power(), *_noise()]) + "\n"


def _module(rows: list[factors.Row]) -> str:
    lines = [
        f'    ("{row.kind}", {row.points}, {row.decades}): '
        f"({row.factor}, {row.miss}, {row.wide}, {row.rare_miss}, {row.truths}),"
        for row in sorted(rows, key=lambda row: (row.kind, row.points, row.decades or 0.0))
    ]
    return (
        '"""Written by `python -m tests.calibration rates`, not by hand: cells and their numbers."""\n\n'
        "TABLE: dict[tuple[str, int, float | None], tuple[float, float, float, float, int]] = {\n"
        + "\n".join(lines)
        + "\n}\n"
    )


def _kept(row: factors.Row) -> bool:
    error = (factors.LEVEL * (1 - factors.LEVEL) / row.truths) ** 0.5
    return 0.03 <= row.miss <= factors.LEVEL + 3 * error


def _span(row: factors.Row) -> str:
    return "factors" if row.decades is None else f"{row.decades:g}+"


def _cells(rows: list[factors.Row]) -> list[str]:
    broken = [row for row in rows if not _kept(row)]
    small = [row for row in rows if row.truths < factors.LEAST]
    lines = [
        "## Cells",
        "",
        f"{len(rows)} cells, {sum(row.truths for row in rows)} truths in the measured half. Outside the promise: "
        f"{len(broken)}. Fewer than {factors.LEAST} truths: {len(small)}, all of slopes that turn once or scatter "
        "about a drift, which share their cells over all decades. `open`: the share of intervals with an infinite end.",
        "",
        "| points | decades | slopes | truths | factor | missed | promise | for 1% | missed | open | median width |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        promise = "kept" if _kept(row) else "BROKEN"
        seen = f"| {row.points}+ | {_span(row)} | {row.kind} | {row.truths} | {row.factor:g} | {row.miss:.3f} "
        lines.append(f"{seen}| {promise} | {row.wide:g} | {row.rare_miss:.4f} | {row.open:.3f} | {row.width:.2g} |")
    return [*lines, ""]


def _families(rows: list[factors.Row]) -> list[str]:
    lines = [
        "## Families",
        "",
        "Share of truths of a family that are missed, over all kinds of slopes, per points and decades.",
        "",
        "| points | decades | " + " | ".join(panel.POWERS) + " |",
        "|---|---|" + "---|" * len(panel.POWERS),
    ]
    for points, decades in dict.fromkeys((row.points, row.decades) for row in rows):
        here = [row for row in rows if (row.points, row.decades) == (points, decades) and row.kind not in RARE]
        shares = []
        for family in panel.POWERS:
            seen = [row.families[family] for row in here if family in row.families]
            total = sum(count for _, count in seen)
            shares.append(f"{sum(miss * count for miss, count in seen) / total:.3f}" if total else "-")
        lines.append(f"| {points}+ | {_span(here[0])} | " + " | ".join(shares) + " |")
    return [*lines, ""]


SMOOTH = ("pure", "one power", "x^-1/2", "two powers", "shift", "wiggle", "log x")


def _power(curves: int = 1000) -> list[str]:
    lines = [
        "## Power",
        "",
        "Share of tables whose interval holds the order and neither neighbour: one off, for all families; a quarter "
        "off, for the smooth ones.",
        "",
        "| points | decades | p from p +- 1 | p from p +- 1/4, smooth |",
        "|---|---|---|---|",
    ]
    for points in (4, 5, 7, 10, 16, 24):
        for decades in ((0.5, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0)):
            rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((20262, points, int(10 * decades[0])))))
            whole = [_told(rng, family, curves, points, decades, 1.0) for family in panel.POWERS]
            quarter = [_told(rng, family, curves, points, decades, 0.25) for family in SMOOTH]
            lines.append(
                f"| {points} | {decades[0]:g} to {decades[1]:g} | {np.mean(whole):.3f} | {np.mean(quarter):.3f} |"
            )
    return [*lines, ""]


def _told(
    rng: np.random.Generator, family: str, curves: int, points: int, decades: tuple[float, float], gap: float
) -> float:
    missed, lower, upper = factors.judged(panel.draw(rng, family, curves, points, decades))
    return float((~missed & (lower < gap) & (upper < gap)).mean())


def _noise(draws: int = 8) -> list[str]:
    lines = [
        "## Monte Carlo curves, and the comparison of forms",
        "",
        f"{draws} draws of {comparison.REPLICAS} replicas at {comparison.X.size} points from {comparison.X[0]:g} to "
        f"{comparison.X[-1]:g}, level {comparison.LEVEL}; noise is the relative deviation of a replica, 0 a "
        "deterministic curve (one draw). The exponent sought is -1. `compare` is promised to cover "
        "the truths that are one of its forms; its losses on the others, and those of `power_law` on a floor, whose "
        "limit is 0, are shown.",
        "",
        "| truth | noise | reader | coverage | width | no answer | false |",
        "|---|---|---|---|---|---|---|",
    ]
    return [*lines, *(str(row) for row in comparison.measure(draws))]
