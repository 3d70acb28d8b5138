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
