"""What the top-level names of one file use: its statements, what they bind and import, and which a name can reach.

A function reaches the statements that bind the names in it, and so on. Statements that bind nothing are always reached,
for they may do anything; those under `if __name__ == "__main__"`, and docstrings, never. A part that looks names up at
run time (`globals`, `eval`, ...) reaches the whole file.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

DYNAMIC = {"globals", "locals", "vars", "eval", "exec", "__import__", "importlib"}


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a file: the names that it binds and uses, what it imports, the hash of its text.

    `always`: reached by everything in the file.
    """

    binds: frozenset[str]
    uses: frozenset[str]
    imports: tuple[str, ...]
    digest: str
    always: bool


def statements(content: bytes, module: str, package: bool) -> tuple[Statement, ...]:
    """The statements of a file, in order, without docstring, main block, and what only the type checker sees.

    `module` is the file's dotted name, `package` whether it is an `__init__`. An import of several names is a statement
    for each. Raises SyntaxError or ValueError.
    """
    tree = ast.parse(content)
    home, lab = _home(module, package), _names_of_the_lab(tree, content)
    lines = content.splitlines()
    found = []
    for node in (single for whole in tree.body for single in _singles(whole)):
        if _is_inert(node):
            continue
        binds = _bound(node)
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        one = isinstance(node, (ast.Import, ast.ImportFrom))
        text = ast.unparse(node).encode() if one else b"\n".join(lines[first - 1 : node.end_lineno])
        uses = frozenset() if one else frozenset(child.id for child in ast.walk(node) if isinstance(child, ast.Name))
        imports = tuple(dict.fromkeys(_imports(node, home, lab)))
        found.append(Statement(binds or frozenset(), uses, imports, hashlib.sha256(text).hexdigest(), binds is None))
    return tuple(found)


def imports(content: bytes, module: str, package: bool) -> tuple[str, ...]:
    """All that a file imports, as absolute dotted names. Raises SyntaxError or ValueError."""
    tree = ast.parse(content)
    return tuple(dict.fromkeys(_imports(tree, _home(module, package), _names_of_the_lab(tree, content))))


def _home(module: str, package: bool) -> list[str]:
    """The package that relative imports of a module begin in."""
    return module.split(".") if package else module.split(".")[:-1]


def _names_of_the_lab(tree: ast.Module, content: bytes) -> set[str]:
    """Names that `import theorylab` binds anywhere in a file."""
    if b"import theorylab" not in content:
        return set()
    found = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return {alias.asname or "theorylab" for alias in found if alias.name.split(".")[0] == "theorylab"}


def _singles(node: ast.stmt) -> list[ast.stmt]:
    """An import of several names as one for each; any other statement as it is."""
    if isinstance(node, ast.Import):
        return [ast.copy_location(ast.Import([alias]), node) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node) for alias in node.names]
    return [node]


def reached(
    statements: tuple[Statement, ...], roots: Iterable[str], through: Iterable[str] = ()
) -> tuple[Statement, ...]:
    """The statements that `roots` can reach, in order; of those that bind `through` only what they use is a root."""
    via = set(through)
    pending = [
        *roots,
        *(name for statement in statements if statement.binds & via for name in statement.uses - statement.binds),
    ]
    pending += [name for statement in statements if statement.always for name in statement.uses | statement.binds]
    names: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in names:
            names.add(name)
            for statement in statements:
                if name in statement.binds:
                    pending += statement.uses | statement.binds
    if names & DYNAMIC:
        return statements
    return tuple(statement for statement in statements if statement.always or statement.binds & names)


def _is_inert(node: ast.stmt) -> bool:
    """Whether a statement does nothing on import: a bare text, the main block, a block of the type checker."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.If) and not node.orelse and (_is_checking(node) or _is_main(node))


def _is_checking(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _is_main(node: ast.If) -> bool:
    return (
        isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
        and isinstance(node.test.ops[0], ast.Eq)
    )


def _bound(node: ast.stmt) -> frozenset[str] | None:
    """Names that a definition, an import or an assignment to names binds; None for any other statement."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return frozenset({node.name})
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = {alias.asname or alias.name.split(".")[0] for alias in node.names}
        return None if "*" in names else frozenset(names)
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign)):
        targets = [node.target]
    flat = [item for target in targets for item in (target.elts if isinstance(target, ast.Tuple) else [target])]
    if not flat or not all(isinstance(item, ast.Name) for item in flat):
        return None
    return frozenset(item.id for item in flat if isinstance(item, ast.Name))


def _imports(node: ast.AST, home: list[str], lab: set[str]) -> Iterator[str]:
    """Absolute dotted names that a statement imports, or takes from the lab; what a package gives may be a module."""
    pending: list[ast.AST] = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = home[: len(home) - node.level + 1] if node.level else []
            stem = [*base, *(node.module.split(".") if node.module else [])]
            yield from (".".join(stem if alias.name == "*" else [*stem, alias.name]) for alias in node.names)
        elif isinstance(node, ast.If) and _is_checking(node):
            pending.extend(node.orelse)
        elif isinstance(node, (ast.stmt, ast.Module)) and not lab:
            pending.extend(_blocks(node))
        elif isinstance(node, ast.Attribute) and (chain := _chain(node)) and chain[0] in lab:
            yield ".".join(["theorylab", *chain[1:]])
        else:
            pending.extend(ast.iter_child_nodes(node))


def _blocks(node: ast.AST) -> Iterator[ast.AST]:
    """The statements inside a statement."""
    for block in ("body", "orelse", "finalbody"):
        yield from getattr(node, block, [])
    for handler in (*getattr(node, "handlers", []), *getattr(node, "cases", [])):
        yield from handler.body


def _chain(node: ast.expr) -> list[str]:
    """The names of a.b.c; [] where it does not begin with a name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []
