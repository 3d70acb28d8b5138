"""What a hunt found, as a figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from theorylab.views import plots

if TYPE_CHECKING:
    from theorylab.trials.hunt import Hunt


def figure(found: Hunt) -> Figure:
    """Tightness over the space: a panel per searched field, all candidates, the best, what is allowed."""
    keys = list(found.candidates[0].values)
    drawn, axes = plots.panels(len(keys), width=3.4)
    seen = [c for c in found.candidates if c.tightness is not None and math.isfinite(c.tightness)]
    for panel, key in zip(axes, keys, strict=True):
        x = np.array([c.values[key] for c in seen], dtype=float)
        y = np.array([c.tightness for c in seen], dtype=float)
        panel.plot(x, y, "o", color=plots.SERIES[0][0], markersize=2.5, label="tried")
        if found.best is not None and found.best.tightness is not None and math.isfinite(found.best.tightness):
            panel.plot([found.best.values[key]], [found.best.tightness], "*", color="black", markersize=9, label="best")
        plots.limit(panel, 1.0, "bound")
        wide = bool(x.size) and x.min() > 0 and x.max() > 30 * x.min()
        what = {"below": "measured / bound", "above": "bound / measured"}.get(found.kind, "tightness")
        plots.label(panel, key, what, log="x" if wide else "", legend=False)
        bottom, top = panel.get_ylim()
        panel.set_ylim(bottom, top + 0.15 * (top - bottom))  # room for the legend
    axes[0].legend(fontsize=7.5, frameon=False, ncols=3, loc="upper left", handlelength=2.0, columnspacing=1.0)
    drawn.suptitle(f"{found.study}: {found.claim}", fontsize=9)
    return drawn
