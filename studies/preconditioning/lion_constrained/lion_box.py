"""Lion's first phase: every step brings the iterate nearer to the box |x_i| <= 1/lam, for every sequence of gradients.

The distance falls at least by the factor 1 - h lam a step (decay at the old point) or 1 / (1 + h lam) (at the new
one), and by no more if all gradients push outward. Once inside, always inside: with the decay at the old point if and
only if h lam <= 1. Decay that is added to the gradient, as in Adam with an l2 penalty, holds nothing. From r / lam
small steps enter after ln(r) / lam with no gradient and after ln((r + 1) / 2) / lam with one that pushes inward.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.preconditioning import theory_lion as theory
from theorylab.models.preconditioning.kernels import Lion
from theorylab.models.preconditioning.lion import box_reach
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
SCHEMES = {"explicit": False, "implicit": True}


def pushed(s, implicit):
    """lam |x_t| from 10 / lam with outward gradients, every tenth step."""
    found = box_reach(Lion(0.1, 0.5, 0.9, 0.99, implicit), np.full((s.steps, 1), -1.0), np.array([2 * TIMES]))[::10]
    return exact(10 * np.arange(found.size), found, ulps=ULPS)


def contractions(s, **scheme):
    """Largest lam |x_t|_inf from 10 / lam over that allowed, of each run: noise, and a quadratic of either sign."""
    draws, worst = generator(s.seed, 0), []
    for _ in range(s.runs):
        lam, product, slope = draws.uniform(0.2, 4.0), draws.uniform(0.01, 0.05), draws.standard_normal()
        rule = Lion(product / lam, lam, *draws.uniform(0.0, 0.99, 2), **scheme)
        noise = 10 ** draws.uniform(-2, 2) * (draws.standard_cauchy((s.steps, s.dim)) + 3 * draws.standard_normal())
        factor = 1 / (1 + product) if rule.implicit else 1 - product
        found = box_reach(rule, noise, np.full(s.dim, TIMES / lam), slope * 10 ** draws.uniform(-2, 2))
        worst.append((found / (1 + (TIMES - 1) * factor ** np.arange(s.steps + 1))).max())
    return exact(np.arange(s.runs), worst, ulps=ULPS, x_name="run").drawn_from("random gradients")


def inside(s, low, high):
    """Largest lam |x_i| of runs that start in the box, decay at the old point, h lam between low and high."""
    draws, largest = generator(s.seed, 1), []
    for _ in range(s.runs):
        lam = draws.uniform(0.2, 4.0)
        rule = Lion(draws.uniform(low, high) / lam, lam, *draws.uniform(0.0, 0.99, 2))
        start = np.array([draws.uniform(-1, 1, s.dim) / lam, draws.standard_normal(s.dim)])
        noise = draws.standard_cauchy((s.steps, s.dim))
        largest.append(box_reach(rule, noise, start).max())
    return exact(np.arange(s.runs), largest, ulps=ULPS, x_name="run").drawn_from("random gradients")


def leaves(product):
    """Whether a step of decay at the old point leads out of the box from its edge, h lam = product."""
    found = box_reach(Lion(product / 2, 2.0, 0.9, 0.99), np.ones((1, 1)), np.array([[0.5], [-1.0]]))
    return bool(found[-1] > 1 + 1e-12)


def entry(s, lam, push):
    """Time at which small steps with gradient `push` are in the box."""
    h = s.fine / lam
    found = box_reach(Lion(h, lam, 0.9, 0.99), np.full((int(3 / s.fine), 1), push), np.array([TIMES / lam]))
    return h * float(np.argmax(found <= 1))


def measure(s):
    times = {name: [entry(s, lam, push) for lam in s.decays] for name, push in (("inward", 1.0), ("none", 0.0))}
    return (
        {name: contractions(s, implicit=implicit) for name, implicit in SCHEMES.items()}
        | {f"{name}, outward": pushed(s, implicit) for name, implicit in SCHEMES.items()}
        | {name: exact(s.decays, values, 1e-9, "lam") for name, values in times.items()}
        | {"inside": inside(s, 0.01, 1.0), "beyond": inside(s, 1.1, 1.5)}
        | {"coupled": contractions(s, coupled=True), "edge": brackets([2.0], [bracket(leaves, 0.1, 3.0)], "lam")}
    )


def predict(s):
    steps, lam = 10 * np.arange(s.steps // 10 + 1), np.array(s.decays)
    factors = {"explicit": 1 - 0.05, "implicit": 1 / (1 + 0.05)}
    return {name: exact(steps, 1 + (TIMES - 1) * factor**steps, ulps=ULPS) for name, factor in factors.items()} | {
        "inward": exact(lam, theory.entry_time(TIMES, lam, 1), 1e-14, "lam"),
        "none": exact(lam, theory.entry_time(TIMES, lam, 0), 1e-14, "lam"),
        "edge": exact([2.0], [1.0], ulps=4, x_name="lam"),
        "two": exact([2.0], [2.0], ulps=4, x_name="lam"),
    }


def checks(s, measured, predicted):
    factors = {"explicit": "1 - h lam", "implicit": "1 / (1 + h lam)"}
    for name, factor in factors.items():
        rival = Rival(claim="decay inside the gradient", measured=measured["coupled"])
        yield below(f"any gradients: a step nearer by {factor}, {name}", measured[name], 1.0, rival=rival)
        other = predicted["implicit" if name == "explicit" else "explicit"]
        rival = Rival(claim="by the other factor", predicted=other)
        yield agrees(f"outward: by {factor} exactly", measured[f"{name}, outward"], predicted[name], rival=rival)
    rival = Rival(claim="with h lam from 1.1 to 1.5, too", measured=measured["beyond"])
    yield below("explicit, h lam <= 1: once inside, inside for ever", measured["inside"], 1.0, rival=rival)
    rival = Rival(claim="h lam > 2, where decay alone diverges", predicted=predicted["two"])
    claim = "explicit: a step can leave the box if and only if h lam > 1"
    yield threshold(claim, measured["edge"], predicted["edge"], rival=rival)
    for name, other in (("none", "inward"), ("inward", "none")):
        rival = Rival(claim=f"as with {other}", predicted=predicted[other])
        form = "ln(r) / lam" if name == "none" else "ln((r + 1) / 2) / lam"
        claim, off = f"small steps, push {name}: in after {form}", 2 * s.fine  # a step, and the steps' own factor
        yield agrees(claim, measured[name], predicted[name], rival=rival, within=off)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    lam, h = 1.0, 0.005
    for k, (push, label) in enumerate(((-1.0, "outward"), (0.0, "no gradient"), (1.0, "inward"))):
        path = box_reach(Lion(h, lam, 0.9, 0.99), np.full((800, 1), push), np.array([TIMES]))
        plots.line(axes, h * np.arange(0, 801, 8), path[::8], k, label)
        if push >= 0:
            plots.points(axes, [theory.entry_time(TIMES, lam, push)], [1.0], k, f"entry, {label}")
    plots.limit(axes, 1.0, "edge of the box")
    plots.label(axes, "time h t", "λ |x|", f"λ = 1, h = {h:g}, from 10 / λ", log="")
    return drawn


if __name__ == "__main__":
    script()
