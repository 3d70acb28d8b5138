"""On matrix games Algorithm 2 is Halpern on the reflected resolvent, in the component calls that it counts itself.

Policeman and burglar, without constraints and on simplices; n components, row i with column i. With long inner solves
its residual is that of exact resolvents: a closed form by singular values, or projected extragradient in NumPy. The
proximal point method, without the anchor, has another. With inner solves of n (6.4 + 2.6 log(k+2)) steps
(games.resolvent says why) it is at most 2 D/(eta (k+1)) in each run made, twice that of exact solves; runs are samples
of all runs. Algorithm 1 has no theorem here, the operator is not cocoercive; with all components in each batch it is a
deterministic iteration. The game of Figure 1 as the authors' code has it: --set payoffs=published size=500
start=uniform residual_step=1. That code anchors J itself and solves by VR-FoRB with other constants, not drawn here.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, log_steps, plots, script
from theorylab.models.minimax import bilinear, games, schedules, theory
from theorylab.models.minimax.model import MatrixGame

SOURCE = Source(
    "numerical experiments; rates in outer steps and calls derived here",
    figure="Figure 1; payoffs of the authors' code (read), sizes ours",
    kind="derived",
)
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
    long: float = 2.0  # times the inner steps, for resolvents that are nearly exact
    long_runs: int = 4
    short: float = 0.02  # share of the inner steps made by the rival
    replicas: int
    seed: int


QUICK = Setting(size=12, outer=12, passes=200, replicas=64, seed=1)
FULL = Setting(size=100, outer=40, passes=3000, points=16, replicas=64, seed=2)


def game(s, kind):
    made = MatrixGame.published(s.size) if s.payoffs == "published" else MatrixGame.burglar(s.size)
    payoffs = made.payoffs[:, : s.columns or s.size]
    uniform = np.repeat([1 / n for n in payoffs.shape], payoffs.shape)
    given = {"start": uniform} if s.start == "uniform" else {}
    return MatrixGame(payoffs=payoffs, simplex=KINDS[kind], residual_step=s.residual_step, **given)


def outer_steps(s):
    return log_steps(1, s.outer, s.points) - 1


def projected(p, z):
    """Rows of z with both halves projected onto their simplices."""
    halves = []
    for part in np.split(z, [p.payoffs.shape[0]], axis=-1):
        ordered = -np.sort(-part, axis=-1)
        shifts = (ordered.cumsum(axis=-1) - 1) / np.arange(1, part.shape[-1] + 1)
        halves.append(np.maximum(part - np.where(ordered > shifts, shifts, -np.inf).max(axis=-1, keepdims=True), 0))
    return np.concatenate(halves, axis=-1)


def solved(s, p):
    """Residuals of Halpern on 2 J - I, and of z+ = J z, with J found by projected extragradient, (2, points)."""
    rows, columns = p.payoffs.shape
    F = np.block([[np.zeros((rows, rows)), p.payoffs], [-p.payoffs.T, np.zeros((columns, columns))]])
    eta, t = s.size**0.5 / p.average_lipschitz, 0.6 / (1 + s.size**0.5 * p.lipschitz / p.average_lipschitz)
    u, out = np.stack([p.start, p.start]), []
    for k in range(s.outer):
        v = u
        for _ in range(int(10 / t)):
            half = projected(p, v - t * (v - u + eta * v @ F.T))
            v = projected(p, v - t * (half - u + eta * half @ F.T))
        moved = projected(p, v - p.residual_step * v @ F.T)
        out.append(np.linalg.norm(v - moved, axis=1) / p.residual_step)
        u = np.stack([(p.start + (k + 1) * (2 * v[0] - u[0])) / (k + 2), v[1]])
    return np.array(out)[outer_steps(s)].T


def whole_batches(s, p):
    """Algorithm 1 with full evaluations once, then batches of all components: runs, and the deterministic iteration."""
    steps, a = np.arange(1, 7), 0.25 / p.average_lipschitz
    rule = schedules.page_rule(s.size, 6, s.source)._replace(batch=s.size, replacement=False)
    run = games.page(p, steps, step_size=a, rule=rule._replace(refresh=np.eye(7)[0]), replicas=2, seed=s.seed)
    zeros = np.zeros(6)
    same = games.deterministic(p, schedules.Schedule(zeros, zeros, rule.anchors, zeros + a), steps)
    return exact(steps, run["residual"].samples[0], 1e-9), exact(steps, same.samples[0], 1e-9)


def measure(s):
    curves, made = {}, {"replicas": s.replicas, "seed": s.seed}
    for kind in KINDS:
        p = game(s, kind)
        k = log_steps(1, s.passes // 2, 6 * s.points)
        for name, scheme in games.deterministic_methods(p.lipschitz, s.passes // 2).items():
            curves[f"{name}, {kind}"] = games.deterministic(p, scheme, k * (2 if name == "GDA" else 1))
        run = games.resolvent(p, outer_steps(s), **made)
        curves[f"passes, {kind}"] = run["passes"]
        curves[f"Algorithm 2, {kind}"] = run["residual"].drawn_from("runs")
        long = games.resolvent(p, outer_steps(s), inner_share=s.long, replicas=s.long_runs, seed=s.seed)["residual"]
        curves[f"long, {kind}"] = long.drawn_from("runs")
        steps = log_steps(1, s.passes * s.size**0.5 / 8, s.points)
        rule = schedules.page_rule(s.size, int(steps[-1]), s.source)
        first = games.page(p, steps, step_size=0.25 / p.average_lipschitz, rule=rule, **made)
        curves |= {f"Algorithm 1, {kind}": first["residual"], f"Algorithm 1, passes, {kind}": first["passes"]}
        curves[f"batches, {kind}"] = whole_batches(s, p)[0]
    short = games.resolvent(game(s, "free"), outer_steps(s), inner_share=s.short, replicas=4, seed=s.seed)
    return curves | {"short": short["residual"].drawn_from("runs")}


def predict(s):
    k, passes = outer_steps(s), theory.resolvent_passes(s.size, outer_steps(s))
    free, eta = game(s, "free"), s.size**0.5 / game(s, "free").average_lipschitz
    methods = [(p.payoffs, p.start, name, eta, k) for p in [free] for name in ("halpern", "proximal point")]
    exactly = {
        "free": [bilinear.resolvent_residuals(*given) for given in methods],
        "simplices": solved(s, game(s, "simplices")),
    }
    curves = {"passes": exact(k, passes, ulps=64), "full": exact(k, passes * s.size / 4, ulps=64)}
    for kind in KINDS:
        bound = games.resolvent_bound(game(s, kind), k)
        curves |= {kind: exact(k, bound, ulps=4), f"a tenth, {kind}": exact(k, bound / 10, ulps=8)}
        curves |= {
            f"{name}, {kind}": exact(k, row, 1e-4) for name, row in zip(("halpern", "J"), exactly[kind], strict=True)
        }
        curves[f"batches, {kind}"] = whole_batches(s, game(s, kind))[1]
    return curves


def checks(s, measured, predicted):
    claim = f"residual of Algorithm 2 <= 2D/(eta (k+1)) in each of {s.replicas} runs"
    for kind in KINDS:
        rival = Rival(claim="that of the proximal point method", predicted=predicted[f"J, {kind}"])
        yield agrees(f"long inner solves: residual of Halpern on exact resolvents, {kind}", measured[f"long, {kind}"],
                     predicted[f"halpern, {kind}"], within=0.02, rival=rival)  # fmt: skip
        rival = Rival(claim="with full evaluations, n calls per inner step", predicted=predicted["full"])
        yield agrees(
            f"passes counted: sum of 1 + 4 N/n, {kind}", measured[f"passes, {kind}"], predicted["passes"], rival=rival
        )
        rival = Rival(claim="a tenth of it", predicted=predicted[f"a tenth, {kind}"])
        if kind == "free":
            rival = Rival(claim=f"with {s.short:g} of the inner steps", measured=measured["short"])
        yield below(f"{claim}, {kind}", measured[f"Algorithm 2, {kind}"], predicted[kind], rival=rival)
        rival = Rival(
            claim="that of the other set", predicted=predicted[f"batches, {'free' if KINDS[kind] else 'simplices'}"]
        )
        yield agrees(f"Algorithm 1, batches of all components: deterministic, {kind}", measured[f"batches, {kind}"],
                     predicted[f"batches, {kind}"], rival=rival)  # fmt: skip


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2, width=4.8, height=4.0)
    for panel, kind in zip(axes, KINDS, strict=True):
        for i, name in enumerate(games.deterministic_methods(1.0, 1)):
            plots.exact_line(panel, measured[f"{name}, {kind}"], i, name)
        passes = measured[f"passes, {kind}"].mean
        plots.points(panel, passes, measured[f"Algorithm 2, {kind}"].mean, 0, "Algorithm 2")
        plots.guide(panel, passes, predicted[kind].samples[0], "bound of Algorithm 2")
        first = measured[f"Algorithm 1, {kind}"]
        made = measured[f"Algorithm 1, passes, {kind}"].mean
        plots.points(panel, made, first.mean, 1, "Algorithm 1 (no theorem)")
        panel.set_ylim(np.array([1e-6, 30]) * measured[f"EG, {kind}"].samples.max())
        plots.label(panel, "passes over the components", "residual", f"{kind}, n = {s.size}", legend=False)
        panel.legend(fontsize=7, frameon=False, ncol=2, loc="lower left")
    return drawn


if __name__ == "__main__":
    script()
