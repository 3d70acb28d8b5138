"""Gradient descent keeps minima of the valley up to step size 2 / max(a c^2, c^2 + |beta|^2 / c^2), and ends there.

From a small start it grows into the flow's minimum, c^2 near |beta|, while step size x a |beta| < 2. Beyond, the
coordinate between the opposing signals grows from almost nothing, by -(step size a c^2 - 1) per step, until a spike
takes c down; it settles where c^2 is stable, just below 2 / (step size a). Without opposing signals, a = 0, the valley
bears step sizes up to 1 / |beta| at c^2 = |beta|.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.edge import valley
from theorylab.models.edge.valley import Signals

SOURCE = Source("abstract (a valley that sharpens until training oscillates, read); forms derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    strengths: tuple[float, ...] = (0.0, 1.0, 5.0, 50.0)  # a
    squares: tuple[float, ...] = (1.0, 4.0, 7.0)  # c^2 at the minimum, |beta| = 4
    steps: int
    loads: tuple[float, ...] = (1.05, 1.1, 1.2)  # step size x a |beta| / 2 of runs from small weights, a = 50
    calm: tuple[float, ...] = (0.5, 0.8, 0.95)
    long: int


QUICK = Setting(steps=8000, long=40_000)
FULL = Setting(
    strengths=(0.0, 0.5, 1.0, 2.0, 5.0, 20.0, 50.0), squares=(0.5, 1.0, 2.0, 4.0, 7.0, 12.0), steps=80_000,
    loads=tuple(np.linspace(1.02, 1.25, 24)), calm=tuple(np.linspace(0.3, 0.98, 18)), long=400_000,
)  # fmt: skip
BETA, A = 4.0, 50.0
SMALL = (0.05, 0.5, 0.05, 0.2)


def cases(s):
    return [(a, square) for a in s.strengths for square in s.squares]


def critical(s, a, square):
    """Bracket of the step size at which a small move away from the minimum no longer shrinks."""
    minimum = np.array([BETA / square**0.5, 0.0, 0.0, square**0.5])
    signals, start = Signals(BETA, a), minimum + np.array([1e-9, 0.0, 1e-9, 0.0])

    def leaves(step_size):
        along, _, opposing, c = valley.run(start, signals, step_size, np.arange(0, s.steps, 7)).T
        away = np.abs(opposing) + np.abs(c * along - BETA)
        return bool(not away.max() <= 10 * away[0])

    guess = 2 / (a * square + square + BETA**2 / square)
    low, high = bracket(leaves, guess, 4 * guess, relative_width=1e-6)
    return low * (1 - 20 / s.steps), high * (1 + 20 / s.steps)


def ends(s, loads):
    return np.array([valley.run(SMALL, Signals(BETA, A), 2 * x / (A * BETA), [s.long])[0, 3] ** 2 for x in loads])


def measure(s):
    limits = [critical(s, a, square) for a, square in cases(s)]
    return {"limit": brackets(range(len(limits)), limits), "end": exact(s.loads, ends(s, s.loads), 1e-6, "load"),
            "calm": exact(s.calm, ends(s, s.calm), 1e-6, "load")}  # fmt: skip


def predict(s):
    sharpness = np.array([(valley.minimum_sharpness(square, BETA, a), max(a * square, 1.0)) for a, square in cases(s)])
    x, edge = np.arange(len(sharpness)), BETA / np.array(s.loads)
    flow = valley.flow_square(valley.invariant(SMALL), BETA)
    rows = {"edge": edge, "half": edge / 2, "near": 0.93 * edge, "twice": 1.86 * edge}
    return {name: exact(s.loads, row, ulps=16, x_name="load") for name, row in rows.items()} | {
        "limit": exact(x, 2 / sharpness[:, 0], ulps=16, x_name="setting"),
        "plain": exact(x, 2 / sharpness[:, 1], ulps=16, x_name="setting"),
        "flow": exact(s.calm, np.full(len(s.calm), flow), ulps=16, x_name="load"),
        "at edge": exact(s.calm, BETA / np.array(s.calm), ulps=16, x_name="load"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="2 / (a c^2), by the opposing signals alone", predicted=predicted["plain"])
    yield threshold("a minimum is kept up to 2 / its sharpness", measured["limit"], predicted["limit"], rival=rival)
    rival = Rival(claim="c^2 = 2 / (step size a), too", predicted=predicted["at edge"])
    yield agrees("below the edge: the flow's c^2, to 2%", measured["calm"], predicted["flow"], rival=rival, within=0.02)
    rival = Rival(claim="for sharpness 1 / step size", predicted=predicted["half"])
    yield below("beyond: c^2 ends below 2 / (step size a)", measured["end"], predicted["edge"], rival=rival)
    rival = Rival(claim="for sharpness 4 / step size", predicted=predicted["twice"])
    yield above("beyond: within 7% of it", measured["end"], predicted["near"], rival=rival)


def figure(s, measured, predicted):
    drawn, (path, last) = plots.panels(2)
    steps = np.unique(np.linspace(0, 2500, 400).astype(int))
    for k, load in enumerate((0.95, 1.1)):
        run = valley.run(SMALL, Signals(BETA, A), 2 * load / (A * BETA), steps)
        plots.line(path, steps, A * run[:, 3] ** 2 / (A * BETA), k, f"a c² / (a |β|), load {load:g}")
        path.axhline(1 / load, color=plots.SERIES[k][0], linewidth=0.6)
    plots.label(path, "steps", "sharpness / (a |β|)", "thin: 2 / step size", log="")
    plots.points(last, s.calm, measured["calm"].mean, 0, "below the edge")
    plots.points(last, s.loads, measured["end"].mean, 1, "beyond it")
    across = np.linspace(0.9, max(s.loads), 50)
    plots.guide(last, across, BETA / across, "2 / (step size a)")
    last.set_ylim(2.5, 5.2)
    plots.label(last, "load = step size x a |β| / 2", "c² where runs end", "|β| = 4, a = 50", log="")
    return drawn


if __name__ == "__main__":
    script()
