"""Papers: every folder has a page that agrees with its entry, its studies and the catalogue; findings are shown."""

import difflib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import theorylab
from theorylab.errors import InputError
from theorylab.trials import papers, study
from theorylab.trials.citations import Source, entries, head
from theorylab.trials.study import Listing, discover

ROOT = Path(theorylab.__file__).parents[1]
PAPERS = papers.papers()
LISTINGS = discover()


def tail(listing):
    return listing.name.split(".")[-1]


def test_reading_papers_and_findings_imports_no_study():
    text = """
import sys
from theorylab.trials import papers, study
found = papers.papers(), papers.findings(), papers.heads(), papers.not_yet_on_trial()
print([len(one) for one in found], [x for x in sys.modules if "studies." in x or x in ("numpy", "matplotlib")])
"""
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True)
    counts = [len(PAPERS), len(papers.findings()), len(PAPERS), len(papers.not_yet_on_trial())]
    assert done.stdout.strip() == f"{counts} []"


def test_every_study_is_in_one_paper():
    inside = [listing for paper in PAPERS for listing in paper.studies]
    assert sorted(x.name for x in inside) == [x.name for x in LISTINGS]
    assert all(listing.name.startswith(f"{paper.name}.") for paper in PAPERS for listing in paper.studies)


def test_the_last_part_of_a_name_is_unique_over_the_lab():
    words = [tail(x) for x in LISTINGS] + [x.name.split(".")[-1] for x in PAPERS] + [x.family for x in PAPERS]
    known = {x.family for x in PAPERS}
    twice = {word for word in words if words.count(word) > 1} - known
    assert not twice, "a word on the command line would be ambiguous"
    assert not known & ({tail(x) for x in LISTINGS} | {x.name.split(".")[-1] for x in PAPERS})


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_a_page_is_complete(paper):
    assert paper.says, "what the paper says, in our words"
    assert paper.not_on_trial, "what of it is not on trial, and why"
    assert all(re.match(r"\((read|recalled)\b[^)]*\) ", one) for one in paper.says), (
        "each sentence says how it is known"
    )
    named = [re.match(r"(\w+)(?: \[[^\]]+\])?: ", one)[1] for one in paper.on_trial]
    assert sorted(named) == sorted(map(tail, paper.studies)), "a line for each study"
    assert paper.head in named
    lines = (paper.folder / "__init__.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 45


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_a_paper_has_its_entry(paper):
    assert paper.entry is not None
    assert paper.entry.authors
    assert re.fullmatch(r"\d{4}", paper.entry.year)
    assert re.fullmatch(r"(\d{4}\.\d{4,5})?", paper.arxiv)
    assert "\\" not in paper.entry.text, "accented letters stand as themselves"
    if (paper.folder / "paper.bib").exists():
        assert papers.normal(paper.title) == papers.normal(paper.entry.title)
        assert not any(head(x.path).constant("SOURCE", Source).key for x in paper.studies), "the folder's entry"


def test_keys_and_arxiv_ids_are_of_one_paper_each():
    for values in ([x.key for x in PAPERS], [x.arxiv for x in PAPERS if x.arxiv]):
        assert len(set(values)) == len(values)
    textbooks = entries(ROOT / "studies" / "references.bib")
    assert not set(textbooks) & {x.key for x in PAPERS if (x.folder / "paper.bib").exists()}


def test_heads_are_one_study_of_each_paper():
    assert [x.name.rpartition(".")[0] for x in papers.heads()] == [x.name for x in PAPERS]


def test_the_catalogue_has_titles_once_with_family_and_claim():
    rows = papers.catalogue()
    titles = [papers.normal(one.title) for one in rows]
    assert len(set(titles)) == len(titles) >= 260
    assert all(one.title and one.claim and re.fullmatch(r"[a-z_]+", one.family) for one in rows)
    assert [(one.family, one.title.lower()) for one in rows] == sorted((one.family, one.title.lower()) for one in rows)


def test_a_title_that_nearly_stands_in_the_catalogue_stands_there():
    planned = {papers.normal(one.title) for one in papers.not_yet_on_trial()}
    for paper in PAPERS:
        near = difflib.get_close_matches(papers.normal(paper.title), planned, n=1, cutoff=0.85)
        assert not near, f"{paper.name} would be listed as not yet on trial"
    assert len(planned) == len(papers.catalogue()) - sum(
        papers.normal(paper.title) in {papers.normal(one.title) for one in papers.catalogue()} for paper in PAPERS
    )


def test_words_narrow_what_is_not_yet_on_trial():
    every = papers.not_yet_on_trial()
    some = papers.not_yet_on_trial(["ADAM", "adaptive"])
    assert 0 < len(some) < len(every)
    assert all("adam" in f"{one.title} {one.claim}".lower() for one in some)


def texts(checks):
    return [text for check in checks for text in (check["claim"], check["rival"]["claim"])]


def test_every_refuted_check_belongs_to_a_declared_finding(quick):
    declared = {listing.name: finding for listing, finding in papers.findings()}
    refuted = [
        (x.name, check["claim"]) for x in LISTINGS for check in papers.recorded(x) if check["verdict"] == "refuted"
    ]
    written = [x.name for x in LISTINGS if 'declared="refuted"' in x.path.read_text(encoding="utf-8")]
    refuted += [
        (name, check.claim) for name in written for check in quick(name)[0].checks if check.declared == "refuted"
    ]
    assert refuted
    for name, claim in refuted:
        assert name in declared, f"{name} refutes {claim!r}: say so in FINDING"
        assert declared[name].check in claim


@pytest.mark.parametrize(("listing", "finding"), papers.findings(), ids=lambda x: getattr(x, "name", ""))
def test_a_finding_names_a_check_of_its_study(listing, finding, quick):
    found = texts([check.to_json() for check in quick(listing.name)[0].checks])
    assert any(finding.check in text for text in found), found
    assert finding.sentence.endswith(".")
    assert not finding.case.endswith(".")


@pytest.mark.parametrize(
    ("listing", "finding"), [x for x in papers.findings() if x[1].settings], ids=lambda x: getattr(x, "name", "")
)
def test_the_smallest_case_of_a_finding_runs_as_declared(listing, finding):
    result = theorylab.run(tail(listing), **dict(word.split("=") for word in finding.settings))
    assert result.as_declared
    assert any(finding.check in text for text in texts([check.to_json() for check in result.checks]))


# Papers made by the test: what a page may look like, and what is refused with a word.

PAGE = '''"""A title: with a colon

The paper says, in our words:
1. (read) One thing
   over two lines.
2. (recalled) Another.

On trial:
- first [C1]: claim 1.

Not on trial, because:
- the rest.
"""

HEAD = "first"
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A family of one paper with two studies, the only ones that there are."""
    place = tmp_path / "family" / "paper"
    place.mkdir(parents=True)
    (place / "__init__.py").write_text(PAGE, encoding="utf-8")
    (place / "paper.bib").write_text("@misc{k2020,\n  title = {A title: with a colon},\n  year = {2020}\n}\n")
    for name in ("first", "second"):
        (place / f"{name}.py").write_text(f'"""Claim {name}."""\nSOURCE = Source("abstract", kind="read")\n')
    listings = [Listing(f"family.paper.{x}", place / f"{x}.py", f"lab.{x}") for x in ("first", "second")]
    monkeypatch.setattr(papers, "discover", lambda: listings)
    return place


def test_a_page_is_read_in_sections(folder):
    (paper,) = papers.papers()
    assert (paper.name, paper.family, paper.title) == ("family.paper", "family", "A title: with a colon")
    assert paper.says == ("(read) One thing over two lines.", "(recalled) Another.")
    assert paper.on_trial == ("first [C1]: claim 1.",)
    assert paper.not_on_trial == ("the rest.",)
    assert paper.byline == " (2020), k2020"
    assert not paper.verdicts()
    assert [x.name for x in papers.heads()] == ["family.paper.first"]


def test_a_folder_without_a_page_is_no_paper(folder):
    (folder / "__init__.py").write_text('"""Words."""\n')
    assert papers.papers() == []


def test_a_head_that_is_no_study_is_refused(folder):
    (folder / "__init__.py").write_text(PAGE.replace('"first"', '"third"'))
    with pytest.raises(InputError, match=r"HEAD = 'third' of family.paper: give one of first, second"):
        papers.heads()


def test_the_tour_has_the_head_study_of_the_paper_that_its_family_names(folder, monkeypatch):
    other = folder.with_name("another")
    shutil.copytree(folder, other)
    more = [Listing(f"family.another.{x}", other / f"{x}.py", f"lab.{x}") for x in ("first", "second")]
    both = [*papers.discover(), *more]
    monkeypatch.setattr(papers, "discover", lambda: both)
    for page, chosen in (
        (None, "another"),
        ('"""Words."""\n', "another"),
        ('"""Words."""\n\nHEAD = "paper"\n', "paper"),
    ):
        if page:
            (folder.parent / "__init__.py").write_text(page)
        assert [x.name for x in papers.tour()] == [f"family.{chosen}.first"]
    (folder.parent / "__init__.py").write_text('"""Words."""\n\nHEAD = "third"\n')
    with pytest.raises(InputError, match=r"HEAD = 'third' of .*__init__.py: give a paper's folder, another, paper"):
        papers.tour()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("paper.bib", "@misc{a,\n}\n@misc{b,\n}\n", "paper.bib has 2 entries: a paper's folder has one"),
        ("paper.bib", "nothing\n", "has no entry"),
        ("__init__.py", PAGE.replace('"first"', "name()"), "HEAD cannot be read from the file"),
    ],
)
def test_a_page_that_cannot_be_read_fails_alone(folder, name, text, said):
    (folder / name).write_text(text)
    (paper,) = papers.papers()
    assert paper.title.startswith("(cannot be read: ")
    assert said in paper.title
    assert len(paper.studies) == 2


def test_a_finding_that_cannot_be_read_names_its_study(folder):
    (folder / "first.py").write_text('"""Claim."""\nFINDING = Finding(kind="odd", sentence="s", case="c", check="k")\n')
    with pytest.raises(InputError, match=r"family.paper.first: FINDING cannot be read .*give one of 'false as stated'"):
        papers.findings()


def test_a_citation_has_the_key_of_the_folder_or_of_the_textbook(folder):
    source = Source("abstract", kind="read")
    assert papers.cite(source, folder / "first.py") == "k2020, abstract (read)"
    assert papers.cite(source, folder.parent / "own.py") == "abstract (read)"
    textbook = Source("Chapter 1", kind="recalled", key="book")
    with pytest.raises(InputError, match=r"no references.bib above .* has the entry 'book'"):
        papers.entry_of(textbook, folder / "first.py")
    (folder.parents[1] / "references.bib").write_text("@book{book,\n  title = {B}\n}\n")
    assert papers.entry_of(textbook, folder / "first.py").title == "B"
    assert papers.cite(textbook, folder / "first.py") == "book, Chapter 1 (recalled)"


def test_a_record_that_cannot_be_read_is_refused(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(study, "FIGURES", tmp_path / "figures")
    (paper,) = papers.papers()
    path = tmp_path / "figures" / "family" / "paper" / "first.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"checks": [{"verdict": "supported"}, {"verdict": "refuted"}]}))
    assert paper.verdicts() == {"supported": 1, "refuted": 1}
    path.write_text("{")
    with pytest.raises(InputError, match=r"first.json is no record of a run"):
        paper.verdicts()


def test_surprises_are_the_first_lines_of_their_scripts(tmp_path, monkeypatch):
    (tmp_path / "findings").mkdir()
    (tmp_path / "findings" / "b.sh").write_text("#!/bin/sh\n# A package says so.\n# More.\n")
    (tmp_path / "findings" / "_common.sh").write_text("")
    monkeypatch.setattr(study, "FIGURES", tmp_path / "figures")
    assert papers.surprises() == [("bash findings/b.sh", "A package says so.")]
    (tmp_path / "findings" / "a.sh").write_text("#!/bin/sh\nexit\n")
    with pytest.raises(InputError, match="says nothing of itself: begin it with a comment line"):
        papers.surprises()
