"""`theorylab why`."""


def test_why_says_what_a_run_would_do_and_what_changed(command, refused):
    status, out, err = command("why", "one_hot")
    assert (status, err) == (0, "")
    assert "computed" in out
    assert "nothing is stored" in out
    assert "machine code" in out
    assert command("run", "one_hot")[0] == 0
    assert "reused" in command("run", "one_hot")[1]
    _, out, _ = command("why", "one_hot")
    assert [line.split()[:3] for line in out.splitlines()[1:]] == [
        ["one_hot", "curves", "reused"],
        ["one_hot", "checks", "reused"],
        ["one_hot", "figure", "reused"],
    ]
    _, out, _ = command("why", "one_hot", "--seed", "77")
    assert "another setting: seed" in out
    assert "reused" not in command("run", "one_hot", "--fresh")[1]
    refused(command("why", "one_hat"), "did you mean")
    _, out, _ = command("why", "sde_sam")
    assert {line.split()[0] for line in out.splitlines()[1:]} >= {"sam_two_cycle", "usam_weak_order"}
    refused(command("why", "one_hot", "--set", "sead=1"), "no setting 'sead'")
