"""`theorylab new`: what it writes runs as it is."""

import pytest

from theorylab.views.cli.new import SKELETON


def test_the_skeleton_runs_and_is_supported(command, strict_json, tmp_path):
    status, out, err = command("new", "my_first_claim", "--at", "deep/er")
    assert (status, err) == (0, "")
    assert "deep/er/my_first_claim.py is written" in out
    assert (tmp_path / "deep/er/my_first_claim.py").read_text(encoding="utf-8") == SKELETON.read_text(encoding="utf-8")
    status, out, err = command("run", "deep/er/my_first_claim.py", "--json", "v.json")
    assert (status, err) == (0, "")
    (entry,) = strict_json(tmp_path / "v.json")["studies"]
    assert entry["study"] == "my_first_claim"
    assert [check["verdict"] for check in entry["checks"]] == ["supported"]
    assert (tmp_path / "out" / "my_first_claim.svg").is_file()


def test_nothing_is_overwritten(command, refused, tmp_path):
    (tmp_path / "mine.py").write_text("precious")
    refused(command("new", "mine"), "mine.py is there already")
    assert (tmp_path / "mine.py").read_text() == "precious"


@pytest.mark.parametrize("name", ["my-claim", "2nd", "_hidden", "class", "a.b", "deep/er", ""])
def test_a_name_that_cannot_be_imported_is_refused(command, refused, tmp_path, name):
    refused(command("new", name), "is no name of a module")
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_taken_is_refused(command, refused):
    refused(command("new", "random"), "random is the name of a module already")


def test_a_folder_that_cannot_be_written_is_refused(command, refused, tmp_path):
    (tmp_path / "file").touch()
    refused(command("new", "mine", "--at", "file/below"), "cannot write")
