"""For small steps noise costs an integral that is linear in the step size over what is left of intrinsic time.

The risk of the noise is sum_t eta_t^2 K(u_t), u the sum of the later step sizes: the integral of eta(u) K(u). That of
the mean of two such profiles is the mean of theirs, while that of the mean of two schedules at equal steps is not. K
is largest at u = 0, which is what decides between shapes of cooldowns (cooldown_shapes).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import schedules
from theorylab.models.regression.theory import intrinsic

SOURCE = Source("shapes of cooldowns (read); intrinsic time derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 60
    exponent: float = 1.5
    source: float = 1.5
    noise: float = 0.04
    length: float = 40.0  # of intrinsic time
    small: float = 0.01  # the largest step of the profiles
    within: float = 0.02


QUICK, FULL = Setting(), Setting(small=0.002)


def problem(s):
    return schedules.power_law_source(s.dim, s.exponent, s.source, s.noise)


def run_down(s, profile):
    """Step sizes profile(u), u what is left of an intrinsic time, until none is."""
    sizes, left = [], s.length
    while left > 1e-9:
        sizes.append(min(profile(left), left))
        left -= sizes[-1]
    return np.array(sizes)


def profiles(s):
    """Step sizes of two profiles, of their mean over intrinsic time, and of their mean over steps."""
    flat, falling = (lambda u: s.small), (lambda u: s.small * max(0.05, min(1.0, u / s.length)))
    both = [run_down(s, each) for each in (flat, falling, lambda u: (flat(u) + falling(u)) / 2)]
    count = 1000
    resampled = [np.interp(np.linspace(0, 1, count), np.linspace(0, 1, each.size), each) for each in both[:2]]
    resampled = [each * s.length / each.sum() for each in resampled]
    steps = [*both, (resampled[0] + resampled[1]) / 2]
    return steps


def noises(s):
    """Noise risks of `profiles`, unrolled."""
    one = problem(s)
    return [
        intrinsic.unrolled_risk(one.eigenvalues, 0 * one.eigenvalues, s.noise**0.5, each)[1] for each in profiles(s)
    ]


def leading(s, order):
    """Noise risks of the first three by the integral in intrinsic time, of the sizes in this order."""
    return [intrinsic.noise_leading(problem(s).eigenvalues, s.noise**0.5, each[::order]) for each in profiles(s)[:3]]


def measure(s):
    unrolled = noises(s)
    return {"profiles": exact([0, 1, 2], unrolled[:3], 1e-9, "profile"),
            "mean profile": exact([0], unrolled[2:3], 1e-9, "profile")}  # fmt: skip


def predict(s):
    first, second, _, over_steps = noises(s)
    return {
        "mean of both": exact([0], [(first + second) / 2], 1e-9, "profile"),
        "over steps": exact([0], [over_steps], 1e-9, "profile"),
        "leading": exact([0, 1, 2], leading(s, 1), 1e-9, "profile"),
        "reversed": exact([0, 1, 2], leading(s, -1), 1e-9, "profile"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="in whatever order steps come", predicted=predicted["reversed"])
    claim = "noise of a profile: sum of eta^2 K(u)"
    yield agrees(claim, measured["profiles"], predicted["leading"], rival=rival, within=s.within)
    rival = Rival(claim="of the mean over steps", predicted=predicted["over steps"])
    claim = "noise of the mean of two profiles in intrinsic time: the mean"
    yield agrees(claim, measured["mean profile"], predicted["mean of both"], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    names = ("constant", "falling with u", "mean over u", "mean over steps")
    for k, (name, sizes) in enumerate(zip(names, profiles(s), strict=True)):
        some = slice(None, None, max(1, sizes.size // 200))
        plots.line(axes, intrinsic.remaining(sizes)[some], sizes[some], k, name)
    plots.label(axes, "intrinsic time left, u", "step size", "profiles of step sizes", log="")
    axes.set_ylim(0, 1.6 * s.small)
    return drawn


if __name__ == "__main__":
    script()
