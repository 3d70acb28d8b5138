"""PAPERS.md and FINDINGS.md: those that are committed are those that are generated, and their links lead somewhere."""

import re

import pytest

from theorylab.errors import InputError
from theorylab.trials import study
from theorylab.trials.citations import FINDING_KINDS
from theorylab.views import pages


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("PAPERS.md", pages.papers_page), ("FINDINGS.md", pages.findings_page), ("CLINIC.md", pages.clinic_page),
    ],
)  # fmt: skip
def test_the_committed_pages_are_those_that_are_generated(name, page):
    text = (study.FIGURES / name).read_text(encoding="utf-8")
    assert text == page(), "run `theorylab papers --write`"


def test_links_of_the_pages_lead_somewhere():
    for text in (pages.papers_page(), pages.findings_page(), pages.clinic_page()):
        links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")]
        assert links
        assert not [link for link in links if not (study.FIGURES / link).exists()]


def test_the_page_of_findings_has_the_three_kinds_in_order():
    text = pages.findings_page()
    places = [text.index(f"## {kind.capitalize()}") for kind in FINDING_KINDS]
    assert places == sorted(places)
    assert [len(ones) for ones in pages.by_kind([]).values()] == [0, 0, 0]


def test_surprises_of_packages_are_a_line_each_from_the_heads_of_scripts(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "FIGURES", tmp_path / "figures")
    assert "None yet." in pages.findings_page()
    (tmp_path / "findings").mkdir()
    (tmp_path / "findings" / "package.sh").write_text("#!/usr/bin/env bash\n# package 1.0: one thing\n#\n# More.\n")
    (tmp_path / "findings" / "README.md").write_text("# Words\n")
    text = pages.findings_page()
    assert "- package 1.0: one thing: `bash findings/package.sh`" in text
    assert "None yet." not in text
    (tmp_path / "findings" / "silent.sh").write_text("true\n")
    with pytest.raises(InputError, match=r"silent.sh says nothing of itself"):
        pages.findings_page()


def test_papers_without_a_record_say_so(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "FIGURES", tmp_path)
    assert "no committed record" in pages.papers_page()
    assert pages.verdict_counts({"refuted": 1}) == "1 claim: 1 refuted"
