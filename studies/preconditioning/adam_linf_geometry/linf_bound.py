"""Signs on a quadratic: the mean l1 norm of gradients is at most fall / (eta T) + eta L / 2, L the (1,1)-norm; tight.

The same for normalised blocks, with L = sum_BC sqrt(d_B d_C) |H_BC|_2: d times the spectral norm where there is one
block. On a Hessian that is nearly s s^T the bound is attained to some percent, and tuned to T it falls as T^(-1/2). The
spectral norm in its place is no bound. Steps of random quadratics are up to 10 times off the best. The last claim's
links are attained by the identity and by 1 1^T, which are among its Hessians.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.models.preconditioning import block_descent, geometry
from theorylab.models.preconditioning.optimisers.blockwise_adam import Method
from theorylab.numerics.streams import generator

SOURCE = Source("smoothness in l_inf (read); bounds derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 12
    instances: int
    horizons: tuple[int, ...]
    within: float = 0.03  # of the bound, on the nearly coherent Hessian
    seed: int


QUICK = Setting(instances=40, horizons=tuple(2**k for k in range(5, 14)), seed=1)
FULL = Setting(instances=600, horizons=tuple(2**k for k in range(5, 16)), seed=2)
BLOCKS = (1, 4, 12)


def random_problem(draws, s):
    """A random Hessian of any rank, a start and a horizon."""
    rank = draws.integers(1, s.dim + 1)
    root = draws.standard_normal((s.dim, rank)) * 10 ** draws.uniform(-1, 1, rank)
    hessian = root @ root.T + 0.01 * np.eye(s.dim)
    return hessian, 10 ** draws.uniform(-1, 1) * draws.standard_normal(s.dim), int(draws.integers(1, 300))


def coherent(s):
    """A Hessian that is nearly v v^T, |v_i| about 1, and a start that is far along v."""
    draws = generator(s.seed, 1)
    v = draws.choice([-1.0, 1.0], s.dim) * draws.uniform(0.8, 1.2, s.dim)
    return np.outer(v, v) + 0.02 * np.eye(s.dim), draws.uniform(0.2, 1.0) * v + 0.1 * draws.standard_normal(s.dim)


def mean_norm(hessian, start, block, steps, step_size):
    return block_descent.run(Method(step_size, 0.0, 0.0, block), hessian, start, steps)[1, :-1].mean()


def tuned(s, block):
    """Measured means and bounds at the best steps of the bound, one of each for a horizon."""
    hessian, start = coherent(s)
    fall, smooth = start @ hessian @ start / 2, geometry.block_smoothness_bound(hessian, block)
    etas = [(t, geometry.best_step(fall, t, smooth)) for t in s.horizons]
    bounds = [geometry.mean_gradient_bound(fall, eta, t, smooth) for t, eta in etas]
    return [mean_norm(hessian, start, block, t, eta) for t, eta in etas], bounds


def measure(s):
    drawn = ("random quadratics", s.instances)
    draws, rows, hessians = generator(s.seed, 0), [], [np.eye(s.dim), np.ones((s.dim, s.dim))]
    for hessian, start, steps in (random_problem(draws, s) for _ in range(s.instances)):
        fall, largest = start @ hessian @ start / 2, np.linalg.eigvalsh(hessian)[-1]
        eta = 10 ** draws.uniform(-1, 1) * geometry.best_step(fall, steps, geometry.block_smoothness_bound(hessian))
        found = np.array([mean_norm(hessian, start, block, steps, eta) for block in BLOCKS])
        smooth = np.array([geometry.block_smoothness_bound(hessian, block) for block in BLOCKS])
        rows.append([found / geometry.mean_gradient_bound(fall, eta, steps, norm) for norm in (smooth, largest)])
        hessians.append(hessian)
    ratios, chain = np.array(rows), np.array([geometry.smoothness_chain(hessian) for hessian in hessians])
    return {f"tight, {block}": exact(s.horizons, tuned(s, block)[0], 1e-9) for block in BLOCKS} | {
        "bound": exact(BLOCKS, ratios[:, 0], 1e-9, "block").drawn_from(*drawn),
        "spectral": exact(BLOCKS, ratios[:, 1], 1e-9, "block").drawn_from(*drawn),
        "chain": exact(np.arange(5), chain[:, :-1] / chain[:, 1:], 1e-12, "link").drawn_from(*drawn),
        "wrong chain": exact([0], chain[:, 2:3] / chain[:, 1:2], 1e-12, "link").drawn_from(*drawn),
    }


def predict(s):
    return {f"tight, {block}": exact(s.horizons, tuned(s, block)[1], 1e-9) for block in BLOCKS}


def checks(s, measured, predicted):
    rival = Rival(claim="with the spectral norm for L", measured=measured["spectral"])
    yield below("mean dual norm <= its bound, blocks of 1, 4 and 12", measured["bound"], 1.0, rival=rival)
    for block in BLOCKS:
        tight, bound = measured[f"tight, {block}"], predicted[f"tight, {block}"]
        rival = Rival(claim="eta L in place of eta L / 2", predicted=exact(s.horizons, 1.5 * bound.mean, 1e-9))
        yield agrees(f"attained on a coherent Hessian, blocks of {block}", tight, bound, rival=rival, within=s.within)
    yield decays_as("tuned to T, signs: T^-1/2", measured["tight, 1"], -0.5, rival=Rival(claim="1/T", predicted=-1.0))
    rival = Rival(claim="max s^T H s <= tr H", measured=measured["wrong chain"])
    claim = "|H|_2 <= tr H <= max s^T H s <= (1,1)-norm <= d |H|_F <= d^1.5 |H|_2"
    yield below(claim, measured["chain"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    for k, (name, label) in enumerate((("bound", "with the (1,1)-norm"), ("spectral", "with the spectral norm"))):
        values = np.sort(measured[name].samples[:, 0])[:: max(1, s.instances // 200)]
        plots.line(axes, np.linspace(0, 1, values.size), values, k, label)
    plots.limit(axes, 1.0)
    plots.label(axes, "share of random quadratics", "mean l1 norm / bound", f"signs, d = {s.dim}", log="y")
    return drawn


if __name__ == "__main__":
    script()
