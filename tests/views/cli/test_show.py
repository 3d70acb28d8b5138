"""`theorylab show`."""

import json

from theorylab.trials import study

EMA = "regression.ema_linear_regression"


def test_show_prints_argument_source_reference_and_settings(command):
    status, out, err = command("show", "one_hot")
    assert (status, err) == (0, "")
    for text in (
        f"{EMA}.one_hot",
        "fourth-moment",
        "li2025ema",
        "figure: ours",
        "@misc{li2025ema",
        "step_size = 0.5",
        "(full: ",
    ):
        assert text in out


def test_show_tells_the_finding_and_shows_every_study_that_a_word_means(command):
    _, out, _ = command("show", "ema_variance", "arxiv:2106.02326")
    assert "finding (usual reading is wrong): Less variance is not less error" in out
    assert "minimax.structured_minimax.fast_extragradient" in out
    assert "@inproceedings{lee2021feg" in out


def test_show_adds_the_verdicts_of_a_committed_record(command, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "FIGURES", tmp_path / "figures")
    folder = tmp_path / "figures" / "regression" / "ema_linear_regression"
    folder.mkdir(parents=True)
    record = {"checks": [{"verdict": "supported", "claim": "a claim [on] record"}]}
    (folder / "one_hot.json").write_text(json.dumps(record))
    _, out, _ = command("show", "one_hot")
    assert "supported: a claim [on] record" in out


def test_show_tells_what_the_record_says_of_mutants(command, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "FIGURES", tmp_path / "figures")
    command("run", "perceptron_mistakes", "--out", "figures")
    _, out, _ = command("show", "perceptron_mistakes")
    assert "not caught: constant x 1/2; minimum detectable effect" in " ".join(out.split())


def test_show_says_where_no_record_is_and_shows_that_of_the_last_run(command, monkeypatch, tmp_path):
    monkeypatch.setattr(study, "FIGURES", tmp_path / "nowhere")
    _, out, _ = command("show", "ema_variance")
    assert out.count("no record of a run in") == 2
    command("run", "ema_variance", "--set", "dim=4", "--out", "mine")
    _, out, _ = command("show", "ema_variance", "--out", "mine")
    assert out.count("no record of a run in") == 1
    assert "mine/regression/ema_linear_regression/ema_variance.json" in out
    assert "  supported: " in out


def test_show_takes_ones_own_without_full_and_without_a_paper(command, tmp_path):
    command("new", "mine")
    path = tmp_path / "mine.py"
    path.write_text(path.read_text().replace(", FULL = Setting(horizon=10_000),", " = Setting(horizon=10_000) #"))
    status, out, err = command("show", "./mine.py")
    assert (status, err) == (0, "")
    assert "Averaging from the start divides" in out
    assert "source: setting (derived)" in out
    assert "horizon = 10000\n" in out
    assert out.count("no record of a run in out") == 1


def test_a_damaged_record_costs_one_line(command, monkeypatch, tmp_path, refused):
    monkeypatch.setattr(study, "FIGURES", tmp_path / "figures")
    path = tmp_path / "figures" / "regression" / "ema_linear_regression" / "one_hot.json"
    path.parent.mkdir(parents=True)
    path.write_text("[1, 2]")
    refused(command("show", "one_hot"), "one_hot.json is no record of a run")
