"""AUDIT.md says what audit.json holds, and the committed one is made of the committed tables."""

from pathlib import Path

import theorylab
from theorylab.trials import audit
from theorylab.views import audits

FIGURES = Path(theorylab.__file__).parents[1] / "figures"


def row(outcome, line, **more):
    told = {"by": "", "said": "", "studies": 2, "reason": ""} | more
    return {"key": "k", "file": "toy/theory.py", "function": "f", "line": line, "kind": "sign", "before": f"a{line}",
            "after": f"-a{line}", "outcome": outcome} | told  # fmt: skip


TABLES = {
    "toy": {
        "budget": 30, "seed": 1, "mutants": 70, "functions": 9, "left_out": ["toy/certificates.py"],
        "unfit": ["toy.paper.broken"], "earlier": 1,
        "rows": [row("verdict", 1, by="toy.paper.falls"), row("test", 2, said="tests/t.py::test_f"), row("nobody", 3),
                 row("nobody", 4, studies=0), row("equivalent", 5, reason="It is the same.")],
    }
}  # fmt: skip


def test_the_page_says_all():
    page = audits.page(TABLES)
    assert "| toy | 5 | 1 | 0 | 0 | 1 | 2 | 1 | 1 of 4, 25% [1%, 81%] | 2 of 4, 50% [7%, 93%] |" in page
    assert "5 of 70 mutants in 9 functions (budget 30, seed 1)." in page
    assert "no study reaches them: toy/certificates.py." in page
    assert "nothing changed: toy.paper.broken." in page
    assert "1 of those noticed were noticed before the last edits" in page
    assert "**Nobody noticed** (2)" in page
    assert "- `toy/theory.py`, line 3, f (sign): `a3` became `-a3`\n" in page
    assert "`-a4`; no study reaches the line" in page
    assert "`-a2`; `tests/t.py::test_f` failed" in page
    assert "`a5` became `-a5`. It is the same." in page
    assert "line 1" not in page
    assert f"Not audited yet: {', '.join(audit.models())}.\n" in page
    assert "Not audited yet" not in audits.page(dict.fromkeys(audit.models(), TABLES["toy"]))


def test_marks_in_a_line_do_not_end_it():
    assert audits.code("a") == "`a`"
    assert audits.code("a`b") == "``a`b``"
    assert audits.share(0, 0, 0.0, 1.0) == "none"


def test_what_is_written_is_read_again(tmp_path):
    assert audits.read(tmp_path) == {}
    paths = audits.write(TABLES, tmp_path)
    assert [path.name for path in paths] == ["audit.json", "AUDIT.md"]
    assert audits.read(tmp_path) == TABLES
    assert paths[1].read_text(encoding="utf-8") == audits.page(TABLES)


def test_the_committed_page_is_made_of_the_committed_tables():
    tables = audits.read(FIGURES)
    assert (FIGURES / "AUDIT.md").read_text(encoding="utf-8") == audits.page(tables)
    assert {*tables} <= {*audit.models()}
    rows = [row for table in tables.values() for row in table["rows"]]
    assert all(row["outcome"] in audit.OUTCOMES and len(row) == len(rows[0]) for row in rows)
