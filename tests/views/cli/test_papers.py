"""`theorylab papers` and `theorylab findings`: they say what `list` and the committed pages say."""

import re
import sys
from pathlib import Path

import pytest

from theorylab.trials import papers, study
from theorylab.trials.study import discover
from theorylab.views import pages

PAPERS, LISTINGS, FINDINGS = papers.papers(), discover(), papers.findings()


def flat(text):
    return " ".join(text.split())


def test_list_papers_findings_and_pages_agree(command):
    listed, shown, found = (flat(command(name)[1]) for name in ("list", "papers", "findings"))
    page, findings_page = pages.papers_page(), pages.findings_page()
    for listing in LISTINGS:
        paper, _, name = listing.name.rpartition(".")
        assert f"{name}: {flat(listing.title)}" in listed
        assert paper in listed
        assert f"{listing.name.replace('.', '/')}.svg" in page
    for paper in PAPERS:
        counts = pages.verdict_counts(paper.verdicts())
        assert f"{pages.counted(len(paper.studies), 'study', 'studies')}, {counts}; head study: {paper.head}" in shown
        assert paper.name in shown
        assert f"`{paper.name}`, {pages.counted(len(paper.studies), 'study', 'studies')}, {counts}." in page
        for text in (paper.title, paper.byline, *paper.not_on_trial):
            assert flat(text) in shown
    for listing, finding in FINDINGS:
        for text in (listing.name, finding.sentence, finding.case, pages.command(listing, finding)):
            assert flat(text) in found
            assert text in findings_page.replace("\\", "")
    assert f"{len(FINDINGS)} findings" in found
    assert f"{len(LISTINGS)} studies" in listed
    assert f"{len(PAPERS)} papers on trial, {len(LISTINGS)} studies" in shown
    assert f"{len(PAPERS)} papers with {len(LISTINGS)} studies" in page
    for one in papers.not_yet_on_trial():
        assert one.title in page.replace("\\", "")


def test_write_makes_both_pages_in_a_clone(command, refused, tmp_path, monkeypatch):
    expected = pages.papers_page(), pages.findings_page()
    monkeypatch.setattr(pages, "papers_page", lambda: expected[0])
    monkeypatch.setattr(pages, "findings_page", lambda: expected[1])
    figures = tmp_path / "figures"
    monkeypatch.setattr(study, "FIGURES", figures)
    refused(command("papers", "--write"), "is not in a clone of the project")
    (tmp_path / "pyproject.toml").touch()
    status, out, _ = command("papers", "--write")
    assert status == 0
    assert [Path(line).name for line in out.split()] == ["PAPERS.md", "FINDINGS.md", "CLINIC.md"]
    assert (figures / "PAPERS.md").read_text(encoding="utf-8") == expected[0]


def test_words_narrow_the_commands(command):
    _, out, _ = command("papers", "halpern")
    assert "minimax.variance_reduced_halpern" in out
    assert "regression." not in out
    _, out, _ = command("papers", "federated", "heterogeneous")
    assert "Not yet on trial:" in out
    assert "0 papers on trial" in out
    _, out, _ = command("findings", "sde")
    assert "sde.sde_sam.sam_two_cycle" in out
    assert "edge." not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("findings", "one_hott"), "did you mean 'regression.ema_linear_regression.one_hot'?"),
        (("papers", "zzzzzz"), "no paper fits 'zzzzzz'"),
        (("papers", "--write", "sde"), "--write takes no WORDS"),
    ],
)
def test_words_that_fit_nothing_cost_one_line(command, refused, arguments, said):
    refused(command(*arguments), said)


@pytest.mark.parametrize("width", [80, 150])
def test_lines_keep_the_width(command, monkeypatch, width):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    for name in ("list", "papers", "findings"):
        _, out, _ = command(name)
        lines = re.sub(r"\x1b\[[0-9;]*m", "", out).splitlines()
        assert not [line for line in lines if len(line) > width], name
        assert not [line for line in lines if line != line.rstrip()], name
