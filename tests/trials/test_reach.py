"""What names lead to, and which lines a witness reaches."""

import ast

from theorylab.trials.mutation import Mutant
from theorylab.trials.reach import Reach, Witness, names_in, names_of, names_of_tests

TEXT = b"""
TABLE = {"fast": quick}

def quick(x):
    return inner(x)

def inner(x):
    return x

@kernel
def path(x):
    return step(x)

@inlined
def step(x):
    return x

def lonely(x):
    return TABLE[x]

class Problem:
    def __post_init__(self):
        inner(self)
    def data(self):
        return 1
"""
REACH = Reach({"toy/theory.py": TEXT})


def reached(*names):
    return {function for _, function in REACH.of(names)}


def test_names_lead_on_through_functions_tables_and_classes():
    assert reached("quick") == {"quick", "inner"}
    assert reached("lonely") == {"lonely", "quick", "inner"}
    assert reached("Problem") == {"Problem.__post_init__", "inner"}
    assert reached("data") == {"Problem.data"}
    assert reached("elsewhere") == set()


def test_kernels_are_known():
    found = {name: REACH.compiled(("toy/theory.py", name)) for name in ("path", "step", "quick")}
    assert found == {"path": True, "step": True, "quick": False}


def test_names_are_all_that_may_name_something(tmp_path):
    assert names_in(ast.parse("import b\nc.d(e='by_name')")) == {"b", "c", "d", "by_name"}
    (tmp_path / "a.py").write_text("f(g)")
    assert names_of([tmp_path / "a.py"]) == {"f", "g"}


def test_a_line_is_reached_if_it_was_executed_or_leaves_no_trace():
    one = Mutant("toy/theory.py", "f", 3, (3, 4), "sign", "a", "b", 0, 1, "b")
    where = frozenset({("toy/theory.py", "f")})
    assert Witness("s", "study", 1.0, where, {"toy/theory.py": frozenset({4})}).reaches(one, compiled=False)
    assert not Witness("s", "study", 1.0, where, {"toy/theory.py": frozenset({5})}).reaches(one, compiled=False)
    assert Witness("s", "study", 1.0, where, {}).reaches(one, compiled=True)
    assert Witness("s", "test", 1.0, where, None).reaches(one, compiled=False)
    assert not Witness("s", "study", 1.0, frozenset(), {"toy/theory.py": frozenset({4})}).reaches(one, compiled=True)


def test_tests_lead_on_through_their_file_and_the_helpers_beside_it(tmp_path):
    file, helper = tmp_path / "test_a.py", tmp_path / "oracle.py"
    file.write_text(
        "from m import theory as th\nfrom tests.oracle import dense\nSIZE = th.size\n"
        "def twice(x):\n    return th.double(x)\n"
        "def test_f():\n    assert twice(SIZE)\n"
        "def test_g():\n    assert dense(1)\n"
    )
    helper.write_text("from m import model\ndef dense(x):\n    return model.data(x)\n")
    found = names_of_tests(file, [file, helper])
    assert list(found) == ["test_f", "test_g"]
    assert {"twice", "double", "size", "theory"} <= found["test_f"]
    assert {"dense", "data"} <= found["test_g"]
    assert "data" not in found["test_f"]
    assert "double" not in found["test_g"]
