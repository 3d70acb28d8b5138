"""A Lyapunov function of Lion-K's flow: H = F + weight * Fenchel gap falls by two inner products that are never < 0.

F = alpha f + gamma K*(lam x) / lam is what the flow minimises, and its weight is (1 - eps gamma) / (1 + eps lam). The
derivative of H along the flow, by a complex step, beside the two products, at random states with random rates, f a
quadratic, K(m) = sum sqrt(m^2 + e^2) - e. Along solutions H falls while F alone goes up and down; and eps gamma <= 1 is
sharp: beyond it there are states at which H rises.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, bracket, brackets, exact, monotone, plots, script, threshold
from theorylab.models.preconditioning import lion
from theorylab.models.preconditioning import theory_lion as theory
from theorylab.numerics.streams import generator

SOURCE = Source("F (read); H and its derivative re-derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    states: int
    paths: int
    dim: int = 3
    time: float = 25.0
    gammas: tuple[float, ...] = (0.3, 1.0, 3.0)
    seed: int


QUICK = Setting(states=200, paths=2, seed=1)
FULL = Setting(states=10_000, paths=12, seed=2)


def instance(draws, d):
    """A flow with eps gamma < 1, a Hessian and its target, and a state inside the box."""
    alpha, gamma, lam, width = draws.uniform(0.2, 2.0, 4)
    flow = theory.Flow(alpha, gamma, draws.uniform(0.1, 0.9) / gamma, lam, width)
    root = draws.standard_normal((d, d))
    state = draws.uniform(-0.95, 0.95, d) / lam, draws.standard_normal(d)
    return flow, root @ root.T, 2 * draws.standard_normal(d) / lam, *state


def boundary(gamma):
    return bracket(lambda eps: lion.rate_on_the_edge(gamma, eps) > 0, 0.2 / gamma, 5 / gamma, relative_width=1e-9)


def measure(s):
    draws = generator(s.seed, 0)
    states = [instance(draws, s.dim) for _ in range(s.states)]
    f, gap, cross = np.array([lion.energy_derivatives(*state) for state in states]).T
    weight = np.array([theory.gap_weight(state[0]) for state in states])
    size = np.abs(f) + np.abs(gap) + np.abs(cross)
    rows = {"fall": weight * (gap - cross), "weight 1": gap - cross, "no cross": weight * gap}
    index, rounding = np.arange(s.states), 2.0**-38 * size  # sums of a dozen terms, each within some 100 ulps
    curves = {k: Curve(index, -(f + v)[None], True, rounding, "state") for k, v in rows.items()}
    times, paths = np.linspace(0, s.time, 201), []
    for _ in range(s.paths):  # from large momenta, to targets inside the box: F has to go up and down
        flow, hessian, target, x, m = instance(draws, s.dim)
        paths.append(lion.energies_on_a_path(flow, hessian, target / 5, x, 4 * m, times))
    found = np.array(paths)
    return {k: c.drawn_from("random states") for k, c in curves.items()} | {
        "F": exact(times, found[:, 0], 1e-8, "time"),
        "H": exact(times, found[:, 1], 1e-8, "time"),
        "boundary": brackets(s.gammas, [boundary(gamma) for gamma in s.gammas], "gamma"),
    }


def predict(s):
    draws = generator(s.seed, 0)
    states = [instance(draws, s.dim) for _ in range(s.states)]
    falls = [theory.dissipation(flow, a @ (x - c), x, m) for flow, a, c, x, m in states]
    gammas = np.array(s.gammas)
    return {
        "fall": exact(np.arange(s.states), falls, ulps=2**12, x_name="state"),
        "boundary": exact(gammas, 1 / gammas, ulps=4, x_name="gamma"),
        "with lam": exact(gammas, 1 / (gammas + 0.8), ulps=4, x_name="gamma"),
    }


def checks(s, measured, predicted):
    for name, words in (("weight 1", "(1 - eps gamma) / (1 + eps lam)"), ("no cross", "- lam m.x")):
        rival = Rival(claim=f"without {words}", measured=measured[name])
        claim = f"dH/dt = - both products, at every state: {words} matters"
        yield agrees(claim, measured["fall"], predicted["fall"], rival=rival)
    rival = Rival(claim="so does F alone", measured=measured["F"])
    yield monotone("H falls along every solution", measured["H"], rival=rival)
    rival = Rival(claim="already at 1 / (gamma + lam)", predicted=predicted["with lam"])
    claim = "H can rise if and only if eps gamma > 1"
    yield threshold(claim, measured["boundary"], predicted["boundary"], rival=rival)


def figure(s, measured, predicted):
    drawn, (falls, paths) = plots.panels(2)
    x, y = predicted["fall"].mean, measured["fall"].mean
    plots.points(falls, x[:250], y[:250], 0, "H")
    plots.points(falls, x[:250], measured["weight 1"].mean[:250], 1, "weight 1 (rival)", markersize=2.5)
    plots.guide(falls, [x.min(), x.max()], [x.min(), x.max()], "derived")
    plots.label(falls, "sum of both products", "-dH/dt", f"d = {s.dim}, random states and rates")
    for k, name in enumerate(("H", "F")):
        plots.line(paths, measured[name].x, measured[name].samples[0], k, name)
    plots.label(paths, "time", "along a solution", "H falls, F need not", log="y")
    return drawn


if __name__ == "__main__":
    script()
