"""A result prints as its table, whatever its claims are called."""

import dataclasses

import pytest

import theorylab


@pytest.fixture(scope="module")
def result():
    return theorylab.run("ema_variance", dim=8)


def test_a_result_prints_as_its_table(result):
    text = repr(result)
    assert text.startswith("regression.ema_linear_regression.ema_variance  li2025ema")
    assert "dim=8" in text
    for heading in ("claim", "measured", "predicted", "verdict", "rival"):
        assert heading in text
    assert "supported" in text
    assert "refuted" in text
    assert "\x1b" not in text
    # Claims are folded to their column, so words are compared, not lines.
    for check in result.checks:
        assert set(check.claim.replace(",", " ").split()) <= set(text.replace(",", " ").split())


def printed(result, claim):
    """The table of a result whose first claim is another one."""
    return repr(dataclasses.replace(result, checks=(dataclasses.replace(result.checks[0], claim=claim),)))


@pytest.mark.parametrize("claim", ["q[0]_in_[0,1)", "[bold]x[/bold]", "a[/]b", "[red]"])
def test_brackets_in_a_claim_print_as_they_stand(result, claim):
    assert claim in printed(result, claim)


@pytest.mark.parametrize("claim", [r"a\[x]b", "at_:x:_and"])
def test_backslashes_and_colons_in_a_claim_print_as_they_stand(result, claim):
    assert claim in printed(result, claim)


def test_a_notebook_shows_table_and_figure(result):
    html = result._repr_html_()
    assert "<pre" in html
    assert "supported" in html
    assert "<svg" in html
    assert html.count("</svg>") == 1
