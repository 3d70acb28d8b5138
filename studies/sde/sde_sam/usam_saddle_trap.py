"""USAM is drawn into a saddle if and only if rho > 1/|l| for every negative curvature l: the smallest one decides.

A direction of curvature l is multiplied by 1 - eta l (1 + rho l) a step, for l < 0 below 1 exactly when rho |l| > 1
(and above -1 while eta |l| (rho |l| - 1) < 2): the threshold does not depend on eta. The iteration itself is bisected.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, plots, script, threshold
from theorylab.models.sde import theory

SOURCE = Source("abstract (saddles attract, read); threshold derived here", kind="derived")
SADDLES = ((1.0, -0.5), (2.0, -1.0, -0.25), (1.0, -2.0), (0.5, -0.4, -1.5))


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_sizes: tuple[float, ...]
    steps: int = 20
    radii: tuple[float, ...] = (0.0, 0.5, 1.0, 1.5)  # in units of 1/|l|


QUICK = Setting(step_sizes=(0.05,))
FULL = Setting(step_sizes=(0.001, 0.01, 0.05))


def iterate(curvatures, step_size, radius, steps):
    """USAM on the quadratic from 1 in every direction, by its definition."""
    x = np.ones(curvatures.size)
    for _ in range(steps):
        ahead = x + radius * curvatures * x
        x = x - step_size * curvatures * ahead
    return x


def critical(s, spectrum, step_size):
    negative = np.array([h for h in spectrum if h < 0])

    def beyond(radius):
        return bool((np.abs(iterate(negative, step_size, radius, s.steps)) < 1).all())

    return bracket(beyond, 0.01, -2.5 / negative.max(), relative_width=1e-9)


def cases(s):
    return [(spectrum, eta) for eta in s.step_sizes for spectrum in SADDLES]


def measure(s):
    growth = [iterate(np.array([-1.0]), s.step_sizes[0], r, s.steps)[0] for r in s.radii]
    return {
        "critical": brackets(range(len(cases(s))), [critical(s, *case) for case in cases(s)], "saddle"),
        "growth": exact(s.radii, growth, ulps=8 * s.steps, x_name="radius x |l|"),
    }


def predict(s):
    negative = [[h for h in spectrum if h < 0] for spectrum, _ in cases(s)]
    least, most = ([theory.usam_saddle_radius(pick(h)) for h in negative] for pick in (max, min))
    factor = theory.usam_contraction(s.step_sizes[0], -1.0, np.array(s.radii)) ** s.steps
    plain = np.full(len(s.radii), theory.usam_contraction(s.step_sizes[0], -1.0, 0.0) ** s.steps)
    return {
        "critical": exact(range(len(least)), least, ulps=4, x_name="saddle"),
        "largest": exact(range(len(most)), most, ulps=4, x_name="saddle"),
        "growth": exact(s.radii, factor, ulps=8 * s.steps, x_name="radius x |l|"),
        "SGD": exact(s.radii, plain, ulps=8 * s.steps, x_name="radius x |l|"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="1 / largest |l|", predicted=predicted["largest"])
    claim = "USAM is attracted beyond rho = 1 / smallest |l|"
    yield threshold(claim, measured["critical"], predicted["critical"], rival=rival)
    rival = Rival(claim="SGD's: it always escapes", predicted=predicted["SGD"])
    yield agrees("growth along the saddle's direction", measured["growth"], predicted["growth"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    count = len(SADDLES)
    for k, step_size in enumerate(s.step_sizes):
        mine = measured["critical"].at(slice(k * count, (k + 1) * count))
        plots.points(axes, np.arange(count) + 0.08 * k, mine.samples, k, f"USAM, bisected, η = {step_size:g}")
    first = slice(0, count)
    plots.prediction(
        axes, predicted["critical"].at(first), "1 / smallest |l|", linestyle="none", marker="_", markersize=24
    )
    plots.measurement(axes, predicted["largest"].at(first), 3, "1 / largest |l| (rival)", markerfacecolor="none")
    axes.set_xticks(range(count), ["(" + ", ".join(f"{h:g}" for h in spectrum) + ")" for spectrum in SADDLES])
    axes.set_xlim(-0.6, count - 0.4)
    plots.label(axes, "curvatures of the saddle", "critical radius ρ", log="y")
    return drawn


if __name__ == "__main__":
    script()
