"""`theorylab hunt`."""

import json
import shlex


def test_the_command_writes_figures_and_settings(command, tmp_path):
    status, out, _ = command("hunt", "planar_maps", "--budget", 60, "--json", tmp_path / "all.json")
    assert status == 0
    assert "|x_k - T x_k| <= 2D/(k+1)" in " ".join(out.split())
    assert (tmp_path / "out" / "hunt" / "minimax.halpern_convergence_rate.planar_maps.1.svg").is_file()
    kept = json.loads((tmp_path / "out" / "hunt" / "minimax.halpern_convergence_rate.planar_maps.1.json").read_text())
    assert json.loads((tmp_path / "all.json").read_text()) == {"hunts": [kept]}
    status, _, _ = command(*shlex.split(kept["command"])[1:])
    assert status in (0, 1)  # the claim stands; one map alone may not reject its rival
    record = json.loads((tmp_path / "out" / "minimax" / "halpern_convergence_rate" / "planar_maps.json").read_text())
    assert record["checks"][0]["measured"] == kept["best"]["tightness"]


def test_of_several_studies_those_with_a_space_are_hunted(command, tmp_path, refused):
    status, _, _ = command("hunt", "halpern_convergence_rate", "--budget", 20, "--json", tmp_path / "all.json")
    assert status == 0
    (found,) = json.loads((tmp_path / "all.json").read_text())["hunts"]
    assert found["study"] == "minimax.halpern_convergence_rate.planar_maps"
    refused(command("hunt", "sde_sam"), "no study of sde_sam has a SPACE to search")


def test_mistakes_on_the_command_line_cost_one_line(command, refused):
    refused(command("hunt", "one_hot"), "has no SPACE")
    refused(command("hunt", "planar_maps", "--budget", 2), "budget=2 is not allowed")
    refused(command("hunt", "planar_maps", "nothing of the kind"), "is called 'nothing of the kind'")
