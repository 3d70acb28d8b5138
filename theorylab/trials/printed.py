"""Tables as papers print them: columns of numbers whose digits say how far they were rounded."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from theorylab.errors import InputError, require

SEPARATORS = ("\t", ";", "&", "|", ",", None)
"""What may stand between columns, tried in this order; None is white space."""
COMMENT = re.compile(r"\s*(#|%|//|\\(begin|end|caption|label|centering)\b[^&]*$)")
"""How a line begins that is no row: a comment, or what stands around the rows in LaTeX."""
ENDS = re.compile(r"\\\\(?:\[[^]]*\])?")
"""The end of a row in LaTeX; a line may hold several."""
RULES = re.compile(r"^(\s*\\[a-z]*(rule|line)\b(\[[^]]*\]|\([^)]*\)|\{[^}]*\})*)+")
"""Rules of LaTeX, before a row or alone."""
NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))(?:\((\d+)\))?(e[-+]?\d+)?(?:±(\S+))?", re.IGNORECASE)
"""A number, its uncertain last digits in brackets, its power of ten, its standard error."""


@dataclass(frozen=True)
class Printed:
    """A number as it is printed: its digits, and the standard error printed with it, None if there is none."""

    digits: str
    stderr: float | None


@dataclass(frozen=True)
class Table:
    """Rows of cells as they are printed, with the lines (from 1) that they stand on, and the columns' names if any."""

    place: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def column(self, which: str) -> list[Printed]:
        """The numbers of a column, by its name or its number from 1.

        Raises InputError for a column that is not there, and for a cell that is no number, with its line.
        """
        place = self._place(which)
        found = []
        for row, line in zip(self.rows, self.lines, strict=True):
            require(place < len(row), f"{self.place}, line {line}: there is no column {which!r}, only {len(row)} cells")
            number = printed(row[place])
            require(number, f"{self.place}, line {line}: {row[place]!r} in column {which!r} is no number")
            assert number is not None
            found.append(number)
        return found

    def _place(self, which: str) -> int:
        if which in self.names:
            require(self.names.count(which) == 1, f"{self.place} has several columns {which!r}: give a number from 1")
            return self.names.index(which)
        width = max(map(len, self.rows))
        names = ", ".join(map(repr, self.names)) or "no names"
        right = which.isdecimal() and 1 <= int(which) <= width
        require(right, f"{self.place} has no column {which!r}: give a number from 1 to {width}, or a name ({names})")
        return int(which) - 1


def read(text: str, place: str) -> Table:
    """The table in a text: CSV, tabs, white space, LaTeX or Markdown, with names in its first row or not.

    `place` names the text in messages. Raises InputError for a text without rows of numbers.
    """
    kept = [
        (number, RULES.sub("", part))
        for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1)
        for part in ENDS.split(line)
    ]
    kept = [(n, line) for n, line in kept if line.strip() and not COMMENT.match(line) and not _is_ruler(line)]
    require(kept, f"{place} holds no table: give rows of numbers, such as `10  1.2e-3`")
    tables = [[_cells(line, separator) for _, line in kept] for separator in SEPARATORS]
    rows = max(tables, key=_fitness)  # the first of the fittest
    names = tuple(rows.pop(0)) if _names_columns(rows) else ()
    lines = [n for n, _ in kept][bool(names) :]
    require(rows, f"{place} holds names of columns, and no row of numbers")
    _require_even(place, names, lines, rows)
    return Table(place, names, tuple(map(tuple, rows)), tuple(lines))


def _require_even(place: str, names: Sequence[str], lines: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
    """Raise InputError for a row with more cells than names and most rows: which of them is in which column?"""
    widths = [max((at for at, cell in enumerate(row, 1) if cell), default=0) for row in rows]
    usual = max(len(names), max(widths, key=widths.count))
    for line, width in zip(lines, widths, strict=True):
        require(width <= usual, f"{place}, line {line}: {width} cells for {usual} columns: give a cell for each")


def _fitness(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How well rows look like a table: how many hold two numbers or more, and how many are as wide as most."""
    widths = [len(row) for row in rows]
    return sum(_numbers(row) > 1 for row in rows), max(map(widths.count, widths))


def _numbers(row: Sequence[str]) -> int:
    return sum(printed(cell) is not None for cell in row)


def _names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns: it holds no number, or a word in the place of the second row's first one."""
    first, second = rows[0], rows[1] if len(rows) > 1 else ()
    here = [place for place, cell in enumerate(first) if printed(cell)]
    below = [place for place, cell in enumerate(second) if printed(cell)]
    return not here or bool(below and below[0] not in here)


def _is_ruler(line: str) -> bool:
    """A line that only draws: dashes, equal signs, bars, plus signs, colons."""
    return not re.search(r"[^-=|+:\s]", line)


def _cells(line: str, separator: str | None) -> list[str]:
    if separator is None:
        return re.sub(r"\s*(±|\+/-|\+-|\\pm|(?:×|·|\\times|\\cdot)\s*(?=10))\s*", r"\1", line).split()
    if separator == "|":
        line = line.strip().strip("|")
    (cells,) = csv.reader(io.StringIO(line), delimiter=separator, skipinitialspace=True)
    return [cell.strip() for cell in cells]


def printed(cell: str) -> Printed | None:
    """The number in a cell: 1.20e-3, 1.20(5)e-3, 1.20 ± 0.05, $1.2 \\times 10^{-3}$, 1,000; None if it is none."""
    text = cell.strip().strip("$*").replace("−", "-").replace("{", "").replace("}", "").replace("\\,", "")
    text = re.sub(r"\\pm|\+/-|\+-", "±", text)
    text = re.sub(r"(?<=[\d)])\s*(?:×|·|\*|\\times|\\cdot|x)\s*10\^?\s*([-+]?\d+)", r"e\1", text)
    text = re.sub(r"(?<=\d)[dD](?=[-+]?\d)", "e", re.sub(r"\s*±\s*", "±", re.sub(r"^10\^([-+]?\d+)$", r"1e\1", text)))
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?", text):
        text = text.replace(",", "")
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    number, uncertain, power, error = match.groups()
    digits = number + (power or "")
    if error is not None:
        spread = printed(error)
        return None if spread is None else Printed(digits, float(spread.digits))
    if uncertain is None:
        return Printed(digits, None)
    last = int((power or "e0")[1:]) - len(number.partition(".")[2])
    return Printed(digits, float(f"{uncertain}e{last}"))


def power(text: str) -> tuple[float, float]:
    """Exponent and power of the logarithm of a rate as it is typed: '-1', or '-1,1' for log(x) / x.

    Raises InputError for anything else.
    """
    try:
        exponent, _, logarithm = text.partition(",")
        return float(exponent), float(logarithm or 0)
    except ValueError:
        raise InputError(f"{text!r} is no rate: give an exponent such as -1, or -1,1 for log(x) / x") from None
