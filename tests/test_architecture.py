"""The layout, held by reading the sources: imports point one way, one door to matplotlib, a docstring for everyone."""

import ast
from pathlib import Path

import pytest

import theorylab

ROOT = Path(theorylab.__file__).parents[1]
FILES = sorted([*(ROOT / "theorylab").rglob("*.py"), *(ROOT / "studies").rglob("*.py")])
NAMES = [path.relative_to(ROOT).as_posix() for path in FILES]
# A family is a folder of the lab that holds a model; everything else in the lab is the bench.
FAMILIES = sorted(path.parent.name for path in (ROOT / "theorylab").glob("*/model.py"))
VAGUE = ("util", "utils", "common", "base", "helper", "helpers", "misc", "tools", "core")


def tree(name):
    return ast.parse((ROOT / name).read_bytes())


def imported(name, text=None):
    """Absolute names that a file imports, wherever in the file; except what only the type checker sees."""
    parts = name.removesuffix(".py").removesuffix("/__init__").split("/")
    package = parts if name.endswith("__init__.py") else parts[:-1]
    found, pending = set(), [tree(name) if text is None else ast.parse(text)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{stem}.{alias.name}" for alias in node.names}
        pending.extend(ast.iter_child_nodes(node))
    return found


def layer(name):
    """studies, the name of a family, or bench: of a path, or of a dotted module name; '' for a library."""
    parts = name.removesuffix(".py").replace("/", ".").split(".")
    if parts[0] == "studies":
        return "studies"
    if parts[0] != "theorylab":
        return ""
    return parts[1] if len(parts) > 1 and parts[1] in FAMILIES else "bench"


def forbidden(name, text=None):
    """Imports that point the wrong way."""
    own = layer(name)
    allowed = {"bench": {"bench"}, "studies": {"studies", "bench", *FAMILIES}}.get(own, {"bench", own})
    return {module for module in imported(name, text) if layer(module) not in allowed | {""}}


def printing(node):
    return [
        call.lineno
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"
    ]


def undocumented(node, prefix=""):
    """Public classes, functions and methods without a docstring."""
    for child in node.body:
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or child.name.startswith("_"):
            continue
        if any(getattr(decorator, "id", "") == "overload" for decorator in child.decorator_list):
            continue  # the implementation below it speaks for all
        if not ast.get_docstring(child):
            yield prefix + child.name
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, f"{prefix}{child.name}.")


def test_the_sources_are_found():
    assert "regression" in FAMILIES
    assert "verdicts" not in FAMILIES
    assert len([name for name in NAMES if layer(name) == "bench"]) > 10
    assert len([name for name in NAMES if layer(name) == "regression"]) > 3
    assert len([name for name in NAMES if layer(name) == "studies"]) > 3


@pytest.mark.parametrize("name", NAMES)
def test_imports_point_one_way(name):
    assert not forbidden(name)


def test_an_import_that_points_the_wrong_way_is_seen(monkeypatch):
    monkeypatch.setattr(f"{__name__}.FAMILIES", ["edge", "regression"])
    for name, text in (
        ("theorylab/rates.py", "import studies"),
        ("theorylab/rates.py", "from theorylab.regression import theory"),
        ("theorylab/rates.py", "def f():\n    from .regression.theory import sgd_risk"),
        ("theorylab/rates.py", "from theorylab import regression"),
        ("theorylab/rates.py", "from . import regression"),
        ("theorylab/verdicts/rule.py", "from ..regression import theory"),
        ("theorylab/regression/theory.py", "from theorylab.edge import model"),
        ("theorylab/regression/theory.py", "from ..edge import model"),
        ("theorylab/regression/theory.py", "import studies.regression.one_hot"),
    ):
        assert forbidden(name, text), text
    for name, text in (
        ("theorylab/regression/theory.py", "from theorylab import spectra\nfrom . import model"),
        ("studies/regression/one_hot.py", "from theorylab.edge import model\nfrom theorylab.regression import theory"),
        ("theorylab/rates.py", "if TYPE_CHECKING:\n    from theorylab.regression import theory"),
    ):
        assert not forbidden(name, text), text


@pytest.mark.parametrize("name", NAMES)
def test_only_plots_knows_matplotlib(name):
    drawing = {module for module in imported(name) if module.split(".")[0] in ("matplotlib", "mpl_toolkits", "pylab")}
    assert not drawing or name == "theorylab/plots.py"
    assert not any("pyplot" in module for module in drawing), "pyplot keeps figures in global state"


def test_plots_does_draw_with_matplotlib():
    assert any(module.startswith("matplotlib") for module in imported("theorylab/plots.py"))


@pytest.mark.parametrize("name", NAMES)
def test_modules_are_named_by_what_is_in_them(name):
    assert not set(name.removesuffix(".py").split("/")) & set(VAGUE)


@pytest.mark.parametrize("name", NAMES)
def test_everything_public_says_what_it_is(name):
    node = tree(name)
    empty_package = name.startswith("studies/") and name.endswith("__init__.py")
    assert ast.get_docstring(node) or empty_package, "the module"
    if name.startswith("theorylab/"):
        assert not list(undocumented(node))


def test_a_missing_docstring_is_seen():
    text = 'class A:\n    """A."""\n    def f(self): ...\n    def _g(self): ...\ndef h(): ...'
    assert list(undocumented(ast.parse(text))) == ["A.f", "h"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_printed_past_the_command_line(name):
    assert not printing(tree(name))


def test_a_print_is_seen():
    assert printing(ast.parse("def f():\n    x = 1\n    print(x)\n'print('")) == [3]
