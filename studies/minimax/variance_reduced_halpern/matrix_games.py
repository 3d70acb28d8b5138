"""On matrix games Algorithm 2 keeps its bound in outer steps, in the component calls that it counts itself.

Policeman and burglar, without constraints and on simplices; n components, row i with column i. Inner solves of
n (6.4 + 2.6 log(k+2)) steps (games.resolvent says why): residual at most 2 D/(eta (k+1)) in each run made, twice that
of exact solves (exact_resolvents.py); runs are samples. Too short inner solves break it. Algorithm 1 has no theorem:
the operator is not cocoercive. The paper's variance-reduced baselines are not drawn. The game of Figure 1, as in the
authors' code, which anchors J itself: --set payoffs=published --set size=500 --set start=uniform --set residual_step=1.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, log_steps, plots, script
from theorylab.models.minimax import games, schedules, theory
from theorylab.models.minimax.model import MatrixGame

SOURCE = Source("numerical experiments; rates derived here", kind="derived",
                figure="Figure 1; payoffs of the authors' code (read), sizes ours")  # fmt: skip
KINDS = {"free": False, "simplices": True}


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    payoffs: str = "street"  # or "published"
    columns: int = 0  # kept of the payoffs; 0: all
    start: str = "corner"  # or "uniform"
    residual_step: float = 0.0  # 0: 1/L
    source: str = "paper"  # of Algorithm 1's parameters, or "code"
    outer: int
    passes: int
    points: int = 10
    short: float = 0.02  # share of the inner steps made by the rival
    replicas: int
    seed: int


QUICK = Setting(size=12, outer=12, passes=200, replicas=64, seed=1)
FULL = Setting(size=100, outer=40, passes=3000, points=16, replicas=64, seed=2)


def outer(s):
    return log_steps(1, s.outer, s.points) - 1


def game(s, kind):
    made = MatrixGame.published(s.size) if s.payoffs == "published" else MatrixGame.burglar(s.size)
    payoffs = made.payoffs[:, : s.columns or s.size]
    uniform = np.repeat([1 / n for n in payoffs.shape], payoffs.shape)
    given = {"start": uniform} if s.start == "uniform" else {}
    return MatrixGame(payoffs=payoffs, simplex=KINDS[kind], residual_step=s.residual_step, **given)


def measure(s):
    curves, made, k = {}, {"replicas": s.replicas, "seed": s.seed}, log_steps(1, s.passes // 2, 6 * s.points)
    for kind in KINDS:
        p = game(s, kind)
        for name, scheme in games.deterministic_methods(p.lipschitz, s.passes // 2).items():
            curves[f"{name}, {kind}"] = games.deterministic(p, scheme, k * (2 if name == "GDA" else 1))
        run = games.resolvent(p, outer(s), **made)
        curves[f"passes, {kind}"] = run["passes"]
        curves[f"Algorithm 2, {kind}"] = run["residual"].drawn_from("runs")
        steps, a = log_steps(1, s.passes * s.size**0.5 / 8, s.points), 0.25 / p.average_lipschitz
        first = games.page(p, steps, step_size=a, rule=schedules.page_rule(s.size, int(steps[-1]), s.source), **made)
        curves |= {f"Algorithm 1, {kind}": first["residual"], f"Algorithm 1, passes, {kind}": first["passes"]}
        short = games.resolvent(p, outer(s), inner_share=s.short, replicas=4, seed=s.seed)["residual"]
        curves[f"short, {kind}"] = short.drawn_from("runs")
    return curves


def predict(s):
    k, passes = outer(s), theory.resolvent_passes(s.size, outer(s))
    curves = {"passes": exact(k, passes, ulps=64), "full": exact(k, passes * s.size / 4, ulps=64)}
    for kind in KINDS:
        bound = games.resolvent_bound(game(s, kind), k)
        curves[kind] = exact(k, bound, ulps=4)
    return curves


def checks(s, measured, predicted):
    claim = f"residual of Algorithm 2 <= 2D/(eta (k+1)) in each of {s.replicas} runs"
    for kind in KINDS:
        rival = Rival(claim="with full evaluations, n calls per inner step", predicted=predicted["full"])
        made = measured[f"passes, {kind}"]
        yield agrees(f"passes counted: sum of 1 + 4 N/n, {kind}", made, predicted["passes"], rival=rival)
        rival = Rival(claim="a tenth of it", predicted=exact(made.x, predicted[kind].samples / 10, ulps=8))
        if kind == "free":
            rival = Rival(claim=f"with {s.short:g} of the inner steps", measured=measured["short, free"])
        yield below(f"{claim}, {kind}", measured[f"Algorithm 2, {kind}"], predicted[kind], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2, width=4.8, height=4.0)
    for panel, kind in zip(axes, KINDS, strict=True):
        for i, name in enumerate(games.deterministic_methods(1.0, 1)):
            plots.exact_line(panel, measured[f"{name}, {kind}"], i, name)
        passes = measured[f"passes, {kind}"].mean
        plots.points(panel, passes, measured[f"Algorithm 2, {kind}"].mean, 0, "Algorithm 2")
        plots.guide(panel, passes, predicted[kind].samples[0], "bound of Algorithm 2")
        first, made = (measured[f"Algorithm 1, {name}{kind}"].mean for name in ("", "passes, "))
        plots.points(panel, made, first, 1, "Algorithm 1 (no theorem)")
        panel.set_ylim(np.array([1e-6, 30]) * measured[f"EG, {kind}"].samples.max())
        plots.label(panel, "passes over the components", "residual", f"{kind}, n = {s.size}", legend=False)
        panel.legend(fontsize=7, frameon=False, ncol=2, loc="lower left")
    return drawn


if __name__ == "__main__":
    script()
