"""Mutants of source text: the small faults that a study should notice, one change each, found by reading the syntax.

Kinds: a constant times 1.1, a sign, an operator, a dropped term, off by one (an index, a range, an integer), swapped
arguments, another array at the same index, < for <=, and an update that comes too early or too late (two adjacent
assignments swapped). What checks input, what only words are made of, and what the type checker reads are no ground for
them: docstrings, messages, annotations, defaults, `raise`, `require(...)` and other checks of arguments, and what is
computed for these alone. Nor are bounds on rounding: a verdict takes them as its tolerance, and sees none that is a
tenth too wide; what attacks them are tests of their own.
"""

from __future__ import annotations

import ast
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from theorylab.trials.changes import Change, changes

CHECKS = {"require", "whole", "number", "positive", "numbers", "finite_row", "positive_row", "increasing_steps"}
"""Functions that check their arguments; so do those named `valid_...`."""
SILENT = ("__repr__", "__str__", "_repr_html_")
UNITS = {"UNIT", "U", "SLACK", "EPS", "eps"}
"""Names of the unit of rounding, and of what is measured in it."""


@dataclass(frozen=True)
class Mutant:
    """One change of one function: where, what the line said and says now, and the bytes that are replaced."""

    file: str
    function: str
    """Qualified name of the function at the top of the file, or of the method."""
    line: int
    lines: tuple[int, int]
    """First and last line of the statements that are changed."""
    kind: str
    before: str
    after: str
    start: int
    end: int
    text: str
    occurrence: int = 0
    """How many changes of the same words come before it in the function."""

    @property
    def key(self) -> str:
        """What it is called in stored results: the same as long as its lines say the same, wherever they stand."""
        words = (self.file, self.function, self.kind, self.before, self.after, str(self.occurrence))
        return hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]

    def applied(self, content: bytes) -> bytes:
        """The file with the change made."""
        return content[: self.start] + self.text.encode() + content[self.end :]


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions at the top of a file and methods of its classes, by qualified name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{x.name}", x) for x in node.body if isinstance(x, ast.FunctionDef))


def mutants(file: str, content: bytes) -> list[Mutant]:
    """All mutants of a file, in the order of its text. Raises SyntaxError."""
    lines = _Lines(content)
    found: list[Mutant] = []
    tree = ast.parse(content)
    checks = CHECKS | {node.name for _, node in functions(tree) if _checks_alone(node)}
    for name, node in functions(tree):
        last = name.rpartition(".")[2]
        if last in SILENT or last.lstrip("_").startswith("valid") or _of_rounding(last):
            continue
        counts: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        for change in changes(node, _left_out(node, checks)):
            start, end = lines.span(change)
            enclosed = content[start - 1 : start] == b"(" and content[end : end + 1] == b")"
            text = f"({change.text})" if change.loose and not enclosed else change.text
            before, after = lines.words(start, end, text)
            words = (change.kind, before, after)
            if before != after:
                found.append(
                    Mutant(file, name, change.first.lineno, _statement(node, change), *words, start, end,
                           text, counts[words])
                )  # fmt: skip
                counts[words] += 1
    return found


def sample(candidates: Iterable[Mutant], budget: int, seed: int) -> list[Mutant]:
    """At most `budget` mutants drawn at random, spread evenly over functions, and in each over kinds.

    Each has a fixed place in the order of a seed, which other functions' texts do not move: what is asked first stays
    first as the sources grow.
    """

    def place(*words: str) -> str:
        return hashlib.sha256("\0".join((str(seed), *words)).encode()).hexdigest()

    groups: defaultdict[tuple[str, str], defaultdict[str, list[Mutant]]]
    groups = defaultdict(lambda: defaultdict(list))
    for one in candidates:
        groups[one.file, one.function][one.kind].append(one)
    ranked = []
    for function, kinds in groups.items():
        rounds = []
        for kind, members in kinds.items():
            members.sort(key=lambda one: place(one.key))
            rounds += [(rank, place(*function, kind), one) for rank, one in enumerate(members)]
        rounds.sort(key=lambda item: item[:2])
        ranked += [(turn, place(*function), one) for turn, (_, _, one) in enumerate(rounds)]
    ranked.sort(key=lambda item: item[:2])
    return [one for _, _, one in ranked[:budget]]


def _statement(function: ast.FunctionDef, change: Change) -> tuple[int, int]:
    """Lines of the whole statement that a change is in: some lines of a long one leave no trace when they run."""
    low, high = change.first.lineno, change.last.end_lineno or 0
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and node.lineno <= low <= (node.end_lineno or 0):
            return node.lineno, max(high, node.end_lineno or 0)
    return low, high


class _Lines:
    """Places in a text, and the words of its lines."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.starts = [0]
        for line in content.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, change: Change) -> tuple[int, int]:
        """First byte of a change, and the first one behind it."""
        first, last = change.first, change.last
        end_line, end_column = last.end_lineno or 0, last.end_col_offset or 0
        return self.starts[first.lineno - 1] + first.col_offset, self.starts[end_line - 1] + end_column

    def words(self, start: int, end: int, text: str) -> tuple[str, str]:
        """The lines around a place, in one line each: as they are, and with the change made."""
        low = self.content.rfind(b"\n", 0, start) + 1
        high = self.content.find(b"\n", end)
        high = len(self.content) if high < 0 else high
        after = self.content[low:start] + text.encode() + self.content[end:high]
        return " ".join(self.content[low:high].decode().split()), " ".join(after.decode().split())


def _checks_alone(function: ast.FunctionDef) -> bool:
    """Whether a function does nothing but check, so that a call of it is a check too."""
    out = _left_out(function, CHECKS)
    return all(node in out or (isinstance(node, ast.Expr) and node.value in out) for node in function.body)


def _left_out(function: ast.FunctionDef, checks: set[str]) -> set[ast.AST]:
    """Nodes of a function that check input, make words, or are computed for these alone; `checks`: what checks."""
    out = {node for node in ast.walk(function) if _is_check(node, checks)}
    while True:
        used = {node.id for node in _kept(function, out) if isinstance(node, ast.Name) and _is_read(node)}
        more = {
            node
            for node in _kept(function, out)
            if isinstance(node, ast.Assign) and (names := _names(node)) and not names & used
        }
        if not more:
            return out
        out |= more


def _is_check(node: ast.AST, checks: set[str]) -> bool:
    if isinstance(node, (ast.Raise, ast.Assert, ast.JoinedStr, ast.arguments)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name in checks or name.lstrip("_").startswith(("valid", "require"))
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(_of_rounding(getattr(target, "id", "")) for target in targets)
    if isinstance(node, ast.keyword):
        return _of_rounding(node.arg or "")
    if isinstance(node, ast.BinOp):
        return any(_is_unit(child) for child in ast.walk(node))
    if isinstance(node, ast.If):
        return not node.orelse and _only_checks(node.body, checks)
    return isinstance(node, ast.For) and _only_checks(node.body, checks)


def _of_rounding(name: str) -> bool:
    return "rounding" in name or "ulps" in name


def _is_unit(node: ast.AST) -> bool:
    """Whether it is a unit of rounding by name, or 2.0**-n with n >= 40."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.right, ast.UnaryOp):
        power = getattr(node.right.operand, "value", 0)
        return getattr(node.left, "value", None) == 2 and isinstance(power, int) and power >= 40
    return getattr(node, "id", getattr(node, "attr", None)) in UNITS


def _only_checks(block: list[ast.stmt], checks: set[str]) -> bool:
    """Whether a block ends in an error, or does nothing but check."""
    return isinstance(block[-1], ast.Raise) or all(
        _is_check(node.value if isinstance(node, ast.Expr) else node, checks) for node in block
    )


def _kept(node: ast.AST, out: set[ast.AST]) -> Iterator[ast.AST]:
    """The node and what is below it, without what is left out."""
    if node not in out:
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _kept(child, out)


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _names(node: ast.Assign) -> set[str]:
    """The names that an assignment binds; none if it writes into anything else."""
    flat = [x for target in node.targets for x in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return {x.id for x in flat if isinstance(x, ast.Name)} if all(isinstance(x, ast.Name) for x in flat) else set()
