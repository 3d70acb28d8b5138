"""A study that is not whole, or whose part returns something else, is told what to write; nothing else is hidden."""

import types
from dataclasses import dataclass

import pytest

import theorylab
from theorylab import Rival, Source, agrees, exact
from theorylab.errors import InputError, StudyError
from theorylab.trials import parts
from theorylab.views import plots


@dataclass(frozen=True, kw_only=True)
class Setting:
    value: float = 1.0


def curve(value):
    return exact([1, 2], [value, value], 1e-12)


def verdict(s, measured, predicted):
    rival = Rival(claim="nine", predicted=curve(9.0))
    yield agrees("it is its value", measured["a"], predicted["a"], rival=rival)


def study(**other):
    """A module that is a whole study, with other parts; what is None is left out."""
    module = types.ModuleType("my_claim")
    whole = {
        "SOURCE": Source("Theorem 1", kind="derived"),
        "QUICK": Setting(),
        "measure": lambda s: {"a": curve(s.value)},
        "predict": lambda s: {"a": curve(1.0)},
        "checks": verdict,
        "figure": lambda s, measured, predicted: plots.panels(1)[0],
    }
    for name, part in (whole | other).items():
        if part is not None:
            setattr(module, name, part)
    return module


def refusal(module, **how):
    with pytest.raises(StudyError) as caught:
        theorylab.run(module, **how).figure  # noqa: B018 (drawn when asked for)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_whole_study_runs_without_full_and_seed():
    result = theorylab.run(study())
    assert result.study == "my_claim"
    result.assert_as_declared()
    assert theorylab.run(study(), value=2.0).checks[0].verdict == "refuted"


def test_predict_may_be_left_out():
    def checks(s, measured, predicted):
        assert predicted == {}
        yield agrees("one", measured["a"], curve(1.0), rival=Rival(claim="nine", predicted=curve(9.0)))

    assert theorylab.run(study(predict=None, checks=checks)).as_declared


@pytest.mark.parametrize("part", parts.OWED)
def test_a_missing_part_is_named_with_what_to_write(part):
    assert refusal(study(**{part: None})) == f"my_claim has no {part}: write {parts.OWED[part]}"


def test_all_missing_parts_are_named_at_once():
    message = refusal(study(figure=None, SOURCE=None))
    assert "has no SOURCE: write SOURCE = Source(" in message
    assert "; it has no figure: write def figure(s, measured, predicted)" in message


def test_a_full_run_needs_a_full_setting():
    assert refusal(study(), full=True).startswith("my_claim has no FULL: write FULL = Setting(...)")


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"SOURCE": "Theorem 1"}, "has a str as SOURCE: write SOURCE = Source("),
        ({"QUICK": {"value": 1.0}}, "has {'value': 1.0} as QUICK: write QUICK = Setting(...)"),
        ({"QUICK": Setting}, "as QUICK: write QUICK = Setting(...), an instance"),
        ({"FULL": 3}, "has 3 as FULL: write FULL = Setting(...)"),
        ({"measure": {"a": 1}}, "has {'a': 1} as measure: write def measure(s)"),
        ({"measure": lambda: {}}, "has measure(): write def measure(s)"),
        ({"checks": lambda s, measured: ()}, "has checks(s, measured): write def checks(s, measured, predicted)"),
        ({"figure": lambda s: None}, "has figure(s): write def figure(s, measured, predicted)"),
        ({"measure": lambda s: None}, "measure of my_claim returned nothing: return a dict of Curves"),
        ({"measure": lambda s: [curve(1.0)]}, "measure of my_claim returned a list: return a dict of Curves"),
        ({"measure": lambda s: {"a": [1.0, 2.0]}}, "measure of my_claim returned a list as 'a': return a dict"),
        ({"predict": lambda s: {"a": 1.0}}, "predict of my_claim returned a float as 'a': return a dict"),
        ({"checks": lambda s, m, p: None}, "checks of my_claim returned nothing: yield each check"),
        ({"checks": lambda s, m, p: next(verdict(s, m, p))}, "checks of my_claim returned a Check: yield each check"),
        ({"checks": lambda s, m, p: [True]}, "checks of my_claim yielded a bool: yield each check"),
        ({"checks": lambda s, m, p: []}, "checks of my_claim yielded nothing at this setting: yield each check"),
        ({"predict": lambda s: {"b": curve(1.0)}}, "my_claim asks for predicted['a'], but it has 'b'"),
        ({"predict": None}, "my_claim asks for predicted['a'], but it is empty"),
        ({"measure": lambda s: {"aa": curve(1.0)}}, "asks for measured['a'], but it has 'aa'; did you mean 'aa'?"),
        ({"figure": lambda s, m, p: None}, "figure of my_claim returned nothing: return the Figure"),
        ({"figure": lambda s, m, p: m["x"]}, "my_claim asks for measured['x'], but it has 'a'"),
    ],
)
def test_a_part_of_another_kind_costs_one_sentence(other, words):
    assert words in refusal(study(**other))


def test_what_a_part_raises_itself_is_not_hidden():
    def measure(s):
        raise ZeroDivisionError("no luck")

    with pytest.raises(ZeroDivisionError, match="no luck"):
        theorylab.run(study(measure=measure))


def test_results_and_checks_assert_in_one_line_and_print_the_table():
    result = theorylab.run(study(), value=2.0)
    for asserting in (result, result.checks[0]):
        with pytest.raises(AssertionError, match="not as declared") as caught:
            asserting.assert_as_declared()
        words = str(caught.value)
        assert "it is its value" in words
        assert "refuted (declared supported)" in " ".join(words.split())
        assert "\x1b" not in words


def fail(text, path, call=None):
    """The error of running a text as the file `path`."""
    path.write_text(text, encoding="utf-8")
    scope = {}
    try:
        exec(compile(text, str(path), "exec"), scope)
        scope[call](None)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize(
    ("text", "call", "words"),
    [
        (
            "def measure(s):\n    return 1 / 0",
            "measure",
            "ZeroDivisionError: division by zero (a.py, line 2, in measure)",
        ),
        ("import json\ndef f(s):\n    json.loads('{')", "f", "(a.py, line 3, in f)"),
        ("x = 1\nimport no_such", None, "ModuleNotFoundError: No module named 'no_such' (a.py, line 2)"),
        ("x = 1\ndef (", None, "SyntaxError: invalid syntax (a.py, line 2)"),
        ("def f(s):\n    raise RuntimeError", "f", "RuntimeError: no message (a.py, line 2, in f)"),
        ("def f(s):\n    raise RuntimeError('two\\nlines')", "f", "RuntimeError: two lines (a.py, line 2, in f)"),
    ],
)
def test_an_error_is_told_with_file_and_line_of_the_study(tmp_path, text, call, words):
    path = tmp_path / "a.py"
    assert words in parts.in_words(fail(text, path, call), path)


def test_bad_input_is_told_without_its_type_and_other_files_are_not_named(tmp_path):
    path = tmp_path / "a.py"
    text = "from theorylab.errors import InputError\ndef f(s):\n    raise InputError('step_size=9 is unstable')"
    assert parts.in_words(fail(text, path, "f"), path) == "step_size=9 is unstable (a.py, line 3, in f)"
    assert parts.in_words(InputError("bad"), tmp_path / "other.py") == "bad"
    assert parts.in_words(StudyError("write it"), path) == "write it"


def test_parts_are_asked_for_one_by_one():
    module = study()
    parts.require_whole("my_claim", module)
    s = parts.setting("my_claim", module, full=False)
    curves = [side("my_claim", module, s) for side in (parts.measured, parts.predicted)]
    (check,) = parts.checked("my_claim", module, s, *curves)
    assert check.verdict == "supported"
    assert parts.drawn("my_claim", module, s, *curves).axes
    with pytest.raises(StudyError, match="has no SOURCE"):
        parts.require_whole("my_claim", study(SOURCE=None))
