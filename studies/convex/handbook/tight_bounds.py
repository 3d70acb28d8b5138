"""How tight is every textbook bound: no run breaks its bound, and the worst instance known attains this share of it.

Seventeen theorems, a row each, over horizons and condition numbers; every run is deterministic or an exact second
moment. Bounds of subgradient steps, of SGD under interpolation (the distance) and under the Lojasiewicz inequality are
attained, that of SGD's average nearly, on a slope that is walked down in T steps. Gradient descent's last iterate is
two times better than its bound, the moving average and Polyak's step by more on all that was found. A share below 1 is
what these instances attain, and no proof that the bound can be lowered: certified values are in descent_worst_cases.
"""

import functools
from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, below, plots, script, stacked
from theorylab.models.convex.textbook import ROWS

SOURCE = Source("catalogue of bounds (read: which settings); forms and instances derived here",
                figure="the tightness chart, ours", kind="derived")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizons: tuple[int, ...]
    conditions: tuple[float, ...]


QUICK = Setting(horizons=(1, 10, 60), conditions=(2.0, 10.0, 100.0))
FULL = Setting(horizons=(1, 10, 100, 1000), conditions=(2.0, 10.0, 100.0, 1000.0))


def conditions(s, row):
    return s.conditions if row.conditioned else s.conditions[:1]


@functools.cache
def trial(name, horizons, condition):
    return ROWS[name].trial(np.array(horizons), condition)


def curves(s, what):
    """A curve per theorem, rows for instances and condition numbers; what: 0 attained, 1 bound, 2 too much."""
    found = {}
    for name, row in ROWS.items():
        tried = [trial(name, s.horizons, condition) for condition in conditions(s, row)]
        parts = [Curve(np.array(s.horizons), one[what], True, one.rounding * (what == 0)) for one in tried]
        found[name] = stacked(parts)
    return found


def measure(s):
    return curves(s, 0)


def predict(s):
    return curves(s, 1) | {f"{name}, too much": curve for name, curve in curves(s, 2).items()}


def checks(s, measured, predicted):
    for name, row in ROWS.items():
        rival = Rival(claim=row.too_much, predicted=predicted[f"{name}, too much"])
        yield below(f"{name}: no run breaks the bound", measured[name], predicted[name], rival=rival)


def shares(s, measured, predicted, name):
    """Largest share of the bound that is attained: at each horizon, and at each condition number."""
    bound = predicted[name].samples
    ratio = measured[name].samples / np.maximum(bound, 1e-290)
    blocks = np.split(ratio, len(conditions(s, ROWS[name])))
    return ratio.max(axis=0), [block.max() for block in blocks]


def figure(s, measured, predicted):
    drawn, (words, left, right) = plots.panels(3, width=3.6, height=5.2, top=0.55)
    words.axis("off")
    for axes in (words, left, right):
        axes.set_ylim(len(ROWS) - 0.5, -0.5)
    for k, (name, row) in enumerate(ROWS.items()):
        words.text(-0.2, k, name, fontsize=8, va="center", transform=words.get_yaxis_transform())
        words.text(1.05, k, row.instance, fontsize=8, va="center", ha="right", transform=words.get_yaxis_transform(),
                   color="#525252")  # fmt: skip
        by_horizon, by_condition = shares(s, measured, predicted, name)
        for j, share in enumerate(by_horizon):
            plots.points(left, share, k, j, "" if k else f"T = {s.horizons[j]}")
        for j, share in enumerate(by_condition if row.conditioned else []):
            plots.points(right, share, k, j, f"κ = {s.conditions[j]:g}" if name == "SGD, distance" else "")
    for axes, title in ((left, "by T, largest over condition numbers"), (right, "by condition number, largest over T")):
        axes.axvline(1.0, color="black", linewidth=0.8)
        axes.set(yticks=range(len(ROWS)), yticklabels=[], xlim=(0, 1.1))
        plots.label(axes, "attained / bound", title, "", log="", legend=False)
        axes.legend(ncols=4, loc="lower left", bbox_to_anchor=(-0.1, 1.0), handlelength=1.0, columnspacing=1.0)
    return drawn


if __name__ == "__main__":
    script()
