"""With equal curvatures the average of decentralised models is the iterate of parallel SGD, whatever the graph.

Every step is affine with one slope, and W keeps the mean: merged and parallel model move alike under the same noise,
without communication too. So the merged risk is (h/2) n^2 / (m (1 - r^2)), r = 1 - load, n = step size x noise, which
falls as 1 / m; the local risk is more by a sum over the modes of W, and does not fall: its variance tends to a constant
on a ring, and is that of one worker without communication. With unequal curvatures the two models part.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.models.gossip import merging, model, theory
from theorylab.models.gossip.model import Method

SOURCE = Source(
    "abstract (one merge matches parallel SGD, read); the equal-curvature case is derived here", kind="derived"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int = 8
    curvature: float = 1.0
    method: tuple[float, float] = (0.1, 1.0)  # step size, noise
    workers: tuple[int, ...]
    steps: tuple[int, ...] = (1, 4, 16, 64)
    replicas: int
    seed: int


QUICK = Setting(workers=(4, 8, 16, 32, 64), replicas=1000, seed=1)
FULL = Setting(workers=(4, 8, 16, 32, 64, 128, 256), steps=(1, 4, 16, 64, 256), replicas=20_000, seed=2)
GRAPHS = {"ring": model.ring, "complete": model.complete, "none": lambda size: np.eye(size)}


def clients(s, spread=0.0, apart=2.0, size=None):
    m = size or s.size
    return merging.clients(s.curvature * np.linspace(1 - spread, 1 + spread, m), np.linspace(-apart, apart, m))


def parting(s, spread):
    """|merged - parallel| in every run, over graphs and steps: (graphs x replicas, points)."""
    h, a = clients(s, spread)
    given = (merging.clients(h, a + 0.5), Method(*s.method), s.steps)  # targets whose mean is not 0
    rows = [merging.simulate(graph(s.size), *given, replicas=200, seed=s.seed) for graph in GRAPHS.values()]
    gaps = np.concatenate([np.abs(row["merged"].samples - row["parallel"].samples) for row in rows])
    return exact(s.steps, gaps, 1e-12).drawn_from("noise", 200)  # the same on every graph


def measure(s):
    given, how = clients(s), Method(*s.method)
    rest = [merging.risks(given, *merging.stationary(given, graph(s.size), how)) for graph in GRAPHS.values()]
    more = [merging.risks(given, *merging.stationary(given, model.ring(m), how))
            for m in s.workers for given in (clients(s, apart=0.0, size=m),)]  # fmt: skip
    run = merging.simulate(model.ring(s.size), given, how, s.steps, replicas=s.replicas, seed=s.seed)
    stepped = [merging.scheduled(given, [model.ring(s.size)] * t, how) for t in s.steps]
    half = s.curvature / 2
    return {"equal": parting(s, 0.0), "unequal": parting(s, 0.8),
            "merged": exact(range(3), [x.merged for x in rest], 1e-9, "graph"),
            "local": exact(range(3), [x.local for x in rest], 1e-9, "graph"),
            "merged, workers": exact(s.workers, [x.merged for x in more], 1e-9, "workers"),
            "local, workers": exact(s.workers, [x.local for x in more], 1e-9, "workers"),
            "local run": replace(run["local square"], samples=half * run["local square"].samples),
            "merged run": replace(run["merged"], samples=half * run["merged"].samples ** 2),
            "local steps": exact(s.steps, [x.local for x in stepped], 1e-9),
            "merged steps": exact(s.steps, [x.merged for x in stepped], 1e-9)}  # fmt: skip


def predict(s):
    h, m, load, fresh = s.curvature, s.size, s.method[0] * s.curvature, s.method[0] * s.method[1]
    apart, merged = np.abs(np.fft.fft(clients(s).targets))[1:] / m**0.5, h / 2 * theory.mean_variance(load, fresh, m)
    modes = (theory.ring_modes(m), np.zeros(m - 1), np.ones(m - 1))
    gaps = [[merging.local_gap(row, f * apart, load, fresh, h) for row in modes] for f in (1.0, 0.0)]
    local, still = merged + np.array(gaps)
    rows = {"merged": [merged] * 3, "one worker": [m * merged] * 3, "local": local, "same targets": still}
    return {name: exact(range(3), row, 1e-9, "graph") for name, row in rows.items()}


def checks(s, measured, predicted):
    m, p = measured, predicted
    rival = Rival(claim="with unequal curvatures, too", measured=m["unequal"])
    yield below("merged = parallel in every run, on every graph", m["equal"], 1e-12, rival=rival)
    rival = Rival(claim="of one worker", predicted=p["one worker"])
    yield agrees("merged risk at rest: of parallel SGD, on every graph", m["merged"], p["merged"], rival=rival)
    rival = Rival(claim="as with equal targets", predicted=p["same targets"])
    yield agrees("local risk at rest: more by a sum over modes", m["local"], p["local"], rival=rival)
    for what, wrong in (("local", "merged"), ("merged", "local")):
        rival = Rival(claim=f"of the {wrong} one", predicted=m[f"{wrong} steps"])
        yield agrees(f"simulated {what} risk on a ring", m[f"{what} run"], m[f"{what} steps"], rival=rival)
    rival = Rival(claim="1 / m^(1/2)", predicted=Power(-0.5))
    yield decays_as("merged risk ~ 1 / m, equal targets", m["merged, workers"], Power(-1), rival=rival)
    rival = Rival(claim="1 / m, too", predicted=Power(-1))
    yield decays_as("local risk on a ring: no speed-up in the end", m["local, workers"], Power(0), rival=rival)


def figure(s, measured, predicted):
    drawn, (runs, workers) = plots.panels(2)
    for k, what in enumerate(("local", "merged")):
        plots.measurement(runs, measured[f"{what} run"], k, f"{what}, on a ring")
        plots.prediction(runs, measured[f"{what} steps"], "" if k else "exact")
        plots.points(workers, s.workers, measured[f"{what}, workers"].mean, k, f"{what}, equal targets")
    plots.label(runs, "steps", "risk", f"{s.size} workers")
    plots.label(workers, "workers on a ring", "risk at rest")
    return drawn


if __name__ == "__main__":
    script()
