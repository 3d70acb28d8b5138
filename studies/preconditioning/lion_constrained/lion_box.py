"""Lion's first phase: every step brings the iterate nearer to the box |x_i| <= 1/lam, for every sequence of gradients.

The distance falls at least by the factor 1 - h lam a step (decay at the old point) or 1 / (1 + h lam) (at the new
one), and by no more if all gradients push outward. Once inside, always inside: with the decay at the old point if and
only if h lam <= 1. Decay inside the gradient holds nothing. Times of the phase: from r / lam, as small steps have them.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.preconditioning import theory_lion as theory
from theorylab.models.preconditioning.kernels import Lion
from theorylab.models.preconditioning.lion import box_reach, inside_reaches, lion_entry, outside_ratios
from theorylab.numerics.streams import generator

SOURCE = Source("two phases (read); factors, boundary and times derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    runs: int
    steps: int
    dim: int = 5
    decays: tuple[float, ...] = (0.3, 1.0, 4.0)
    fine: float  # h lam of the times
    seed: int


QUICK = Setting(runs=40, steps=150, fine=2e-3, seed=1)
FULL = Setting(runs=2000, steps=400, fine=2e-4, seed=2)
TIMES = 10.0  # the start, in units of 1 / lam
ULPS = 2**12  # of lam |x_t|: 3 a step of 10 f^k + 1, times f^(t - k): below 3 (37 * 10 + 100) as f <= 0.99
FACTORS = {"explicit": 1 - 0.05, "implicit": 1 / (1 + 0.05)}  # of outward gradients, h lam = 0.05


def pushed(s, scheme):
    """lam |x_t| from 10 / lam with outward gradients, every tenth step."""
    rule = Lion(0.1, 0.5, 0.9, 0.99, scheme == "implicit")
    found = box_reach(rule, np.full((s.steps, 1), -1.0), np.array([2 * TIMES]))[::10]
    return exact(10 * np.arange(found.size), found, ulps=ULPS)


def drawn(s, values):
    return exact(np.arange(s.runs), values, ulps=ULPS, x_name="run").drawn_from("random gradients")


def leaves(product):
    """Whether a step of decay at the old point leads out of the box from its edge, h lam = product."""
    found = box_reach(Lion(product / 2, 2.0, 0.9, 0.99), np.ones((1, 1)), np.array([[0.5], [-1.0]]))
    return bool(found[-1] > 1 + 1e-12)


def measure(s):
    shape = (s.runs, s.steps, s.dim)
    kinds = {"explicit": {}, "implicit": {"implicit": True}, "coupled": {"coupled": True}}
    rows = {name: outside_ratios(generator(s.seed, 0), shape, TIMES, **kind) for name, kind in kinds.items()}
    for name, ends in (("inside", (0.01, 1.0)), ("beyond", (1.1, 1.5))):
        rows[name] = inside_reaches(generator(s.seed, 1), shape, *ends)
    times = {
        name: [lion_entry(lam, push, TIMES, s.fine) for lam in s.decays]
        for name, push in (("inward", 1.0), ("none", 0.0))
    }
    return (
        {name: drawn(s, values) for name, values in rows.items()}
        | {f"{name}, outward": pushed(s, name) for name in FACTORS}
        | {name: exact(s.decays, values, 1e-9, "lam") for name, values in times.items()}
        | {"edge": brackets([2.0], [bracket(leaves, 0.1, 3.0)], "lam")}
    )


def predict(s):
    steps, lam = 10 * np.arange(s.steps // 10 + 1), np.array(s.decays)
    return {name: exact(steps, 1 + (TIMES - 1) * factor**steps, ulps=ULPS) for name, factor in FACTORS.items()} | {
        "inward": exact(lam, theory.entry_time(TIMES, lam, 1), 1e-14, "lam"),
        "none": exact(lam, theory.entry_time(TIMES, lam, 0), 1e-14, "lam"),
    }


def checks(s, measured, predicted):
    for name, factor in (("explicit", "1 - h lam"), ("implicit", "1 / (1 + h lam)")):
        rival = Rival(claim="decay inside the gradient", measured=measured["coupled"])
        yield below(f"any gradients: a step nearer by {factor}, {name}", measured[name], 1.0, rival=rival)
        rival = Rival(claim="by the other", predicted=predicted["implicit" if name == "explicit" else "explicit"])
        yield agrees(f"outward: by {factor} exactly", measured[f"{name}, outward"], predicted[name], rival=rival)
    rival = Rival(claim="with h lam from 1.1 to 1.5, too", measured=measured["beyond"])
    yield below("explicit, h lam <= 1: once inside, inside for ever", measured["inside"], 1.0, rival=rival)
    rival = Rival(claim="h lam > 2, where decay alone diverges", predicted=2.0)
    yield threshold("explicit: a step can leave iff h lam > 1", measured["edge"], 1.0, rival=rival)
    for name, other, form in (("none", "inward", "ln(r) / lam"), ("inward", "none", "ln((r + 1) / 2) / lam")):
        rival = Rival(claim=f"as with {other}", predicted=predicted[other])
        claim = f"small steps, push {name}: in after {form}"  # within a step, and the steps' own factor
        yield agrees(claim, measured[name], predicted[name], rival=rival, within=2 * s.fine)


def figure(s, measured, predicted):
    sketch, (axes,) = plots.panels(1, width=5.5)
    for k, (push, label) in enumerate(((-1.0, "outward"), (0.0, "no gradient"), (1.0, "inward"))):
        path = box_reach(Lion(0.005, 1.0, 0.9, 0.99), np.full((800, 1), push), np.array([TIMES]))
        plots.line(axes, 0.005 * np.arange(0, 801, 8), path[::8], k, label)
        if push >= 0:
            plots.points(axes, [theory.entry_time(TIMES, 1.0, push)], [1.0], k, f"entry, {label}")
    plots.limit(axes, 1.0, "edge")
    plots.label(axes, "time h t", "λ |x|", "λ = 1, h = 0.005, from 10 / λ", log="")
    return sketch


if __name__ == "__main__":
    script()
