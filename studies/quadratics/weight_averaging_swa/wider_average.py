"""The average is flatter than the last iterate where the valley is flattest at its centre, and sharper elsewhere.

f = (h + k y^2) x^2 / 2 + m y^2 / 2 has trace h + m + k (x^2 + y^2) of its Hessian. At rest the mean of n iterates is
nearer to the centre than the last one: it is flatter for k > 0, by k times what averaging takes from the variances of
x and y (each at the curvature that the other gives it on average), and sharper for k < 0, though its loss falls. On
average: single runs differ. So that averages are wider is a statement about valleys, not about averaging.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Finding, Rival, Source, agrees, below, exact, ordered, plots, script
from theorylab.models.quadratics import simulation
from theorylab.models.quadratics.kernels import Coupled
from theorylab.models.quadratics.theory import averaging, valleys

SOURCE = Source("title and abstract (averages are flatter, read); valleys and gains derived here", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "The mean of iterates at rest is flatter than the last one where the Hessian grows away from the centre of the "
        "valley; where it shrinks the mean is sharper."
    ),
    case=(
        "f = (h + k y^2) x^2 / 2 + m y^2 / 2, m = 0.2, step size 0.1, noise 0.5: trace at the last iterate and at the "
        "mean of 1000 1.46 and 1.22 (h = 1, k = 4), 3.165 and 3.197 (h = 3, k = -0.5)"
    ),
    check="k < 0",
)
VALLEYS = {"k > 0": Coupled(1.0, 0.2, 4.0, 0.5, 0.5, 0.0, 0.0), "k < 0": Coupled(3.0, 0.2, -0.5, 0.5, 0.5, 0.0, 0.0)}


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.1
    counts: tuple[int, ...] = (10, 100, 1000)
    within: float = 0.12  # of the predicted gain
    replicas: int
    seed: int


QUICK = Setting(replicas=3000, seed=1)
FULL = Setting(counts=(3, 10, 30, 100, 300, 1000), replicas=30_000, seed=2)


def measure(s):
    curves = {}
    for name, valley in VALLEYS.items():
        burn_in = int(12 / (s.step_size * valley.along))
        run = simulation.coupled(valley, s.step_size, burn_in, s.counts, replicas=s.replicas, seed=s.seed)
        for place in ("last", "average"):
            squares, curves[f"{name}, loss {place}"] = run[f"x^2 {place}"], run[f"f {place}"]
            spread = valley.coupling * (squares.samples + run[f"y^2 {place}"].samples)
            curves[f"{name}, {place}"] = replace(squares, samples=valley.across + valley.along + spread)
        gain = curves[f"{name}, last"].samples - curves[f"{name}, average"].samples
        curves[f"{name}, gain"] = replace(run["f last"], samples=gain)
    flatter = (curves["k > 0, gain"].samples > 0).astype(float)
    return curves | {"flatter": replace(curves["k > 0, gain"], samples=flatter).bounded(0.0, 1.0).at([0])}


def predict(s):
    """Gains by averaging: k times (variance - variance of the mean), of x and y, at consistent curvatures."""
    n, curves = np.array(s.counts, dtype=float), {}
    for name, valley in VALLEYS.items():
        shape = valley.across, valley.along, valley.coupling, valley.noise_x
        c_x, c_y, v_x, v_y = valleys.coupled_variances(s.step_size, *shape)
        left = sum(averaging.average_variance(v, 1 - s.step_size * c, n) for c, v in ((c_x, v_x), (c_y, v_y)))
        for what, rest in (("gain", left), ("all", 0 * n)):
            gain = valley.coupling * (v_x + v_y - rest)
            curves[f"{name}, {what}"] = exact(s.counts, gain, ulps=2**20, x_name="points averaged")
    return curves


def checks(s, measured, predicted):
    sharper = {"measured": measured["k < 0, average"], "predicted": measured["k < 0, last"]}
    rival, claim = Rival(claim="k < 0, too", **sharper), "the average is flatter than the last iterate, k > 0"
    yield ordered(claim, measured["k > 0, average"], measured["k > 0, last"], rival=rival)
    for name in VALLEYS:
        rival = Rival(claim="the average is at the centre at once", predicted=predicted[f"{name}, all"])
        claim = f"gain in trace by averaging n iterates, {name}"
        yield agrees(claim, measured[f"{name}, gain"], predicted[f"{name}, gain"], rival=rival, within=s.within)
    rival, claim = Rival(claim="its trace, too", **sharper), "its loss is below that of the last iterate, k < 0"
    yield ordered(claim, measured["k < 0, loss average"], measured["k < 0, loss last"], rival=rival)
    rival, claim = (
        Rival(claim="in at most half", predicted=0.5),
        "flatter in at most 3 of 4 single runs, fewest iterates",
    )
    yield below(claim, measured["flatter"], 0.75, rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    for axes, (name, valley) in zip(panels, VALLEYS.items(), strict=True):
        for k, (place, text) in enumerate((("last", "last iterate"), ("average", "mean of n"))):
            plots.measurement(axes, measured[f"{name}, {place}"], k, text)
        last = measured[f"{name}, last"].mean.mean()
        plots.guide(axes, s.counts, last - predicted[f"{name}, gain"].mean, "last - predicted gain")
        axes.axhline(valley.across + valley.along, color="black", linewidth=0.8)
        plots.label(axes, "iterates n", "trace of the Hessian", f"at rest, k = {valley.coupling:g}", log="x")
        (low, high), side = axes.get_ylim(), valley.coupling > 0
        axes.set_ylim(low - 0.35 * (high - low) * side, high + 0.35 * (high - low) * (1 - side))
    return drawn


if __name__ == "__main__":
    script()
