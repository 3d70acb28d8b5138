"""The calibration tables as a page and as a figure."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from theorylab.trials.calibration import ANALYSES, LAWS, LEVEL, REPLICAS
from theorylab.trials.laws import FAILURE, LIGHT
from theorylab.verdicts.tails import MIN_REPLICAS
from theorylab.views import plots


def as_markdown(tables: dict[str, Any]) -> str:
    """The tables as a page of Markdown."""
    lines = [
        "# Calibration",
        "",
        "Written by `theorylab calibrate`: synthetic truths, so that every answer is known.",
        "",
    ]
    titles = {
        "false_alarms": f"True claims refuted, level {LEVEL:g}: at most that, plus sampling error",
        "mutants": "Wrong claims refuted, at the default level of 1e-3",
        "power": f"Power of a statement about one mean, level {LEVEL:g}, {REPLICAS} replicas; error in standard errors",
        "coverage": "95% limits for a mean that miss it; `warned` samples were answered with a warning instead",
        "stopping": f"Replicas until decided, {REPLICAS} to {REPLICAS << ANALYSES - 1}; gap in standard deviations",
    }
    for name, title in (titles | {"panel": "Limits for a mean over a panel of laws"}).items():
        rows = tables[name]
        if name == "panel":
            rows = [row | {"holds": "yes" if row["holds"] else "no"} for row in rows]
        said = panel_said(tables[name]) if name == "panel" else []
        lines += [f"## {title}", "", *said, "| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
        lines += ["| " + " | ".join(_cell(value) for value in row.values()) + " |" for row in rows] + [""]
    return "\n".join(lines)


def panel_said(rows: list[dict[str, Any]]) -> list[str]:
    """What the panel shows, in words: its promise, how often it is kept, where it is not, and why."""
    broken = [row for row in rows if not row["holds"]]
    names = {row["law"]: row["beyond"] or "skewed beyond what so few replicas show" for row in broken}
    where = [
        f"{law} ({why}; at {', '.join(str(row['replicas']) for row in broken if row['law'] == law)} replicas)"
        for law, why in names.items()
    ]
    light = [row["warned"] for row in rows if row["law"] in LIGHT]
    return [
        "Shares of samples whose limits miss the mean and which get no warning. "
        "`any`: analysed at every size in turn. "
        f"Both levels hold in {len(rows) - len(broken)} of {len(rows)} cells, up to sampling error at {FAILURE:g}; of "
        f"{', '.join(LIGHT)} at most {max(light):.1%} of samples get a warning. Below {MIN_REPLICAS} replicas every "
        "sample gets one. The levels do not hold for " + ("; ".join(where) or "none of these laws") + ". "
        "What no replica has shown cannot be warned about: a branch that none took, a tail that none reached. Limits "
        "of means assume a finite variance; where bounds are declared, they hold for every law between them.",
        "",
    ]


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def figure(tables: dict[str, Any]) -> Figure:
    """Four panels: false alarms, power, misses of limits, stopping times."""
    drawn, (alarms, strength, misses, times) = plots.panels(4, width=3.9)
    kinds = list(dict.fromkeys(row["kind"] for row in tables["false_alarms"]))
    for i, mode in enumerate(("fixed", "until decided")):
        rows = [row for row in tables["false_alarms"] if row["mode"] == mode]
        x = np.array([kinds.index(row["kind"]) + 0.2 * i + 0.1 * (row["noise"] != "normal") - 0.15 for row in rows])
        plots.rates(alarms, x, rows, i, mode)
    plots.limit(alarms, tables["level"], "stated level")
    alarms.set_xticks(range(len(kinds)), kinds, rotation=35, ha="right")
    box, room = alarms.get_position(), 0.12  # for the names, as a share of the height
    alarms.set_position((box.x0, box.y0 + room, box.width, box.height - room))
    alarms.set_ylim(-0.003, 0.08)
    plots.label(alarms, "kind of check", "share of true claims refuted", log="")
    error = np.array([row["error"] for row in tables["power"]])
    plots.rates(strength, error, tables["power"], 0, "measured")
    strength.plot(
        error, [row["theory"] for row in tables["power"]], color="black", ls=(0, (4, 2)), label="normal theory"
    )
    plots.label(strength, "error of the claim / standard error", "share refuted", log="")
    for i, law in enumerate(LAWS):
        rows = [row for row in tables["coverage"] if row["noise"] == law]
        plots.rates(misses, np.array([row["replicas"] for row in rows]) * 1.06**i, rows, i, law)
    plots.limit(misses, tables["level"], "stated level")
    plots.label(misses, "replicas", "share of 95% limits that miss", log="x")
    gaps = np.array([row["gap"] for row in tables["stopping"]])
    middle = np.array([row["median"] for row in tables["stopping"]])
    spread = np.abs(np.array([[row["low"], row["high"]] for row in tables["stopping"]]).T - middle)
    times.errorbar(
        gaps, middle, yerr=spread, fmt="o", markersize=3.5, color=plots.SERIES[0][0], label="median, 5% to 95%"
    )
    theory = [row["theory"] for row in tables["stopping"]]
    times.plot(gaps, theory, color="black", ls=(0, (4, 2)), label="half-width = gap, between interim analyses")
    plots.label(times, "distance of the rival / standard deviation", "replicas until decided")
    plots.ticks(times, gaps)
    return drawn
