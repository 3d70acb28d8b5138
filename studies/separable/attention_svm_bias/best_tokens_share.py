"""Over-parameterisation helps to select the best tokens, but d >= max(T - 1, n) does not make sure of it.

Descent from W = 0 on fresh sequences of T unit tokens: the share of runs that select every sequence's best token rises
with the dimension d, and at d beyond max(T - 1, n), where a margin exists, it is still well below 1, although nearly
all runs saturate there. So conditions on scores or on the first gradient are needed, as the theorems are recalled to
have.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Finding, Rival, Source, above, ordered, plots, replicate, script
from theorylab.models.separable import attention_kernels

SOURCE = Source("abstract (over-parameterisation catalyses global convergence, recalled)", kind="recalled")
FINDING = Finding(
    kind="needs a condition",
    sentence="d >= max(T - 1, n) makes the best tokens' margin exist, not sure that descent selects them.",
    case="6 sequences of 8 unit tokens in 10 dimensions, from W = 0: about a third of runs select some other token",
    check="all best tokens are selected",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 6
    length: int = 8
    dimensions: tuple[int, ...]
    steps: int
    replicas: int
    seed: int


QUICK = Setting(dimensions=(2, 10, 20), steps=250, replicas=130, seed=1)
FULL = Setting(dimensions=(2, 4, 6, 7, 8, 10, 16, 32), steps=500, replicas=1000, seed=2)
CATALYSED = 10
"""A dimension beyond max(T - 1, n) = 7."""


def measure(s):
    dims = np.array(s.dimensions)
    runs = replicate(attention_kernels.selects_best, dims, s.count, s.length, 0.1, s.steps, x=dims, replicas=s.replicas,
                     seed=s.seed, names=("best", "saturated"), x_name="dimension")  # fmt: skip
    return {name: curve.bounded(0, 1) for name, curve in runs.items()}


def checks(s, measured, predicted):
    at = np.array(s.dimensions) == CATALYSED
    best, full = measured["best"].at(at), measured["saturated"].at(at)
    rival = Rival(claim="of runs saturate", measured=full)
    claim = f"d = {CATALYSED}: all best tokens are selected, in 80% of runs"
    yield above(claim, best, 0.8, rival=rival, declared="refuted")
    # The same replicas, of two dimensions, side by side.
    low, high = (replace(measured["best"].at([i]), x=np.zeros(1)) for i in (0, -1))
    rival = Rival(claim="more in the lowest", measured=high, predicted=low)
    claim = f"the share is larger at d = {s.dimensions[-1]} than at d = {s.dimensions[0]}"
    yield ordered(claim, low, high, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("best", "all best tokens selected"), ("saturated", "all samples a > 0.9"))):
        plots.measurement(axes, measured[name], k, label)
    axes.axvline(max(s.length - 1, s.count), color="black", linewidth=0.8)
    axes.set_ylim(-0.05, 1.25)
    plots.label(axes, "dimension d (line: max(T - 1, n))", "share of runs", f"n = {s.count}, T = {s.length}", log="x")
    return drawn


if __name__ == "__main__":
    script()
