"""In a skewed well the mean of the workers stays off by -k diversity / (2 h) from where central SGD stays.

On h w^2 / 2 + k w^3 / 6 the mean gradient of the workers is that of central SGD plus k diversity / 2. To first order in
k the mean therefore comes to rest on the flatter side of central SGD, in proportion to the diversity, on any graph.
Both are simulated with the same noise, so that the difference is seen. Where workers combine after they adapt, on the
complete graph, they have no diversity, and no bias.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.gossip import model, simulation, theory
from theorylab.models.gossip.model import Landscape, Method

SOURCE = Source("abstract (decentralised SGD minimises a smoothed loss, read); derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    workers: int = 8
    curvature: float = 1.0
    skew: float = 0.3
    step_size: float = 0.2
    noise_std: float = 1.0
    steps: int = 64
    replicas: int
    seed: int


QUICK = Setting(replicas=1500, seed=1)
FULL = Setting(replicas=100_000, seed=2)
GRAPHS = {"ring": (model.ring, theory.ring_modes), "exponential": (model.exponential, theory.exponential_modes),
          "complete": (model.complete, lambda size: np.zeros(size - 1))}  # fmt: skip
CASES = (("ring", False), ("exponential", False), ("complete", False), ("ring", True), ("exponential", True))


def difference(s, graph, first):
    """Mean of the workers less central SGD after the steps, a curve (replicas, 1)."""
    given = (GRAPHS[graph][0](s.workers), Landscape(s.curvature, s.skew), Method(s.step_size, s.noise_std, first))
    found = simulation.simulate(*given, np.zeros(s.workers), [s.steps], replicas=s.replicas, seed=s.seed)
    return replace(found["mean"], samples=found["mean"].samples - found["central"].samples)


def diversities(s):
    load, noise = s.step_size * s.curvature, s.step_size * s.noise_std
    forms = (theory.diversity, theory.diversity_adapt_first)
    return np.array([forms[first](GRAPHS[graph][1](s.workers), load, noise, s.workers) for graph, first in CASES])


def measure(s):
    rows = [difference(s, *case) for case in CASES]
    none = difference(s, "complete", True)
    x = np.arange(len(CASES))
    return {"difference": replace(rows[0], x=x, samples=np.concatenate([row.samples for row in rows], axis=1),
                                  rounding=np.zeros(()), x_name="case"),
            "without diversity": exact([0], np.abs(none.samples), 1e-9).drawn_from("noise"),
            "with": exact([0], np.abs(rows[0].samples), 1e-9).drawn_from("noise")}  # fmt: skip


def predict(s):
    forms = theory.bias_leading(s.skew, s.curvature, diversities(s))
    rows = {"difference": forms, "twice": 2 * forms, "as on a ring": np.full(forms.size, forms[0])}
    return {name: exact(range(forms.size), row, 1e-12, "case") for name, row in rows.items()}


def checks(s, measured, predicted):
    claim = "the mean stays off central SGD by -k diversity / (2 h), to 3%, on every graph"
    for words, name in (("without the 1 / 2", "twice"), ("as on a ring everywhere", "as on a ring")):
        rival = Rival(claim=words, predicted=predicted[name])
        yield agrees(claim, measured["difference"], predicted["difference"], rival=rival, within=0.03)
    rival = Rival(claim="ring, adapting while combining", measured=measured["with"])
    claim = "complete graph, combining after: no difference in any run"
    yield below(claim, measured["without diversity"], 1e-12, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    spread, forms, found = diversities(s), 1e3 * predicted["difference"].mean, measured["difference"]
    plots.measurement(axes, replace(found, x=spread, samples=1e3 * found.samples), 0, "simulated")
    plots.guide(axes, np.append(0, np.sort(spread)), np.append(0, -np.sort(-forms)), "-k diversity / (2 h)")
    for k, (graph, first) in enumerate(CASES):
        words, shift = f"{graph}, combining after" if first else graph, -9 if graph == "exponential" else 4
        axes.annotate(words, (spread[k], forms[k]), (4, shift), textcoords="offset points", fontsize=7)
    axes.set_xlim(0, 1.4 * spread.max())
    plots.label(
        axes, "diversity", "10³ x (mean of the workers - central SGD)", f"k = {s.skew:g}, h = {s.curvature:g}", log=""
    )
    return drawn


if __name__ == "__main__":
    script()
