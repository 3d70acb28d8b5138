"""The test of texts in figures sees texts that are cut, that overlap, and that reach into the next panel."""

import pytest

from tests.views.texts import misplaced
from theorylab.views import plots


def drawn(**labels):
    figure, axes = plots.panels(2)
    for panel in axes:
        plots.guide(panel, [0.0, 1.0], [0.0, 1.0], "a line")
        plots.label(panel, "x", "y", log="")
    axes[0].set(**labels)
    return figure


def test_a_plain_figure_passes():
    assert not list(misplaced(drawn(title="a title", xlabel="steps")))


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({"ylabel": "a label that is longer than the panel is high " * 3}, "is cut"),
        ({"title": "a title that is far wider than its panel, so that it ends in the next one " * 2}, "another panel"),
        ({"xticks": [0.5, 0.51]}, "lies over"),
        ({"yticks": [0.5], "yticklabels": ["a tick label as wide as that"]}, "is cut"),
    ],
)
def test_misplaced_texts_are_seen(labels, words):
    assert any(words in sentence for sentence in misplaced(drawn(**labels)))
