"""The layout, held by reading the sources: imports point one way, no circle, one door to matplotlib, a word for all.

Each rule is one test that lists its offenders, and one that sees an offender made for it.
"""

import ast
import fnmatch
import functools
import re
import tomllib
from pathlib import Path

import theorylab
from tests.emitters import emitters
from theorylab.trials.reach import names_in
from theorylab.trials.registry import ENTRIES, PAGE, Entry, Ground

ROOT = Path(theorylab.__file__).parents[1]
NAMES = sorted(
    path.relative_to(ROOT).as_posix() for top in ("theorylab", "studies") for path in (ROOT / top).rglob("*.py")
)
PUBLIC = theorylab.LAZY | theorylab.MODULES
# What each room may import beside itself, errors and the public root; a name that is no room is a file of its own.
ROOMS = {
    "errors": set(),
    "numerics": set(),
    "curves": {"numerics"},
    "running": {"numerics", "curves"},
    "verdicts": {"numerics", "curves"},
    "trials": {"numerics", "curves", "running", "verdicts", "models"},
    "models": {"numerics", "curves", "running"},
    "conformance": {"numerics", "models"},
    "views": {"numerics", "curves", "running", "verdicts", "trials", "models", "conformance"},
    "studies": {"numerics", "curves", "running", "verdicts", "trials", "models"},
}
LIMITS = {"C901", "PLR0913"}
# Functions whose tests are still to come; the set only shrinks.
PENDING: set[str] = set()
# Functions of theory that check arguments or choose a road: they compute no formula.
NO_FORMULA = {
    "valid_size", "valid_step_size", "valid_decay", "averaging_starts", "steps_are_made",
    "valid_momentum", "valid_moves", "valid_schedule",
}  # fmt: skip
VAGUE = ("util", "utils", "common", "base", "helper", "helpers", "misc", "tools", "core")


@functools.cache
def tree(name):
    return ast.parse((ROOT / name).read_bytes())


def module(name):
    """Dotted name of the module in a file."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(name, text=None):
    """Absolute names that a file imports, wherever in the file; except what only the type checker sees."""
    package = module(name).split(".") if name.endswith("__init__.py") else module(name).split(".")[:-1]
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


def room(name):
    """The room of a dotted name: 'numerics', ..., 'studies', 'root' for a public name, '' for a library."""
    parts = name.split(".")
    if parts[0] == "studies":
        return "studies"
    if parts[0] != "theorylab":
        return ""
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else "root"


def forbidden(name, text=None):
    """Imports of a file that point the wrong way: into a room above, or from one model into another."""
    own = room(module(name))
    if own == "root":  # the public names: everything, lazily
        return set()
    wrong = set()
    for target in imported(name, text):
        there = room(target)
        if there == "root" and own != "studies":
            # `import theorylab` is the notation and the public table; its names belong to the studies.
            there = room(f"theorylab.{PUBLIC[target.split('.')[1]]}") if target.split(".")[-1] in PUBLIC else "errors"
        if there not in {"", "root", "errors", own, *ROOMS[own]} or (
            own == there == "models" and target.split(".")[2:3] != module(name).split(".")[2:3]
        ):
            wrong.add(target)
    return wrong


def circles(graph):
    """Groups of modules that import each other round, by Tarjan's components: each sorted, none of one module alone."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = [stack.pop()]
            while group[-1] != node:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def imports_of_modules():
    """Which module of the lab imports which; a name taken from a package is its submodule, where there is one."""
    modules = {module(name) for name in NAMES if name.startswith("theorylab/")} - {"theorylab"}
    graph = {}
    for name in NAMES:
        if module(name) in modules:
            targets = {target if target in modules else target.rpartition(".")[0] for target in imported(name)}
            graph[module(name)] = sorted((targets & modules) - {module(name)})
    return graph


@functools.cache
def names_of_tests():
    """All tests, as FILE::TEST."""
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        names = re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        found.update(f"{path.relative_to(ROOT).as_posix()}::{name}" for name in names)
    return found


def sourceless(text, keys, tests):
    """Theory functions whose first paragraph does not end with a source that is there.

    A source is a test, `Derived: FILE::TEST.`, or `(KEY, place, read)`, or recalled, with an entry KEY.
    """
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name not in NO_FORMULA:
            paragraph = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
            derived = re.search(r"Derived: (\S+::\w+)\.$", paragraph)
            cited = re.search(r"\((\w+), [^()]+, (?:read|recalled)\)\.$", paragraph)
            if not (derived and derived[1] in tests) and not (cited and cited[1] in keys):
                yield node.name


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
    rooms = [room(module(name)) for name in NAMES]
    assert set(rooms) == {*ROOMS, "root"}
    assert rooms.count("studies") > 95
    assert "theorylab/models/regression/model.py" in NAMES


def test_imports_point_one_way():
    assert not {name: sorted(wrong) for name in NAMES if (wrong := forbidden(name))}


def test_an_import_that_points_the_wrong_way_is_seen():
    for name, text in (
        ("theorylab/verdicts/rates.py", "import studies"),
        ("theorylab/verdicts/rates.py", "from theorylab.models.regression import theory"),
        ("theorylab/verdicts/rates.py", "def f():\n    from ..models.regression.theory import sgd_risk"),
        ("theorylab/verdicts/rates.py", "from theorylab import models"),
        ("theorylab/verdicts/rates.py", "from theorylab.running import store"),
        ("theorylab/numerics/jit.py", "from theorylab.curves import Curve"),
        ("theorylab/running/tasks.py", "from theorylab import Rival"),
        ("theorylab/trials/results.py", "from theorylab.views import tables"),
        ("theorylab/trials/results.py", "from theorylab import plots"),
        ("theorylab/models/regression/theory.py", "from theorylab.models.edge import model"),
        ("theorylab/models/regression/theory.py", "from ..edge import model"),
        ("theorylab/models/regression/theory.py", "from theorylab.trials import study"),
        ("theorylab/models/regression/theory.py", "import studies.regression.ema_linear_regression.one_hot"),
        ("studies/regression/p/one_hot.py", "from theorylab.views import plots"),
    ):
        assert forbidden(name, text), text
    for name, text in (
        ("theorylab/models/regression/theory.py", "from theorylab.numerics import spectra\nfrom . import model"),
        ("studies/regression/p/one_hot.py", "from theorylab import plots\nfrom theorylab.models.edge import model"),
        ("theorylab/verdicts/rates.py", "if TYPE_CHECKING:\n    from theorylab.models.regression import theory"),
        ("theorylab/views/tables.py", "from theorylab.trials import results"),
    ):
        assert not forbidden(name, text), text


def test_no_modules_import_each_other_round():
    assert not circles(imports_of_modules())


def test_a_circle_is_seen():
    assert circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}) == [["a", "b", "c"]]
    assert not circles({"a": ["b", "c"], "b": ["c"], "c": []})


def drawing(name, text=None):
    """What a file imports of matplotlib."""
    return {target for target in imported(name, text) if target.split(".")[0] in ("matplotlib", "mpl_toolkits")}


def pictures(name, text=None):
    """What is wrong with how a file draws: matplotlib outside views, or its global state anywhere."""
    return {x for x in drawing(name, text) if "pyplot" in x or not name.startswith("theorylab/views/")}


def test_only_views_know_matplotlib_and_none_its_global_state():
    assert not [name for name in NAMES if pictures(name)]
    assert drawing("theorylab/views/plots.py")


def test_drawing_elsewhere_and_global_state_are_seen():
    assert pictures("studies/edge/p/claim.py", "def figure():\n    from matplotlib.figure import Figure")
    assert pictures("theorylab/views/plots.py", "import matplotlib.pyplot as plt")
    assert pictures("theorylab/views/plots.py", "from matplotlib import pyplot")
    assert not pictures("theorylab/views/plots.py", "from matplotlib.figure import Figure")


def vague(name):
    """Parts of a path that say nothing of what is there."""
    return set(name.removesuffix(".py").split("/")) & set(VAGUE)


def test_modules_are_named_by_what_is_in_them():
    assert not [name for name in NAMES if vague(name)]


def test_a_name_that_says_nothing_is_seen():
    assert vague("theorylab/running/utils.py")
    assert vague("theorylab/common/grids.py")
    assert not vague("theorylab/numerics/balls.py")


def test_everything_public_says_what_it_is():
    assert not [name for name in NAMES if not ast.get_docstring(tree(name))]
    silent = {name: list(undocumented(tree(name))) for name in NAMES if name.startswith("theorylab/")}
    assert not {name: found for name, found in silent.items() if found}


def test_a_missing_docstring_is_seen():
    text = 'class A:\n    """A."""\n    def f(self): ...\n    def _g(self): ...\ndef h(): ...'
    assert list(undocumented(ast.parse(text))) == ["A.f", "h"]


def test_every_formula_has_a_source():
    keys = set()
    for path in (ROOT / "studies").rglob("*.bib"):
        keys.update(re.findall(r"^@\w+\{(\w+),", path.read_text(encoding="utf-8"), re.MULTILINE))
    tests = names_of_tests()
    theory = [name for name in NAMES if name.startswith("theorylab/models/") and "/theory" in name]
    assert len(theory) >= 6
    found = {name: list(sourceless((ROOT / name).read_bytes(), keys, tests)) for name in theory}
    assert not {name: functions for name, functions in found.items() if functions}


def test_a_formula_without_a_source_is_seen():
    cases = {
        "f": "A number. Derived: tests/a.py::test_f.",
        "g": "A number\n    (key2020, Theorem 1, read).\n\n    More.",
        "no_source": "A number.",
        "no_test": "A number. Derived: tests/a.py::test_g.",
        "no_entry": "A number (other2020, Theorem 1, recalled).",
        "no_kind": "A number (key2020, Theorem 1).",
        "too_late": "A number.\n\n    Derived: tests/a.py::test_f.",
    }
    text = "".join(f'def {name}():\n    """{words}"""\n' for name, words in cases.items())
    missing = list(sourceless(text, {"key2020"}, {"tests/a.py::test_f"}))
    assert missing == ["no_source", "no_test", "no_entry", "no_kind", "too_late"]


def test_nothing_is_printed_past_the_command_line():
    assert not [name for name in NAMES if printing(tree(name))]


def test_a_print_is_seen():
    assert printing(ast.parse("def f():\n    x = 1\n    print(x)\n'print('")) == [3]


def untested(module, named):
    """Public functions at the top of a file that are not among the names; a command may go by its word."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            words = {x.value for call in node.decorator_list for x in ast.walk(call) if isinstance(x, ast.Constant)}
            if not ({node.name} | words) & named:
                yield node.name


def test_every_public_function_is_named_by_a_test():
    named = set().union(
        *(names_in(ast.parse(path.read_bytes())) for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))
    )
    library = [name for name in NAMES if name.startswith("theorylab/")]
    found = {name: sorted(set(untested(tree(name), named)) - PENDING) for name in library}
    assert not {name: functions for name, functions in found.items() if functions}


def test_a_function_that_no_test_names_is_seen():
    named = names_in(ast.parse("from theorylab.a import f\nx = b.g(1)\nrun('command')\nh = getattr(b, 'by_name')"))
    text = "".join(f"def {name}(): ...\n" for name in ("f", "g", "lost", "_h", "by_name"))
    text += "@c.command('command')\ndef k(): ..."
    assert list(untested(ast.parse(text), named)) == ["lost"]


def excepted(text):
    """Files of the linter's settings that may be complex or take many arguments: (glob, rules), a pair a line."""
    settings = tomllib.loads(text)["tool"]["ruff"]["lint"]
    return {(glob, rule) for glob, rules in settings["per-file-ignores"].items() for rule in rules if rule in LIMITS}


def long_signatures(text, most):
    """Functions with more than so many parameters."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if len(arguments) > most:
                yield node.name


def test_the_linter_holds_complexity_and_parameters():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert set(settings["select"]) >= LIMITS
    assert settings["mccabe"]["max-complexity"] == 15
    assert settings["pylint"]["max-args"] == 8
    for glob, rule in excepted((ROOT / "pyproject.toml").read_text(encoding="utf-8")):
        tests = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")]
        files = [ROOT / name for name in [*NAMES, *tests] if fits(name, glob)]
        assert files, f"{glob} names no file"
        if rule == "PLR0913":
            kept = [path for path in files if list(long_signatures(path.read_bytes(), 8))]
            assert kept, f"{glob} needs no exception any more: delete it"


def fits(name, glob):
    """Whether a path fits a glob of the linter: `{a,b}` is either."""
    head, brace, rest = glob.partition("{")
    if not brace:
        return fnmatch.fnmatchcase(name, glob)
    inner, _, tail = rest.partition("}")
    return any(fits(name, head + part + tail) for part in inner.split(","))


def test_an_exception_that_is_not_needed_is_seen():
    assert list(long_signatures("def f(a, b, *, c): ...\ndef g(a): ...", 2)) == ["f"]
    assert excepted('[tool.ruff.lint.per-file-ignores]\n"a.py" = ["T20", "C901"]') == {("a.py", "C901")}
    assert fits("theorylab/a/b.py", "theorylab/{a,c}/b.py")
    assert not fits("theorylab/d/b.py", "theorylab/{a,c}/b.py")


def promises():
    """What emits an interval, a bound or a probability, by its dotted name below the lab, with the source it names."""
    for name in NAMES:
        if name.startswith("theorylab/") and not name.startswith("theorylab/views/"):
            yield from emitters(tree(name), f"{module(name).removeprefix('theorylab').removeprefix('.')}.")


def unvouched(names, entries):
    """Names that no entry vouches for."""
    return [name for name in names if not any(fnmatch.fnmatchcase(name, entry) for entry in entries)]


def groundless(entries, tests, headings):
    """Entries whose ground is not there: no such test, no such section of the page, no such other entry."""
    for name, entry in entries.items():
        if entry.ground is Ground.CARRIED:
            there = entry.where in entries and entry.where != name
        elif entry.where.startswith(PAGE):
            there = any(heading.startswith(entry.where.removeprefix(PAGE)) for heading in headings)
        else:
            there = entry.where in tests
        if not there:
            yield name


def test_every_interval_bound_and_probability_is_vouched_for():
    found = dict(promises())
    names = [name for name, source in found.items() if not source]
    assert len(found) > 100
    assert not unvouched(names, ENTRIES)
    assert not [entry for entry in ENTRIES if not fnmatch.filter(names, entry)], "entries of what is no more"
    assert not {source for source in found.values() if "::" in source} - names_of_tests()
    page = (ROOT / "figures" / "calibration.md").read_text(encoding="utf-8")
    assert not list(groundless(ENTRIES, names_of_tests(), re.findall(r"^## (.*)$", page, re.MULTILINE)))


def test_a_promise_that_nothing_vouches_for_is_seen():
    text = """
def kept(x) -> tuple[float, float]:
    "Interval of x. Derived: tests/a.py::test_f."
def lost(x) -> float:
    "Error bound of x."
class Fit:
    def limits(self) -> Limits: ...
    def _own(self) -> Limits: ...
def plain(x) -> float:
    "Square of x. It has no interval."
"""
    found = dict(emitters(ast.parse(text), "a."))
    assert found == {"a.kept": "tests/a.py::test_f", "a.lost": "", "a.Fit.limits": ""}
    assert unvouched(["a.lost", "a.Fit.limits"], {"a.Fit.*": None}) == ["a.lost"]
    for name in ("verdicts.rates.power_law", "verdicts.intervals.mean_limits", "models.sde.adam.nobody"):
        assert unvouched([name], {key: entry for key, entry in ENTRIES.items() if key != name}) == [name]


def test_an_entry_without_its_ground_is_seen():
    entries = {
        "a": Entry(Ground.MEASURED, "tests/a.py::test_f"),
        "b": Entry(Ground.PROVED, "tests/a.py::test_g"),
        "c": Entry(Ground.MEASURED, f"{PAGE}A section"),
        "d": Entry(Ground.MEASURED, f"{PAGE}No section"),
        "e": Entry(Ground.CARRIED, "a"),
        "f": Entry(Ground.CARRIED, "nobody"),
        "g": Entry(Ground.CARRIED, "g"),
    }
    assert list(groundless(entries, {"tests/a.py::test_f"}, ["A section of the page"])) == ["b", "d", "f", "g"]
