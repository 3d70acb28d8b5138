"""What stands for a figure is read from its texts."""

from theorylab.views.report.figures import alternative, panels, texts

STYLE = "<style>.a{font-size: 9px; text-anchor: middle}.b{font-size: 9px; text-anchor: start}.c{font-size: 7px}</style>"
SVG = (
    f"<svg>{STYLE}"
    '<text class="b" transform="translate(40 12)">a title</text>'
    '<text class="a" transform="translate(100 200)">steps</text>'
    '<text class="a" transform="translate(50 180)">10</text>'
    '<text class="a" transform="translate(12 90) rotate(-90)">risk &lt; 1</text>'
    '<text class="c" transform="translate(80 40)">simulated</text>'
    "</svg>"
)


def test_texts_have_places_and_words():
    assert [text.words for text in texts(SVG)] == ["a title", "steps", "10", "risk < 1", "simulated"]
    assert [text.turned for text in texts(SVG)] == [False, False, False, True, False]


def test_a_panel_is_what_is_drawn_against_what():
    (panel,) = panels(SVG)
    assert (panel.title, panel.across, panel.up, panel.legend) == ("a title", "steps", "risk < 1", ("simulated",))
    said = alternative("It falls.", SVG)
    assert said == "It falls. Plot: “a title”, risk < 1 against steps, shown are simulated."
    assert alternative("It falls.", "<svg></svg>") == "Figure of the study: It falls."
