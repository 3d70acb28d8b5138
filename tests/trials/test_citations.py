"""What a study says of its source and finding, read from its file alone: the same as an import gives."""

import ast
import importlib

import pytest

import theorylab
from theorylab.errors import InputError
from theorylab.trials.citations import Finding, Source, entries, head
from theorylab.trials.study import discover

LISTINGS = discover()
BIB = """Words before.
@misc{a2020,
  author = {Kovač, Ana and de la Cruz, José},
  title = {On {SGD}, with commas,
    over two lines},
  year = 2020,
  eprint = {2001.00001}
}

@book{b1990,
  title = "Quoted"
}
"""


def file(tmp_path, text, name="study.py"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_source_reads_as_place_figure_and_kind():
    assert str(Source("Theorem 1", kind="read")) == "Theorem 1 (read)"
    assert str(Source("Theorem 1", "Figure 2", kind="recalled", key="a2020")) == "a2020, Theorem 1, Figure 2 (recalled)"


def test_a_source_names_its_kind_and_place():
    with pytest.raises(TypeError, match="kind"):
        Source("abstract")
    with pytest.raises(
        InputError, match=r"Source\(kind='seen'\) is not allowed: give one of 'read', 'recalled', 'derived'"
    ):
        Source("abstract", kind="seen")
    with pytest.raises(InputError, match=r"Source\(where=''\) is not allowed"):
        Source("", kind="read")


@pytest.mark.parametrize("part", ["sentence", "case", "check"])
def test_a_finding_is_of_one_of_three_kinds_and_says_all(part):
    parts = {"kind": "needs a condition", "sentence": "S.", "case": "c", "check": "k"}
    assert Finding(**parts).settings == ()
    with pytest.raises(InputError, match=rf"Finding\({part}=''\)"):
        Finding(**parts | {part: ""})
    with pytest.raises(
        InputError, match=r"give one of 'false as stated', 'needs a condition', 'usual reading is wrong'"
    ):
        Finding(**parts | {"kind": "odd"})


def test_entries_are_read_with_their_fields(tmp_path):
    path = file(tmp_path, BIB, "paper.bib")
    found = entries(path)
    assert list(found) == ["a2020", "b1990"]
    one = found["a2020"]
    assert one.title == "On SGD, with commas, over two lines"
    assert one.authors == ["Ana Kovač", "José de la Cruz"]
    assert (one.year, one.arxiv) == ("2020", "2001.00001")
    assert one.text.startswith("@misc{a2020,")
    assert one.text.endswith("\n}")
    assert (found["b1990"].title, found["b1990"].authors, found["b1990"].arxiv) == ("Quoted", [], "")


def test_a_bibliography_without_an_entry_is_refused(tmp_path):
    assert entries(tmp_path / "none.bib") == {}
    with pytest.raises(InputError, match="has no entry"):
        entries(file(tmp_path, "% nothing\n", "empty.bib"))


def test_the_head_of_every_study_says_what_its_import_gives():
    for listing in LISTINGS:
        module = importlib.import_module(f"studies.{listing.name}")
        page = head(listing.path)
        assert page.docstring == ast.get_docstring(ast.parse(listing.path.read_bytes()))
        assert page.constant("SOURCE", Source) == module.SOURCE, listing.name
        assert page.constant("FINDING", Finding) == getattr(module, "FINDING", None), listing.name


def test_prose_that_looks_like_code_does_not_end_the_head(tmp_path):
    text = '"""Title.\n\nclass of starts, \\"quoted\\"\ndef of a word ""."""\nHEAD = "x"\n\ndef broken(:\n'
    page = head(file(tmp_path, text))
    assert page.docstring.startswith("Title.")
    assert page.constant("HEAD", str) == "x"


def test_constants_below_the_code_are_read_too(tmp_path):
    page = head(file(tmp_path, '"""T."""\n\ndef f():\n    return 1\n\nSOURCE = Source("p", kind="read")\n'))
    assert page.constant("SOURCE", Source) == Source("p", kind="read")
    assert page.constant("FINDING", Finding) is None


def test_a_file_that_changed_is_read_again(tmp_path):
    path = file(tmp_path, '"""One."""')
    assert head(path).title == "One."
    path.write_text('"""Another."""', encoding="utf-8")
    assert head(path).title == "Another."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("SOURCE = Source('x', kind=kind())", "SOURCE cannot be read from the file"),
        ("SOURCE = Other('x')", "SOURCE is no Source"),
        ("SOURCE = 'text'", "SOURCE is no Source"),
        ("SOURCE = Source('x', kind='seen')", "give one of 'read', 'recalled', 'derived'"),
        ("SOURCE = Source()", "SOURCE cannot be read from the file"),
    ],
)
def test_a_constant_that_is_no_literal_is_refused_with_a_word(tmp_path, line, said):
    with pytest.raises(InputError, match=said.replace("(", r"\(")):
        head(file(tmp_path, f'"""T."""\n{line}\n')).constant("SOURCE", Source)


@pytest.mark.parametrize("text", ["def (", "x\0", b"\xff\xfe".decode("latin-1") + "\0"])
def test_what_cannot_be_parsed_says_so(tmp_path, text):
    assert head(file(tmp_path, text)).title.startswith("(cannot be read: ")


def test_sources_are_public():
    assert theorylab.Source is Source
    assert theorylab.Finding is Finding
