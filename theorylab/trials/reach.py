"""Which functions of a model a text can call, by the names in it: wider than what happens, never narrower.

`numerics.sources` says which files a study reaches; inside a model this goes on by names. What a run then executed of
plain Python narrows it down to lines; machine code leaves no such trace.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from theorylab.trials.mutation import Mutant, functions

Function = tuple[str, str]
"""File below the folder of all models, and the qualified name."""


@dataclass(frozen=True)
class _Known:
    called_by: frozenset[str]
    uses: frozenset[str]
    compiled: bool


class Reach:
    """The functions of a model, and which of them names lead to."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._known: dict[Function, _Known] = {}
        self._loose: dict[str, frozenset[str]] = {}
        for file, content in contents.items():
            tree = ast.parse(content)
            for name, node in functions(tree):
                last = name.rpartition(".")[2]
                special = last.startswith("__") and "." in name
                called_by = frozenset({name.partition(".")[0] if special else last})
                self._known[file, name] = _Known(called_by, names_in(node), _is_compiled(node))
            for statement in tree.body:  # tables of functions, aliases
                if isinstance(statement, (ast.Assign, ast.AnnAssign)):
                    names = names_in(statement)
                    self._loose |= dict.fromkeys(names & _stored(statement), names)

    def compiled(self, function: Function) -> bool:
        """Whether a function is machine code when it runs."""
        return self._known[function].compiled

    def of(self, names: Iterable[str]) -> frozenset[Function]:
        """The functions that names lead to, in any number of calls."""
        pending, seen, found = list(names), set[str](), set[Function]()
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            pending += self._loose.get(name, ())
            for function, known in self._known.items():
                if name in known.called_by:
                    found.add(function)
                    pending += known.uses
        return frozenset(found)


@dataclass(frozen=True)
class Witness:
    """What may notice a mutant: a study or a test; what it costs, which functions and lines it reaches."""

    name: str
    kind: str
    """'study' or 'test'."""
    seconds: float
    reached: frozenset[Function]
    lines: Mapping[str, frozenset[int]] | None = None
    """Lines of plain Python that it executed, by file; None where that is not known."""

    def reaches(self, mutant: Mutant, compiled: bool) -> bool:
        """Whether it may run the changed line; `compiled`: the line is of a kernel."""
        if (mutant.file, mutant.function) not in self.reached:
            return False
        if compiled or self.lines is None:
            return True
        first, last = mutant.lines
        return not self.lines.get(mutant.file, frozenset()).isdisjoint(range(first, last + 1))


def names_in(node: ast.AST) -> frozenset[str]:
    """All names and attributes in a piece of syntax, and words that may name something."""
    found = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            found.add(child.id)
        elif isinstance(child, ast.Attribute):
            found.add(child.attr)
        elif isinstance(child, ast.alias):
            found.update(child.name.split("."))
        elif isinstance(child, ast.Constant) and isinstance(child.value, str) and child.value.isidentifier():
            found.add(child.value)
    return frozenset(found)


def _stored(node: ast.AST) -> set[str]:
    return {x.id for x in ast.walk(node) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}


def names_of(files: Iterable[Path]) -> set[str]:
    """All names in files."""
    return set().union(*(names_in(ast.parse(path.read_bytes())) for path in files))


def names_of_tests(file: Path, reachable: Iterable[Path]) -> dict[str, frozenset[str]]:
    """By name, the tests of a file and the names that each leads to in it, and in other files of the tests' folder."""
    others = [path for path in reachable if path.parent == file.parent and not path.name.startswith("test_")]
    bound: dict[str, set[str]] = {}
    tests = []
    for path in (file, *others):
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                bound.setdefault(node.name, set()).update(names_in(node))
                tests += [node.name] if path == file and node.name.startswith("test_") else []
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    bound.setdefault(alias.asname or alias.name.split(".")[0], set()).update(alias.name.split("."))
            else:
                for name in _stored(node):
                    bound.setdefault(name, set()).update(names_in(node))
    return {test: _closed({test}, bound) for test in tests}


def _closed(names: set[str], bound: Mapping[str, set[str]]) -> frozenset[str]:
    """The names, and all that they lead to."""
    pending, found = [*names], set[str]()
    while pending:
        if (name := pending.pop()) not in found:
            found.add(name)
            pending += bound.get(name, ())
    return frozenset(found)


def _is_compiled(node: ast.FunctionDef) -> bool:
    names = {getattr(decorator, "id", getattr(decorator, "attr", "")) for decorator in node.decorator_list}
    return any(name.endswith("kernel") or name == "inlined" for name in names)
