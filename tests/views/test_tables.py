"""A result prints as its table, whatever its claims are called."""

import dataclasses
import io

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from rich.console import Console

import theorylab
from theorylab import Curve, Rival, agrees
from theorylab.numerics.proofs import Certificate
from theorylab.trials.hunt import Candidate, Hunt
from theorylab.views import tables


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


def test_in_a_kernel_a_result_is_one_output_and_a_figure_a_picture(result, monkeypatch, capsys):
    # What rich asks whether it runs in a kernel: it would show every line at once there, and repr be empty.
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    format_ = DisplayFormatter(parent=None).format
    shown, _ = format_(result)
    assert shown["text/plain"] == repr(result) != ""
    assert "supported" in shown["text/plain"]
    assert shown["text/html"].count("</svg>") == 1
    assert format_(result.figure)[0]["image/svg+xml"].startswith("<?xml")
    assert capsys.readouterr() == ("", "")


def text(table):
    """A table as a console of 150 columns prints it."""
    console = Console(file=io.StringIO(), width=150, color_system=None)
    console.print(table)
    return " ".join(console.file.getvalue().split())


def test_the_table_of_verdicts_names_a_study_once(result):
    printed = text(tables.verdict_table(("a.study", check) for check in result.checks))
    assert printed.count("a.study") == 1
    assert printed.count("supported") == len(result.checks)
    assert "adjusted p" not in printed
    suite = [dataclasses.replace(check, p_values=(1.0, 1e-4)) for check in result.checks]
    assert "adjusted p" in text(tables.verdict_table(("a.study", check) for check in suite))
    lines = narrow(suite).splitlines()
    assert sum("a.study" in line for line in lines) == 1
    assert max(map(len, lines)) <= 80
    noisy = [dataclasses.replace(check, noisy=True) for check in suite]
    assert " ".join(narrow(noisy).split()).count("adjusted p 1.0e-04") == len(suite)


def narrow(checks):
    """The table of checks as a console of 80 columns prints it."""
    console = Console(file=io.StringIO(), width=80, color_system=None)
    console.print(tables.verdict_table((("a.study", check) for check in checks), width=80))
    return console.file.getvalue()


def test_at_a_prompt_a_check_is_its_table(result):
    check = result.checks[0]
    assert DisplayFormatter(parent=None).format(check)[0]["text/plain"] == tables.as_text(check)


def test_numbers_are_never_broken(result):
    for check in result.checks:
        measured = f"{check.measured:.5g}"
        for printed in (narrow([check]), tables.as_text(check, 80), tables.as_text(check, 120), tables.as_text(check)):
            assert any(measured in line for line in printed.splitlines())


def test_the_legend_explains_every_heading(result):
    suite = [dataclasses.replace(check, p_values=(1.0, 1e-4)) for check in result.checks]
    head = text(tables.verdict_table(((" ", check) for check in suite), 200)).split(" rival ")[0]
    assert {"measured", "predicted", "last x", "separates", "score", "adjusted p"} <= {w for w, _ in tables.LEGEND}
    assert all(word in head for word in ("measured", "predicted", "last x", "separates", "score", "adjusted p"))
    assert all(f"{word}: " in tables.legend().plain for word, _ in tables.LEGEND)


def test_the_text_and_the_page_of_a_result_are_its_table(result):
    assert tables.as_text(result) == repr(result)
    assert tables.as_html(result).startswith("<pre")
    (check, *_) = result.checks
    assert "supported" in tables.as_text(check)


def test_the_table_of_mutants_says_what_is_not_caught(result):
    printed = text(tables.falsify_table(("a.study", check) for check in result.checks))
    assert "minimum detectable effect" in printed
    assert "order swapped" in printed


def test_the_table_of_replications_counts_verdicts_and_names_seeds():
    row = {"study": "a.study", "claim": "c", "verdicts": {"supported": 2, "refuted": 1}, "unexpected_seeds": [7],
           "excessive": True}  # fmt: skip
    printed = text(tables.replicate_table([row, row | {"claim": "d", "unexpected_seeds": []}]))
    assert printed.count("a.study") == 1
    assert "supported 2, refuted 1" in printed
    assert " 7 " in printed


def test_the_table_of_certificates_tells_rivals_and_what_is_not_as_declared():
    one = Certificate("c", "certified", "x in [0, 1]", 0.5, 0.0)
    printed = text(tables.certificate_table([("edge", one), ("edge", dataclasses.replace(one, declared="refuted"))]))
    assert printed.count("edge") == 1
    assert "rival: c" in printed
    assert "certified (declared refuted)" in printed


def test_the_table_of_hunts_shows_the_nearest_setting():
    best = Candidate({"x": 0.5}, 0.9, "supported", "")
    found = Hunt("a.study", "c", "below", "supported", best, {"x": 0.5}, (best,))
    printed = text(tables.hunt_table([found]))
    assert "x=0.5" in printed
    assert "not broken: tightness 0.9" in printed


def test_the_last_step_and_the_first_that_separates_stand_beside_a_verdict():
    steps = np.array([10.0, 200.0, 3000.0])
    curve = Curve(steps, np.zeros((1, 3)), exact=True, rounding=1e-12)
    rival = Rival(claim="grows", predicted=Curve(steps, np.array([[0.0, 1.0, 2.0]]), exact=True))
    check = agrees("is zero", curve, 0.0, rival=rival)
    text = tables.as_text(check)
    assert {"last x", "separates"} <= {name.strip() for name in text.splitlines()[0].split("  ")}
    assert (check.last_x, check.separates_at) == (3000, 200)
    assert {"3e+03", "200"} <= set(text.split())
    unknown = dataclasses.replace(check, last_x=None, separates_at=None)
    assert "3e+03" not in tables.as_text(unknown)
