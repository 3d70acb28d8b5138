"""`theorylab audit`: what it prints, writes and refuses. The mutants themselves are tried in tests/trials."""

import json

import pytest

from theorylab.trials import audit as room
from theorylab.trials import study
from theorylab.trials.audit import Row
from theorylab.views import audits


class Trial:
    """A model whose mutants are all done."""

    def __init__(self, name, out):
        self.unfit = {"minimax.paper.claim": "refuted: it falls"}
        self.subject = room.Subject(name, {}, (), {}, {})

    def rows(self, budget, seed, survivors, only):
        self.asked = (budget, seed, survivors, only)
        where = ("minimax/theory.py", "bound", 3, "sign", "return [a + b]", "return [a - b]")
        yield Row("k1", *where, "verdict", "minimax.paper.other", "refuted: it falls", 1)
        yield Row("k2", *where, "nobody")

    report = room.Audit.report

    earlier = 0


@pytest.fixture
def figures(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "Audit", Trial)
    monkeypatch.setattr(study, "FIGURES", tmp_path / "figures")
    (tmp_path / "figures").mkdir()
    return tmp_path / "figures"


def test_mutants_shares_and_page(command, figures):
    status, out, err = command("audit", "minimax", "--budget", "2", "--write")
    assert (status, err) == (1, "")
    assert "a verdict changed (minimax.paper.other): minimax/theory.py, line 3, bound, sign" in out
    assert "    return [a + b]\n    return [a - b]" in out
    assert "no witness, since nothing was changed: minimax.paper.claim" in out
    assert "minimax: noticed by study: 1 of 2, 50% [1%, 99%], target 90%" in out
    tables = json.loads((figures / "audit.json").read_text())
    assert tables["minimax"]["budget"] == 2
    assert (figures / "AUDIT.md").read_text() == audits.page(tables)
    (figures / "AUDIT.md").unlink()
    status, out, _ = command("audit", "--write")
    assert status == 1
    assert (figures / "AUDIT.md").read_text() == audits.page(tables)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a model, or give --all"),
        (("sde", "--all"), "--all audits all models"),
        (("sdee",), "there is no model 'sdee': give one of adaptive, bilevel, "),
        (
            ("minimax", "--function", "halpern_boun"),
            "has no function 'halpern_boun' with mutants; did you mean 'halpern_bound'?",
        ),
        (("minimax", "--function", "halpern_bound", "--write"), "drop --function"),
        (("--write",), "has no audit.json"),
    ],
)
def test_what_cannot_be_asked_costs_one_line(command, refused, figures, arguments, said):
    refused(command("audit", *arguments), said)
