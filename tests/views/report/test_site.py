"""The gallery as files: whole, without dead links, with everything that a study says escaped."""

import json
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from click.testing import CliRunner

import theorylab
from tests.views.report import synthetic
from theorylab.errors import InputError
from theorylab.running import store
from theorylab.trials import papers, stored, study
from theorylab.views.cli import cli
from theorylab.views.report import contents, records, site

VOID = {"meta", "link", "img", "input", "br", "hr"}


class Page(HTMLParser):
    """The elements of a page: links, ids, images, and tags that were not closed."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.images, self.tags, self.open = [], set(), [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        self.links += [given[name] for name in ("href", "src") if given.get(name)]
        if "id" in given:
            assert given["id"] not in self.ids, f"two elements {given['id']}"
            self.ids.add(given["id"])
        if tag == "img":
            self.images.append(given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def dead_links(folder):
    """Links of all pages that lead nowhere: (page, link)."""
    pages = {path.resolve(): Page(path) for path in folder.rglob("*.html")}
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"https://|data:", link):
                continue
            name, _, part = link.partition("#")
            target = (path.parent / unquote(name)).resolve() if name else path
            if not target.is_file() or (part and "=" not in part and part not in pages[target].ids):
                yield path.name, link


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A gallery of twelve studies: (folder of the site, listings, folder of runs)."""
    folder = tmp_path_factory.mktemp("gallery")
    listings, runs = synthetic.gallery(folder)
    found = site.build(folder / "site", runs, listings)
    assert (found.papers, found.studies, found.index) == (4, 12, folder / "site" / "index.html")
    return folder / "site", listings, runs


def test_there_is_a_page_for_every_study_and_paper_and_no_dead_link(built):
    folder, listings, _ = built
    for listing in listings:
        for suffix in ("html", "svg", "json"):
            assert (folder / "studies" / f"{listing.name}.{suffix}").is_file()
    assert len(list((folder / "papers").glob("*.html"))) == 4
    assert not list(dead_links(folder))


def test_a_dead_link_is_seen(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html">x</a><a href="#lost">y</a><a href="a.html#here" id="here">z</a>')
    assert list(dead_links(tmp_path)) == [("a.html", "b.html"), ("a.html", "#lost")]


def test_nothing_is_fetched_from_elsewhere(built):
    for path in built[0].rglob("*.html"):
        page = Page(path)
        assert not page.open, path
        for tag, given in page.tags:
            if tag in ("img", "script", "link"):
                assert not re.match(r"\w+://|//", given.get("src") or given.get("href") or "")
    for name in ("report.css", "report.js"):
        assert "://" not in (built[0] / name).read_text(encoding="utf-8")


def test_the_page_of_a_study_says_all_that_is_known(built):
    folder, listings, _ = built
    text = (folder / "studies" / f"{listings[3].name}.html").read_text(encoding="utf-8")
    for words in (
        "Study number 3: the risk", "<li value=\"1\">", "claims 1 and 2", "Theorem 1", "Figure 2", "False as stated",
        "w<sub>i</sub><sup>2</sup> ≤ η", "<code>code &lt;here&gt;</code>", "−1.002 in [−1.01, −0.99]",
        "from −1.25 to −0.75", "as 1/√(N)", "off by one step", "0.0069", "error 0: these 20 values", "50\u202f000",
        "0.9, 0.99", "of the average", "theorylab 0.1.0", "2401.00001",
        "edge.theory.balanced_map", "<math", "The curves behind it are not stored here",
    ):  # fmt: skip
        assert words in text, words
    assert "theorylab run family0.paper01.claim_010 --set horizon=50000 " in re.sub(r"<[^>]*>", "", text)
    (image,) = Page(folder / "studies" / f"{listings[3].name}.html").images
    assert image["alt"].endswith("Plot: “bias (d = 5)”, excess risk against iterations, shown are measured; <b> bound.")


def test_findings_stand_beside_what_held(built):
    folder, _, _ = built
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "<strong>21</strong> claims supported" in index
    assert "<strong>3</strong> findings" in index
    found = (folder / "findings.html").read_text(encoding="utf-8")
    kinds = ("False as stated", "Needs a condition", "Usual reading is wrong")
    places = [found.index(f">{kind}</h2>") for kind in kinds]
    assert places == sorted(places)
    assert found.count('<article class="found">') == 3


def test_what_a_study_says_is_escaped_everywhere(tmp_path):
    listings, runs = synthetic.harmful(tmp_path)
    site.build(tmp_path / "site", runs, listings)
    pages = list((tmp_path / "site").rglob("*.html"))
    assert sum("window.harmed" in path.read_text(encoding="utf-8") for path in pages) >= 4
    for path in pages:
        for tag, given in Page(path).tags:
            assert tag != "script" or given.get("src") == "report.js"
            assert not any(name.startswith("on") for name in given), path
    assert not list(dead_links(tmp_path / "site"))


def test_a_second_report_deletes_what_is_no_more_and_nothing_else(tmp_path):
    listings, runs = synthetic.gallery(tmp_path, 1, 1, 3)
    folder = tmp_path / "site"
    site.build(folder, runs, listings)
    (folder / "mine.txt").write_text("kept")
    site.build(folder, runs, listings[:2])
    assert (folder / "mine.txt").read_text() == "kept"
    assert not (folder / "studies" / f"{listings[2].name}.html").exists()
    assert (folder / "studies" / f"{listings[1].name}.html").is_file()
    assert not list(dead_links(folder))


def test_a_folder_of_somebody_else_is_refused(tmp_path):
    listings, runs = synthetic.gallery(tmp_path, 1, 1, 1)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="holds something else than a report"):
        site.build(tmp_path / "full", runs, listings)
    with pytest.raises(InputError, match="is a file"):
        site.build(tmp_path / "full" / "thesis.tex", runs, listings)
    with pytest.raises(InputError, match="no study to report on"):
        site.build(tmp_path / "empty", runs, [])
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["thesis.tex"]


def test_a_broken_study_or_record_fails_alone(tmp_path):
    listings, runs = synthetic.gallery(tmp_path, 1, 1, 4)
    listings[0].path.write_text("def checks(:\n")
    stored.files(runs, listings[1].name)["json"].write_text("{}")
    stored.files(runs, listings[2].name)["json"].unlink()
    listings[3].path.write_text(listings[3].path.read_text().replace('kind="read"', "kind=unknown"))
    site.build(tmp_path / "site", runs, listings)
    texts = [(tmp_path / "site" / "studies" / f"{x.name}.html").read_text(encoding="utf-8") for x in listings]
    assert "Cannot be read whole" in texts[0]
    assert "is no record of a run" in texts[1]
    assert "There is no record of a run yet" in texts[2]
    assert "SOURCE cannot be read" in texts[3]
    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "2 studies have no record of a run yet" in index
    assert not list(dead_links(tmp_path / "site"))


def test_what_is_not_as_declared_is_named_on_the_first_page(tmp_path):
    listings, runs = synthetic.gallery(tmp_path, 1, 1, 2)
    synthetic.write_record(runs, listings[1].name, [synthetic.check(declared="refuted")])
    site.build(tmp_path / "site", runs, listings)
    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "1 study came out otherwise than declared" in index
    assert "(declared refuted)" in (tmp_path / "site" / "studies" / f"{listings[1].name}.html").read_text()


def test_curves_of_the_record_are_a_table_and_others_are_not(tmp_path):
    listings, runs = synthetic.gallery(tmp_path, 1, 1, 1)
    name = listings[0].name
    curve = theorylab.Curve(np.array([1.0, 10.0]), np.array([[1.0, 2.0], [3.0, 6.0], [5.0, 1.0]]))
    curves = {"measured/risk": curve, "predicted/risk": theorylab.exact([1, 10], [2.5, 0.1], ulps=1)}
    paths = stored.files(runs, name)
    record = json.loads(paths["json"].read_text())
    store.write_curves(paths["npz"], curves, {"schema": store.SCHEMA})
    assert records.as_csv(records.last_run(listings[0], runs)) is None  # those of another run
    record["curves"] = store.digest_of(curves)
    paths["json"].write_text(json.dumps(record))
    site.build(tmp_path / "site", runs, listings)
    rows = (tmp_path / "site" / "studies" / f"{name}.csv").read_text().splitlines()
    assert rows[0].split(",") == list(records.COLUMNS)
    assert rows[1].split(",")[:6] == ["measured/risk", "simulated", "3", "steps", "1.0", "3.0"]
    assert float(rows[1].split(",")[6]) == pytest.approx(2 / 3**0.5)
    assert rows[2].split(",")[7:] == ["1.0", "6.0", "0.0"]
    assert rows[4].split(",")[5] == "0.1"
    assert len(rows) == 5
    assert "data as CSV" in (tmp_path / "site" / "studies" / f"{name}.html").read_text()
    paths["npz"].write_bytes(b"damaged")
    assert records.as_csv(records.last_run(listings[0], runs)) is None


def test_the_newer_of_committed_record_and_last_run_is_shown(tmp_path, monkeypatch):
    listings, runs = synthetic.gallery(tmp_path, 1, 1, 1)
    monkeypatch.setattr(study, "FIGURES", tmp_path / "figures")
    paths = synthetic.write_record(tmp_path / "figures", listings[0].name, [synthetic.check()])
    here = stored.files(runs, listings[0].name)["json"]
    shutil.copystat(here, paths["json"])
    found = records.last_run(listings[0], runs)
    assert found.committed
    assert found.command == f"theorylab run {listings[0].name} --full"
    times = here.stat()
    os.utime(here, (times.st_atime + 100, times.st_mtime + 100))
    found = records.last_run(listings[0], runs)
    assert not found.committed
    assert found.command == f"theorylab run {listings[0].name} --set horizon=50000 --set decays=0.9,0.99 --set seed=3"
    ledger = {"ledger": {"asked": {"full": True, "changes": {"seed": "7"}}}}
    place = stored.files(runs, listings[0].name)["ledger"]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(ledger))
    assert records.last_run(listings[0], runs).command == f"theorylab run {listings[0].name} --full --set seed=7"


def test_the_audit_speaks_of_the_study_that_noticed(tmp_path):
    listings, runs = synthetic.gallery(tmp_path, 1, 1, 1)
    (trial,) = contents.trials(listings, papers.papers(listings), runs)
    row = {"by": trial.name, "before": "a", "after": "b", "kind": "sign", "function": "f", "said": "x"}
    found = contents.audited(trial, {"edge": {"rows": [row, row | {"by": "another"}]}})
    assert (found.noticed, found.models, found.missing) == ([row], ["edge"], [])
    assert contents.audited(trial, {}).missing == ["edge"]


def test_numbers_are_written_as_they_are_read():
    shown = [contents.number(x) for x in (None, 3, 20_000, -0.5, 1.2345678, 1.2e-5, 1e-9, -3e12, 5.0)]
    assert shown == ["–", "3", "20\u202f000", "−0.5", "1.235", "1.2·10⁻⁵", "10⁻⁹", "−3·10¹²", "5"]
    assert contents.allowed([None, 1.0]) == "≤ 1"
    assert contents.allowed([0.25, None]) == "≥ 0.25"
    assert contents.allowed([0.5, 0.5]) == "0.5"
    assert contents.allowed(None) == "–"
    assert contents.measured(synthetic.check(measured=0.5, interval=[0.5 - 1e-15, 0.5 + 1e-15])).startswith("0.5 ± ")
    assert contents.measured(synthetic.check(measured=None)) == "–"


def test_the_strip_lies_between_its_ends():
    found = contents.strip(synthetic.check())
    assert 0 < found.allowed_low < found.low < found.measured < found.high < found.allowed_high < 100
    assert contents.strip(synthetic.check(allowed=[None, -0.5])).allowed_low is None
    for nothing in ({"measured": None}, {"interval": None}, {"interval": [None, 1.0]}, {"allowed": [None, None]}):
        assert contents.strip(synthetic.check(**nothing)) is None
    assert contents.strip(synthetic.check(measured=1.0, interval=[1.0, 1.0], allowed=[1.0, 1.0])) is None


def test_pages_beside_the_figures_are_taken_over_with_what_they_link_to(tmp_path, monkeypatch):
    listings, runs = synthetic.gallery(tmp_path, 1, 1, 1)
    figures = tmp_path / "figures"
    (figures / "sub").mkdir(parents=True)
    (figures / "sub" / "a b.svg").write_text(synthetic.FIGURE)
    (figures / "limits.md").write_text(
        "# Limits\n\n| a |\n|---|\n| <script>1</script> |\n\n[x](sub/a%20b.svg) [y](sub/a b.svg) [f](FINDINGS.md) "
        "[o](../secret) [p](lost.md) [h](https://example.org)\n\n![z](<sub/a b.svg>)\n"
    )
    (figures / "PAPERS.md").write_text("# Papers\n")
    (tmp_path / "secret").write_text("s")
    monkeypatch.setattr(study, "FIGURES", figures)
    site.build(tmp_path / "site", runs, listings)
    text = (tmp_path / "site" / "limits.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in text
    assert 'href="findings.html"' in text
    assert "secret" not in text
    assert (tmp_path / "site" / "notes" / "sub" / "a b.svg").is_file()
    assert '<a href="limits.html">Limits</a>' in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert not (tmp_path / "site" / "conformance.html").exists()
    assert not list(dead_links(tmp_path / "site"))


def test_the_command_builds_it_for_studies_of_the_lab(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["report", "one_hot", "--out", "site"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith(str(Path("site", "index.html")))
    assert [path.name.split(".")[-2] for path in (tmp_path / "site" / "studies").glob("*.html")] == ["one_hot"]
    assert not list(dead_links(tmp_path / "site"))
    shown = []
    monkeypatch.setattr("click.launch", shown.append)
    assert CliRunner().invoke(cli, ["report", "one_hot", "--out", "site", "--open"]).exit_code == 0
    assert shown == [(tmp_path / "site" / "index.html").resolve().as_uri()]
    assert CliRunner().invoke(cli, ["report", "nothing_like_that"]).exit_code == 2
