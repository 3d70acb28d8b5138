"""With unequal curvatures a merge is biased: by the step size with communication, and by a constant without any.

At rest the merged model of clients on a ring is off the minimiser of the mean objective in proportion to the step size;
that of clients that never communicate is the mean of their minimisers, off by a constant at every step size. So one
merge of isolated models does not suffice under unequal curvatures. Local models on the ring are further off than the
merged one, by the step size too. Fixed points are solved for; the constants are those of a perturbation of consensus.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Power, Rival, Source, agrees, decays_as, exact, ordered, plots, script
from theorylab.models.gossip import merging, model
from theorylab.models.gossip.model import Method

SOURCE = Source("title and abstract (a single merging suffices, read); the instance is derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence="A single merging at the end suffices where curvatures are equal, or models communicated before: isolated "
    "models of unequal curvatures merge to the mean of their minimisers, not to the minimiser of the mean objective.",
    case="8 clients, curvatures 0.25 to 2.25, minimisers -2 to 2: the merge of isolated models is off by -0.686 at "
    "every step size, that of models on a ring by less and less",
    check="isolated models: the bias of their merge falls with the step size",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int = 8
    spread: float = 0.8  # of the curvatures around their mean
    step_sizes: tuple[float, ...]


QUICK = Setting(step_sizes=tuple(0.2 * 2.0 ** np.arange(-9, 1)))
FULL = Setting(step_sizes=tuple(0.2 * 2.0 ** (0.5 * np.arange(-24, 1))))


def clients(s):
    return merging.clients(1.25 * np.linspace(1 - s.spread, 1 + s.spread, s.size), np.linspace(-2, 2, s.size))


def measure(s):
    given = clients(s)
    rows: dict[str, list[float]] = {"ring": [], "local": [], "isolated": []}
    best = merging.optimum(given)
    for step_size in s.step_sizes:
        on_ring, alone = (
            merging.stationary(given, w, Method(step_size, 0.0))[0] for w in (model.ring(s.size), np.eye(s.size))
        )
        rows["ring"].append(best - on_ring.mean())
        rows["local"].append(np.abs(on_ring - best).max())
        rows["isolated"].append(best - alone.mean())
    return {name: exact(s.step_sizes, row, 1e-9, "step size") for name, row in rows.items()}


def predict(s):
    """Leading terms: disagreement x_i - x* = step size ((I - W)^+ W h (a - x*))_i, then the mean gradient vanishes."""
    given, sizes = clients(s), np.array(s.step_sizes)
    best, w = merging.optimum(given), model.ring(s.size)
    apart = np.linalg.pinv(np.eye(s.size) - w) @ w @ (given.curvatures * (given.targets - best))
    bias = sizes * (given.curvatures @ apart) / given.curvatures.sum()
    rows = {"ring": bias, "sum": bias * s.size, "isolated": np.full(sizes.size, best - given.targets.mean())}
    return {name: exact(sizes, row, 1e-9, "step size") for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="step size^2", predicted=Power(2))
    yield decays_as("on a ring: the bias of the merge ~ step size", measured["ring"], Power(1), rival=rival, towards=0)
    small = slice(0, 3)
    rival = Rival(claim="without the mean over clients", predicted=predicted["sum"].at(small))
    claim = "... with the constant of a perturbation of consensus, to 3%"
    yield agrees(claim, measured["ring"].at(small), predicted["ring"].at(small), rival=rival, within=0.03)
    rival = Rival(claim="step size^2", predicted=Power(2))
    yield decays_as(
        "on a ring: the largest local error ~ step size", measured["local"], Power(1), rival=rival, towards=0
    )
    rival = Rival(claim="the other way", measured=measured["local"], predicted=measured["ring"])
    yield ordered("a merge is nearer than the furthest local model", measured["ring"], measured["local"], rival=rival)
    rival = Rival(claim="that of the mean minimiser, at every step size", predicted=predicted["isolated"])
    claim = "isolated models: the bias of their merge falls with the step size"
    yield agrees(claim, measured["isolated"], measured["ring"], rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    labels = {"isolated": "merge of isolated models", "local": "furthest local model, ring", "ring": "merge, ring"}
    for k, (name, label) in enumerate(labels.items()):
        plots.points(axes, s.step_sizes, measured[name].mean, k, label)
    plots.prediction(axes, predicted["ring"], "leading terms")
    plots.prediction(axes, predicted["isolated"])
    plots.label(
        axes, "step size", "distance from the minimiser", f"{s.size} clients, curvatures 1.25 (1 ± {s.spread:g})"
    )
    return drawn


if __name__ == "__main__":
    script()
