"""The 1 - sqrt cooldown beats the linear one where noise rules the risk, and loses where the initial error does.

In intrinsic time, the sum of step sizes, noise costs the integral of eta(u) K(u), with K largest at the end: a shape
that is small there, 1 - sqrt, helps. What is left of the initial error falls with the length of intrinsic time alone,
of which 1 - sqrt loses twice what 1 - x^2 does. So the orders of shapes, and of longer against shorter cooldowns, are
opposite in the two regimes, with best peaks in each. "Better than linear" is a statement about noise.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, exact, monotone, ordered, plots, script
from theorylab.models.regression import schedules

SOURCE = Source("abstract (1 - sqrt beats linear, read); power-law regression of ours", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence="The 1 - sqrt cooldown beats the linear one only where noise rules the risk.",
    case=(
        "power-law regression, a fifth of 3200 steps, best peaks: 0.00867 against 0.00948 (a = b = 2, noise 0.1), and "
        "0.02036 against 0.02011 (a = b = 1.5, noise 0.01)"
    ),
    check="in all four problems",
)
PROBLEMS = ((1.5, 1.5, 0.01), (2.0, 1.5, 0.01), (1.2, 2.0, 0.1), (2.0, 2.0, 0.1))  # a, b, noise variance
NOISY = np.array([False, False, True, True])
ROUNDING = 1e-9
"""Each of at most 3200 steps adds some ten units of the largest moment, of which no risk here is below 1e-3."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    steps: int
    peaks: tuple[float, float, int]
    fractions: tuple[float, ...] = (0.05, 0.2, 0.5)
    noises: tuple[float, ...]  # of the figure: variances for a = 2, b = 2


QUICK = Setting(dim=300, steps=800, peaks=(0.05, 1.9, 6), noises=(1e-4, 0.1))
FULL = Setting(dim=2000, steps=3200, peaks=(0.05, 1.9, 28), noises=tuple(np.geomspace(1e-5, 1, 9).tolist()))


def risk(s, problem, fraction, shape):
    """Risk with the best peak."""
    low, high, count = s.peaks
    peaks = np.geomspace(low, high, count)
    return schedules.tuned(problem, peaks, lambda peak: schedules.cooldown(peak, s.steps, fraction, shape))[0]


def measure(s):
    problems, x = [schedules.power_law_source(s.dim, *each) for each in PROBLEMS], np.arange(len(PROBLEMS))
    curves = {}
    for shape in schedules.SHAPES:
        some = s.fractions if shape == "linear" else s.fractions[1:]  # the shortest matters for one check
        rows = np.array([[risk(s, each, f, shape) for f in some] for each in problems])
        curves[shape] = exact(x, rows[:, -len(s.fractions) + 1 :].T, ROUNDING, "problem")
        for name, which in (("noise", NOISY), ("start", ~NOISY)):
            curves[f"{shape}, {name}"] = exact(some, rows[which], ROUNDING, "fraction")
    pairs = [[risk(s, schedules.power_law_source(s.dim, 2.0, 2.0, noise), 0.2, shape) for noise in s.noises]
             for shape in ("sqrt", "linear")]  # fmt: skip
    return curves | {"ratio": exact(s.noises, np.array(pairs[0]) / pairs[1], 2 * ROUNDING, "noise variance")}


def checks(s, measured, predicted):
    root, linear, square = (measured[shape] for shape in ("sqrt", "linear", "square"))
    rival = Rival(claim="where the noise rules", measured=root.at(NOISY), predicted=linear.at(NOISY))
    claim = "1 - sqrt beats linear in all four problems, over a fifth and a half"
    yield ordered(claim, root, linear, rival=rival, declared="refuted")
    rival = Rival(claim="where the noise rules, too", measured=linear.at(NOISY), predicted=root.at(NOISY))
    yield ordered(
        "linear beats 1 - sqrt where the initial error rules", linear.at(~NOISY), root.at(~NOISY), rival=rival
    )
    rival = Rival(claim="where the noise rules, too", measured=square.at(NOISY), predicted=linear.at(NOISY))
    claim = "1 - x^2 beats linear where the initial error rules"
    yield ordered(claim, square.at(~NOISY), linear.at(~NOISY), rival=rival)
    rival = Rival(claim="where the initial error rules, too", measured=measured["linear, start"])
    claim = f"a longer linear cooldown is better where the noise rules, {s.fractions} of the steps"
    yield monotone(claim, measured["linear, noise"], rival=rival)


def figure(s, measured, predicted):
    drawn, (lengths, ratio) = plots.panels(2)
    cases = {"noise": (1, "a = b = 2, noise 0.1"), "start": (0, "a = b = 1.5, noise 0.01")}
    for i, (name, (row, text)) in enumerate(cases.items()):
        unit = measured[f"linear, {name}"].samples[row, 0]
        for j, shape in enumerate(("linear", "sqrt")):
            curve = measured[f"{shape}, {name}"]
            plots.line(lengths, curve.x, curve.samples[row] / unit, 2 * i + j, f"{shape}, {text}", marker="o")
    plots.label(
        lengths, "fraction of the cooldown", "risk / that of linear, 0.05", f"T = {s.steps}, best peaks", log=""
    )
    lengths.set_ylim(top=1.6)
    plots.exact_line(ratio, measured["ratio"], 0, "cooldown over a fifth", marker="o")
    plots.limit(ratio, 1.0, "equal")
    plots.label(ratio, "noise variance", "risk of 1 - sqrt / of linear", "a = b = 2", log="x")
    return drawn


if __name__ == "__main__":
    script()
