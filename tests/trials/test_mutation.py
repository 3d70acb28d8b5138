"""Mutants: which there are of a text, where none are made, and that samples are fair, fixed and stable."""

import ast
from collections import Counter
from pathlib import Path

import pytest

import theorylab
from theorylab.trials.changes import changes, counters
from theorylab.trials.mutation import functions, mutants, sample

MODELS = Path(theorylab.__file__).parent / "models"


def after(text, kind=None):
    """What lines become, by kind."""
    found = mutants("toy/theory.py", text.encode())
    return [one.after for one in found if kind is None or one.kind == kind]


@pytest.mark.parametrize(
    ("line", "kind", "becomes"),
    [
        ("return 2.0", "constant", {"return 2.2"}),
        ("return a + b", "sign", {"return a - b"}),
        ("return -a", "sign", {"return a"}),
        ("return a * b", "operator", {"return a / b"}),
        ("return a**b", "operator", {"return a * b"}),
        ("return max(a, b)", "operator", {"return min(a, b)"}),
        ("return a * b", "dropped term", {"return a", "return b"}),
        ("return a - b", "dropped term", {"return a", "return -b"}),
        ("a += b", "dropped term", {"pass"}),
        ("return f(a, b)", "swapped arguments", {"return f(b, a)"}),
        ("return a @ b", "swapped arguments", {"return b @ a"}),
        ("return a[0] + b[0] + c[1]", "other name", {"return b[0] + b[0] + c[1]", "return a[0] + a[0] + c[1]"}),
        ("return a < b", "< for <=", {"return a <= b"}),
        ("return a[0]", "off by one", {"return a[1]"}),
        ("return [a[k] for k in range(1, b)]", "off by one",
         {"return [a[k - 1] for k in range(1, b)]", "return [a[k] for k in range(2, b)]",
          "return [a[k] for k in range(1 + 1, b)]", "return [a[k] for k in range(1, b - 1)]"}),
        ("a = f(a)\n    b = a\n    return b", "early or late", {"b = a a = f(a)"}),
        ("return (a + b) * 2", "sign", {"return (a - b) * 2"}),
        ("return a * b**2", "operator", {"return a / b ** 2", "return a * (b * 2)"}),
    ],
)  # fmt: skip
def test_each_kind_of_change(line, kind, becomes):
    assert {*after(f"def f(a, b):\n    {line}\n", kind)} == becomes


@pytest.mark.parametrize(
    "body",
    [
        '"""Times 2 + 2."""',
        'require(a > 0, f"a={a + 1} is not allowed")',
        'whole("a", a + 1)',
        "theory.valid_step(a + 1)",
        'raise ValueError("a" + b)',
        "c = a + 1\n    require(c > 0, '')",
        "if a + 1 > b:\n        c = a + 1\n        raise ValueError(c)",
        "for x in (a + 1, b):\n        require(x > 0, '')",
        "rounding = 4 * a\n    return C(rounding=2 * b)",
        "return (a + 3) * 2.0**-53",
        "return a * UNIT",
        "return 1e-12",
    ],
)
def test_checks_words_and_bounds_on_rounding_are_left_alone(body):
    assert after(f"def f(a: int = 1 + 1, b=2) -> 'a':\n    {body}\n") == []
    assert after("def valid_size(a):\n    return a + 1\n") == []
    assert after("def step_rounding(a):\n    return a + 1\n") == []


def test_a_function_that_only_checks_is_a_check():
    check = "def in_range(name, inside):\n    low = inside\n    require(low, name + '')\n\n"
    assert after(f"{check}def f(a):\n    inside = a < 0.75\n    in_range('a', inside)\n    return -a\n") == ["return a"]
    other = check.replace("require(low, name + '')", "return low")
    assert "inside = a <= 0.75" in after(f"{other}def f(a):\n    inside = a < 0.75\n    in_range('a', inside)\n")


def test_arguments_of_different_kinds_are_not_swapped():
    head = "def f(problem: Problem, step: float, size: float):\n    return "
    assert after(f"{head}g(problem, step)\n", "swapped arguments") == []
    assert after(f"{head}g(step, h(size))\n", "swapped arguments") == []
    assert after(f"{head}g(step, size)\n", "swapped arguments") == ["return g(size, step)"]


def test_what_is_left_out_stays_for_other_uses():
    text = "def f(a):\n    c = -a\n    require(c > 0, '')\n    return c\n"
    assert after(text) == ["c = a"]


def test_a_mutant_changes_its_own_bytes_only():
    text = "def f(a):\n    é = 1.0  # ü\n    return é + a\n".encode()
    one = next(x for x in mutants("toy/theory.py", text) if x.kind == "sign")
    assert one.applied(text) == text.replace("é + a".encode(), "é - a".encode())
    assert (one.line, one.before, one.after) == (3, "return é + a", "return é - a")


def test_a_mutant_knows_the_lines_of_its_statement():
    text = "def f(a):\n    b = g(\n        a,\n        2.0,\n    )\n    if a > 0:\n        b += 1\n    return b\n"
    lines = {one.after: one.lines for one in mutants("toy/theory.py", text.encode())}
    assert lines["2.2,"] == (2, 5)
    assert lines["if a >= 0:"] == (6, 6)
    assert lines["b -= 1"] == (7, 7)


def test_mutants_of_the_models_parse_and_have_names_of_their_own():
    contents = {path.relative_to(MODELS).as_posix(): path.read_bytes() for path in MODELS.glob("[bs]*/*.py")}
    found = [one for file, content in contents.items() for one in mutants(file, content)]
    assert len({one.key for one in found}) == len(found) > 4000
    for one in sample(found, 200, seed=1):
        assert one.before != one.after
        ast.parse(one.applied(contents[one.file]))


def test_samples_are_fixed_spread_over_functions_and_not_moved_by_other_texts():
    small = "def f(a):\n    return 2.0 * a + 1.0\n"
    large = small + "def g(a):\n" + "    a += 2.0 * a - 3.0\n" * 50
    found = mutants("toy/theory.py", large.encode())
    drawn = sample(found, 6, seed=1)
    assert drawn == sample(reversed(found), 6, seed=1) != sample(found, 6, seed=2)
    assert Counter(one.function for one in drawn) == {"f": 3, "g": 3}
    alone = sample(mutants("toy/theory.py", small.encode()), 3, seed=1)
    assert [one.key for one in alone] == [one.key for one in drawn if one.function == "f"]
    assert len({one.kind for one in drawn if one.function == "f"}) == 3
    assert len(sample(found, 10**6, seed=1)) == len(found)


def test_functions_counters_and_changes_by_hand():
    tree = ast.parse("class A:\n    def m(self):\n        for k in range(3):\n            n += 1\ndef f(): ...\n")
    named = dict(functions(tree))
    assert list(named) == ["A.m", "f"]
    assert counters(named["A.m"]) == {"k", "n"}
    assert {change.text for change in changes(named["A.m"], set())} == {"3 - 1", "4", "n -= 1", "pass"}
