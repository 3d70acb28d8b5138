"""Figures in one style: a measurement is points with error bars, a prediction black dashes.

Figures are built on Figure objects, never on pyplot's global state, so that they work in any thread and leave
nothing behind; the bytes of a saved SVG depend on the data alone. Panels stand at fixed places with fixed margins:
nothing is laid out, and figures of one width have axes of one width.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, LogLocator
from numpy.typing import ArrayLike

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.verdicts.estimands import estimand
from theorylab.views.svg import compact

# Told apart in greyscale too: each series has a shade, a marker and a line style of its own.
SERIES: tuple[tuple[str, str, Any], ...] = (
    ("#08306b", "o", "-"),
    ("#d95f0e", "s", (0, (6, 2))),
    ("#41ab5d", "^", (0, (3, 1, 1, 1))),
    ("#9e9ac8", "D", (0, (1, 1.2))),
    ("#525252", "v", (0, (8, 2, 2, 2))),
)
DASHES: dict[str, Any] = {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 1.2}
ELSEWHERE = ("backend", "interactive", "toolbar", "webagg", "tk.", "docstring", "date.epoch", "figure.max_open",
             "figure.raise", "savefig.directory", "timezone")  # fmt: skip
"""Settings of matplotlib that are about windows and sessions, not about how a figure looks."""
STYLE: dict[Any, Any] = {
    # First matplotlib's own: a matplotlibrc of the user's, in the working folder for instance, changes no byte.
    **{name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith(ELSEWHERE)},
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # the one that matplotlib brings: places are the same on every machine
    "font.size": 9.0,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "legend.handlelength": 3.2,
    "svg.hashsalt": "theorylab",
    "svg.fonttype": "none",
    "figure.dpi": 100,
    "savefig.dpi": 150,
}
LEFT, RIGHT, TOP, BOTTOM = 0.72, 0.2, 0.28, 0.46
"""Margins of a panel, in inches: room for tick labels and axis label, and for a title of one line."""
DENSE = 300
"""More markers than this are embedded as one image."""
PIXELS = 160
"""Largest side of an image of values."""
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Drawing(Figure):
    """A figure that a notebook shows by itself, as the SVG that is written to files."""

    def _repr_svg_(self) -> str:
        return svg(self).decode()


def panels(count: int, *, width: float = 4.2, height: float = 3.4, top: float = TOP) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels side by side, sizes and the margin for a title in inches, and its axes."""
    with mpl.rc_context(STYLE):
        figure = Drawing(figsize=(width * count, height))
        inner, high = (width - LEFT - RIGHT) / (width * count), (height - top - BOTTOM) / height
        places = [((width * k + LEFT) / (width * count), BOTTOM / height, inner, high) for k in range(count)]
        return figure, [figure.add_axes(place) for place in places]


def styled(draw: Callable[[], Figure]) -> Figure:
    """The figure that a function draws, all of it in the lab's style."""
    with mpl.rc_context(STYLE):
        return draw()


def measurement(
    axes: Axes, curve: Curve, series: int = 0, label: str = "", *, about: Any = "mean", **style: Any
) -> None:
    """Points with error bars, the simultaneous 95% limits of what a verdict is about: the mean, or another
    estimand (`about` as in the checks).

    Points where a replica diverged are left out.
    """
    colour, marker, _ = SERIES[series % len(SERIES)]
    style = _over(style, color=colour, marker=marker, markersize=4.0, linestyle="none", capsize=2.0)
    finite = np.isfinite(curve.samples).all(axis=0)
    mean, bars = np.full(curve.x.size, np.nan), np.full((2, curve.x.size), np.nan)
    if finite.any():
        target = estimand(about)
        seen = target.declared(curve if finite.all() else curve.at(finite))
        mean[finite] = target.estimate(seen)
        if curve.replicas > 1:
            limits = target.limits(seen, 0.05)
            bars[:, finite] = np.maximum([mean[finite] - limits.lower, limits.upper - mean[finite]], 0.0)
    drawn = bars if curve.replicas > 1 else None
    axes.errorbar(curve.x, mean, yerr=drawn, label=label or None, elinewidth=1.0, **style)


def points(axes: Axes, x: ArrayLike, y: ArrayLike, series: int = 0, label: str = "", **style: Any) -> None:
    """Bare points in the style of a series: values that no verdict is about. A dense cloud becomes one image."""
    colour, marker, _ = SERIES[series % len(SERIES)]
    dense = np.size(y) > DENSE
    style = _over(style, color=colour, marker=marker, markersize=4.0, linestyle="none", rasterized=dense)
    axes.plot(np.ravel(x), np.ravel(y), label=label or None, **style)


def cloud(axes: Axes, x: ArrayLike, y: ArrayLike, colour: str = "black", label: str = "") -> None:
    """So many points that they are seen as areas: one image, a pixel coloured where any of them falls."""
    across, up = np.ravel(x), np.ravel(y)
    seen = np.isfinite(across) & np.isfinite(up)
    counts, rows, columns = np.histogram2d(up[seen], across[seen], bins=(320, 480))
    extent = (columns[0], columns[-1], rows[0], rows[-1])
    pixels = np.ma.masked_equal((counts > 0).astype(np.uint8), 0)
    style: dict[str, Any] = {"origin": "lower", "aspect": "auto", "interpolation": "none"}
    axes.imshow(pixels, extent=extent, cmap=ListedColormap([colour]), zorder=2, **style)
    axes.plot([], [], "s", color=colour, markersize=3, label=label or "_")


def image(axes: Axes, values: ArrayLike, extent: tuple[float, float, float, float], limits: Any, label: str) -> None:
    """Values (rows, columns) between limits (low, high) as colours over extent (left, right, bottom, top), with a bar.

    What is not finite stays blank. At most PIXELS of them a side are shown, in 32 shades: a figure stays small.
    """
    shown = np.ma.masked_invalid(np.asarray(values, dtype=float))
    shown = shown[tuple(slice(None, None, math.ceil(size / PIXELS)) for size in shown.shape)]
    shades, (low, high) = mpl.colormaps["viridis"].resampled(32), limits
    style: dict[str, Any] = {"origin": "lower", "interpolation": "none", "vmin": low, "vmax": high}
    drawn = axes.imshow(shown, extent=extent, cmap=shades, **style)
    axes.figure.colorbar(drawn, ax=axes, label=label)


def line(axes: Axes, x: ArrayLike, y: ArrayLike, series: int = 0, label: str = "", **style: Any) -> None:
    """A line in the style of a series."""
    colour, _, dashes = SERIES[series % len(SERIES)]
    axes.plot(
        np.ravel(x), np.ravel(y), **_over(style, color=colour, linestyle=dashes, linewidth=1.4, label=label or None)
    )


def exact_line(axes: Axes, curve: Curve, series: int = 0, label: str = "", **style: Any) -> None:
    """A line in the style of its series, for a deterministic curve that is itself the subject."""
    line(axes, curve.x, curve.mean, series, label, **style)


def guide(axes: Axes, x: ArrayLike, y: ArrayLike, label: str = "", **style: Any) -> None:
    """Black dashes through given points: a bound, a limit, a slope to compare with."""
    axes.plot(np.ravel(x), np.ravel(y), **_over(style, **DASHES, zorder=5, label=label or None))


def prediction(axes: Axes, curve: Curve, label: str = "", **style: Any) -> None:
    """Black dashes over the measurement."""
    guide(axes, curve.x, curve.mean, label, **style)


def rates(axes: Axes, x: ArrayLike, rows: Sequence[Mapping[str, Any]], series: int = 0, label: str = "") -> None:
    """Shares of trials ('rate') with their limits ('low', 'high'), in the style of a series."""
    colour, marker, _ = SERIES[series % len(SERIES)]
    rate = np.array([row["rate"] for row in rows])
    bars = np.abs(np.array([[row["low"], row["high"]] for row in rows]).T - rate)
    axes.errorbar(x, rate, yerr=bars, fmt=marker, color=colour, markersize=3.5, elinewidth=1.0, label=label or None)


def limit(axes: Axes, height: float, label: str = "") -> None:
    """A black dashed line at a height that is not to be exceeded."""
    axes.axhline(height, label=label or None, **DASHES)


def ticks(axes: Axes, x: ArrayLike) -> None:
    """Ticks of a logarithmic x axis at these places alone, with plain numbers."""
    axes.set_xscale("log")
    axes.set_xticks(np.asarray(x), [f"{value:g}" for value in np.asarray(x)])
    axes.set_xticks([], minor=True)


def label(axes: Axes, x: str, y: str, title: str = "", *, log: str = "xy", legend: Sequence[Any] | bool = True) -> None:
    """Label the axes (with units), the scales (`log`: any of 'x', 'y'), and draw the legend."""
    require(set(log) <= set("xy"), f"log={log!r} is not allowed: give any of 'x' and 'y'")
    axes.set(xlabel=x, ylabel=y)
    if title:
        axes.set_title(title, fontsize=9.0, loc="left")
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if name in log:
            _powers_of_ten(axes, name, axis)
    if legend:
        axes.legend(fontsize=7.5, handlelength=3.2, frameon=False)


def _powers_of_ten(axes: Axes, name: str, axis: Any) -> None:
    """A logarithmic axis with plain texts; ticks that `ticks` has put there stay."""
    fixed = axis.get_scale() == "log" and not isinstance(axis.get_major_locator(), LogLocator)
    axes.set(**{f"{name}scale": "log"})
    if not fixed:
        axis.set_minor_locator(_Between())
        axis.set_major_formatter(_Plain())
        axis.set_minor_formatter(_Plain())


def _narrow(low: float, high: float) -> bool:
    """Whether a logarithmic axis shows fewer than two powers of ten."""
    return 0 < low < high and math.floor(math.log10(high)) - math.ceil(math.log10(low)) < 1


class _Between(LogLocator):
    """Ticks at 2 and 5 times the powers of ten, on narrow axes alone."""

    def __init__(self) -> None:
        super().__init__(subs=(2.0, 5.0))

    def tick_values(self, vmin: float, vmax: float) -> Any:
        """The places of the ticks in (vmin, vmax)."""
        return super().tick_values(vmin, vmax) if _narrow(vmin, vmax) else np.array([])


class _Plain(Formatter):
    """10 with its exponent in superscript digits, or on narrow axes the number itself: text, not formulas."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The label of the tick at x."""
        if not x > 0:
            return ""
        view = (0.0, 0.0) if self.axis is None else sorted(self.axis.get_view_interval())
        if 1e-3 <= x < 1e4 and _narrow(*view):
            return f"{x:g}"
        power = math.floor(math.log10(x) + 1e-9)
        share = f"{x / 10.0**power:g}"
        return ("" if share == "1" else f"{share}·") + "10" + str(power).translate(SUPERSCRIPT)


def _over(style: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    return defaults | style


def svg(figure: Figure) -> bytes:
    """The figure as SVG; the same figure gives the same bytes."""
    buffer = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return compact(buffer.getvalue()).encode()


def png(figure: Figure) -> bytes:
    """The figure as PNG."""
    buffer = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
