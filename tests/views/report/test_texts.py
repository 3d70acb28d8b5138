"""Prose, sources and Markdown as HTML: formulas in a line are set, and whatever is in them is text."""

import pytest

from theorylab.views.report.texts import coloured, inline, markdown, prose, typeset


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("w_i^2 <= sqrt eta", "w<sub>i</sub><sup>2</sup> ≤ √η"),
        ("at -2, 1 - x", "at −2, 1 − x"),
        ("b1^(t - 1)", "b1<sup>t − 1</sup>"),
        ("beta2 alone", "β<sub>2</sub> alone"),
        ("beta_1, eta_max", "β<sub>1</sub>, η<sub>max</sub>"),
        ("beta_test, mu_0_path", "beta_test, mu_0_path"),
        ("eta_t(x) and eta_", "eta_t(x) and η_"),
        ("a file_name stays", "a file_name stays"),
        ("pin a pie, mud", "pin a pie, mud"),
        ("<b>x</b> & y", "&lt;b&gt;x&lt;/b&gt; &amp; y"),
    ],
)
def test_formulas_in_a_line_are_set_as_a_book_does(typed, shown):
    assert typeset(typed) == shown


def test_what_stands_in_backquotes_is_code_as_it_is():
    assert inline("use `x_i <= 1` here") == "use <code>x_i &lt;= 1</code> here"
    assert inline("(read) It falls.") == '<span class="kind read">(read)</span> It falls.'


def test_paragraphs_lists_and_what_is_indented():
    assert prose("one\ntwo") == "<p>one two</p>"
    assert (
        prose("these:\n- first\n  goes on\n- second") == "<p>these:</p><ul><li>first goes on</li><li>second</li></ul>"
    )
    assert prose("    a < b\n    c") == "<pre tabindex='0'>    a &lt; b\n    c</pre>"


def test_sources_have_colours_and_no_tags_of_their_own():
    shown = coloured('x = "<script>"', "python")
    assert "<span class=" in shown
    assert "<script>" not in shown


def test_a_page_in_markdown_leads_where_it_is_told_and_holds_no_html():
    shown = markdown(
        "# A head\n\n## heavy_ball\n\n[a](x.md) [b](y.md) <i>c</i>\n\n| n |\n|---|\n| 1 |\n", {"x.md": "x.html"}.get
    )
    assert '<h1 id="a-head">' in shown
    assert '<h2 id="heavy_ball">' in shown
    assert '<a href="x.html">a</a>' in shown
    assert "y.md" not in shown
    assert "<i>" not in shown
    assert shown.count('<div class="wide"') == shown.count("</table></div>") == 1
