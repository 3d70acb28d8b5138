"""Near collapse the true class's gradient is a multiple of 2^-p; at collapse it is 0, and only the wrong classes move.

The exact gradient p - e_y sums to 0 over the classes. In floating point its true entry, p_y - 1, lies on the spacing of
floats below 1: its error is up to 1.5 units of 2^-p, not relative to the entry, which is e^-g. So the share of the
gradient that no longer cancels, |sum of entries| / sum of sizes, rises to 1 at a gap of p log 2 and stays there, while
wrong logits are still pushed down until they underflow, in float32 at 150 log 2 = 103.97.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.separable import collapse, precision

SOURCE = Source("definition of softmax collapse (recalled); errors derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    bits: int = 24
    gaps: int
    beyond: float = 30.0  # how far past collapse


QUICK = Setting(gaps=400)
FULL = Setting(gaps=20_000)
NATIVE = ("float16", "float32", "float64")
LEAST = {kind: (precision.BITS[kind], precision.LEAST_EXPONENT[kind]) for kind in NATIVE}


def grid(s):
    """Gaps before collapse, from 1 on where roundings of the terms are small, and gaps past it."""
    edge = float(collapse.absorbed_gap(s.bits))
    return np.linspace(1.0, edge * (1 - 1e-6), s.gaps), np.linspace(edge * (1 + 1e-6), edge + s.beyond, s.gaps)


def entries(s, gaps):
    """Gradient of the true logit and of the wrong one, (gaps, 2)."""
    logits = np.stack([np.zeros(gaps.size), -gaps], axis=1)
    return precision.softmax(logits, s.bits) - np.array([1.0, 0.0])


def last_push(kind):
    """Bracket of the gap at which the wrong class's probability becomes 0."""
    return bracket(lambda g: bool(precision.native_softmax([[0.0, -g]], kind)[0, 1] == 0), 0.5, 2000.0)


def measure(s):
    early, late = grid(s)
    before, after = entries(s, early), entries(s, late)
    true = -np.exp(-early) / (1 + np.exp(-early))
    share = np.abs(after.sum(axis=1)) / np.abs(after).sum(axis=1)
    units = np.abs(before[:, 0] - true) * 2.0**s.bits
    kept = np.abs(before.sum(axis=1)) / np.abs(before).sum(axis=1)
    fractions = before.T * 2.0**s.bits % 1.0  # of the unit 2^-p
    return {
        "error": exact(early, units, ulps=4, x_name="gap"),
        "on the spacing": exact(early, fractions[0], ulps=0, x_name="gap"),
        "wrong entry": exact(early, fractions[1], ulps=0, x_name="gap"),
        "share": exact(late, share, ulps=4, x_name="gap"),
        "share, before": exact(early, kept, ulps=4, x_name="gap"),
        "underflow": brackets([bits for bits, _ in LEAST.values()], [last_push(k) for k in NATIVE], "bits"),
    }


def predict(s):
    early, late = grid(s)
    bits, least = np.array(list(LEAST.values()), dtype=float).T
    gap = collapse.vanishing_gap(bits, least)
    relative = 16 * np.exp(-early) / (1 + np.exp(-early))  # 16 units 2^-p of the entry itself
    return {"relative": exact(early, relative, ulps=4, x_name="gap"),
            "share": exact(late, np.ones(late.size), ulps=0, x_name="gap"),
            "underflow": Curve(bits, gap[None], True, (gap + 3) * 2.0 ** (1 - bits), "bits"),
            "normal": exact(bits, np.log(2) * (1 - least), 1e-3, "bits")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="within 16 units of its own last place", predicted=predicted["relative"])
    yield below("true entry: error <= 2 units 2^-p", measured["error"], 2.0, rival=rival)
    rival = Rival(claim="the wrong class's too", measured=measured["wrong entry"])
    yield agrees("true entry: a multiple of 2^-p", measured["on the spacing"], 0.0, rival=rival)
    rival = Rival(claim="0, as before collapse", predicted=0.0)
    yield agrees("past collapse nothing of the gradient cancels", measured["share"], predicted["share"], rival=rival)
    rival = Rival(claim="at the least normal float", predicted=predicted["normal"])
    yield threshold(
        "wrong classes move until e^-g underflows", measured["underflow"], predicted["underflow"], rival=rival
    )


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    pick = slice(None, None, max(1, s.gaps // 300))
    early, late = measured["error"].at(pick), measured["share"].at(pick)
    true = np.exp(-early.x) / (1 + np.exp(-early.x))
    plots.line(axes, early.x, np.maximum(early.mean * 2.0**-s.bits / true, 1e-9), 0, "relative error of the true entry")
    share = np.append(measured["share, before"].at(pick).mean, late.mean)
    plots.line(axes, np.append(early.x, late.x), np.maximum(share, 1e-9), 1, "share that does not cancel")
    plots.guide(axes, early.x, 2.0**-s.bits * 2 / true, "2 units 2⁻ᵖ of 1")
    axes.axvline(float(collapse.absorbed_gap(s.bits)), color="black", linewidth=0.8)
    axes.annotate("p log 2", (float(collapse.absorbed_gap(s.bits)), 3e-9), fontsize=8)
    plots.label(axes, "gap of logits g", "relative error, share", f"two classes, {s.bits} bits", log="y")
    return drawn


if __name__ == "__main__":
    script()
