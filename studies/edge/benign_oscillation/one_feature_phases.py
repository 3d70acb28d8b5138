"""The residual of one feature settles up to load 1/2, is in a 2-cycle up to 0.618, and leaves signs alone up to 0.799.

load = step size x squared length of the feature, f = a^2 on one datum: f follows f (1 + s (1 - f))^2 with s = 2 load.
Its slope at 1 is 1 - 4 load, that over the 2-cycle 9 - 2 (1 + s)^2, and the largest f it reaches from (0, 1) makes the
next factor 0 where (1 + s)^2 = 27/4: from load (sqrt(27) / 2 - 1) / 2 on a neuron may die. Bisected on runs.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, bracket, brackets, plots, script, threshold
from theorylab.models.edge import residual

SOURCE = Source("single datum (setting read from reviews); the boundaries are derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    transient: int  # even
    starts: int = 40  # of the runs that may come to a factor that is not positive


QUICK = Setting(transient=10_000)
FULL = Setting(transient=400_000, starts=2000)


def after(start, load, steps):
    return residual.run((start, 0.0), (1.0, 0.0), load, steps).strong


def oscillates():
    """Bracket of the load beyond which two steps lead away from f = 1."""
    start = 1.0001**0.5
    return bracket(lambda load: bool(after(start, load, [2])[0] > start), 0.3, 0.6, relative_width=1e-6)


def four_cycle(s):
    """Bracket of the load at which two steps of the late orbit no longer lead back."""

    def gone(load):
        first, _, third = after(0.8, load, s.transient + np.arange(3))
        return bool(abs(third - first) > 1e-5)

    low, high = bracket(gone, 0.56, 0.66, relative_width=1e-4)
    margin = 4 / s.transient  # at distance x the multiplier is -1 + 18 x: 1e-5 takes 10 / (18 x) pairs of steps
    return low - margin, high + margin


def dies(s):
    """Bracket of the load at which some start comes to a factor that is not positive in its second step."""
    starts = np.linspace(0.7, 0.76, s.starts)  # the largest f is reached from f = (1 + s) / (3 s)

    def any_dies(load):
        return any(np.isnan(after(a, load, [2])[0]) for a in starts)

    low, high = bracket(any_dies, 0.75, 0.85, relative_width=1e-6)
    return low - 10 / s.starts**2 * 0.06**2, high  # the square of the grid's width, times a curvature below 10


def measure(s):
    return {"oscillates": brackets([0], [oscillates()]), "four-cycle": brackets([0], [four_cycle(s)]),
            "dies": brackets([0], [dies(s)])}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="from 1: sharpness 2 V", predicted=1.0)
    yield threshold("residuals oscillate from load 1/2", measured["oscillates"], residual.OSCILLATES, rival=rival)
    rival = Rival(claim="to sqrt 6 / 4, as in the logistic map", predicted=6**0.5 / 4)
    claim = "in a 2-cycle to load (sqrt 5 - 1) / 2"
    yield threshold(claim, measured["four-cycle"], residual.FOUR_CYCLE, rival=rival)
    rival = Rival(claim="to 0.8", predicted=0.8)
    claim = "factors stay positive to load (sqrt(27) / 2 - 1) / 2"
    yield threshold(claim, measured["dies"], residual.SIGN_CHANGE, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=6.0)
    loads = np.linspace(0.4, 0.8, 300)
    orbits = np.array([after(0.8, load, 2000 + np.arange(60)) ** 2 for load in loads])
    plots.cloud(axes, np.broadcast_to(loads[:, None], orbits.shape), orbits, plots.SERIES[0][0], "f, late iterates")
    for name, load in {"1/2": 0.5, "(√5 - 1) / 2": residual.FOUR_CYCLE, "0.799": residual.SIGN_CHANGE}.items():
        axes.axvline(load, color="black", linestyle=(0, (4, 2)), linewidth=1.0)
        axes.annotate(name, (load, 1.75), ha="right", va="bottom", fontsize=8)
    axes.set_ylim(0, 1.9)
    plots.label(axes, "load = step size x V", "f = a²", log="", legend=False)
    return drawn


if __name__ == "__main__":
    script()
