"""While SGD still drifts to flatter places, the average lags behind and is sharper than the last iterate.

f = (h + k y^2) x^2 / 2 with noise in x alone: all points with x = 0 are minima, and SGD slides to small y by itself,
dy ~ -eta k y E x^2. The mean since the start is nearer to the start: sharper, in every run, with the k > 0 that makes
averages flatter where SGD is at rest (m y^2 / 2 added, noise in both). So averaging has to begin after the drift.
"""

from dataclasses import dataclass, replace

from theorylab import Finding, Rival, Source, below, ordered, plots, script
from theorylab.models.quadratics import simulation
from theorylab.models.quadratics.kernels import Coupled

SOURCE = Source("title and abstract (averages are flatter, read); the valley is of ours", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence="The mean of iterates is flatter than the last one only after SGD has stopped drifting to flatter places.",
    case="f = (1 + 4 y^2) x^2 / 2, noise 0.5, step 0.1, from y = 1: curvature after 300 steps 2.4, at the mean 3.6",
    check="while SGD drifts",
)
DRIFT, REST = Coupled(1.0, 0.0, 4.0, 0.5, 0.0, 0.0, 1.0), Coupled(1.0, 0.2, 4.0, 0.5, 0.5, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.1
    counts: tuple[int, ...] = (300, 1000, 3000)
    replicas: int
    seed: int


QUICK = Setting(replicas=300, seed=1)
FULL = Setting(counts=(30, 100, 300, 1000, 3000), replicas=5000, seed=2)


def curvatures(s, valley, burn_in):
    """Curvature h + k y^2 in x, at the last iterate and at the mean since the burn-in."""
    run = simulation.coupled(valley, s.step_size, burn_in, s.counts, replicas=s.replicas, seed=s.seed)
    return {place: replace(run[f"y^2 {place}"], samples=valley.across + valley.coupling * run[f"y^2 {place}"].samples)
            for place in ("last", "average")}  # fmt: skip


def measure(s):
    runs = {"drift": curvatures(s, DRIFT, 0), "rest": curvatures(s, REST, int(12 / (s.step_size * REST.along)))}
    curves = {f"{name}, {place}": curve for name, run in runs.items() for place, curve in run.items()}
    for name in runs:
        flatter = (curves[f"{name}, average"].samples < curves[f"{name}, last"].samples).astype(float)
        curves[f"{name}, flatter"] = replace(curves[f"{name}, last"], samples=flatter).bounded(0.0, 1.0)
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="at rest, too", measured=measured["rest, last"], predicted=measured["rest, average"])
    claim = "while SGD drifts the average is sharper than the last iterate"
    yield ordered(claim, measured["drift, last"], measured["drift, average"], rival=rival)
    rival = Rival(claim="at rest, too", measured=measured["rest, flatter"])
    yield below("... in all but 1 of 10 runs", measured["drift, flatter"], 0.1, rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    for axes, (name, text) in zip(panels, (("drift", "drifting along minima"), ("rest", "at rest")), strict=True):
        for k, (place, words) in enumerate((("last", "last iterate"), ("average", "mean of n iterates"))):
            plots.measurement(axes, measured[f"{name}, {place}"], k, words)
        plots.label(axes, "iterates n", "curvature in x", f"{text}, k = {DRIFT.coupling:g}", log="x")
    return drawn


if __name__ == "__main__":
    script()
