"""Figures: one style, no global state, bars that are the simultaneous limits, bytes that depend on the data alone."""

import io
import re
import sys
import threading
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import pyplot, rc_context, rcParams
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import theorylab
from theorylab import Curve, exact
from theorylab.verdicts.intervals import mean_limits
from theorylab.views import plots
from theorylab.views.svg import compact

X = np.array([1.0, 3.0, 10.0, 30.0])


def replicas(seed=0, count=200):
    """Skewed positive samples, so that the two arms of a bar differ."""
    return Curve(X, np.random.default_rng(seed).exponential(size=(count, X.size)) / X)


def drawn(curve, panels=1):
    figure, axes = plots.panels(panels)
    for panel in axes:
        plots.measurement(panel, curve, 0, "measured")
        plots.prediction(panel, exact(X, 1 / X, 0.0), "predicted")
        plots.label(panel, "iterations", "excess risk", "title")
    return figure


def bars(axes):
    """The ends of the error bars, (points, 2)."""
    (container,) = axes.containers
    (lines,) = container.lines[2]
    return np.array([segment[:, 1] for segment in lines.get_segments()])


def test_error_bars_are_the_simultaneous_limits():
    curve = replicas()
    figure, (axes,) = plots.panels(1)
    plots.measurement(axes, curve)
    limits = mean_limits(curve.samples, 0.05)
    assert bars(axes) == pytest.approx(np.column_stack([limits.lower, limits.upper]), rel=1e-12)
    (points,) = [line for line in axes.lines if line.get_marker() == plots.SERIES[0][1]]
    assert points.get_xdata().tolist() == X.tolist()
    assert points.get_ydata() == pytest.approx(curve.mean)
    # Wider than limits for one point alone, which would be missed somewhere in 1 of 5 figures of 4 points.
    alone = [mean_limits(curve.samples[:, [k]], 0.05) for k in range(X.size)]
    assert all(bars(axes)[k, 0] < alone[k].lower[0] and bars(axes)[k, 1] > alone[k].upper[0] for k in range(X.size))
    assert isinstance(figure, Figure)


def test_error_bars_shrink_with_the_replicas():
    widths = []
    for count in (1000, 100_000):  # enough that the limits of these skewed samples are those of a mean
        _, (axes,) = plots.panels(1)
        plots.measurement(axes, replicas(count=count))
        widths.append(np.diff(bars(axes)).ravel())
    assert widths[0] / widths[1] == pytest.approx(np.full(4, 10.0), rel=0.5)


def test_a_single_row_has_no_error_bars():
    _, (axes,) = plots.panels(1)
    plots.measurement(axes, exact(X, 1 / X, 0.0))
    (container,) = axes.containers
    assert not container.has_yerr


def test_replicas_that_coincide_have_bars_of_no_length():
    _, (axes,) = plots.panels(1)
    plots.measurement(axes, Curve(X, np.tile(1 / X, (50, 1))))
    assert bars(axes) == pytest.approx(np.column_stack([1 / X, 1 / X]))


def test_a_prediction_is_black_dashes_and_a_measurement_points():
    _, (axes,) = plots.panels(1)
    plots.prediction(axes, exact(X, 1 / X, 0.0))
    plots.measurement(axes, replicas(), 1)
    dashes, points = axes.lines[0], axes.lines[1]
    assert to_hex(dashes.get_color()) == "#000000"
    assert dashes.is_dashed()
    assert points.get_linestyle() == "None"
    assert points.get_marker() == plots.SERIES[1][1]
    assert dashes.get_zorder() > points.get_zorder()


def test_series_differ_in_colour_marker_and_line():
    colours, markers, lines = zip(*plots.SERIES, strict=True)
    assert len(set(colours)) == len(set(markers)) == len({str(line) for line in lines}) == len(plots.SERIES)
    # Shades differ too: what is told apart in print.
    shades = sorted(np.array([int(c[k : k + 2], 16) for k in (1, 3, 5)]) @ [0.2126, 0.7152, 0.0722] for c in colours)
    assert np.diff(shades).min() > 10


def test_labels_scales_and_legend_are_set():
    figure = drawn(replicas())
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title(loc="left")) == ("iterations", "excess risk", "title")
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["predicted", "measured"]
    _, (plain,) = plots.panels(1)
    plots.label(plain, "x", "y", log="", legend=False)
    assert (plain.get_xscale(), plain.get_yscale(), plain.get_legend()) == ("linear", "linear", None)


def test_panels_stand_side_by_side():
    figure, axes = plots.panels(3, width=2.0, height=1.5)
    assert len(axes) == 3
    assert figure.get_size_inches().tolist() == [6.0, 1.5]


def test_figures_leave_nothing_in_pyplot():
    plots.svg(drawn(replicas()))
    plots.png(drawn(replicas()))
    assert theorylab.run("ema_variance", dim=4).figure is not None
    assert pyplot.get_fignums() == []


def test_settings_of_matplotlib_are_left_alone():
    before = dict(sys.modules["matplotlib"].rcParams)
    plots.svg(drawn(replicas()))
    assert dict(sys.modules["matplotlib"].rcParams) == before


@pytest.mark.parametrize("panels", [1, 3])
def test_equal_data_give_equal_bytes(panels):
    one, again, other = (plots.svg(drawn(replicas(seed), panels)) for seed in (0, 0, 1))
    assert one == again
    assert one != other
    assert one.startswith(b"<?xml")
    assert one.rstrip().endswith(b"</svg>")
    assert plots.png(drawn(replicas())) == plots.png(drawn(replicas()))
    assert plots.png(drawn(replicas())).startswith(b"\x89PNG")


def test_bytes_name_neither_date_nor_program():
    content = plots.svg(drawn(replicas()))
    assert b"<dc:date>" not in content
    assert b"Matplotlib v" not in content


def test_a_figure_drawn_twice_gives_the_same_bytes():
    figure = drawn(replicas(), panels=2)
    assert plots.svg(figure) == plots.svg(figure)


def test_a_figure_can_be_drawn_in_any_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(plots.svg(drawn(replicas()))))
    thread.start()
    thread.join()
    assert found == [plots.svg(drawn(replicas()))]


def test_a_curve_with_diverged_replicas_can_be_drawn():
    samples = replicas().samples.copy()
    samples[3, 2:] = np.inf
    figure, (axes,) = plots.panels(1)
    plots.measurement(axes, Curve(X, samples))
    drawn_at = axes.lines[0].get_xdata()[np.isfinite(axes.lines[0].get_ydata())]
    assert drawn_at.tolist() == X[:2].tolist(), "points with a mean, and only those"
    assert plots.svg(figure).rstrip().endswith(b"</svg>")


def test_texts_are_texts_and_coordinates_have_two_decimals():
    content = plots.svg(drawn(replicas())).decode()
    for words in ("iterations", "excess risk", "title", "measured", "10⁰"):
        assert f">{words}</text>" in content
    assert "DejaVu Sans" in content.split("<style>")[0], "named once, on the root"
    assert content.count("font-family") == 1
    numbers = re.findall(r'(?<= )(?:d|x|y|transform)="([^"]*)"', content)
    assert numbers
    assert not [text for text in numbers if re.search(r"\.\d{3}", text)]


def test_a_compact_file_draws_what_matplotlib_drew():
    """Every path, marker and text is still there, in its order, and every style is what it was."""
    buffer = io.StringIO()
    with rc_context(plots.STYLE):
        drawn(replicas()).savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    before, after = (ElementTree.fromstring(text) for text in (buffer.getvalue(), compact(buffer.getvalue())))
    sheet = dict(re.findall(r"\.(\w+)\{([^}]*)\}", after.find(".//{http://www.w3.org/2000/svg}style").text))

    def elements(root, style):
        for element in root.iter():
            name = element.tag.rpartition("}")[2]
            if name in ("path", "use", "text", "tspan", "rect", "image"):
                numbers = [round(float(x), 2) for x in re.findall(r"-?\d+\.?\d*", element.get("d", ""))]
                yield name, numbers, element.text, style(element)

    def plain(style):
        return re.sub(r"\s*([:;,])\s*", r"\1", re.sub(r"font-family: [^;]*;? ?", "", style).strip("; "))

    old = list(elements(before, lambda element: plain(element.get("style", ""))))
    new = list(elements(after, lambda element: sheet.get(element.get("class"), "")))
    assert len(old) == len(new) > 20
    for one, other in zip(old, new, strict=True):
        assert one[0] == other[0]
        assert one[1] == pytest.approx(other[1], abs=0.011)
        assert one[2:] == other[2:] or not (one[2] or "").strip()


def test_bare_points_and_guides_need_no_curve():
    _, (axes,) = plots.panels(1)
    plots.points(axes, X, 1 / X, 1, "found")
    plots.line(axes, X, 1 / X, 2)
    plots.guide(axes, X, 2 / X, "bound")
    points, line, guide = axes.lines
    assert (points.get_marker(), points.get_linestyle(), points.get_rasterized()) == (plots.SERIES[1][1], "None", False)
    assert to_hex(line.get_color()) == plots.SERIES[2][0]
    assert to_hex(guide.get_color()) == "#000000"
    assert guide.is_dashed()


def test_many_points_are_one_image():
    x = np.random.default_rng(0).uniform(size=(2, 20_000))
    for draw in (lambda axes: plots.points(axes, *x), lambda axes: plots.cloud(axes, *x, label="all")):
        figure, (axes,) = plots.panels(1)
        draw(axes)
        content = plots.svg(figure)
        assert content.count(b"<image") == 1
        assert len(content) < 60_000


def test_an_image_of_values_is_small_and_blank_where_nothing_is_known():
    side = np.linspace(-1, 1, 1000)
    values = np.exp(-(side[:, None] ** 2) - np.cos(9 * side) ** 2)
    values[:300, :300] = np.inf
    figure, (axes,) = plots.panels(1)
    plots.image(axes, values, (-1, 1, -1, 1), (0.0, 1.0), "height")
    (drawn_image,) = axes.images
    assert max(drawn_image.get_array().shape) <= plots.PIXELS
    assert drawn_image.get_array().mask[:40, :40].all()
    assert len(plots.svg(figure)) < 60_000


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.5, 2000.0, ["10⁰", "10¹", "10²", "10³"]),
        (1.5, 30.0, ["2", "5", "10", "20"]),
        (2e-9, 8e-9, ["2·10⁻⁹", "5·10⁻⁹"]),
    ],
)
def test_a_logarithmic_axis_has_plain_labels_and_more_of_them_where_it_is_narrow(low, high, labels):
    figure, (axes,) = plots.panels(1)
    plots.guide(axes, [1.0, 2.0], [low, high])
    plots.label(axes, "x", "y", log="y", legend=False)
    axes.set_ylim(low, high)
    found = set(re.findall(r">([^<>]*)</text>", plots.svg(figure).decode()))
    assert set(labels) <= found
    assert not {"2", "2·10⁻⁹"} & (found - set(labels))


def test_what_a_study_sets_on_the_axes_itself_is_in_the_style_too():
    seen = []
    plots.styled(lambda: seen.append(rcParams["font.size"]))
    assert seen == [plots.STYLE["font.size"]]
    assert rcParams["font.size"] != plots.STYLE["font.size"]


def test_an_exact_line_goes_through_its_curve_and_ticks_stand_at_their_places():
    _, (axes,) = plots.panels(1)
    curve = exact([1.0, 4.0, 16.0], [3.0, 2.0, 1.0], 0.0)
    plots.exact_line(axes, curve, 1, "risk")
    (line,) = axes.lines
    assert line.get_xydata().tolist() == [[1.0, 3.0], [4.0, 2.0], [16.0, 1.0]]
    plots.ticks(axes, curve.x)
    assert axes.get_xscale() == "log"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "4", "16"]
