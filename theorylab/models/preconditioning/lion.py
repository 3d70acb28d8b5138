"""Runs of Lion against its box, and of the flow of Lion-K on quadratics with its Lyapunov function."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from theorylab.models.preconditioning import theory_lion as theory
from theorylab.models.preconditioning.kernels import Lion, lion_descent

Floats = NDArray[np.float64]


def box_reach(rule: Lion, noise: Floats, start: Floats, slope: float = 0.0) -> Floats:
    """lam |x_t|_inf of a run with gradients noise[t] + slope x, (steps + 1,): 1 and less in the box, else 1 + lam times
    the distance from it. noise (steps, d); start (d,), with momentum 0, or (2, d) with it."""
    d = noise.shape[1]
    both = start if start.ndim == 2 else np.array([start, np.zeros(d)])
    path = lion_descent(rule, slope * np.eye(d), np.zeros(d), noise, both)[0]
    return np.asarray(rule.weight_decay * np.abs(path).max(axis=1))


def energy_parts(flow: theory.Flow, hessian: Floats, target: Floats, x: Any, m: Any) -> Any:
    """F, K*(lam x) + K(m) and lam m.x at a state, (3,): H = F + weight (second - third); real or complex states."""
    cross = flow.lam * (m * x).sum()
    objective = theory.penalised(flow, (x - target) @ hessian @ (x - target) / 2, x)
    return np.array([objective, theory.fenchel_gap(flow, x, m) + cross, cross])


def energy_derivatives(flow: theory.Flow, hessian: Floats, target: Floats, x: Floats, m: Floats) -> Floats:
    """Time derivatives of `energy_parts` along the flow, (3,), by a complex step: no differences are taken."""
    dx, dm = theory.velocity(flow, hessian @ (x - target), x, m)
    return np.asarray(energy_parts(flow, hessian, target, x + 1e-30j * dx, m + 1e-30j * dm).imag / 1e-30)


def energies_on_a_path(
    flow: theory.Flow, hessian: Floats, target: Floats, x: Floats, m: Floats, times: Floats
) -> Floats:
    """F and H along the flow's solution from a state at time 0, (2, times), by LSODA with relative tolerance 1e-11."""
    d = x.size

    def field(_: float, y: Floats) -> Floats:
        return np.concatenate(theory.velocity(flow, hessian @ (y[:d] - target), y[:d], y[d:]))

    found = solve_ivp(field, (0, times[-1]), np.append(x, m), "LSODA", times, rtol=1e-11, atol=1e-12)
    f, gap, cross = np.array([energy_parts(flow, hessian, target, y[:d], y[d:]) for y in found.y.T]).T
    return np.array([f, f + theory.gap_weight(flow) * (gap - cross)])


def outside_ratios(draws: np.random.Generator, shape: tuple[int, int, int], times: float, **scheme: bool) -> Floats:
    """Largest lam |x_t|_inf from times / lam over 1 + (times - 1) factor^t, of `shape` (runs, steps, d), (runs,).

    Random rules, heavy-tailed noise and a quadratic of either sign; factor 1 - h lam, or 1 / (1 + h lam) if implicit.
    """
    runs, steps, d = shape
    worst = np.empty(runs)
    for k in range(runs):
        lam, product, slope = draws.uniform(0.2, 4.0), draws.uniform(0.01, 0.05), draws.standard_normal()
        rule = Lion(product / lam, lam, draws.uniform(0.0, 0.99), draws.uniform(0.0, 0.99), **scheme)
        noise = 10 ** draws.uniform(-2, 2) * (draws.standard_cauchy((steps, d)) + 3 * draws.standard_normal())
        factor = 1 / (1 + product) if rule.implicit else 1 - product
        found = box_reach(rule, noise, np.full(d, times / lam), slope * 10 ** draws.uniform(-2, 2))
        worst[k] = (found / (1 + (times - 1) * factor ** np.arange(steps + 1))).max()
    return worst


def inside_reaches(draws: np.random.Generator, shape: tuple[int, int, int], low: float, high: float) -> Floats:
    """Largest lam |x_t|_inf of runs from inside the box, h lam from low to high, `shape` (runs, steps, d), (runs,)."""
    runs, steps, d = shape
    largest = np.empty(runs)
    for k in range(runs):
        lam = draws.uniform(0.2, 4.0)
        rule = Lion(draws.uniform(low, high) / lam, lam, draws.uniform(0.0, 0.99), draws.uniform(0.0, 0.99))
        start = np.array([draws.uniform(-1, 1, d) / lam, draws.standard_normal(d)])
        largest[k] = box_reach(rule, draws.standard_cauchy((steps, d)), start).max()
    return largest


def step_ratio(rule: Lion, hessian: Floats, target: Floats, start: Floats, weight: float) -> float:
    """(H_new + drops) / (H + L |dx|^2 / 2) of one step from start (2, d) in the box, H with that weight of its gap."""
    (x, new), (m, m_new) = lion_descent(rule, hessian, target, np.zeros((1, target.size)), start)
    before, after = (
        theory.box_energy((p - target) @ hessian @ (p - target) / 2, p, q, rule.weight_decay, weight)
        for p, q in ((x, m), (new, m_new))
    )
    most = np.linalg.eigvalsh(hessian)[-1]
    drops = theory.step_drops(rule, new, m, m_new, weight)
    return float((after + drops) / (before + most * ((new - x) ** 2).sum() / 2))


def mean_drops(rule: Lion, hessian: Floats, target: Floats, steps: int) -> float:
    """Mean of drops / h over a run from 0, with momentum 0 and full gradients."""
    d = target.size
    path, momenta = lion_descent(rule, hessian, target, np.zeros((steps, d)), np.zeros((2, d)))
    weight = theory.step_weight(*rule[:4])
    return float(theory.step_drops(rule, path[1:], momenta[:-1], momenta[1:], weight).mean() / rule.step_size)


def rate_on_the_edge(gamma: float, eps: float) -> float:
    """dH/dt in one dimension where the first product is 0: x = grad K(mt) / lam, mt = 0.3, m = 1, by a complex step."""
    flow = theory.Flow(0.7, gamma, eps, 0.8, 0.5)
    x = np.array([theory.smooth_sign(0.3, flow.width) / flow.lam])
    gradient = (0.7 / eps - gamma) / flow.alpha  # so that mt = 0.3
    f, gap, cross = energy_derivatives(flow, np.eye(1), x - gradient, x, np.ones(1))
    return float(f + theory.gap_weight(flow) * (gap - cross))


def lion_entry(lam: float, push: float, times: float, product: float) -> float:
    """Time h t at which steps with gradient `push` are in the box, from times / lam, h lam = product; below 3 / lam."""
    rule = Lion(product / lam, lam, 0.9, 0.99)
    found = box_reach(rule, np.full((int(3 / product), 1), push), np.array([times / lam]))
    return rule.step_size * float(np.argmax(found <= 1))
