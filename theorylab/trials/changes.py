"""The changes that make mutants: for each kind, what it does to a node of the syntax."""

from __future__ import annotations

import ast
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SWAPS: dict[type[ast.operator], type[ast.operator]] = {ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}
SIGNS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}
EDGES: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OTHER = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "floor": "ceil", "ceil": "floor"}
SYMMETRIC = {"min", "max", "minimum", "maximum", "hypot", "zip", "range", "print", "isinstance", "getattr", "setattr",
             "hasattr", "allclose", "cast", "__setattr__"}  # fmt: skip
"""Calls whose arguments are not swapped: no fault comes of it, or one that no run outlives.

For that reason two arguments are swapped only if they are of one kind, as far as the text shows.
"""
UNREAD = {"dtype", "axis", "ndmin", "copy", "order", "optimize"}
"""Arguments by name that say how an array is kept, and no number."""
TOLERANCE = 1e-6
"""Numbers as small as this say when a search stops: no fault comes of a tenth more."""
OPERATORS = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Attribute, ast.Subscript, ast.Starred)


@dataclass(frozen=True)
class Change:
    """From the first node to the last, the text becomes another one."""

    kind: str
    first: ast.expr | ast.stmt
    last: ast.expr | ast.stmt
    text: str
    loose: bool = False
    """Whether it needs brackets unless it has some."""


def changes(function: ast.FunctionDef, left_out: set[ast.AST]) -> Iterator[Change]:
    """All changes of a function's body, but for the nodes left out."""
    walker = _Walker(function, left_out)
    for node in function.body:
        yield from walker.of(node, function)
    yield from _of_order(function, left_out)


def counters(function: ast.FunctionDef) -> set[str]:
    """Names that count: those that a loop over a range binds, and those that 1 is added to."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.target, ast.Name):
            call = node.iter
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("range", "prange"):
                found.add(node.target.id)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and _is_number(node.value, 1):
            found.add(node.target.id)
    return found


def _alike(function: ast.FunctionDef) -> dict[tuple[str, str], str]:
    """By name of an array and its index: the next array that the function reads at the same index."""
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name):
            groups[ast.unparse(node.slice)].add(node.value.id)
    found: dict[tuple[str, str], str] = {}
    for index, names in groups.items():
        ring = sorted(names)
        found |= {(name, index): other for name, other in zip(ring, ring[1:] + ring[:1], strict=True) if name != other}
    return found


class _Walker:
    def __init__(self, function: ast.FunctionDef, left_out: set[ast.AST]) -> None:
        self.left_out, self.counting, self.alike = left_out, counters(function), _alike(function)
        given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        self.kinds = {one.arg: ast.unparse(one.annotation) for one in given if one.annotation}

    def of(self, node: ast.AST, parent: ast.AST, whole: bool = False) -> Iterator[Change]:
        """Changes of a node and of all below it; `whole`: where it stands only integers make sense."""
        if node in self.left_out:
            return
        if isinstance(node, ast.expr):
            yield from self._single(node, parent, whole)
        elif isinstance(node, ast.AugAssign):
            yield from _of_update(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "args") and not isinstance(node, ast.Call):
                continue
            inside = self._whole_inside(node, name, whole)
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.keyword):
                    if child.arg not in UNREAD and child not in self.left_out:
                        yield from self.of(child.value, node, child.arg in ("shape", "size"))
                elif isinstance(child, ast.AST):
                    yield from self.of(child, node, inside)

    def _whole_inside(self, node: ast.AST, field: str, whole: bool) -> bool:
        if isinstance(node, ast.Subscript):
            return field == "slice"
        if isinstance(node, ast.Call):
            shaping = {"range", "empty", "zeros", "ones", "eye", "full", "arange", "reshape"}
            return field == "args" and _called(node) in shaping
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.FloorDiv, ast.Mod, ast.LShift, ast.RShift)):
            return True
        return whole if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Tuple, ast.Slice, ast.IfExp)) else False

    def _single(self, node: ast.expr, parent: ast.AST, whole: bool) -> Iterator[Change]:
        if isinstance(node, ast.Constant):
            yield from _of_constant(node, parent, whole)
        elif isinstance(node, ast.BinOp):
            yield from _of_operation(node, parent)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield _change("sign", node, node.operand, parent)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in EDGES:
            new = ast.Compare(node.left, [EDGES[type(node.ops[0])]()], node.comparators)
            yield _change("< for <=", node, new, parent)
        elif isinstance(node, ast.BoolOp):
            new_op: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield _change("operator", node, ast.BoolOp(new_op, node.values), parent)
        elif isinstance(node, ast.Call):
            yield from _of_call(node, self.kinds)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            if isinstance(node.value, ast.Name) and isinstance(parent, (ast.BinOp, ast.AugAssign, ast.Assign)):
                other = self.alike.get((node.value.id, ast.unparse(node.slice)))
                if other:
                    yield Change("other name", node.value, node.value, other)
            for index in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
                if isinstance(index, ast.Name) and index.id in self.counting:
                    yield _change("off by one", index, ast.BinOp(index, ast.Sub(), ast.Constant(1)), node.slice)


def _of_constant(node: ast.Constant, parent: ast.AST, whole: bool) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    if isinstance(value, float) and abs(value) > TOLERANCE:
        yield Change("constant", node, node, repr(float(f"{1.1 * value:.12g}")))
    elif isinstance(value, int):
        arithmetic = isinstance(parent, ast.BinOp) and not isinstance(parent.op, (ast.FloorDiv, ast.Mod))
        if arithmetic and value and not whole:
            yield Change("constant", node, node, repr(float(f"{1.1 * value:.12g}")))
        elif whole or isinstance(parent, (ast.BinOp, ast.Compare, ast.Call, ast.Assign)):
            yield Change("off by one", node, node, repr(value + 1))


def _of_operation(node: ast.BinOp, parent: ast.AST) -> Iterator[Change]:
    left, operator, right = node.left, type(node.op), node.right
    if any(isinstance(x, (ast.Constant, ast.JoinedStr)) and not _is_number(x) for x in (left, right)):
        return  # words
    if operator in SIGNS:
        yield _change("sign", node, ast.BinOp(left, SIGNS[operator](), right), parent)
        yield _change("dropped term", node, left, parent)
        alone = right if operator is ast.Add else ast.UnaryOp(ast.USub(), right)
        yield _change("dropped term", node, alone, parent)
    elif operator in SWAPS:
        yield _change("operator", node, ast.BinOp(left, SWAPS[operator](), right), parent)
        yield _change("dropped term", node, left, parent)
        if operator is ast.Mult:
            yield _change("dropped term", node, right, parent)
    elif operator is ast.MatMult:
        yield _change("swapped arguments", node, ast.BinOp(right, ast.MatMult(), left), parent)


def _of_update(node: ast.AugAssign) -> Iterator[Change]:
    operator = type(node.op)
    kind, new = ("sign", SIGNS.get(operator)) if operator in SIGNS else ("operator", SWAPS.get(operator))
    if new is not None:
        yield Change(kind, node, node, ast.unparse(ast.AugAssign(node.target, new(), node.value)))
        yield Change("dropped term", node, node, "pass")


def _of_call(node: ast.Call, kinds: dict[str, str]) -> Iterator[Change]:
    name = _called(node)
    if name in OTHER:
        new = ast.unparse(node.func).removesuffix(name) + OTHER[name]
        yield Change("operator", node.func, node.func, new)
    if name == "range":
        *first, last = node.args[:2]
        yield Change("off by one", last, last, f"{ast.unparse(last)} - 1")
        for one in first:
            yield Change("off by one", one, one, f"{ast.unparse(one)} + 1")
    if name in SYMMETRIC or any(isinstance(x, ast.Starred) for x in node.args):
        return
    skipped = 1 if name == "where" else 0
    for i in range(skipped, len(node.args) - 1):
        one, two = node.args[i : i + 2]
        words = ast.unparse(one), ast.unparse(two)
        same = type(one) is type(two) and kinds.get(words[0]) == kinds.get(words[1])
        if same and words[0] != words[1]:
            yield Change("swapped arguments", one, two, f"{words[1]}, {words[0]}")


def _of_order(function: ast.FunctionDef, left_out: set[ast.AST]) -> Iterator[Change]:
    """Adjacent assignments swapped, where one reads what the other writes, and that is known before."""
    known = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    first_bound: dict[str, int] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            first_bound[node.id] = min(node.lineno, first_bound.get(node.id, node.lineno))
    for block in _blocks(function):
        for one, two in itertools.pairwise(block):
            if {one, two} & left_out or not _assigns(one) or not _assigns(two):
                continue
            written, read = _written(one), _read(two)
            early = written & read and all(n in known or first_bound.get(n, one.lineno) < one.lineno for n in written)
            late = _written(two) & _read(one)
            if early or late:
                indent = " " * one.col_offset
                yield Change("early or late", one, two, f"{ast.unparse(two)}\n{indent}{ast.unparse(one)}")


def _blocks(function: ast.FunctionDef) -> Iterator[Sequence[ast.stmt]]:
    for node in ast.walk(function):
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield block


def _assigns(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Assign, ast.AugAssign))


def _written(node: ast.stmt) -> set[str]:
    """Names that an assignment binds or writes into."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    flat = [x for target in targets for x in (target.elts if isinstance(target, ast.Tuple) else [target])]
    while any(isinstance(x, (ast.Subscript, ast.Attribute)) for x in flat):
        flat = [x.value if isinstance(x, (ast.Subscript, ast.Attribute)) else x for x in flat]
    return {x.id for x in flat if isinstance(x, ast.Name)}


def _read(node: ast.stmt) -> set[str]:
    found = {x.id for x in ast.walk(node) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load)}
    return found | (_written(node) if isinstance(node, ast.AugAssign) else set())


def _change(kind: str, node: ast.expr, new: ast.expr, parent: ast.AST) -> Change:
    text = ast.unparse(new)
    simple = isinstance(new, (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute))
    return Change(kind, node, node, text, loose=not simple and isinstance(parent, OPERATORS))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_number(node: ast.AST, value: float | None = None) -> bool:
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
        return False
    return isinstance(node.value, (int, float, complex)) and (value is None or node.value == value)
