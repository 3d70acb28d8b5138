"""The formulas that a study leans on, printed from the code that it runs: theory functions called with symbols.

What is printed was compared with the function at numbers drawn at random: one that takes another branch, or rounds an
argument, is not printed but named alone.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import inspect
import math
import re
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy as np
import sympy
from sympy.printing.mathml import MathMLPresentationPrinter

from theorylab.views.report.words import letter

MODELS = "theorylab.models."
LONGEST = 90
"""Operations and symbols of the longest formula that is printed."""
SECONDS = 2
"""What one function may take with symbols, where that can be held to."""
DRAWS, AGREEING = 40, 4
"""Points at which function and formula are compared, and how many of them both have to be defined at."""
SIGNS = (("&InvisibleTimes;", "\u2062"), ("&#xB7;", "·"), ("&pi;", "π"), ("<mo>-</mo>", "<mo>−</mo>"))
"""What the printer writes, and the sign itself."""
SIMPLE = 720
"""Largest denominator of a number that is printed as a fraction."""


@dataclass(frozen=True)
class Formula:
    """A theory function that a study calls: what it returns, its source, and, where it takes symbols, its formula."""

    name: str
    says: str
    source: str
    mathml: str = ""
    text: str = ""
    letters: tuple[tuple[str, str], ...] = ()
    """Letters in the formula with the arguments that they stand for."""


def of_study(path: Path) -> list[Formula]:
    """The theory functions that the study in a file names, those with a formula first, in the order of its text.
    Bounds on rounding are left out.

    Nothing of the study is run. A file that cannot be parsed, or that names what is not there, has none.
    """
    found: dict[Callable[..., Any], None] = {}
    for module, names in _named(path):
        function = _function(module, names)
        if function is not None:
            found[function] = None
    return sorted(map(described, found), key=lambda formula: not formula.mathml)


def _named(path: Path) -> list[tuple[str, list[str]]]:
    """What a file takes from the models: module, and names below it, in the order of its text."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
    except (SyntaxError, ValueError):
        return []
    bound: dict[str, tuple[str, list[str]]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and f"{node.module}.".startswith(MODELS):
            bound |= {alias.asname or alias.name: (node.module, [alias.name]) for alias in node.names}
    uses = []
    for node in ast.walk(tree):
        chain, inner = list[str](), node
        while isinstance(inner, ast.Attribute):
            chain, inner = [inner.attr, *chain], inner.value
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load) and inner.id in bound:
            module, first = bound[inner.id]
            uses.append((inner.lineno, inner.col_offset, module, [*first, *chain]))
    return [(module, names) for _, _, module, names in sorted(uses)]


def _function(module: str, names: list[str]) -> Callable[..., Any] | None:
    """The theory function that names lead to below a module of the models; None if they lead elsewhere."""
    try:
        found: Any = importlib.import_module(module)
        for name in names:
            found = _below(found, name)
    except (ImportError, AttributeError):
        return None
    home = getattr(found, "__module__", "") or ""
    there = inspect.isfunction(found) and home.startswith(MODELS) and ".theory" in home
    return found if there and not found.__name__.startswith("_") and not found.__name__.endswith("rounding") else None


def _below(found: Any, name: str) -> Any:
    if isinstance(found, ModuleType) and not hasattr(found, name):
        return importlib.import_module(f"{found.__name__}.{name}")
    return getattr(found, name)


@functools.cache
def described(function: Callable[..., Any]) -> Formula:
    """A theory function as the gallery shows it."""
    says, source = _first_paragraph(function)
    home = function.__module__.removeprefix(MODELS)
    name = f"{home}.{function.__name__}"
    value = expression(function)
    if value is None:
        return Formula(name, says, source)
    words = sorted(str(symbol) for symbol in value.free_symbols)
    letters = tuple((letter(word), word) for word in words if letter(word))
    return Formula(name, says, source, mathml(value), str(value), letters)


def _first_paragraph(function: Callable[..., Any]) -> tuple[str, str]:
    """What a function says that it returns, and the source that ends the paragraph."""
    paragraph = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    found = re.search(r"\s*(?:Derived: (\S+::\w+)|\((\w+, [^()]+, (?:read|recalled))\))\.$", paragraph)
    if found is None:
        return paragraph, ""
    return paragraph[: found.start()], f"derived here: {found[1].rpartition('::')[2]}" if found[1] else found[2]


@functools.cache
def expression(function: Callable[..., Any]) -> sympy.Expr | None:
    """What a function of scalars returns for positive symbols, if its numbers bear that out; None if not.

    Arguments with a default keep it. Formulas longer than `LONGEST` are not shown: None.
    """
    names = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    kinds = {p.kind for p in inspect.signature(function).parameters.values()}
    if not names or kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        return None
    symbols = {name: sympy.Symbol(name, positive=True) for name in names}
    try:
        with _quiet(), _within(SECONDS):
            value = function(**symbols)
            value = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
            if not isinstance(value, sympy.Expr) or not value.free_symbols or _size(value) > LONGEST:
                return None
            value = _fractions(value)
            return value if _borne_out(function, value, names) else None
    except Exception:  # whatever arithmetic for numbers makes of symbols
        return None


def _size(value: sympy.Expr) -> int:
    """Nodes of an expression, counted until there are too many."""
    return sum(1 for _ in zip(sympy.preorder_traversal(value), range(LONGEST + 1), strict=False))


def _borne_out(function: Callable[..., Any], value: sympy.Expr, names: list[str]) -> bool:
    """Whether a formula has the function's values at points drawn at random, wherever both have one."""
    generator, agreeing = np.random.default_rng(1), 0
    numbers = sympy.lambdify([sympy.Symbol(name, positive=True) for name in names], value, "math")
    for _ in range(DRAWS):
        point = [
            [float(generator.uniform(0.05, 0.95)), float(generator.uniform(1.0, 5.0)), int(generator.integers(2, 40))][
                generator.integers(3)
            ]
            for _ in names
        ]
        try:
            one, other = float(function(**dict(zip(names, point, strict=True)))), float(numbers(*point))
        except Exception:  # outside its range
            continue
        if not (math.isfinite(one) and math.isfinite(other)):
            continue
        if not math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9):
            return False
        agreeing += 1
    return agreeing >= AGREEING


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _within(seconds: int) -> Iterator[None]:
    """Raise TimeoutError after so many seconds, where an alarm can be set and is not in use."""
    usable = hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()
    if not usable or signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        yield
        return

    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _fractions(value: sympy.Expr) -> sympy.Expr:
    """The expression with its floats as fractions, roots of them or multiples of pi, or rounded to four digits."""
    return value.xreplace({number: _fraction(number) for number in value.atoms(sympy.Float)})


def _fraction(number: sympy.Float) -> sympy.Expr:
    given = float(number)
    for scale, exact in ((1.0, sympy.Integer(1)), (math.pi, sympy.pi), (1 / math.pi, 1 / sympy.pi)):
        if (simple := _simple(given / scale)) is not None:
            return simple * exact
    if (simple := _simple(given**2)) is not None:
        return sympy.sqrt(simple) if given > 0 else -sympy.sqrt(simple)
    return sympy.Float(given, 4)


def _simple(number: float) -> sympy.Rational | None:
    near = sympy.Rational(number).limit_denominator(SIMPLE) if math.isfinite(number) else None
    return near if near is not None and near and math.isclose(float(near), number, rel_tol=2e-15) else None


class _Printer(MathMLPresentationPrinter):  # type: ignore[misc]
    """MathML in which a word stays a word, the letters of the notation are letters, and sums begin with a plus."""

    def _print_Symbol(self, sym: sympy.Symbol, style: str = "plain") -> Any:  # noqa: N802, the printer's name
        word = str(sym)
        name, _, below = (letter(word) or word).partition("_") if letter(word) else (word.replace("_", " "), "", "")
        item = self.dom.createElement("mi")
        item.appendChild(self.dom.createTextNode(name))
        if not below:
            return item
        both, index = self.dom.createElement("msub"), self.dom.createElement("mi")
        index.appendChild(self.dom.createTextNode(below))
        both.appendChild(item)
        both.appendChild(index)
        return both

    def _as_ordered_terms(self, expr: sympy.Expr, order: str | None = None) -> list[sympy.Expr]:
        terms = super()._as_ordered_terms(expr, order=order)
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))


def mathml(value: sympy.Expr) -> str:
    """An expression as the inside of a MathML element."""
    words = any(len(letter(str(symbol)) or str(symbol)) > 1 for symbol in value.free_symbols)
    printed: str = _Printer({"mul_symbol": "dot" if words else None}).doprint(value)
    inner = re.sub(r"^<math[^>]*>|</math>$", "", printed.strip())
    for printed, sign in SIGNS:
        inner = inner.replace(printed, sign)
    return inner
