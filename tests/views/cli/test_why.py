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
