"""On a quadratic the diversity of workers is a sum over the eigenvalues of W, and depends on when they combine.

Adapting while combining: (n^2 / m) sum 1 / (1 - (l_q - load)^2) over eigenvalues l_q but the mean's, n = step size x
noise, load = step size x curvature; combining after adapting: l_q^2 / (1 - l_q^2 (1 - load)^2) in the sum, always less.
The mean has the variance of central SGD in either order. Closed forms by closed eigenvalues meet the recursion of the
covariance by matrices, on four graphs; simulation meets that recursion, after a number of steps.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.gossip import model, simulation, theory
from theorylab.models.gossip.model import Landscape, Method

SOURCE = Source("setting of the paper (recalled); covariances derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    side: int  # side^2 workers on every graph
    curvature: float = 0.7
    step_size: float = 0.3
    noise_std: float = 1.3
    doublings: tuple[int, ...] = (1, 2, 3, 4, 5, 6)  # simulated steps are 2^these
    replicas: int
    seed: int


QUICK = Setting(side=3, replicas=2000, seed=1)
FULL = Setting(side=4, replicas=20_000, doublings=tuple(range(1, 9)), seed=2)
GRAPHS = ("ring", "torus", "exponential", "complete")
ORDERS = {"while": False, "first": True}  # whether workers adapt first


def matrices(s):
    m = s.side**2
    return dict(zip(GRAPHS, (model.ring(m), model.torus(s.side), model.exponential(m), model.complete(m)), strict=True))


def graphs(values):
    """Values over the graphs, each known up to 1e-12 of the largest: the complete one may be 0."""
    row = np.array(values)
    return exact(range(len(row)), row, 1e-12 * row.max() / np.maximum(row, 1e-300), "graph")


def measure(s):
    curves, m, steps = {}, s.side**2, 2 ** np.array(s.doublings)
    for order, first in ORDERS.items():
        method = Method(s.step_size, s.noise_std, first)
        rows = [simulation.split(simulation.covariance(w, s.curvature, method)) for w in matrices(s).values()]
        given = (Landscape(s.curvature), method, np.zeros(m), steps)
        found = simulation.simulate(model.ring(m), *given, replicas=s.replicas, seed=s.seed)
        exactly = [simulation.split(simulation.covariance(model.ring(m), s.curvature, method, k)) for k in s.doublings]
        for k, what in enumerate(("mean", "diversity")):
            curves[f"{what}, {order}"] = graphs(np.array(rows)[:, k])
            curves[f"ring {what}, {order}"] = exact(steps, np.array(exactly)[:, k], 1e-12)
        curves[f"simulated diversity, {order}"] = found["diversity"]
        curves[f"simulated mean, {order}"] = replace(found["mean"], samples=found["mean"].samples ** 2)
    return curves


def predict(s):
    m, load, noise = s.side**2, s.step_size * s.curvature, s.step_size * s.noise_std
    modes = (theory.ring_modes(m), theory.torus_modes(s.side), theory.exponential_modes(m), np.zeros(m - 1))
    rows = {"while": [theory.diversity(x, load, noise, m) for x in modes],
            "first": [theory.diversity_adapt_first(x, load, noise, m) for x in modes],
            "mean": [theory.mean_variance(load, noise, m)] * 4,
            "one worker": [m * theory.mean_variance(load, noise, m)] * 4}  # fmt: skip
    return {name: graphs(row) for name, row in rows.items()}


def checks(s, measured, predicted):
    m, p = measured, predicted
    for order, other in (("while", "first"), ("first", "while")):
        words = "adapting first" if order == "first" else "adapting while combining"
        rival = Rival(claim="of the other order", predicted=p[other])
        yield agrees(f"{words}: diversity on four graphs", m[f"diversity, {order}"], p[order], rival=rival)
        rival = Rival(claim="of one worker", predicted=p["one worker"])
        yield agrees(f"{words}: variance of the mean", m[f"mean, {order}"], p["mean"], rival=rival)
        rival = Rival(claim="of the other order", predicted=m[f"ring diversity, {other}"])
        claim = f"{words}: simulated diversity on a ring"
        yield agrees(claim, m[f"simulated diversity, {order}"], m[f"ring diversity, {order}"], rival=rival)
        exactly = m[f"ring mean, {order}"]
        rival = Rival(claim="a quarter more", predicted=replace(exactly, samples=1.25 * exactly.samples))
        yield agrees(f"{words}: simulated square of the mean", m[f"simulated mean, {order}"], exactly, rival=rival)
    first, later, before = m["diversity, first"], slice(1, None), slice(None, -1)
    sparse = replace(first.at(before), x=first.x[1:])
    rival = Rival(claim="the other way", measured=sparse, predicted=first.at(later))
    claim = "adapting first: less from ring to torus, exponential and complete graph"
    yield ordered(claim, first.at(later), sparse, rival=rival)


def figure(s, measured, predicted):
    drawn, (graphs_drawn, path) = plots.panels(2)
    for k, (order, words) in enumerate((("while", "adapting while combining"), ("first", "combining after"))):
        plots.points(graphs_drawn, range(4), measured[f"diversity, {order}"].mean, k, words)
        plots.measurement(path, measured[f"simulated diversity, {order}"], k, f"ring, {words}")
        plots.prediction(path, measured[f"ring diversity, {order}"], "" if k else "exact")
    graphs_drawn.set_xticks(range(4), GRAPHS)
    graphs_drawn.set_ylim(0, 1.3 * measured["diversity, while"].mean.max())
    plots.label(graphs_drawn, "", "stationary diversity", f"{s.side**2} workers", log="")
    plots.label(path, "steps", "diversity", log="x")
    return drawn


if __name__ == "__main__":
    script()
