"""StableMax postpones collapse and does not exclude it: 1 - p falls as 1/z^2, and is lost at z = 2^(p/2) sqrt(K - 1).

With logits z and -z for K - 1 wrong classes 1 - p = (K-1)/((1+z)^2 + K - 1): a power law where softmax has e^-2z. In p
bits the wrong terms are absorbed from 1 + z = max(2^e, (K-1) 2^(p-e)) on, e the first binade in which they can be; in
float32 with K = 4 at z = 8191, in float64 at 1.5e8. StableMax is softmax of sign(z) log(1 + |z|).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Finding, Power, Rival, Source, agrees, bracket, brackets, decays_as, exact, plots, script
from theorylab.models.separable import collapse, precision
from theorylab.numerics.streams import generator

SOURCE = Source("StableMax (authors' code, read); tail and collapse derived here", kind="read")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence="StableMax avoids softmax collapse at the sizes of logits that a run reaches, not at every size.",
    case="four classes, float32: p = 1 from logits (8191, -8191, -8191, -8191) on",
    check="StableMax never collapses",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    wrong: tuple[int, ...] = (1, 3, 9)
    bits: tuple[int, ...]
    draws: int
    seed: int


QUICK = Setting(bits=(8, 11, 24), draws=50, seed=1)
FULL = Setting(wrong=(1, 2, 3, 4, 9, 22, 112), bits=(8, 9, 10, 11, 12, 16, 23, 24, 53), draws=2000, seed=2)
SIZES = np.geomspace(1.0, 1e6, 40)


def logits(size, wrong):
    """The true class last: wrong terms are summed first."""
    return np.append(np.full(wrong, -size), size)[None]


def size_at_collapse(bits, wrong):
    """Bracket of 1 + z from which p = 1."""
    return bracket(lambda x: bool(precision.stablemax(logits(x - 1, wrong), bits)[0, -1] == 1), 1.5, 1e10,
                   relative_width=1e-9)  # fmt: skip


def log_logits(s, odd=True):
    """Random logits, and softmax of their logarithmic images; without their sign for odd=False."""
    z = 30 * generator(s.seed).standard_normal((s.draws, 5))
    image = np.log1p(np.abs(z)) * (np.sign(z) if odd else 1.0)
    return z, precision.softmax(image, 53)


def measure(s):
    deficit = [1 - precision.stablemax(logits(z, s.wrong[-1]))[0, -1] for z in SIZES]
    found = [[size_at_collapse(bits, wrong) for wrong in s.wrong] for bits in s.bits]
    x = np.arange(len(s.bits) * len(s.wrong))
    z, _ = log_logits(s)
    return {"deficit": Curve(1 + SIZES, np.array([deficit]), True, np.array(2.0**-52), "1 + z"),
            "collapse": brackets(x, np.array(found).reshape(-1, 2)),
            "p at the limit": exact(s.bits, [precision.stablemax(logits(2.0**p, 3), p)[0, -1] for p in s.bits],
                                    ulps=0, x_name="bits"),
            "StableMax": exact(range(5), precision.stablemax(z), 2.0**-48, "class").drawn_from("logits")}  # fmt: skip


def predict(s):
    x, pairs = np.arange(len(s.bits) * len(s.wrong)), [(p, k) for p in s.bits for k in s.wrong]
    slack = [(k + 3) * 2.0**-p for p, k in pairs]
    forms = {"collapse": [collapse.stablemax_collapse(*pair) for pair in pairs],
             "no binades": [(k * 2.0**p) ** 0.5 for p, k in pairs]}  # fmt: skip
    curves = {name: exact(x, values, slack, "setting") for name, values in forms.items()}
    for name, odd in (("StableMax", True), ("even", False)):
        curves[name] = exact(np.arange(5), log_logits(s, odd)[1], ulps=256, x_name="class")
    form = collapse.stablemax_deficit(SIZES, s.wrong[-1])
    return curves | {"deficit": exact(1 + SIZES, form, ulps=8, x_name="1 + z")}


def checks(s, measured, predicted):
    rival = Rival(claim="without the K - 1 below the fraction", predicted=exact(
        1 + SIZES, s.wrong[-1] / (1 + SIZES) ** 2, ulps=4, x_name="1 + z"))  # fmt: skip
    yield agrees("1 - p = (K-1)/((1+z)^2 + K - 1)", measured["deficit"], predicted["deficit"], rival=rival)
    far = measured["deficit"].at(SIZES > 30)
    yield decays_as("1 - p falls as (1+z)^-2", far, Power(-2), rival=Rival(claim="as 1/(1+z)", predicted=Power(-1)))
    rival = Rival(claim="sqrt(K - 1) 2^(p/2), without binades", predicted=predicted["no binades"])
    claim = "p = 1 from 1 + z = max(2^e, (K-1) 2^(p-e))"
    yield agrees(claim, measured["collapse"], predicted["collapse"], rival=rival)
    below_one = exact(s.bits, 1 - 2.0 ** -np.array(s.bits, dtype=float), ulps=0, x_name="bits")
    rival = Rival(claim="p = 1 at z = 2^p, four classes", predicted=1.0)
    claim = "StableMax never collapses"
    yield agrees(claim, measured["p at the limit"], below_one, rival=rival, declared="refuted")
    rival = Rival(claim="of log(1 + |z|)", predicted=predicted["even"])
    yield agrees("softmax of sign(z) log(1 + |z|)", measured["StableMax"], predicted["StableMax"], rival=rival)


def figure(s, measured, predicted):
    drawn, (tail, edge) = plots.panels(2)
    plots.points(tail, 1 + SIZES, measured["deficit"].mean, 0, "StableMax")
    plots.guide(tail, 1 + SIZES, predicted["deficit"].mean, "(K-1)/((1+z)² + K - 1)")
    fine = np.linspace(1, 18, 40)
    plots.line(tail, 1 + fine, s.wrong[-1] * np.exp(-2 * fine), 1, "softmax, (K-1) exp(-2z)")
    tail.set_ylim(1e-16, 3)
    plots.label(tail, "1 + z", "1 - p", f"K = {s.wrong[-1] + 1}, float64")
    for k, wrong in enumerate(s.wrong[:5]):
        mine = slice(k, None, len(s.wrong))
        plots.points(edge, s.bits, measured["collapse"].at(mine).mean, k, f"K = {wrong + 1}")
        plots.guide(edge, s.bits, predicted["collapse"].at(mine).mean, "" if k else "closed form")
    plots.label(edge, "bits p of the significand", "1 + z at collapse", "bisected", log="y")
    return drawn


if __name__ == "__main__":
    script()
