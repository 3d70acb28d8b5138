"""What words mean: the laboratory's notation and glossary, and the fields of settings, each from where it stands."""

from __future__ import annotations

import ast
import functools
import io
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import theorylab

USUAL = {
    "seed": "seed of the random streams: replica r of a seed is one fixed stream",
    "replicas": "independent runs that a mean is over",
    "horizon": "how far a run goes: its last step, or time",
    "dim": "dimension",
    "dimension": "dimension",
    "points": "points at which curves are kept",
    "first": "first step that is kept",
}
"""Fields that mean the same wherever they occur, and that say nothing of themselves in most studies."""


@dataclass(frozen=True)
class Row:
    """A row of one of the laboratory's tables: the word, its letter (notation alone), its meaning."""

    word: str
    letter: str
    meaning: str


@functools.cache
def notation() -> tuple[Row, ...]:
    """The notation: public argument, letter in formulas, meaning."""
    return tuple(Row(*cells) for cells in _table("| word ", 3))


@functools.cache
def glossary() -> tuple[Row, ...]:
    """The glossary: word, '', meaning."""
    return tuple(Row(word, "", meaning) for word, meaning in _table("| word ", 2))


def _table(head: str, columns: int) -> list[list[str]]:
    """The rows of the first table of that head and width in the laboratory's docstring; a row may go over lines."""
    rows: list[list[str]] = []
    inside = False
    for line in (theorylab.__doc__ or "").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            if inside and rows:
                break
            inside = False
        elif line.startswith(head) and len(cells) == columns:
            inside = True
        elif inside and not set(line) <= set("|-"):
            if rows and not cells[0]:
                rows[-1] = [f"{old} {new}".strip() for old, new in zip(rows[-1], cells, strict=True)]
            else:
                rows.append(cells)
    return [[" ".join(cell.split()) for cell in row] for row in rows]


def letter(word: str) -> str:
    """The letter that stands for a public argument in formulas; '' where the notation has none."""
    return next((row.letter.split(",")[0].strip() for row in notation() if row.word == word), "")


def meanings(path: Path) -> Mapping[str, str]:
    """What each field of the Setting in a study's file means, as far as it is said: there, or in one of the tables.

    A field says it in a comment on its line. A file that cannot be parsed says nothing.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        tree = ast.parse(text)
        comments = _comments(text)
    except (SyntaxError, ValueError, tokenize.TokenError):
        return {}
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Setting":
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    name = field.target.id
                    said = comments.get(field.end_lineno or 0, "")
                    found[name] = said or USUAL.get(name, "") or _in_notation(name)
    return found


def _comments(text: str) -> dict[int, str]:
    """Comments by the line that they stand on."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            words = token.string.lstrip("# ").strip()
            found[token.start[0]] = "" if re.match(r"(noqa|type:|fmt:)", words) else words
    return found


def _in_notation(name: str) -> str:
    return next((row.meaning for row in notation() if row.word == name), "")


def value(given: Any) -> str:
    """The value of a field as it is typed on the command line: 0.5, 2,4,8, true."""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, (list, tuple)):
        return ", ".join(f"({value(one)})" if isinstance(one, (list, tuple)) else value(one) for one in given)
    return f"{given:,}".replace(",", "\u202f") if isinstance(given, int) and given >= 10_000 else str(given)
