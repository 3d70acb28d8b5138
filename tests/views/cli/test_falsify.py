"""`theorylab falsify`."""

import json


def test_falsify_names_what_is_caught_and_what_is_not(command, tmp_path, refused):
    status, out, _ = command("falsify", "perceptron_mistakes", "--json", tmp_path / "scores.json")
    assert status == 0
    assert "order swapped" in out
    assert "constant x 1/2" in out
    assert "relative to the bound" in out
    scores = json.loads((tmp_path / "scores.json").read_text())["separable.logistic_to_perceptron.perceptron_mistakes"]
    assert any(score["survived"] == ["constant x 1/2"] for score in scores)
    refused(command("falsify", "perceptron_mistake"), "did you mean")


def test_falsify_survives_what_cannot_be_judged(command, tmp_path):
    status, _, _ = command("falsify", "ema_bias", "--set", "replicas=8", "--json", tmp_path / "a" / "scores.json")
    assert status == 0
    assert json.loads((tmp_path / "a" / "scores.json").read_text())
