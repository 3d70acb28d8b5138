"""How time grows with replicas, dimension, steps and points: measured, with fitted exponents, as one figure."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from theorylab import using
from theorylab.models.edge import model as edge
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import simulate
from theorylab.views import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROUNDS = 5


def _problem(dimension: int) -> tuple[LeastSquares, float]:
    p = LeastSquares.power_law(dimension, 2.0, start=1.0, noise_std=1.0)
    return p, 1 / (6 * p.trace)


def _replicas(count: int) -> None:
    p, step = _problem(50)
    with using(workers=1):
        simulate(p, step, 0.9, [100, 1000], replicas=count, seed=1)


def _run_of_dimension(dimension: int) -> None:
    p, step = _problem(dimension)
    with using(workers=1):
        simulate(p, step, 0.9, [50, 200], replicas=2, seed=1)


def _moments(dimension: int, steps: int) -> None:
    p, step = _problem(dimension)
    theory.ema_risk(p, step, 0.9, [steps])


def _far(dimension: int) -> None:
    p, step = _problem(dimension)
    theory.sgd_risk(p, step, [10**12])


def _points(count: int) -> None:
    edge.descend(np.random.default_rng(1).uniform(0.5, 1.5, (count, 4)), 0.2, [0, 10])


# Panel: (x axis, [(series, what is run, sizes, expected exponent)])
PANELS: list[tuple[str, list[tuple[str, Callable[[int], None], list[int], float]]]] = [
    ("replicas", [("SGD paths, d = 50, 1000 steps", _replicas, [16, 64, 256, 1024], 1.0)]),
    (
        "dimension d",
        [
            ("SGD paths, 200 steps", _run_of_dimension, [512, 2048, 8192, 32768], 1.0),
            ("EMA moments, 200 steps", lambda d: _moments(d, 200), [512, 2048, 8192, 32768], 1.0),
            ("risk after 10^12 steps", _far, [250, 500, 1000, 2000], 2.0),
        ],
    ),
    ("steps", [("EMA moments, d = 200", lambda n: _moments(200, n), [10**3, 10**4, 10**5, 10**6], 1.0)]),
    ("points", [("scalar networks, depth 4, 10 steps", _points, [10**3, 10**4, 10**5, 10**6], 1.0)]),
]


def measure(share: float = 1.0) -> list[dict[str, Any]]:
    """Rows (axis, series, sizes, seconds, exponent, expected), sizes cut to the smaller half where share < 1."""
    rows: list[dict[str, Any]] = []
    for axis, series in PANELS:
        for name, run, sizes, expected in series:
            kept = sizes if share == 1.0 else sizes[:2]
            run(kept[0])  # compiled and loaded
            seconds = [statistics.median(_clock(run, size) for _ in range(ROUNDS)) for size in kept]
            # From the larger half: the smaller sizes show what a call costs in itself.
            half = len(kept) // 2 if len(kept) > 2 else 0
            exponent = float(np.polyfit(np.log(kept[half:]), np.log(seconds[half:]), 1)[0])
            rows.append({"axis": axis, "series": name, "sizes": kept, "seconds": seconds,
                         "exponent": exponent, "expected": expected})  # fmt: skip
    return rows


def _clock(run: Callable[[int], None], size: int) -> float:
    began = time.perf_counter()
    run(size)
    return time.perf_counter() - began


def figure(rows: list[dict[str, Any]]) -> Figure:
    """Seconds against size, one panel per axis; black dashes have the expected exponent through the largest size."""
    names = list(dict.fromkeys(row["axis"] for row in rows))
    drawn, panels = plots.panels(len(names), width=3.8)
    for axes, name in zip(panels, names, strict=True):
        for i, row in enumerate(row for row in rows if row["axis"] == name):
            colour, marker, _ = plots.SERIES[i]
            x, y = np.array(row["sizes"], float), np.array(row["seconds"])
            words = f"{row['series']}: exponent {row['exponent']:.2f}"
            axes.plot(x, y, marker=marker, color=colour, ls="none", markersize=4, label=words)
            axes.plot(x, y[-1] * (x / x[-1]) ** row["expected"], color="black", ls=(0, (4, 2)), lw=1.2)
        plots.label(axes, name, "seconds, one thread")
        low, high = axes.get_ylim()
        axes.set_ylim(low, high * 12)  # room for the legend
    return drawn
