"""Finds what returns an interval, a bound or a probability, by reading: its annotation, and its first sentence."""

import ast
import re

TYPES = {"Limits", "Moments", "Rate", "Cell", "Comparison", "Judgement", "Check", "Score", "Certificate"}
"""What is such a thing by its type."""
WORDS = re.compile(
    r"\b(intervals?|bounds?|limits|probabilit(?:y|ies)|p-values?|certificates?|enclosures?|brackets?|miss(?:es)?|"
    r"rounding|confidence|quantiles?|half-width|counterexamples)\b",
    re.IGNORECASE,
)
"""What says that a number is one."""
NUMBERS = {"float", "int", "Any", "Floats", "NDArray", "np", "float64", "arb", "tuple", "list", "dict", "str"}
"""What annotations of numbers are made of. Curves are none: they hold what is known of them."""
DERIVED = re.compile(r"Derived: (\S+::\w+)\.$")
CITED = re.compile(r"\((\w+), [^()]+, (?:read|recalled)\)\.$")
"""A first paragraph that names its own source: a test, or a place in a paper."""


def paragraph(node):
    """The first paragraph of a docstring, in one line."""
    return " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())


def emits(node):
    """Whether a function returns an interval, a bound or a probability."""
    if node.returns is None:
        return False
    parts = [x.id if isinstance(x, ast.Name) else x.attr for x in ast.walk(node.returns)
             if isinstance(x, (ast.Name, ast.Attribute))]  # fmt: skip
    sentence = re.split(r"\. (?=[A-Z])", paragraph(node))[0]
    numbers = set(parts) <= NUMBERS and set(parts) not in ({"str"}, set())
    return bool(TYPES & set(parts)) or (numbers and bool(WORDS.search(sentence)))


def emitters(module, prefix):
    """Dotted names of the public functions and methods of a parsed module that emit, each with its source or ''."""
    for node in module.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from emitters(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and emits(node):
            derived, cited = (rule.search(paragraph(node)) for rule in (DERIVED, CITED))
            yield f"{prefix}{node.name}", derived[1] if derived else cited[1] if cited else ""
