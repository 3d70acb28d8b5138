"""Every formula says where it is from: in print, with how well that is known, or in a test that derives it here.

The first paragraph of a docstring ends with `Derived: tests/...::test_name.` or with `(key, place, read or recalled).`,
the key that of a paper.bib or of references.bib.
"""

import ast
import functools
import re
from pathlib import Path

import theorylab

ROOT = Path(theorylab.__file__).parents[1]
MODELS = ROOT / "theorylab" / "models"
# Where formulas stand; the other modules of a model hold problems, kernels, simulations and certificates.
FORMULAS = (
    "*/theory*.py", "*/theory/*.py", "bilevel/solutions.py", "edge/squared.py", "minimax/bilinear.py",
    "edge/designs.py", "edge/operators.py", "edge/residual.py", "edge/valley.py", "smoothing/wells.py",
    "minimax/moments.py", "minimax/schedules.py", "regression/budgets.py", "regression/horizons.py",
    "quadratics/valleys.py", "regression/moments.py", "regression/scheduled.py", "sde/adam.py", "sde/adam_kernels.py",
    "sde/adaptive.py", "sde/batches.py", "sde/circle.py", "sde/integrators.py", "sde/sam.py",
    "sde/weak.py", "separable/collapse.py", "separable/imbalance.py", "separable/margin.py",
)  # fmt: skip
# What stands among them and states nothing: checks of arguments, instances, an inner product.
NO_FORMULAS = {
    "averaging_starts", "count", "dot", "positive", "problems", "random_problems", "steps_are_made",
}  # fmt: skip
DERIVED = re.compile(r"Derived: (tests/[\w/]+\.py)::(test_\w+)\.$")
PRINTED = re.compile(r"\((\w+), [^()]+, (read|recalled)\)\.$")


def functions(text):
    return [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


def formulas():
    """File and function of every public formula."""
    files = sorted({path for pattern in FORMULAS for path in MODELS.glob(pattern)})
    for path in files:
        for node in functions(path.read_text(encoding="utf-8")):
            if not node.name.startswith(("_", "valid_")) and node.name not in NO_FORMULAS:
                yield path.relative_to(ROOT).as_posix(), node


def names(node):
    """Identifiers that a piece of code uses, and words that it may look up by name."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, (ast.Attribute, ast.alias)):
            yield part.attr if isinstance(part, ast.Attribute) else part.name
        elif isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) < 80:
            yield from re.findall(r"\w+", part.value)
            yield part.value + "_moments"  # a form that a test is parametrised over
        elif isinstance(part, ast.arg):
            yield part.arg


@functools.cache
def uses(text):
    """Name of each top-level definition, and the names that it uses."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.setdefault(node.name, set()).update(names(node))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                for name in names(target):
                    found.setdefault(name, set()).update(names(node.value))
    return found


def reached(start, graph):
    """Names that a definition uses, by itself or through what it uses."""
    seen, pending = set(), [start]
    while pending:
        for name in graph.get(pending.pop(), ()):
            if name not in seen:
                seen.add(name)
                pending.append(name)
    return seen


def model_of(file):
    """The definitions of a model: test and formula may be joined by them."""
    graph = {}
    for path in sorted((MODELS / file.split("/")[2]).rglob("*.py")):
        for name, used in uses(path.read_text(encoding="utf-8")).items():
            graph.setdefault(name, set()).update(used)
    return graph


def keys():
    """Keys of all entries that a study or a formula may cite."""
    files = [ROOT / "studies" / "references.bib", *(ROOT / "studies").glob("*/*/paper.bib")]
    return {key for path in files for key in re.findall(r"^@\w+\{(\w+),", path.read_text(encoding="utf-8"), re.M)}


def unsourced(file, node, known, graph=None):
    """What is wrong with the source of a formula, in words; '' if nothing is."""
    first = (ast.get_docstring(node) or "").split("\n\n")[0]
    if printed := PRINTED.search(first):
        return "" if printed[1] in known else f"no paper.bib has the key {printed[1]}"
    derived = DERIVED.search(first)
    if not derived:
        return "the first paragraph of the docstring ends without a source"
    path = ROOT / derived[1]
    if not path.is_file():
        return f"there is no {derived[1]}"
    own = uses(path.read_text(encoding="utf-8"))
    if derived[2] not in own:
        return f"{derived[1]} has no {derived[2]}"
    joined = {name: own.get(name, set()) | (graph or {}).get(name, set()) for name in {*own, *(graph or {})}}
    return "" if node.name in reached(derived[2], joined) else f"{derived[2]} does not reach it"


def test_every_formula_has_a_source_that_exists():
    known, graphs, wrong = keys(), {}, []
    for file, node in formulas():
        graph = graphs.setdefault(file.split("/")[2], model_of(file))
        if reason := unsourced(file, node, known, graph):
            wrong.append(f"{file}: {node.name}: {reason}")
    assert not wrong, "\n".join(wrong)


def test_the_formulas_are_found():
    found = [f"{file}: {node.name}" for file, node in formulas()]
    assert len(found) > 180
    assert "theorylab/models/edge/theory.py: balance_contraction" in found


def test_a_formula_without_a_source_is_seen():
    test = "tests/models/edge/test_theory.py::test_balance_contraction_is_an_identity_at_depth_two_and_three"
    file = "theorylab/models/edge/theory.py"
    for name, docstring, reason in (
        ("f", "The factor.", "without a source"),
        ("f", f"The factor.\n\nMore.\nDerived: {test}.", "without a source"),
        ("f", "The factor (li2025ema, eq. 7).", "without a source"),
        ("f", "The factor.\n(nobody1999, eq. 7, read).", "no paper.bib has the key nobody1999"),
        ("f", "The factor.\nDerived: tests/no_such_file.py::test_x.", "there is no tests/no_such_file.py"),
        ("f", "The factor.\nDerived: tests/models/edge/test_theory.py::test_no_such.", "has no test_no_such"),
        ("f", f"The factor.\nDerived: {test}.", "does not reach it"),
        ("balance_contraction", f"The factor.\nDerived: {test}.", ""),
        ("f", "The factor.\n(li2025ema, eq. 7, recalled).", ""),
    ):
        (node,) = functions(f'def {name}():\n    """{docstring}"""')
        found = unsourced(file, node, keys())
        assert (reason in found) if reason else not found, (docstring, found)
