"""On quadratics an average of the last iterates replaces the cooldown, and does better, where there is noise.

The mean of the last fifth of the iterates of a constant rate against a linear cooldown over the last fifth, each with
its best peak: the average has less risk on all four spectra, and needs no second schedule; its peak is tuned to the
horizon as well. Along one run of a constant rate it beats the last iterate, at all times tried.
Averages of a quadratic's iterates do not pay with intrinsic time. Without noise they cost: the order is reversed. So
that averages "do not replace the cooldown fully" is not seen here; quadratics have no curvature that changes along
the way.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, exact, ordered, plots, script
from theorylab.models.regression import schedules, theory

SOURCE = Source("abstract (averages improve, do not replace the cooldown; read); regression of ours", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence="On power-law regression with noise a mean of the last iterates replaces the cooldown, and does better.",
    case=(
        "eigenvalues i^-2, initial risk i^-2, noise 0.1, 3200 steps, best peaks: mean of the last fifth 0.0068, linear "
        "cooldown over it 0.0095"
    ),
    check="a linear cooldown over a fifth beats the mean of that fifth",
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
    windows: tuple[float, ...]  # of the figure
    times: tuple[float, ...] = (0.125, 0.25, 0.5, 1.0)  # of the horizon
    peak: float = 0.5  # of the run that is watched


QUICK = Setting(dim=300, steps=800, peaks=(0.05, 1.9, 6), windows=(0.2,))
FULL = Setting(dim=2000, steps=3200, peaks=(0.05, 1.9, 28), windows=(0.05, 0.1, 0.2, 0.3, 0.5))


def risk(s, setting, fraction, window):
    """Risk with the best peak: of the last iterate after a cooldown, or of the mean of the last iterates."""
    low, high, count = s.peaks
    peaks, problem = np.geomspace(low, high, count), schedules.power_law_source(s.dim, *setting)
    return schedules.tuned(problem, peaks, lambda peak: schedules.cooldown(peak, s.steps, fraction), window)[0]


def along(s, setting):
    """Steps, and risks of the last iterate and of the mean of the last fifth of them, at one constant rate."""
    problem, steps = schedules.power_law_source(s.dim, *setting), (np.array(s.times) * s.steps).astype(int)
    rates = np.full(s.steps, s.peak)
    means = [theory.average_risk(problem, rates, int(0.8 * n), [int(n)])[0] for n in steps]
    return steps, theory.sgd_risk(problem, rates, steps), np.array(means)


def measure(s):
    x, curves = np.arange(len(PROBLEMS)), {}
    for name, fraction, window in (("cooldown", 0.2, 0.0), *((f"mean {w}", 0.0, w) for w in s.windows)):
        curves[name] = exact(x, [risk(s, each, fraction, window) for each in PROBLEMS], ROUNDING, "problem")
    quiet = [(a, b, 0.0) for a, b, _ in PROBLEMS]
    for name, fraction, window in (("cooldown, no noise", 0.2, 0.0), ("mean, no noise", 0.0, 0.2)):
        curves[name] = exact(x, [risk(s, each, fraction, window) for each in quiet], ROUNDING, "problem")
    for name, setting in (("noise", PROBLEMS[3]), ("no noise", (*PROBLEMS[3][:2], 0.0))):
        steps, last, mean = along(s, setting)
        curves |= {f"last, {name}": exact(steps, last, ROUNDING), f"along, {name}": exact(steps, mean, ROUNDING)}
    return curves


def checks(s, measured, predicted):
    mean, cooldown = measured["mean 0.2"], measured["cooldown"]
    rival = Rival(claim="the mean beats the cooldown", measured=mean, predicted=cooldown)
    claim = "a linear cooldown over a fifth beats the mean of that fifth"
    yield ordered(claim, cooldown, mean, rival=rival, declared="refuted")
    rival = Rival(claim="without noise, too", measured=measured["mean, no noise"],
                  predicted=measured["cooldown, no noise"])  # fmt: skip
    yield ordered("the mean beats the cooldown where there is noise", mean, cooldown, rival=rival)
    rival = Rival(
        claim="without noise, too", measured=measured["along, no noise"], predicted=measured["last, no noise"]
    )
    claim = f"along one run at {s.peak} the mean of the last fifth beats the last iterate, a = b = 2"
    yield ordered(claim, measured["along, noise"], measured["last, noise"], rival=rival)


def figure(s, measured, predicted):
    drawn, (shares, run) = plots.panels(2)
    for k, (a, b, noise) in enumerate(PROBLEMS):
        y = np.array([measured[f"mean {w}"].mean[k] for w in s.windows]) / measured["cooldown"].mean[k]
        plots.line(shares, s.windows, y, k, f"a = {a:g}, b = {b:g}, noise {noise:g}", marker="o")
    plots.limit(shares, 1.0, "linear cooldown over a fifth")
    plots.label(shares, "share of the iterates in the mean", "risk / that of the cooldown", f"T = {s.steps}", log="x")
    shares.set_ylim(0.4, 1.9)
    for k, (name, text) in enumerate((("last", "last iterate"), ("along", "mean of the last fifth"))):
        plots.exact_line(run, measured[f"{name}, noise"], k, text, marker="o")
    plots.label(run, "steps", "risk", f"one run, a = b = 2, constant rate {s.peak:g}")
    return drawn


if __name__ == "__main__":
    script()
