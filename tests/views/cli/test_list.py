"""`theorylab list`."""

import theorylab


def test_list_names_every_study_with_its_claim(command):
    status, out, err = command("list")
    assert (status, err) == (0, "")
    words = " ".join(out.split())
    for listing in theorylab.discover():
        assert listing.name in out
        assert listing.title.split()[0] in words
