"""Averages over all clients that are made late count; as many made early are forgotten, like none at all.

Unequal quadratics, isolated but for a budget of full averages: at the end, in even distances, or at the start. What an
average has done decays as models go back to their own minimisers; so the local risk is lowest where averages come last,
higher where they are spread out, and where they come first it is that of none. One average after the last step gives
all clients the merged model: better than early averages and none, worse than a late phase. Exact moments, which closed
forms of isolated clients confirm where averages come last or not at all.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, ordered, plots, script
from theorylab.models.gossip import merging, model
from theorylab.models.gossip.model import Method

SOURCE = Source("abstract (communication should be concentrated late, read); derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int = 8
    spread: float = 0.8  # of the curvatures around 1
    method: tuple[float, float] = (0.1, 0.3)  # step size, noise
    horizons: tuple[int, ...]
    share: float = 0.1  # of steps with a full average


QUICK = Setting(horizons=(200, 400))
FULL = Setting(horizons=(200, 400, 800, 1600), spread=0.7)


def clients(s):
    return merging.clients(np.linspace(1 - s.spread, 1 + s.spread, s.size), np.linspace(-2, 2, s.size))


def schedules(s, horizon):
    """Which steps end with a full average, (horizon,) of bools, by name."""
    steps, count = np.arange(1, horizon + 1), int(s.share * horizon)
    return {"late": steps > horizon - count, "spread": steps % (horizon // count) == 0, "once": steps == horizon,
            "early": steps <= count, "none": steps < 0}  # fmt: skip


def measure(s):
    full, none = model.complete(s.size), np.eye(s.size)
    table: dict[str, list[merging.Risks]] = {name: [] for name in schedules(s, 100)}
    for horizon in s.horizons:
        for name, marks in schedules(s, horizon).items():
            mixings = [full if mark else none for mark in marks]
            table[name].append(merging.scheduled(clients(s), mixings, Method(*s.method)))
    return {f"{what}, {name}": exact(s.horizons, [getattr(row, what) for row in rows], 1e-10)
            for name, rows in table.items() for what in ("local", "merged")}  # fmt: skip


def closed(s, horizon, averaged, method):
    """Risks of clients that are alone but for the last steps."""
    return merging.isolated_then_averaged(clients(s), horizon - averaged, averaged, Method(*method))


def predict(s):
    counts = {"late": lambda t: int(s.share * t), "once": lambda t: 1, "none": lambda t: 0}
    tables = {f"{name}{words}": [closed(s, t, count(t), method) for t in s.horizons] for name, count in counts.items()
              for words, method in (("", s.method), (", no noise", (s.method[0], 0.0)))}  # fmt: skip
    return {f"{what}, {name}": exact(s.horizons, [getattr(row, what) for row in rows], 1e-10)
            for name, rows in tables.items() for what in ("local", "merged")}  # fmt: skip


def checks(s, measured, predicted):
    m = measured
    for name in ("local, late", "local, once", "local, none", "merged, none"):
        rival = Rival(claim="without noise", predicted=predicted[f"{name}, no noise"])
        yield agrees(f"{name}: closed form of isolated clients", m[name], predicted[name], rival=rival)
    for better, worse in (("late", "spread"), ("spread", "once"), ("once", "early")):
        rival = Rival(claim="the other way", measured=m[f"local, {worse}"], predicted=m[f"local, {better}"])
        claim = f"local risk: {better} below {worse}"
        yield ordered(claim, m[f"local, {better}"], m[f"local, {worse}"], rival=rival)
    rival = Rival(claim="as averages spread out", predicted=m["local, spread"])
    claim = "local risk: early averages are forgotten, to 2%"
    yield agrees(claim, m["local, early"], m["local, none"], rival=rival, within=0.02)
    rival = Rival(claim="as averages spread out", predicted=m["merged, spread"])
    claim = "merged risk: early averages are forgotten, too, to 2%"
    yield agrees(claim, m["merged, early"], m["merged, none"], rival=rival, within=0.02)
    rival = Rival(claim="a tenth of it", predicted=0.1 * m["merged, none"].mean.min())
    yield below(
        "one average at the end: local risk is the merged one", m["local, once"], m["merged, none"], rival=rival
    )


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    horizon, full, none = s.horizons[0], model.complete(s.size), np.eye(s.size)
    points = np.unique(np.linspace(1, horizon, 41).astype(int))
    for k, (name, marks) in enumerate(schedules(s, horizon).items()):
        mixings = [full if mark else none for mark in marks]
        rows = [merging.scheduled(clients(s), mixings[:t], Method(*s.method)).local for t in points]
        plots.line(axes, points, rows, k, name)
    axes.set_ylim(1e-3, 20)
    plots.label(axes, "steps", "local risk", f"{s.share:.0%} of steps with a full average", log="y")
    return drawn


if __name__ == "__main__":
    script()
