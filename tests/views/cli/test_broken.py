"""Studies that break, each in its own way: each fails alone, and costs a line."""

import pytest

from tests.session import answers

HEAD = '''
"""TITLE"""
from dataclasses import dataclass
from theorylab import Rival, Source, agrees, exact
from theorylab.views import plots
from theorylab.errors import InputError
SOURCE = Source("Theorem 1", kind="read")
@dataclass(frozen=True, kw_only=True)
class Setting:
    value: float = 1.0
    seed: int = 0
QUICK, FULL = Setting(), Setting(value=2.0)
def measure(s):
    return {"a": exact([1, 2], [s.value, s.value], 1e-12)}
def predict(s):
    return {"a": exact([1, 2], [s.value, s.value], 1e-12), "rival": exact([1, 2], [9.0, 9.0], 1e-12)}
def checks(s, measured, predicted):
    yield agrees("they agree", measured["a"], predicted["a"], rival=Rival(claim="nine", predicted=predicted["rival"]))
def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1)
    plots.prediction(axes, predicted["a"])
    return drawn
'''
BROKEN = {
    "good": "",
    "syntax": "def (",
    "import_fails": "import no_such_module",
    "measure_fails": "def measure(s):\n    raise RuntimeError('no luck\\nat all')",
    "measure_exits": "def measure(s):\n    raise SystemExit(0)",
    "figure_fails": "def figure(s, m, p):\n    raise RuntimeError('no paper')",
    "refuses_itself": "def measure(s):\n    raise InputError('wrong by itself')",
    "silent": "def checks(s, measured, predicted):\n    return ()",
    "not_as_declared": "def measure(s):\n    return {'a': exact([1, 2], [5.0, 5.0], 1e-12)}",
    "rival_survives": "def predict(s):\n    return {'a': measure(s)['a'], 'rival': measure(s)['a']}",
    "not_a_number": "def measure(s):\n    return {'a': exact([1, 2], [float('nan')] * 2, 1e-12)}",
    "nothing_to_draw": "def measure(s):\n    return {'a': exact([1, 2], [float('nan')] * 2, 1e-12)}\n"
    "def figure(s, m, p):\n    raise ValueError('no range')",
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory, environment):
    """A folder with studies that break, each in its own way, and what the command says to them: run(*commands)."""
    folder = tmp_path_factory.mktemp("lab")
    family = folder / "family"
    family.mkdir()
    (family / "__init__.py").touch()
    for name, text in BROKEN.items():
        (family / f"{name}.py").write_text((HEAD.replace("TITLE", f"Claim of {name}.") + text + "\n").lstrip())

    def run(*commands):
        return answers(commands, folder, environment() | {"THEORYLAB_STUDIES": "family"})

    run.folder = folder
    return run


@pytest.fixture(scope="module")
def outcomes(lab):
    """What `list`, a run of all, and runs of one study each answer: one process for all of them."""
    commands = {
        "list": ["list"],
        "all": ["run", "family", "--out", "all", "--json", "all.json"],
        "good": ["run", "good", "--out", "good"],
        "not as declared": ["run", "not_as_declared", "--out", "unexpected", "--json", "unexpected.json"],
        "show": ["show", "syntax"],
        "show import": ["show", "import_fails"],
        "falsify": ["falsify", "measure_fails"],
        "falsify import": ["falsify", "import_fails"],
        "falsify exit": ["falsify", "measure_exits"],
        "hunt": ["hunt", "import_fails"],
        "why": ["why", "import_fails"],
        "replicate": ["run", "measure_fails", "--replicate", "2"],
        "seed": ["run", "import_fails", "--seed", "3"],
    }
    return dict(zip(commands, lab(*commands.values()), strict=True))


def test_a_broken_study_is_listed_like_the_others(outcomes):
    status, out, err = outcomes["list"]
    assert (status, err) == (0, "")
    for name in BROKEN:
        assert f"  {name}: " in out
    assert "Claim of measure_fails." in out
    assert "Claim of syntax." in out  # read without parsing


def test_a_broken_study_fails_alone_and_the_run_fails(lab, outcomes, strict_json):
    status, out, err = outcomes["all"]
    assert status == 1
    assert "Traceback" not in out + err
    report = strict_json(lab.folder / "all.json")
    found = {entry["study"].removeprefix("family."): entry["checks"] for entry in report["studies"]}
    assert set(found) == set(BROKEN)
    assert [check["verdict"] for check in found["good"]] == ["supported"]
    assert (lab.folder / "all" / "family" / "good.svg").is_file()
    for name in set(BROKEN) - {"good", "not_as_declared", "rival_survives"}:
        assert [check["verdict"] for check in found[name]] == ["error"], name
        assert found[name][0]["note"] or name == "silent"
    assert "SyntaxError" in found["syntax"][0]["note"]
    assert "no_such_module" in found["import_fails"][0]["note"]
    assert "RuntimeError: no luck" in found["measure_fails"][0]["note"]
    assert "no paper" in found["figure_fails"][0]["note"]
    assert "not a number" in found["nothing_to_draw"][0]["note"]
    assert "nothing_to_draw has no figure: its curves cannot be drawn (ValueError: no range)" in err
    assert "SystemExit" in found["measure_exits"][0]["note"]
    assert "wrong by itself" in found["refuses_itself"][0]["note"]
    assert [check["verdict"] for check in found["not_as_declared"]] == ["refuted"]
    assert [check["verdict"] for check in found["rival_survives"]] == ["inconclusive"]
    assert f"in {len(BROKEN)} studies, {len(BROKEN) - 1} not as declared" in out


def test_exit_status_is_0_for_declared_verdicts_and_1_for_others(lab, outcomes, strict_json):
    assert outcomes["good"][0] == 0
    status, out, err = outcomes["not as declared"]
    assert (status, err) == (1, "")
    assert "refuted (declared supported)" in " ".join(out.split())
    (check,) = strict_json(lab.folder / "unexpected.json")["studies"][0]["checks"]
    assert (check["verdict"], check["declared"]) == ("refuted", "supported")


@pytest.mark.parametrize(
    ("which", "word"),
    [
        ("show", "cannot be shown: SyntaxError"),
        ("show import", "No module named 'no_such_module'"),
        ("falsify", "measure_fails cannot run: RuntimeError: no luck at all (measure_fails.py, line "),
        ("falsify import", "No module named 'no_such_module'"),
        ("falsify exit", "measure_exits cannot run: SystemExit: 0"),
        ("hunt", "No module named 'no_such_module'"),
        ("why", "No module named 'no_such_module'"),
        ("replicate", "measure_fails cannot run: RuntimeError: no luck at all"),
    ],
)
def test_other_commands_refuse_a_broken_study_in_one_line(outcomes, which, word, refused):
    refused(outcomes[which], word)


def test_a_seed_does_not_hide_why_a_study_is_broken(outcomes):
    status, out, err = outcomes["seed"]
    assert (status, err) == (1, "")
    assert "No module named 'no_such_module'" in out
