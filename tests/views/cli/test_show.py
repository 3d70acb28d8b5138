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
