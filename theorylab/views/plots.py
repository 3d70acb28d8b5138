"""Figures in one style: a measurement is points with error bars, a prediction black dashes. Sole user of matplotlib.

Figures are built on Figure objects, never on pyplot's global state, so that they work in any thread and leave
nothing behind; the bytes of a saved SVG depend on the data alone.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from theorylab.curves import Curve
from theorylab.verdicts.intervals import mean_limits

# Told apart in greyscale too: each series has a shade, a marker and a line style of its own.
SERIES: tuple[tuple[str, str, Any], ...] = (
    ("#08306b", "o", "-"),
    ("#d95f0e", "s", (0, (6, 2))),
    ("#41ab5d", "^", (0, (3, 1, 1, 1))),
    ("#9e9ac8", "D", (0, (1, 1.2))),
    ("#525252", "v", (0, (8, 2, 2, 2))),
)
STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "theorylab",
    "svg.fonttype": "path",
    "figure.dpi": 100,
    "savefig.dpi": 150,
}


def panels(count: int, *, width: float = 4.2, height: float = 3.4) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels side by side, sizes in inches, and its axes."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width * count, height), layout="constrained")
        axes = figure.subplots(1, count, squeeze=False)
    return figure, list(axes[0])


def measurement(axes: Axes, curve: Curve, series: int = 0, label: str = "", **style: Any) -> None:
    """Points at the mean with error bars: simultaneous 95% limits; points where a replica diverged are left out."""
    colour, marker, _ = SERIES[series % len(SERIES)]
    style = _over(style, color=colour, marker=marker, markersize=4.0, linestyle="none", capsize=2.0)
    finite = np.isfinite(curve.samples).all(axis=0)
    mean, bars = np.full(curve.x.size, np.nan), np.full((2, curve.x.size), np.nan)
    mean[finite] = curve.samples[:, finite].mean(axis=0)
    if curve.replicas > 1 and finite.any():
        limits = mean_limits(curve.samples[:, finite], 0.05)
        bars[:, finite] = np.maximum([mean[finite] - limits.lower, limits.upper - mean[finite]], 0.0)
    drawn = bars if curve.replicas > 1 else None
    axes.errorbar(curve.x, mean, yerr=drawn, label=label or None, elinewidth=1.0, **style)


def exact_line(axes: Axes, curve: Curve, series: int = 0, label: str = "", **style: Any) -> None:
    """A line in the style of its series, for an exactly computed curve that is itself the subject."""
    colour, _, dashes = SERIES[series % len(SERIES)]
    axes.plot(curve.x, curve.mean, **_over(style, color=colour, linestyle=dashes, linewidth=1.4, label=label or None))


def prediction(axes: Axes, curve: Curve, label: str = "", **style: Any) -> None:
    """Black dashes over the measurement."""
    style = _over(style, color="black", linestyle=(0, (4, 2)), linewidth=1.2, zorder=5, label=label or None)
    axes.plot(curve.x, curve.mean, **style)


def rates(axes: Axes, x: ArrayLike, rows: Sequence[Mapping[str, Any]], series: int = 0, label: str = "") -> None:
    """Shares of trials ('rate') with their limits ('low', 'high'), in the style of a series."""
    colour, marker, _ = SERIES[series % len(SERIES)]
    rate = np.array([row["rate"] for row in rows])
    bars = np.abs(np.array([[row["low"], row["high"]] for row in rows]).T - rate)
    axes.errorbar(x, rate, yerr=bars, fmt=marker, color=colour, markersize=3.5, elinewidth=1.0, label=label or None)


def limit(axes: Axes, height: float, label: str = "") -> None:
    """A black dashed line at a height that is not to be exceeded."""
    axes.axhline(height, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label=label or None)


def ticks(axes: Axes, x: ArrayLike) -> None:
    """Ticks of a logarithmic x axis at these places alone, with plain numbers."""
    axes.set_xscale("log")
    axes.set_xticks(np.asarray(x), [f"{value:g}" for value in np.asarray(x)])
    axes.xaxis.set_minor_formatter("")


def label(axes: Axes, x: str, y: str, title: str = "", *, log: str = "xy", legend: Sequence[Any] | bool = True) -> None:
    """Label the axes (with units), the scales (`log`: any of 'x', 'y'), and draw the legend."""
    axes.set(xlabel=x, ylabel=y)
    if title:
        axes.set_title(title, fontsize=9.0, loc="left")
    if "x" in log:
        axes.set_xscale("log")
    if "y" in log:
        axes.set_yscale("log")
    if legend:
        axes.legend(fontsize=7.5, handlelength=3.2, frameon=False)


def _over(style: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    return defaults | style


def _settle(figure: Figure) -> None:
    """Let the layout engine place the axes once: it would move them a little at each drawing."""
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


def svg(figure: Figure) -> bytes:
    """The figure as SVG; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    with mpl.rc_context(STYLE):
        _settle(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def png(figure: Figure) -> bytes:
    """The figure as PNG."""
    buffer = io.BytesIO()
    with mpl.rc_context(STYLE):
        _settle(figure)
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
