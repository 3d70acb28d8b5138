"""The page, the figure and the table of packages on trial."""

import pytest

from theorylab.conformance import bench, rows
from theorylab.conformance.adapters import installed
from theorylab.conformance.trial import Verdict
from theorylab.trials.study import FIGURES
from theorylab.views import conformance, tables


def test_the_committed_page_is_that_of_the_rows():
    assert (FIGURES / conformance.PAGE).read_text(encoding="utf-8") == conformance.conformance_page()


def test_a_row_that_changed_is_red_and_says_which():
    row = rows.rows("optax", "adam")[0]
    new = bench.Outcome(row, "9.9", Verdict.DIFFERS, None, True, {})
    text = tables._written(150, color_system=None)
    text.print(conformance.outcome_table([new, new._replace(version=None)]))
    said = text.file.getvalue()
    assert "not as the row says" in said
    assert f"identical in optax {row.version}, now differs" in said
    assert "not installed" in said


def test_the_figure_has_every_drawn_row():
    drawn = [row for row in rows.rows() if row.drawn]
    missing = {row.package for row in drawn if installed(row.package) is None}
    if missing:
        pytest.skip(f"{', '.join(sorted(missing))} not installed: pip install -e '.[conformance]'")
    figure = conformance.conformance_figure(drawn)
    labels = [text.get_text() for axes in figure.axes for text in axes.get_legend().get_texts()]
    assert len(labels) == len(drawn) + 1
