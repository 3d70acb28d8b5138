"""Each direction is learned at a rate in proportion to its curvature; one without curvature or noise grows for ever.

Near the minimum q^2 h - 1 falls by 1 - 4 mu h a step, with the usual normalisation by 1 - 2 mu h / sum h: the fit has
the condition number that it is to remove. It is stable up to mu = 1 / (2 h). Where h = 0 and nothing is noisy the
criterion has no minimum, and P = q^2 grows linearly, by 2 mu a step; any noise s stops it at 1 / s. The normalised fit
is the reference step: with signs for probes and a diagonal H one probe is as good as the mean.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, decays_as, exact, log_steps, plots, script, threshold
from theorylab.models.preconditioning import fitting, theory_fitting

SOURCE = Source("form of the update (read); rates derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvatures: tuple[float, ...] = (1.0, 0.3, 0.1, 0.01)
    rate: float = 0.05
    steps: int = 20
    horizon: int
    noise: float = 0.2
    off: float = 1e-7  # of q^2 h from 1 at the start


QUICK = Setting(horizon=100_000)
FULL = Setting(horizon=10_000_000)


def factors(s, path, h):
    """Mean factor a step of q^2 h - 1 between the ends of a path (2, n)."""
    off = path**2 * h - 1
    return (off[1] / off[0]) ** (1 / s.steps)


def unstable(curvature):
    """Whether a run near the minimum leaves it, by the rate."""

    def leaves(rate):
        start = np.array([((1 + 1e-6) / curvature) ** 0.5])
        end = fitting.diagonal_fit(np.array([curvature]), 0.0, rate, start, np.array([2000.0]))
        return bool(not abs(end[0, 0] ** 2 * curvature - 1) < 1e-6)

    return leaves


def measure(s):
    h = np.array(s.curvatures)
    start, ends = ((1 + s.off) / h) ** 0.5, np.array([0.0, s.steps])
    plain = fitting.diagonal_fit(h, 0.0, s.rate, start, ends)
    normalised = fitting.reference_fit(s.rate, h, start, s.steps)[[0, -1]]
    steps = log_steps(s.horizon / 1000, s.horizon, 20)
    flat, noisy = (fitting.diagonal_fit(np.zeros(1), noise, s.rate, np.ones(1), steps + 0.0)[:, 0] ** 2
                   for noise in (0.0, s.noise))  # fmt: skip
    pairs = [bracket(unstable(c), 0.05 / c, 0.9 / c, relative_width=1e-2) for c in h]
    # q^2 h - 1 is off by some units, of 1e-7 at the start: 1e-8 of it, in `steps` roots.
    return {
        "plain": exact(h, factors(s, plain, h), 1e-7, "curvature"),
        "normalised": exact(h, factors(s, normalised, h), 1e-7, "curvature"),
        "flat": exact(steps, flat, 1e-9),
        "noisy": exact(steps[-1:], noisy[-1:], 1e-9),
        "stable": brackets(h, pairs, "curvature"),
    }


def predict(s):
    h = np.array(s.curvatures)
    factor, slow = theory_fitting.fitting_factor(s.rate, h), theory_fitting.normalised_fitting_factor(s.rate, h)
    return {
        "plain": exact(h, factor, 1e-12, "curvature"),
        "normalised": exact(h, slow, 1e-12, "curvature"),
        "equal": exact(h, np.full(h.size, factor[0]), 1e-12, "curvature"),
        "equal, normalised": exact(h, np.full(h.size, 1 - 2 * s.rate / h.size), 1e-12, "curvature"),
        "stable": exact(h, theory_fitting.critical_fitting_rate(h), 1e-12, "curvature"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="the same for all", predicted=predicted["equal"])
    yield agrees("q^2 h - 1 falls by 1 - 4 mu h", measured["plain"], predicted["plain"], rival=rival)
    rival = Rival(claim="the same for all", predicted=predicted["equal, normalised"])
    claim = "normalised, the reference step: by 1 - 2 mu h / sum h"
    yield agrees(claim, measured["normalised"], predicted["normalised"], rival=rival)
    rival = Rival(claim="1 / (4 h)", predicted=exact(s.curvatures, predicted["stable"].mean / 2, 1e-12, "curvature"))
    yield threshold("stable up to mu = 1 / (2 h)", measured["stable"], predicted["stable"], rival=rival)
    rival = Rival(claim="to a limit", predicted=0.0)
    yield decays_as("no curvature, no noise: P grows as t", measured["flat"], 1.0, rival=rival)
    rival = Rival(claim="without noise", measured=measured["flat"].at([-1]))
    yield agrees("... and with noise s to 1 / s", measured["noisy"], 1 / s.noise, rival=rival)


def figure(s, measured, predicted):
    drawn, (path, growth) = plots.panels(2)
    h, steps = np.array(s.curvatures), log_steps(1, 100_000, 80)
    found = fitting.diagonal_fit(h, 0.0, s.rate, np.full(h.size, 0.2), steps + 0.0) ** 2 * h
    for k, c in enumerate(s.curvatures):
        plots.line(path, steps, found[:, k], k, f"h = {c:g}")
    plots.limit(path, 1.0)
    plots.label(path, "steps", "p h", f"μ = {s.rate:g}, from p = 0.04", log="xy")
    plots.points(growth, measured["flat"].x, measured["flat"].mean, 0, "h = 0, no noise")
    plots.guide(growth, measured["flat"].x, 2 * s.rate * measured["flat"].x, "2 μ t")
    plots.label(growth, "steps", "P")
    return drawn


if __name__ == "__main__":
    script()
