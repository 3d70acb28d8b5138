"""AdaHessian's average converges to the norms of the Hessian's rows, not to its diagonal: squares keep the noise.

E (z_i (H z)_i)^2 = H_ii^2 + sum_{j != i} H_ij^2. Averaging squares over time is unbiased for that from the first step
on, debiased; the noise of the probes is not averaged away but added. With decay b2 it fluctuates about the row norms
with (1 - b2) / (1 + b2) times the variance 4 H_ii^2 S + 2 S^2 - 2 Q of a square. Runs are of the reference step.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, exact, plots, replicate, script
from theorylab.models.preconditioning import probes, theory_curvature
from theorylab.models.preconditioning.optimisers import adahessian

SOURCE = Source("abstract (a root-mean-square average smooths the diagonal; read); limit derived here", kind="read")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "Root-mean-square averages of Hutchinson's probes do get smooth, but about the norms of the Hessian's rows, "
        "not about its diagonal: time does not average the probes' noise away."
    ),
    case="d = 8, diagonal 1 to 2, 0.3 off it: second moments 1.63 at H_ii^2 = 1, from the first step on",
    check="the average of squares: H_ii^2",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 8
    correlation: float = 0.3
    steps: tuple[int, ...]
    replicas: int
    seed: int


QUICK = Setting(steps=(1, 10, 100), replicas=3000, seed=1)
FULL = Setting(steps=(1, 10, 100, 1000, 10_000), replicas=4000, seed=2)
METHOD = adahessian.Method()


def hessian(s):
    """1 to 2 on the diagonal and a constant off it."""
    return np.diag(np.linspace(1.0, 2.0, s.dim) - s.correlation) + s.correlation


def places(s):
    """An index for each of (steps, d)."""
    return np.arange(len(s.steps) * s.dim)


def measure(s):
    x = np.arange(2 * places(s).size)
    drawn = replicate(probes.averaged_probes, METHOD, hessian(s), np.array(s.steps, float), x=x, replicas=s.replicas,
                      seed=s.seed, x_name="step and entry", rounding=1e-11)  # fmt: skip
    return {"second": drawn.at(places(s)), "square": drawn.at(places(s) + places(s).size)}


def predict(s):
    h, t, x = hessian(s), np.array(s.steps)[:, None], places(s)
    norms = theory_curvature.row_norms(h)
    spread = theory_curvature.debiased_variance(METHOD.second_decay, t) * theory_curvature.squared_probe_variance(h)
    square, steps = (norms**4 + spread).ravel(), len(s.steps)
    return {
        "row norm": exact(x, np.tile(norms**2, steps), 1e-13, "step and entry"),
        "diagonal": exact(x, np.tile(np.diag(h) ** 2, steps), 1e-13, "step and entry"),
        "square": exact(x + x.size, square, 1e-12, "step and entry"),
        "no spread": exact(x + x.size, np.tile(norms**4, steps), 1e-12, "step and entry"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="H_ii^2 and the squares of the rest of the row", predicted=predicted["row norm"])
    claim = "the average of squares: H_ii^2"
    yield agrees(claim, measured["second"], predicted["diagonal"], rival=rival, declared="refuted")
    rival = Rival(claim="as if the average stood still", predicted=predicted["no spread"])
    claim = "its fluctuation: that of a squared probe, as averages have it"
    yield agrees(claim, measured["square"], predicted["square"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    found = measured["second"].mean.reshape(len(s.steps), s.dim)
    norms, diagonal = (predicted[name].mean[: s.dim] for name in ("row norm", "diagonal"))
    for k, i in enumerate((0, s.dim - 1)):
        plots.points(axes, s.steps, found[:, i] ** 0.5, k, f"entry {i + 1}")
        plots.guide(axes, s.steps, np.full(len(s.steps), norms[i] ** 0.5), "" if k else "norm of the row")
        plots.line(axes, s.steps, np.full(len(s.steps), diagonal[i] ** 0.5), 4, "" if k else "H_ii")
    axes.set_ylim(0.8, 2.8)
    plots.label(axes, "steps", "root of the mean second moment", f"d = {s.dim}, {s.correlation:g} off the diagonal",
                log="x")  # fmt: skip
    return drawn


if __name__ == "__main__":
    script()
