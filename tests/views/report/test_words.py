"""Words have one meaning, which is read from where it stands."""

from theorylab.views.report.words import glossary, letter, meanings, notation, value


def test_the_notation_and_the_glossary_are_those_of_the_laboratory():
    assert letter("step_size") == next(row.letter for row in notation() if row.word == "step_size").split(",")[0]
    assert letter("no such word") == ""
    assert all(row.word and row.meaning and not row.letter for row in glossary())
    assert len(glossary()) >= 10


def test_a_field_means_what_its_comment_says_or_a_table(tmp_path):
    study = tmp_path / "study.py"
    study.write_text(
        "class Setting:\n    burn_in: int = 3  # steps before the first\n    seed: int = 0\n"
        "    odd: int = 1  # noqa: E1\n"
    )
    found = meanings(study)
    assert found["burn_in"] == "steps before the first"
    assert "random streams" in found["seed"]
    assert found["odd"] == ""
    study.write_text("class Setting(")
    assert meanings(study) == {}


def test_values_stand_as_they_are_typed():
    assert value(True) == "true"
    assert value([0.5, 2]) == "0.5, 2"
    assert value(12_000) == "12\u202f000"
