"""Rehearsal by a power law of age beats rehearsal of all old tasks alike only for shallow exponents.

Mean error of the old tasks after twelve, 30 rehearsals in each stage. Exponents up to 0.75 beat the uniform choice at
every overlap; an exponent of 1 at one of three; from 1.5 on the power law loses everywhere, by 1.3 to 21 times.
Exponential forgetting is worse still. Any of these is better than no rehearsal, and more of it is better, but for
rehearsal of the newest old task alone.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.regression import rehearsal
from theorylab.models.regression.rehearsal import Plan

SOURCE = Source("abstract (comparable or superior to other rehearsals, read); linear tasks of ours", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence="Rehearsal by a power law of age interferes less than uniform rehearsal only for shallow exponents.",
    case=(
        "12 tasks, overlap 0.3, 30 rehearsals a stage: mean error of old tasks 0.0028 uniform, 0.0021 at exponent 0.5, "
        "0.0041 at 1, 0.023 at 2"
    ),
    check="steep power laws beat uniform rehearsal",
)
ROUNDING = 1e-11
"""Some 1000 steps that shrink what they are given, a few units each."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    overlaps: tuple[float, ...] = (0.3, 0.6, 0.9)
    shallow: tuple[float, ...] = (0.25, 0.5, 0.75)
    steep: tuple[float, ...] = (1.5, 2.0, 3.0)
    tasks: int = 12
    rehearsals: tuple[int, int] = (5, 30)
    simulated: tuple[float, float] = (0.6, 1.0)  # overlap, exponent
    curve: tuple[float, ...]  # exponents of the figure
    replicas: int
    seed: int


QUICK = Setting(curve=(0.0, 2.0), replicas=4000, seed=1)
FULL = Setting(curve=tuple(np.linspace(0, 3, 25).tolist()), replicas=40_000, seed=2)


def errors(s, exponents, count, exponential=False):
    """Mean error of old tasks, (exponents, overlaps)."""
    a, c = (each.ravel() for each in np.meshgrid(exponents, s.overlaps, indexing="ij"))
    found = rehearsal.exact_errors(Plan(s.tasks, rehearsals=count), c, a, exponential=exponential)
    return exact(s.overlaps, found.old.reshape(len(exponents), -1), ROUNDING, "overlap")


def measure(s):
    few, many = s.rehearsals
    found = rehearsal.simulate(Plan(s.tasks, rehearsals=few), *s.simulated, replicas=s.replicas, seed=s.seed)
    at = {"many": [1.0], "newest, many": [np.inf], "power 2": [2.0], "power 3": [3.0], "shallow": s.shallow,
          "steep": s.steep}  # fmt: skip
    rows, row = errors(s, [a for group in at.values() for a in group], many), 0
    curves = {"paths": found, "none": errors(s, [0.0], 0), "exponential": errors(s, [1.0], many, exponential=True)}
    for name, group in at.items():
        curves[name] = exact(s.overlaps, rows.samples[row : row + len(group)], ROUNDING, "overlap")
        row += len(group)
    less, along = errors(s, [1.0, np.inf], few), errors(s, s.curve, many)
    curves |= {"few": exact(s.overlaps, less.samples[:1], ROUNDING, "overlap"),
               "newest, few": exact(s.overlaps, less.samples[1:], ROUNDING, "overlap")}  # fmt: skip
    for k, c in enumerate(s.overlaps):
        curves[f"curve, {c}"] = exact(s.curve, along.samples[:, k], ROUNDING, "exponent")
    return curves


def predict(s):
    (few, many), (c, a) = s.rehearsals, s.simulated
    task, plan = np.arange(s.tasks), Plan(s.tasks, rehearsals=few)
    rows = {"paths": rehearsal.exact_errors(plan, c, a), "paths, uniform": rehearsal.exact_errors(plan, c, 0.0)}
    curves = {name: exact(task, found.final, ROUNDING, "task") for name, found in rows.items()}
    uniform = np.tile(errors(s, [0.0], many).samples, (len(s.shallow), 1))
    return curves | {"uniform": exact(s.overlaps, uniform, ROUNDING, "overlap")}


def checks(s, measured, predicted):
    uniform = predicted["uniform"]
    rival = Rival(claim="of uniform rehearsal", predicted=predicted["paths, uniform"])
    yield agrees("errors of simulated tasks, exponent 1, few rehearsals", measured["paths"],
        predicted["paths"], rival=rival)  # fmt: skip
    rival = Rival(claim="rehearsal of the newest old task alone, too", measured=measured["newest, many"],
                  predicted=measured["newest, few"])  # fmt: skip
    yield ordered("more rehearsals leave less error, exponent 1", measured["many"], measured["few"], rival=rival)
    rival = Rival(claim="than many of the newest old task", measured=measured["newest, many"],
                  predicted=measured["few"])  # fmt: skip
    yield ordered("few rehearsals are better than none", measured["few"], measured["none"], rival=rival)
    rival = Rival(claim=f"exponents of {s.steep}, too", measured=measured["steep"], predicted=uniform)
    claim = f"power laws with exponents of {s.shallow} beat uniform rehearsal"
    yield ordered(claim, measured["shallow"], uniform, rival=rival)
    rival = Rival(claim="shallow ones do", measured=measured["shallow"], predicted=uniform)
    claim = f"steep power laws beat uniform rehearsal, exponents of {s.steep}"
    yield ordered(claim, measured["steep"], uniform, rival=rival, declared="refuted")
    rival = Rival(claim="with 3, too", measured=measured["power 3"], predicted=measured["exponential"])
    claim = "a power law with exponent 2 beats exponential forgetting"
    yield ordered(claim, measured["power 2"], measured["exponential"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2)
    for k, c in enumerate(s.overlaps):
        curve = measured[f"curve, {c}"]
        plots.exact_line(axes, curve, k, f"overlap {c}")
        best = int(curve.mean.argmin())
        plots.points(axes, [curve.x[best]], [curve.mean[best]], k, "" if k else "least error", markersize=7)
        plots.limit(axes, curve.mean[0], "" if k else "uniform rehearsal")
    text = f"{s.tasks} tasks, {s.rehearsals[1]} rehearsals a stage"
    plots.label(axes, "exponent of the power law of age", "mean error of old tasks", text, log="y")
    axes.set_ylim(top=0.8)
    return drawn


if __name__ == "__main__":
    script()
