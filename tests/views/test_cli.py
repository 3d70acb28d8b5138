"""The command line: what it prints, writes and answers, and that a mistake costs one line, never a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import theorylab
from theorylab.views import cli

ROOT = Path(theorylab.__file__).parents[1]
MAIN = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from theorylab.views.cli import main; main()"
)
EMA = "regression.ema_linear_regression"
CHECK = {"claim", "kind", "verdict", "declared", "measured", "interval", "allowed", "error_probability", "evaluated"}
CHECK |= {"rival", "note", "source", "covers", "score", "p_values", "noisy", "last_x", "separates_at", "raw_p_values"}
NAMES = [listing.name for listing in theorylab.discover()]


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Runs `theorylab ...` in this process, in an empty folder; returns (exit status, output, errors).

    Any exception but SystemExit is a traceback that a user would have seen: it fails the test.
    """
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["theorylab", *map(str, arguments)])
        status = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def environment(*folders):
    """Variables of a process that finds these folders first, and no colours asked for."""
    kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "CLICOLOR_FORCE")}
    return kept | {"PYTHONPATH": os.pathsep.join([*map(str, folders), str(ROOT)])}


def refused(outcome, *words):
    """Exit status 2, nothing printed, one line on standard error that holds the words."""
    status, out, err = outcome
    assert status == 2
    assert out == ""
    assert err.startswith("theorylab: ")
    assert len(err.splitlines()) == 1, err
    assert "Traceback" not in err
    for word in words:
        assert word in err


def strict_json(path):
    def never(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=never)


def test_the_command_is_installed():
    (entry,) = entry_points(group="console_scripts", name="theorylab")
    assert entry.value == "theorylab.views.cli:main"


def test_list_names_every_study_with_its_claim(command):
    status, out, err = command("list")
    assert (status, err) == (0, "")
    words = " ".join(out.split())
    for listing in theorylab.discover():
        assert listing.name in out
        assert listing.title.split()[0] in words


def test_show_prints_argument_source_reference_and_settings(command):
    status, out, err = command("show", "one_hot")
    assert (status, err) == (0, "")
    for text in (
        f"{EMA}.one_hot",
        "fourth-moment",
        "li2025ema",
        "@misc{li2025ema",
        "step_size = 0.5",
        "(full: ",
    ):
        assert text in out


def test_show_adds_the_verdicts_of_a_committed_record(command, tmp_path):
    folder = tmp_path / "figures" / "regression"
    folder.mkdir(parents=True)
    record = {"checks": [{"verdict": "supported", "claim": "a claim [on] record"}]}
    (folder / "one_hot.json").write_text(json.dumps(record))
    _, out, _ = command("show", "one_hot")
    assert "supported: a claim [on] record" in out


def test_run_writes_figures_and_records_and_prints_the_verdicts(command, tmp_path):
    status, out, err = command("run", "ema_variance", f"{EMA}.ema_tail_equivalence", "--out", "o")
    assert (status, err) == (0, "")
    assert "supported" in out
    assert "3 claims on trial in 2 studies, 0 not as declared; figures in o" in out
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    stems = ("o/regression/ema_variance", "o/regression/ema_tail_equivalence")
    assert written == {f"{stem}.{kind}" for stem in stems for kind in ("json", "npz", "svg")} | {"o/.lock"}


@pytest.mark.parametrize("again", ["ema_variance", f"{EMA}.ema_variance"])
def test_a_study_named_twice_runs_once(command, tmp_path, again):
    command("run", "ema_variance", again, "--set", "dim=8", "--json", "verdicts.json")
    assert len(strict_json(tmp_path / "verdicts.json")["studies"]) == 1


def test_settings_seed_and_workers_reach_the_record(command, tmp_path):
    changes = ("--set", "replicas=100", "--set", "dim=5", "--seed", "9", "--workers", "2")
    status, _, _ = command("run", "one_hot", *changes, "--json", "verdicts.json")
    assert status in (0, 1)  # a hundred replicas need not decide
    record = strict_json(tmp_path / "out" / "regression" / "one_hot.json")
    assert record["seed"] == 9
    assert record["setting"]["replicas"] == 100
    assert record["setting"]["dim"] == 5
    assert strict_json(tmp_path / "verdicts.json")["seed"] == 9


def test_tuples_can_be_set(command, tmp_path):
    command("run", "ema_variance", "--set", "decays=0.5, 0.25", "--set", "dim=4")
    assert strict_json(tmp_path / "out" / "regression" / "ema_variance.json")["setting"]["decays"] == [0.5, 0.25]


def test_json_has_exactly_the_promised_fields(command, tmp_path):
    status, _, _ = command("run", "one_hot", "ema_variance", "--out", "o", "--json", "deep/er/verdicts.json")
    assert status == 0
    report = strict_json(tmp_path / "deep" / "er" / "verdicts.json")
    assert set(report) == {"schema", "version", "seed", "full", "studies", "error_control"}
    assert report["schema"] == 1
    assert report["version"] == theorylab.__version__
    assert report["seed"] is None
    assert report["full"] is False
    assert [entry["study"] for entry in report["studies"]] == [
        f"{EMA}.one_hot",
        f"{EMA}.ema_variance",
    ]
    for entry in report["studies"]:
        assert set(entry) == {"study", "source", "seconds", "figure", "other_seeds", "checks"}
        assert entry["source"].startswith("li2025ema")
        assert entry["seconds"] > 0
        assert (tmp_path / entry["figure"]).is_file()
        assert entry["checks"]
        for check in entry["checks"]:
            assert set(check) == CHECK
            assert set(check["rival"]) == {"claim", "verdict", "declared"}
            assert check["verdict"] == check["declared"]


def test_piped_output_is_plain_and_fits_a_line(command):
    for arguments in (("list",), ("show", "one_hot"), ("run", "ema_variance", "--set", "dim=4"), ("run", "--help")):
        _, out, err = command(*arguments)
        assert "\x1b" not in out + err
        assert max(len(line) for line in out.splitlines()) <= 200


def test_help_and_version_succeed(command):
    for arguments in (("--help",), ("-h",), ("run", "--help")):
        status, out, err = command(*arguments)
        assert (status, err) == (0, "")
        assert out.startswith("Usage: ")
    assert command("--version")[1].split()[-1] == theorylab.__version__


def test_help_calls_the_command_by_its_name(command):
    assert command("run", "--help")[1].startswith("Usage: theorylab run [OPTIONS]")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "one_hott"), ["'one_hott'", "did you mean 'regression.ema_linear_regression.one_hot'?"]),
        (("run", "one_hot", "zzzzzz"), ["'zzzzzz'", "theorylab list"]),
        (("show", "one_hott"), ["did you mean 'regression.ema_linear_regression.one_hot'?"]),
        (("run", "one_hot", "--set", "stepsize=1"), ["'stepsize'", "did you mean 'step_size'?"]),
        (("run", "one_hot", "--set", "horizon=long"), ["horizon='long'", "give an integer"]),
        (("run", "one_hot", "--set", "horizon=1.5"), ["horizon='1.5'", "give an integer"]),
        (("run", "one_hot", "--set", "step_size"), ["'step_size'", "NAME=VALUE"]),
        (("run", "one_hot", "--set", "=1"), ["'=1'", "NAME=VALUE"]),
        (("run", "one_hot", "--set", "step_size=-1"), ["step_size=-1.0", "give a finite number > 0"]),
        (("run", "one_hot", "--set", "step_size=nan"), ["step_size=nan"]),
        (("run", "one_hot", "--set", "replicas=1"), ["replicas=1", "integer >= 2"]),
        (("run", "one_hot", "--set", "seed=-1"), ["seed=-1", "integer >= 0"]),
        (("run", "one_hot", "--workers", "0"), ["--workers", "0"]),
        (("run", "one_hot", "--workers", "all"), ["--workers", "'all'"]),
        (("run", "one_hot", "--seed", "-1"), ["--seed", "-1"]),
        (("run", "one_hot", "--seed", "1.5"), ["--seed", "1.5"]),
        (("run", "one_hot", "--out", "file/below"), ["file/below", "--out"]),
        (("run", "one_hot", "--out", "file"), ["file", "--out"]),
        (("run", "one_hot", "--json", "file/below/x.json"), ["file/below"]),
        (("run", "--parallel"), ["--parallel"]),
        (("run", "one_hot", "--seed"), ["--seed"]),
        (("runn",), ["'runn'"]),
        (("show",), ["STUDY"]),
    ],
)
def test_a_mistake_costs_one_line_and_exit_status_2(command, tmp_path, arguments, words):
    (tmp_path / "file").touch()
    refused(command(*arguments), *words)
    assert not list(tmp_path.rglob("*.svg"))


def test_a_missing_command_is_answered_with_the_help(command):
    status, out, err = command()
    assert (status, out) == (2, "")
    assert err.startswith("Usage: ")
    assert "Traceback" not in err
    for name in ("list", "show", "run"):
        assert f"  {name} " in err


def test_a_folder_in_place_of_the_json_file_is_refused(command, tmp_path):
    (tmp_path / "folder").mkdir()
    refused(command("run", "ema_variance", "--set", "dim=4", "--json", "folder"), "folder")


@pytest.mark.parametrize("change", ["horizon=0", "points=-1"])
def test_impossible_grids_are_refused_as_values(command, change):
    refused(command("run", "one_hot", "--set", change))


def test_infinite_settings_are_refused(command):
    refused(command("run", "divergence_threshold", "--set", "replicas=100", "--set", "beyond=inf"), "beyond")


def test_unknown_settings_are_refused_before_anything_runs(command, tmp_path):
    # The first study has the field, the second has not: neither may run.
    refused(
        command("run", "one_hot", "ema_variance", "--set", "horizon=10"),
        f"{EMA}.ema_variance",
    )
    assert not list(tmp_path.rglob("*.svg"))


def test_help_list_and_import_load_no_library_of_numbers_or_figures():
    text = """
import sys
heavy = ("numba", "numpy", "scipy", "matplotlib", "sympy")
import theorylab
assert not [name for name in heavy if name in sys.modules], "import theorylab"
from theorylab.views.cli import main
for arguments in (["--help"], ["run", "--help"], ["list"]):
    sys.argv = ["theorylab", *arguments]
    try:
        main()
    except SystemExit as end:
        assert not end.code
    assert not [name for name in heavy if name in sys.modules], arguments
"""
    done = subprocess.run([sys.executable, "-c", text], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in NAMES)


HEAD = '''
"""TITLE"""
from dataclasses import dataclass
from theorylab import Rival, Source, agrees, exact
from theorylab.views import plots
from theorylab.errors import InputError
SOURCE = Source("Theorem 1", kind="read", key="key2020")
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
}
SESSION = """
import contextlib, io, json, sys, traceback
from theorylab.views.cli import main
outcomes = []
for arguments in json.loads(sys.argv[1]):
    out, err, status = io.StringIO(), io.StringIO(), 0
    sys.argv = ["theorylab", *arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code
        except BaseException:
            traceback.print_exc()
            status = "traceback"
    outcomes.append((status, out.getvalue(), err.getvalue()))
print(json.dumps(outcomes))
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A folder with studies that break, each in its own way, and what the command says to them: run(*commands)."""
    folder = tmp_path_factory.mktemp("lab")
    family = folder / "studies" / "family"
    family.mkdir(parents=True)
    (folder / "studies" / "references.bib").write_text("@misc{key2020,\n  title = {T}\n}\n")
    (folder / "studies" / "__init__.py").touch()
    (family / "__init__.py").touch()
    for name, text in BROKEN.items():
        (family / f"{name}.py").write_text((HEAD.replace("TITLE", f"Claim of {name}.") + text + "\n").lstrip())

    def run(*commands):
        line = [sys.executable, "-c", SESSION, json.dumps(commands)]
        done = subprocess.run(line, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [tuple(outcome) for outcome in json.loads(done.stdout)]

    run.folder = folder
    return run


@pytest.fixture(scope="module")
def outcomes(lab):
    """What `list`, a run of all, and runs of one study each answer: one process for all of them."""
    commands = {
        "list": ["list"],
        "all": ["run", "--out", "all", "--json", "all.json"],
        "good": ["run", "good", "--out", "good"],
        "not as declared": ["run", "not_as_declared", "--out", "unexpected", "--json", "unexpected.json"],
        "show": ["show", "syntax"],
        "show import": ["show", "import_fails"],
    }
    return dict(zip(commands, lab(*commands.values()), strict=True))


def test_a_broken_study_is_listed_like_the_others(outcomes):
    status, out, err = outcomes["list"]
    assert (status, err) == (0, "")
    for name in BROKEN:
        assert f"family.{name}" in out
    assert "Claim of measure_fails." in out
    assert "cannot be read" in out


def test_a_broken_study_fails_alone_and_the_run_fails(lab, outcomes):
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
    assert "SystemExit" in found["measure_exits"][0]["note"]
    assert "wrong by itself" in found["refuses_itself"][0]["note"]
    assert [check["verdict"] for check in found["not_as_declared"]] == ["refuted"]
    assert [check["verdict"] for check in found["rival_survives"]] == ["inconclusive"]
    assert f"in {len(BROKEN)} studies, {len(BROKEN) - 1} not as declared" in out


def test_exit_status_is_0_for_declared_verdicts_and_1_for_others(lab, outcomes):
    assert outcomes["good"][0] == 0
    status, out, err = outcomes["not as declared"]
    assert (status, err) == (1, "")
    assert "refuted (declared supported)" in " ".join(out.split())
    (check,) = strict_json(lab.folder / "unexpected.json")["studies"][0]["checks"]
    assert (check["verdict"], check["declared"]) == ("refuted", "supported")


@pytest.mark.parametrize("which", ["show", "show import"])
def test_showing_a_broken_study_costs_one_line(outcomes, which):
    refused(outcomes[which])


def test_a_study_runs_as_a_module(tmp_path):
    line = [
        sys.executable,
        "-W",
        "error",
        "-m",
        f"studies.{EMA}.one_hot",
        "--set",
        "replicas=2000",
        "--out",
    ]
    done = subprocess.run(
        [*line, str(tmp_path)], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert (tmp_path / "regression" / "one_hot.svg").is_file()


def test_a_study_started_by_file_says_how_to_start_it(monkeypatch, capsys):
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    with pytest.raises(SystemExit) as end:
        theorylab.script()
    refused((end.value.code, *capsys.readouterr()), "python -m studies.FAMILY.NAME")


def test_a_reader_that_leaves_early_sees_no_traceback(tmp_path):
    # As `theorylab run ... | head -1`.
    line = [sys.executable, "-c", MAIN, "run", "ema_variance", "ema_tail_equivalence", "--out", str(tmp_path)]
    with subprocess.Popen(line, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert f"{EMA}.ema_variance" in run.stdout.readline()
        run.stdout.close()
        errors = run.stderr.read()
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors


def stopped_line(count, out):
    files = f"{count} studies finished, their files in {out} are whole"
    return f"theorylab: interrupted: {files}; the same command goes on from here\n"


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_ctrl_c_ends_a_run_with_one_line_and_no_half_written_files(tmp_path):
    line = [sys.executable, "-c", MAIN, "run", "--full", "ema_bias_and_variance", "--workers", "1", "--out", "o"]
    with subprocess.Popen(
        line, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        while not list((tmp_path / "o").rglob("*.piece")):  # the first come after a second; the run takes many
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert out == ""
    assert err == stopped_line("0 of 1", "o")
    left = [path.relative_to(tmp_path).parts for path in tmp_path.rglob("*") if path.is_file()]
    assert left, "nothing was kept to go on from"
    assert all(parts[:2] == ("o", ".pieces") for parts in left)


def test_ctrl_c_between_two_studies_keeps_the_finished_one(command, monkeypatch, tmp_path):
    def interrupted(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(theorylab.load("ema_tail_equivalence"), "predict", interrupted)
    status, _, err = command("run", "ema_variance", "ema_tail_equivalence", "one_hot")
    assert status == 130
    assert err == stopped_line("1 of 3", "out")
    names = sorted(path.name for path in (tmp_path / "out" / "regression").iterdir())
    assert names == ["ema_variance.json", "ema_variance.npz", "ema_variance.svg"]


def test_why_says_what_a_run_would_do_and_what_changed(command):
    status, out, err = command("why", "one_hot")
    assert (status, err) == (0, "")
    assert "computed" in out
    assert "nothing is stored" in out
    assert "machine code" in out
    assert command("run", "one_hot")[0] == 0
    assert "reused" in command("run", "one_hot")[1]
    _, out, _ = command("why", "one_hot")
    assert [line.split()[:2] for line in out.splitlines()[1:]] == [
        ["curves", "reused"],
        ["checks", "computed"],
        ["figure", "reused"],
    ]
    _, out, _ = command("why", "one_hot", "--seed", "77")
    assert "another setting: seed" in out
    assert "reused" not in command("run", "one_hot", "--fresh")[1]
    refused(command("why", "one_hat"), "did you mean")
    refused(command("why", "one_hot", "--set", "sead=1"), "no setting 'sead'")
