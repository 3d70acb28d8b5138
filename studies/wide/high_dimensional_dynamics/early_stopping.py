"""The best common time lies between the best times of the modes; stopped there, the flow nearly reaches the best ridge.

A mode of eigenvalue l alone should stop at log(1 + l (1 + start) SNR) / l, so that no time is the best for all. The
less noise, the later the best time. Ridge regression with the penalty 1 / SNR is the best of all linear estimators
from a start of 0: the flow stays above it, by a few percent at most, and beats ridge regression with a wrong penalty.
"""

from dataclasses import dataclass

from theorylab import Rival, Source, above, below, exact, monotone, plots, script
from theorylab.models.wide import theory
from theorylab.models.wide.model import Student

SOURCE = Source("optimal stopping, modes, ridge", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...]
    ratios: tuple[float, ...]  # SNR
    wrong: float = 20.0  # times the best penalty
    most: float = 1.05  # stopped flow over ridge


QUICK = Setting(loads=(0.3, 0.7, 1.5, 4.0), ratios=(0.5, 2.0, 8.0))
FULL = Setting(loads=(0.1, 0.2, 0.4, 0.7, 0.9, 1.1, 1.5, 2.5, 5.0), ratios=(0.5, 1.0, 2.0, 5.0, 10.0, 20.0))


def table(s, of):
    """`of(student)` over loads (rows) and signal-to-noise ratios."""
    rows = [[of(Student(load, 1 / ratio)) for ratio in s.ratios] for load in s.loads]
    return exact(s.ratios, rows, 1e-7, "SNR")


def at_edge(student, upper):
    edge = theory.edges(student.load)[int(upper)]
    return float(theory.mode_time(edge, student.noise_ratio, student.start_ratio))


def measure(s):
    curves = {"time": table(s, lambda p: theory.best_stop(p)[0]), "error": table(s, lambda p: theory.best_stop(p)[1])}
    best, wrong = (table(s, lambda p, c=c: theory.ridge_error(p, c * p.noise_ratio)) for c in (1.0, s.wrong))
    over = {"over ridge": curves["error"].samples / best.samples, "over wrong": wrong.samples / best.samples}
    return curves | {name: exact(s.ratios, rows, 2e-7, "SNR") for name, rows in over.items()} | {"wrong": wrong}


def predict(s):
    return {"first": table(s, lambda p: at_edge(p, True)), "last": table(s, lambda p: at_edge(p, False)),
            "ridge": table(s, lambda p: theory.ridge_error(p, p.noise_ratio))}  # fmt: skip


def checks(s, measured, predicted):
    time, error = measured["time"], measured["error"]
    rival = Rival(claim="after the slowest mode's", predicted=predicted["last"])
    yield above("the best time is after that of the fastest mode", time, predicted["first"], rival=rival)
    rival = Rival(claim="before the fastest mode's", predicted=predicted["first"])
    yield below("the best time is before that of the slowest mode", time, predicted["last"], rival=rival)
    rival = Rival(claim="the less noise, the larger the error", measured=error)
    yield monotone("the less noise, the later the best time", time, rival=rival, direction="increasing")
    rival = Rival(claim=f"nor than ridge with {s.wrong:g} times its penalty", predicted=measured["wrong"])
    yield above("the stopped flow is not better than the best ridge", error, predicted["ridge"], rival=rival)
    rival = Rival(claim=f"ridge with {s.wrong:g} times the penalty too", measured=measured["over wrong"])
    yield below(f"it is within {100 * (s.most - 1):g}% of the best ridge", measured["over ridge"], s.most, rival=rival)


def figure(s, measured, predicted):
    drawn, (time, gap) = plots.panels(2)
    some = range(0, len(s.loads), max(1, len(s.loads) // 4))
    for k, row in enumerate(some):
        plots.points(time, s.ratios, measured["time"].samples[row], k, f"load {s.loads[row]:g}")
        plots.guide(time, s.ratios, predicted["first"].samples[row], "" if k else "fastest mode")
        plots.points(gap, s.ratios, 100 * (measured["over ridge"].samples[row] - 1), k, f"load {s.loads[row]:g}")
    plots.label(time, "SNR", "best time to stop")
    plots.label(gap, "SNR", "error above the best ridge, percent", log="x")
    return drawn


if __name__ == "__main__":
    script()
