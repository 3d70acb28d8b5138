"""`theorylab certify`."""

import json
import subprocess
import sys

import pytest

pytest.importorskip("flint", reason="certificates need the extra rigour: pip install 'theorylab[rigour]'")

from theorylab.trials import certificates


def test_certify_prints_a_table_and_writes_records(command, tmp_path):
    status, out, err = command("certify", "minimax", "--json", "all.json", "--out", "records")
    assert (status, err) == (0, "")
    for word in ("claim", "box", "verdict", "slack", "rounding", "certified", "rival:", "0 not as declared"):
        assert word in out
    (whole,) = json.loads((tmp_path / "all.json").read_text())["families"]
    assert whole == json.loads((tmp_path / "records" / "minimax.json").read_text())
    assert whole["bits"] == certificates.BITS
    for one in whole["certificates"]:
        assert one["verdict"] == one["declared"]
        assert one["error_probability"] == 0
        assert one["rounding"] is not None
        assert one["declared"] != "certified" or one["slack"] >= 0


def test_families_are_named_by_any_selector() -> None:
    assert certificates.chosen(["edge", "arxiv:2310.02987", "halpern_worst_case"]) == ["edge", "minimax"]
    assert certificates.chosen([]) == certificates.families()


def test_a_record_has_the_same_bytes_every_time(command, tmp_path):
    for folder in ("first", "second"):
        assert command("certify", "minimax", "--out", folder)[0] == 0
    first, second = ((tmp_path / folder / "minimax.json").read_bytes() for folder in ("first", "second"))
    assert first == second


def test_the_precision_is_the_one_asked_for(command, tmp_path):
    assert command("certify", "minimax", "--bits", 300, "--json", "all.json")[0] == 0
    (found,) = json.loads((tmp_path / "all.json").read_text())["families"]
    assert found["bits"] == 300
    assert max(one["rounding"] for one in found["certificates"]) < 1e-80


def test_what_is_not_certified_is_told_by_the_exit_status(command):
    status, out, _ = command("certify", "regression", "--bits", 30)
    assert status == 1
    assert "undecided (declared certified)" in out


def test_a_family_that_breaks_fails_alone(command, monkeypatch):
    from theorylab.models.minimax import certificates as family

    monkeypatch.setattr(family, "certificates", lambda: 1 / 0)
    status, out, _ = command("certify", "minimax")
    assert status == 1
    assert "ZeroDivisionError" in out
    monkeypatch.setattr(family, "certificates", list)
    assert command("certify", "minimax")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["minmax"], "'minimax'"),
        (["sde_sam"], "some for edge, minimax, regression"),
        (["--bits", 3], "--bits"),
        (["minimax", "--json", "."], "folder"),
    ],
)
def test_mistakes_cost_one_line(command, arguments, word):
    status, out, err = command("certify", *arguments)
    assert (status, out) == (2, "")
    assert word in err
    assert len(err.splitlines()) == 1


def test_without_the_extra_the_message_says_what_to_install():
    code = "import sys; sys.modules['flint'] = None; from theorylab.views.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "certify"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "theorylab: certificates need python-flint: pip install -e '.[rigour]'\n"
