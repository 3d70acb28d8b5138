"""Softmax collapses at a gap of p log 2, p bits of significand, plus log j if j wrong classes are summed before the
true one.

1 + e^-g rounds to 1 if and only if e^-g <= 2^-p (a tie goes to the even 1). Classes that are summed after the largest
are absorbed one by one, whatever their number; those before it have to be absorbed together. So a sample's collapse
depends on its class number, by up to log(classes - 1). Bisected in the arithmetic itself: emulated with 5 to 25 bits,
and NumPy's own types.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, bracket, brackets, exact, plots, script, stacked, threshold
from theorylab.models.separable import collapse, precision

SOURCE = Source("definition of softmax collapse (recalled); gaps derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    bits: tuple[int, ...] = (5, 8, 11, 16, 20, 24)
    classes: int
    places: tuple[int, ...]  # of the true class


QUICK = Setting(bits=(5, 8, 11, 24), classes=13, places=(0, 1, 3, 12))
FULL = Setting(bits=(5, 6, 8, 11, 13, 16, 20, 22, 24, 25), classes=113, places=(0, 1, 2, 4, 9, 20, 40, 80, 112))
NATIVE = ("float16", "float32", "float64")


def gap(softmax, how, classes, place):
    """Bracket of the gap from which the true class, number `place`, has p = 1."""

    def collapsed(g):
        logits = np.where(np.arange(classes) == place, 0.0, -g)[None]
        return bool(softmax(logits, how)[0, place] == 1.0)

    return bracket(collapsed, 0.5, 60.0, relative_width=1e-7)


def measure(s):
    two = [gap(precision.softmax, bits, 2, 0) for bits in s.bits]
    native = [gap(precision.native_softmax, kind, 2, 0) for kind in NATIVE]
    rows = [brackets(s.places, [gap(precision.softmax, bits, s.classes, place) for place in s.places], "place")
            for bits in s.bits]  # fmt: skip
    return {"bits": brackets(s.bits, two, "bits"), "place": stacked(rows),
            "native": brackets([precision.BITS[kind] for kind in NATIVE], native, "bits")}  # fmt: skip


def predict(s):
    bits, places, native = (np.array(x, dtype=float) for x in (s.bits, s.places, [precision.BITS[k] for k in NATIVE]))
    before = np.maximum(places, 1)
    slack = (before + 2) * 2.0 ** -bits[:, None]
    rows = [collapse.absorbed_gap(p, before) for p in bits]
    alone = collapse.absorbed_gap(native)
    # A native gap is itself rounded, by half a unit, and its exponential by one.
    return {"bits": exact(bits, collapse.absorbed_gap(bits), 3 * 2.0**-bits / collapse.absorbed_gap(bits), "bits"),
            "place": Curve(places, np.array(rows), True, slack, "place"),
            "native": Curve(native, alone[None], True, (alone + 3) * 2.0**-native, "bits")}  # fmt: skip


def checks(s, measured, predicted):
    for name, what in (("bits", "emulated"), ("native", "float16, float32, float64")):
        form = predicted[name]
        rival = Rival(claim="(p - 1) log 2, the spacing at 1", predicted=exact(
            form.x, collapse.absorbed_gap(form.x - 1), ulps=1, x_name="bits"))  # fmt: skip
        yield threshold(f"p = 1 from a gap of p log 2 on ({what})", measured[name], form, rival=rival)
    form = predicted["place"]
    together = np.array([collapse.absorbed_gap(p, np.full(form.x.size, s.classes - 1)) for p in s.bits])
    claim = "the j-th class collapses log j later"
    for words, values in (("log(classes - 1), whatever the order", together),
                          ("p log 2, whatever the order", np.tile(form.samples[:, :1], form.x.size))):  # fmt: skip
        rival = Rival(claim=words, predicted=exact(form.x, values, ulps=1, x_name="place"))
        yield threshold(claim, measured["place"], form, rival=rival)


def figure(s, measured, predicted):
    drawn, (formats, places) = plots.panels(2)
    plots.points(formats, s.bits, measured["bits"].mean, 0, "emulated")
    plots.points(formats, measured["native"].x, measured["native"].mean, 1, "NumPy's float16, 32, 64")
    line = np.array([4.0, 54.0])
    plots.guide(formats, line, collapse.absorbed_gap(line), "p log 2")
    plots.label(formats, "bits p of the significand", "gap of logits at collapse", "two classes", log="")
    for k, bits in enumerate((8, 11, 24)):
        row = s.bits.index(bits)
        plots.points(places, s.places, measured["place"].samples[row], k, f"p = {bits}")
        plots.guide(places, s.places, predicted["place"].samples[row], "" if k else "p log 2 + log j")
    places.set_ylim(0, 33)
    plots.label(
        places, "place j of the true class in the sum", "gap of logits at collapse", f"{s.classes} classes", log=""
    )
    return drawn


if __name__ == "__main__":
    script()
