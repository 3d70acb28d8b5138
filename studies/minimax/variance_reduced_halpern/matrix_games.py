"""On matrix games Algorithm 2 keeps its bound in outer steps, and passes over the components compare all methods.

Policeman and burglar (the shape of the payoffs is recalled, the houses' values are ours), without constraints and on
simplices; n components, row i with column i. Algorithm 2 runs Halpern on the reflected resolvent with inner solves of
n (6.4 + 2.6 log(k+2)) steps (games.resolvent says why): residual at most 2 D/(eta (k+1)), twice that of exact solves,
in every run made (runs, not means: the refresh makes errors heavy-tailed). Too short inner solves break it. Algorithm 1
has no theorem here: the operator is not cocoercive. The paper's variance-reduced baselines (VR-FoRB) are not drawn.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, below, exact, log_steps, plots, script
from theorylab.models.minimax import games
from theorylab.models.minimax.model import MatrixGame

SOURCE = Source(
    "numerical experiments; bound in outer steps derived here",
    figure="Figure 1; shape of the data recalled, values and sizes ours",
    kind="derived",
)
KINDS = {"free": False, "simplices": True}


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    outer: int
    passes: int
    points: int = 10
    short: float = 0.02  # share of the inner steps made by the rival
    replicas: int
    seed: int


QUICK = Setting(size=20, outer=12, passes=300, replicas=32, seed=1)
FULL = Setting(size=100, outer=40, passes=3000, points=16, replicas=32, seed=2)


def game(s, kind):
    return MatrixGame.burglar(s.size, simplex=KINDS[kind])


def outer_steps(s):
    return log_steps(1, s.outer, s.points) - 1


def runs(passes, curve):
    """The runs themselves, an exact row each: nonexpansive steps, fewer than 10^6 of them, of 10^3 operations."""
    return Curve(passes, curve.samples, True, 1e-7 * curve.samples, "passes").drawn_from("runs")


def measure(s):
    curves = {}
    for kind in KINDS:
        p = game(s, kind)
        k = log_steps(1, s.passes // 2, 6 * s.points)
        for name, scheme in games.deterministic_methods(p.lipschitz, s.passes // 2).items():
            curves[f"{name}, {kind}"] = games.deterministic(p, scheme, k * (2 if name == "GDA" else 1))
        full, passes = games.resolvent(p, outer_steps(s), replicas=s.replicas, seed=s.seed)
        curves[f"Algorithm 2, {kind}"] = runs(passes, full)
        if not p.simplex:
            short = games.resolvent(p, outer_steps(s), inner_share=s.short, replicas=s.replicas, seed=s.seed)
            curves["short"] = runs(passes, short[0])
        steps = log_steps(1, s.passes * s.size**0.5 / 8, s.points)
        curves[f"Algorithm 1, {kind}"] = games.page(p, steps, step_size=0.25 / p.average_lipschitz,
                                                    replicas=s.replicas, seed=s.seed)  # fmt: skip
    return curves


def predict(s):
    curves = {}
    passes = games.resolvent_passes(s.size, outer_steps(s))
    for kind in KINDS:
        curves[kind] = exact(passes, games.resolvent_bound(game(s, kind), outer_steps(s)), ulps=4, x_name="passes")
    return curves | {"a tenth": exact(passes, curves["simplices"].samples / 10, ulps=8, x_name="passes")}


def checks(s, measured, predicted):
    claim = f"residual of Algorithm 2 <= 2D/(eta (k+1)) in each of {s.replicas} runs"
    rival = Rival(claim=f"with {s.short:g} of the inner steps", measured=measured["short"])
    yield below(f"{claim}, free", measured["Algorithm 2, free"], predicted["free"], rival=rival)
    rival = Rival(claim="a tenth of it", predicted=predicted["a tenth"])
    yield below(f"{claim}, simplices", measured["Algorithm 2, simplices"], predicted["simplices"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2, width=4.8, height=4.0)
    for panel, kind in zip(axes, KINDS, strict=True):
        for i, name in enumerate(games.deterministic_methods(1.0, 1)):
            plots.exact_line(panel, measured[f"{name}, {kind}"], i, name)
        plots.measurement(panel, measured[f"Algorithm 2, {kind}"], 0, "Algorithm 2")
        first = measured[f"Algorithm 1, {kind}"]
        plots.measurement(panel, first.at(first.mean < 1e3), 1, "Algorithm 1 (no theorem)")
        plots.prediction(panel, predicted[kind], "bound of Algorithm 2")
        panel.set_ylim(np.array([1e-6, 30]) * measured[f"EG, {kind}"].samples.max())
        plots.label(panel, "passes over the components", "residual", f"{kind}, n = {s.size}", legend=False)
        panel.legend(fontsize=7, frameon=False, ncol=2, loc="lower left")
    return drawn


if __name__ == "__main__":
    script()
