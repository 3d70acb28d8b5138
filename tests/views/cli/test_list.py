"""`theorylab list`."""

import theorylab
from theorylab.trials import selectors


def test_list_names_every_study_with_its_claim(command):
    status, out, err = command("list")
    assert (status, err) == (0, "")
    words = " ".join(out.split())
    for listing in theorylab.discover():
        paper, _, name = listing.name.rpartition(".")
        assert paper in out
        assert f"{name}: {' '.join(listing.title.split())}" in words
    assert out.splitlines()[-1] == f"{len(theorylab.discover())} studies"


def test_words_narrow_the_list(command):
    _, out, _ = command("list", "arxiv:2502.14123")
    assert out.splitlines()[0] == "regression.ema_linear_regression"
    assert out.splitlines()[-1] == f"{len(selectors.select(['arxiv:2502.14123']))} studies"
    _, out, _ = command("list", "regression.*", "one_hot")
    assert "one_hot: " in out
    assert out.splitlines()[-1] == "1 study"


def test_words_that_fit_no_study_cost_one_line(command, refused):
    refused(command("list", "zzzzzz"), "no study fits 'zzzzzz'; `theorylab list` shows all")
    refused(command("list", "one_hott"), "did you mean 'regression.ema_linear_regression.one_hot'?")
