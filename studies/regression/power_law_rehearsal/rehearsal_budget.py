"""With few rehearsals a power law is no better than a uniform choice, and the oldest tasks pay for the newest.

Five rehearsals a stage: at overlaps of 0.3 and 0.9 uniform rehearsal leaves the least mean error, at 0.6 it is beaten
by 1% only; with sixty an exponent of 0.5 wins at every overlap, by 1.2 to 2.3 times. The steeper the law, the smaller
is the error of the last task and the larger that of the worst old one.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, exact, monotone, ordered, plots, script
from theorylab.models.regression import rehearsal
from theorylab.models.regression.rehearsal import Plan

SOURCE = Source("abstract (comparable or superior to other rehearsals, read); linear tasks of ours", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence="That a shallow power law of age beats uniform rehearsal needs enough rehearsals.",
    case="12 tasks, overlap 0.3: 5 rehearsals a stage 0.0453 uniform, 0.0478 at exponent 0.5; 60 0.00075 and 0.00044",
    check="with few rehearsals, too",
)
ROUNDING = 1e-11
"""Some 1000 steps that shrink what they are given, a few units each."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    overlaps: tuple[float, ...] = (0.3, 0.9)
    exponents: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0)
    tasks: int = 12
    few: int = 5
    many: int = 60
    budgets: tuple[int, ...]  # of the figure


QUICK = Setting(budgets=(5,))
FULL = Setting(budgets=(1, 2, 5, 10, 20, 40, 60, 100))


def found(s, overlap, exponents, budget):
    return rehearsal.exact_errors(Plan(s.tasks, rehearsals=budget), overlap, exponents)


def measure(s):
    curves = {}
    for name, budget in (("few", s.few), ("many", s.many)):
        for a in (0.0, 0.5):
            curves[f"{name}, {a}"] = exact(s.overlaps, found(s, s.overlaps, a, budget).old, ROUNDING, "overlap")
    spread = found(s, s.overlaps[0], s.exponents, s.few)
    curves["worst"] = exact(s.exponents, spread.final[:, :-1].max(axis=1), ROUNDING, "exponent")
    curves["last"] = exact(s.exponents, spread.final[:, -1], ROUNDING, "exponent")
    none = found(s, s.overlaps[0], s.exponents, 0)
    curves["mean, none"] = exact(s.exponents, none.old, ROUNDING, "exponent")
    rows = np.array([found(s, s.overlaps[0], s.exponents, budget).old for budget in s.budgets])
    for k, a in enumerate(s.exponents):
        curves[f"budget, {a}"] = exact(s.budgets, rows[:, k], ROUNDING, "rehearsals")
    return curves


def checks(s, measured, predicted):
    few, many = ((measured[f"{name}, 0.5"], measured[f"{name}, 0.0"]) for name in ("few", "many"))
    rival = Rival(claim="with few rehearsals, too", measured=few[0], predicted=few[1])
    yield ordered(f"exponent 0.5 beats uniform rehearsal, {s.many} a stage", *many, rival=rival)
    rival = Rival(claim=f"with {s.many}, too", measured=many[1], predicted=many[0])
    yield ordered(f"uniform rehearsal beats exponent 0.5, {s.few} a stage", few[1], few[0], rival=rival)
    rival = Rival(claim="of the last task, too", measured=measured["last"])
    claim = "the error of the worst old task grows with the exponent"
    yield monotone(claim, measured["worst"], rival=rival, direction="increasing")
    rival = Rival(claim="of the worst old task, too", measured=measured["worst"])
    yield monotone("the error of the last task falls with it", measured["last"], rival=rival)


def figure(s, measured, predicted):
    drawn, (budgets, tasks) = plots.panels(2)
    for k, a in enumerate(s.exponents):
        plots.exact_line(budgets, measured[f"budget, {a}"], k, f"exponent {a:g}", marker="o", markersize=3)
    title = f"{s.tasks} tasks, overlap {s.overlaps[0]}"
    plots.label(budgets, "rehearsals a stage", "mean error of old tasks", title)
    for k, a in enumerate(s.exponents):
        row = found(s, s.overlaps[0], a, s.few).final[0]
        plots.line(tasks, np.arange(1, s.tasks + 1), row, k, f"exponent {a:g}", marker="o", markersize=3)
    plots.label(tasks, "task, by when it was learnt", "its error at the end", f"{s.few} rehearsals a stage", log="y")
    tasks.set_ylim(top=1.0)
    return drawn


if __name__ == "__main__":
    script()
