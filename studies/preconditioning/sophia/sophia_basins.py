"""Where curvature is negative Newton's method climbs; Sophia takes a clipped sign step and stays in its own well.

On (x^2 - 1)^2 / 4 Newton goes to the maximum at 0 from |x| < 1 / sqrt 5, the 2-cycle of its map, not from all of the
concave part |x| < 1 / sqrt 3. Sophia, with the true curvature, ends at sign(x), and never moves by more than its rate.
A curvature that was looked at once, elsewhere, stands on log cosh: Sophia converges if a / gamma < 2 h(old) / h(new).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.preconditioning import curvature, theory_curvature

SOURCE = Source("abstract (clipping, read); basins derived here", figure="toy in two variables", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    starts: int
    steps: int = 2000
    rate: float = 0.01
    region: float = 0.1
    looked: tuple[float, ...] = (0.3, 0.8, 1.3, 1.8)  # where the curvature of log cosh is looked at
    stale_region: float = 10.0  # so wide that nothing is clipped at log cosh
    stale_steps: int = 60_000  # enough for |x| < 0.0035 at the limit itself
    width: float = 4e-3


QUICK = Setting(starts=60)
FULL = Setting(starts=2000)


def starts(s):
    """Both signs, none at 0."""
    half = np.linspace(0.01, 2.0, s.starts // 2)
    return np.concatenate((-half[::-1], half))


def leaves(x):
    """Whether Newton's method ends in a well, from x on the concave side."""
    return bool(abs(curvature.newton_in_the_well(np.array([x]), 200)[0, 0]) > 0.5)


def cycles(s, look):
    """Bracket of a / gamma beyond which Sophia with the curvature at look does not settle on log cosh."""

    def stays_away(ratio):
        method = curvature.newton_like(ratio * s.stale_region, s.stale_region, period=10**9)
        return bool(curvature.stale_end(method, look, s.stale_steps) > 0.005)

    return bracket(stays_away, 0.05, 3.0, relative_width=s.width)


def measure(s):
    x = starts(s)
    ours = curvature.sophia_in_the_well(curvature.newton_like(s.rate, s.region), x, s.steps)
    newton = curvature.newton_in_the_well(x, s.steps)
    return {
        "end": exact(x, ours[0], 1e-12, "start"),
        "end, Newton": exact(x, newton[0], 1e-9, "start"),
        "move": exact(x, ours[1], ulps=8, x_name="start"),
        "move, Newton": exact(x, newton[1], 1e-9, "start"),
        "basin": brackets([0.0], [bracket(leaves, 0.1, 0.55)], "maximum"),
        "stale": brackets(s.looked, [cycles(s, look) for look in s.looked], "looked at"),
    }


def predict(s):
    x = starts(s)
    old = 1 / np.cosh(np.array(s.looked)) ** 2
    limit = theory_curvature.stale_step_limit(old, 1.0)
    return {"end": exact(x, np.sign(x), ulps=0, x_name="start"), "stale": exact(s.looked, limit, 1e-14, "looked at")}


def checks(s, measured, predicted):
    rival = Rival(claim="Newton's", measured=measured["end, Newton"])
    yield agrees("Sophia ends in the well of its start", measured["end"], predicted["end"], rival=rival)
    rival = Rival(claim="Newton's, unclipped", measured=measured["move, Newton"])
    yield below("no step moves a coordinate by more than the rate", measured["move"], s.rate, rival=rival)
    rival = Rival(claim="1 / sqrt 3, where the curvature changes its sign", predicted=3**-0.5)
    yield threshold("Newton climbs from |x| < 1 / sqrt 5", measured["basin"], 5**-0.5, rival=rival)
    rival = Rival(claim="2, as with a fresh look", predicted=2.0)
    claim = "a stale curvature: stable while a / gamma < 2 old / new"
    yield threshold(claim, measured["stale"], predicted["stale"], rival=rival)


def figure(s, measured, predicted):
    drawn, (toy, ends) = plots.panels(2)
    paths = curvature.toy_paths(curvature.newton_like(0.1, 0.2), np.array([-0.2, 0.0]), 60)
    for k, label in enumerate(("gradient descent", "sign descent", "Newton", "Sophia")):
        plots.line(toy, paths[k, :, 0], paths[k, :, 1], k, label)
    toy.set(xlim=(-1.2, 1.6), ylim=(-0.5, 6.5))
    plots.label(toy, "x", "y", "the paper's toy (recalled), from (-0.2, 0)", log="")
    for k, (name, label) in enumerate((("end", "Sophia"), ("end, Newton", "Newton"))):
        x, y = (values[:: max(1, s.starts // 150)] for values in (measured[name].x, measured[name].mean))
        plots.points(ends, x, y, k, label, markersize=3)
    for edge in (-(5**-0.5), 5**-0.5):
        ends.axvline(edge, color="black", linestyle=(0, (4, 2)), linewidth=1.0)
    plots.label(ends, "start", "end", "(x² - 1)²/4; dashed: ±1/√5", log="")
    return drawn


if __name__ == "__main__":
    script()
