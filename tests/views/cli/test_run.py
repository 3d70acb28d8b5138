"""`theorylab run`: what it prints, writes and answers."""

import json

import pytest

import theorylab

EMA = "regression.ema_linear_regression"
CHECK = {"claim", "kind", "verdict", "declared", "measured", "interval", "allowed", "error_probability", "evaluated"}
CHECK |= {"rival", "note", "source", "covers", "score", "p_values", "noisy", "last_x", "separates_at", "raw_p_values"}
CHECK |= {"form_miss"}


def test_run_writes_figures_and_records_and_prints_the_verdicts(command, tmp_path):
    status, out, err = command("run", "ema_variance", f"{EMA}.ema_tail_equivalence", "--out", "o")
    assert (status, err) == (0, "")
    assert "supported" in out
    assert "3 claims on trial in 2 studies, 0 not as declared; figures in o" in out
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    stems = (
        "o/regression/ema_linear_regression/ema_variance",
        "o/regression/ema_linear_regression/ema_tail_equivalence",
    )
    ledgers = {f"o/.store/{EMA}.{name}.json" for name in ("ema_variance", "ema_tail_equivalence")}
    files = {f"{stem}.{kind}" for stem in stems for kind in ("json", "npz", "svg")}
    assert written == files | ledgers | {"o/.lock"}


@pytest.mark.parametrize("again", ["ema_variance", f"{EMA}.ema_variance"])
def test_a_study_named_twice_runs_once(command, tmp_path, again, strict_json):
    command("run", "ema_variance", again, "--set", "dim=8", "--json", "verdicts.json")
    assert len(strict_json(tmp_path / "verdicts.json")["studies"]) == 1


def test_settings_seed_and_workers_reach_the_record(command, tmp_path, strict_json):
    changes = ("--set", "replicas=100", "--set", "dim=5", "--seed", "9", "--workers", "2")
    status, _, _ = command("run", "one_hot", *changes, "--json", "verdicts.json")
    assert status in (0, 1)  # a hundred replicas need not decide
    record = strict_json(tmp_path / "out" / "regression" / "ema_linear_regression" / "one_hot.json")
    assert record["seed"] == 9
    assert record["setting"]["replicas"] == 100
    assert record["setting"]["dim"] == 5
    assert strict_json(tmp_path / "verdicts.json")["seed"] == 9


def test_tuples_can_be_set(command, tmp_path, strict_json):
    command("run", "ema_variance", "--set", "decays=0.5, 0.25", "--set", "dim=4")
    assert strict_json(tmp_path / "out" / "regression" / "ema_linear_regression" / "ema_variance.json")["setting"][
        "decays"
    ] == [0.5, 0.25]


def test_json_has_exactly_the_promised_fields(command, tmp_path, strict_json):
    status, _, _ = command("run", "one_hot", "ema_variance", "--out", "o", "--json", "deep/er/verdicts.json")
    assert status == 0
    report = strict_json(tmp_path / "deep" / "er" / "verdicts.json")
    assert set(report) == {"schema", "version", "seed", "full", "studies", "error_control"}
    assert report["schema"] == 2
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


def test_a_folder_in_place_of_the_json_file_is_refused(command, tmp_path, refused):
    (tmp_path / "folder").mkdir()
    refused(command("run", "ema_variance", "--set", "dim=4", "--json", "folder"), "folder")


@pytest.mark.parametrize("change", ["horizon=0", "points=-1"])
def test_impossible_grids_are_refused_as_values(command, change, refused):
    refused(command("run", "one_hot", "--set", change))


def test_infinite_settings_are_refused(command, refused):
    refused(command("run", "divergence_threshold", "--set", "replicas=100", "--set", "beyond=inf"), "beyond")


def test_unknown_settings_are_refused_before_anything_runs(command, tmp_path, refused):
    # The first study has the field, the second has not: neither may run.
    refused(
        command("run", "one_hot", "ema_variance", "--set", "horizon=10"),
        f"{EMA}.ema_variance",
    )
    assert not list(tmp_path.rglob("*.svg"))


def test_run_shows_scores_and_adjusted_p_values(command, tmp_path):
    status, out, _ = command("run", "ema_bias", "--json", tmp_path / "all.json")
    assert status == 0
    assert "score" in out
    assert "adjusted p" in out
    report = json.loads((tmp_path / "all.json").read_text())
    tests = 2 * sum(check["noisy"] for check in report["studies"][0]["checks"])
    assert f"{EMA}: family-wise error rate <= 0.05 over {tests} tests (Holm)" in " ".join(out.split())
    control = {"within": "paper", "errors": "family-wise", "method": "Holm", "level": 0.05}
    assert report["error_control"] == control
    for check in report["studies"][0]["checks"]:
        assert set(check["p_values"]) == {"claim", "rival"}
        assert check["score"]["killed"]
        assert check["score"]["power"] == 0.95


def test_brief_shows_what_is_not_as_declared_and_the_summary(command, tmp_path):
    _, said, _ = command("run", "regression.one_hot", "--out", tmp_path, "--brief")
    assert "0 not as declared" in said
    assert "rival" not in said
    _, whole, _ = command("run", "regression.one_hot", "--out", tmp_path)
    assert "rival: the alternative, which the same data must reject" in " ".join(whole.split())


def test_the_level_of_errors_is_chosen(command, refused):
    _, out, _ = command("run", "ema_bias", "--error-level", "0.01")
    assert "family-wise error rate <= 0.01" in out
    refused(command("run", "ema_bias", "--error-level", "2"), "--error-level 2.0", "(0, 1)")


def test_other_seeds_that_were_tried_are_told(command, tmp_path):
    for seed in (77, 78, 78):
        status, out, _ = command("run", "ema_bias", "--seed", seed, "--json", tmp_path / "all.json")
        assert status == 0
    assert "was run with 1 other seed in out, 0 not as declared: 77" in " ".join(out.split())
    report = json.loads((tmp_path / "all.json").read_text())
    assert [run["seed"] for run in report["studies"][0]["other_seeds"]] == [77]
    assert len((tmp_path / "out" / "seeds.jsonl").read_text().splitlines()) == 2


def test_a_run_with_its_own_seed_leaves_no_list(command, tmp_path):
    command("run", "ema_bias")
    assert not (tmp_path / "out" / "seeds.jsonl").exists()


def test_replicate_reports_fresh_seeds_and_writes_nothing_else(command, tmp_path, refused, quick):
    status, out, _ = command("run", "ema_bias", "--replicate", 3, "--json", tmp_path / "all.json")
    assert status == 0
    assert "supported 3" in out
    claims = len(quick("ema_bias")[0].checks)
    assert f"0 of {claims} claims moved" in out
    report = json.loads((tmp_path / "all.json").read_text())
    assert len(report["replications"]) == claims
    assert not list((tmp_path / "out").rglob("*.svg"))
    status, _, _ = command("run", "ema_bias", "--replicate", 3, "--set", "replicas=8")
    assert status == 1
    refused(command("run", "ema_bias", "--replicate", 3, "--seed", 4), "--replicate takes seeds")
