"""Texts of a figure that are cut by its edge or that lie over each other, found from their boxes."""

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox


def shown(axes):
    """The texts that the axes draw outside their frame, and what is annotated: labels, titles, ticks in view."""
    yield from (axes.title, axes._left_title, axes._right_title, axes.xaxis.label, axes.yaxis.label, *axes.texts)
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)


def misplaced(figure):
    """Sentences about texts that leave the figure, overlap one another, or reach into another panel."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, frame = canvas.get_renderer(), figure.bbox
    boxes = [
        (text.get_text(), text.get_window_extent(renderer), axes)
        for axes in figure.axes
        for text in shown(axes)
        if text.get_visible() and text.get_text().strip()
    ]
    slack = 1.0  # pixels: boxes are those of the font, a little larger than the ink
    for name, box, axes in boxes:
        if min(box.x0 - frame.x0, box.y0 - frame.y0, frame.x1 - box.x1, frame.y1 - box.y1) < -slack:
            yield f"{name!r} is cut"
        if any(_overlap(box, _panel(other)) > slack for other in figure.axes if other is not axes):
            yield f"{name!r} reaches into another panel"
    for (one, a, _), (other, b, _) in combinations(boxes, 2):
        if _overlap(a, b) > slack:
            yield f"{one!r} lies over {other!r}"


def _panel(axes):
    """The box of axes with the place of their title; a colour bar has none."""
    box = axes.bbox
    return Bbox.from_extents(box.x0, box.y0, box.x1, box.y1 + (20 if box.width > 100 else 0))


def _overlap(a, b):
    """The smaller side of the rectangle that two boxes share, in pixels; negative if there is none."""
    return min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))
