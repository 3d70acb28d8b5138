"""Lyapunov functions of Lion-K, in continuous time and a step at a time, and times of its first phase.

Flow: m' = -alpha g - gamma m, x' = grad K(mt) - lam x, mt = m - eps (alpha g + gamma m), g = grad f(x), with the smooth
K(m) = sum sqrt(m_i^2 + e^2) - e, which is |m|_1 at width e = 0. Last axes are coordinates. All closed forms are derived
for this project in the setting of Chen et al. (arXiv 2310.05898).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Flow(NamedTuple):
    """Rates alpha, gamma > 0, lookahead eps >= 0, weight decay lam > 0 and the width e > 0 of K."""

    alpha: Any
    gamma: Any
    eps: Any
    lam: Any
    width: Any


def flow_of(step_size: Any, weight_decay: Any, direction_decay: Any, momentum_decay: Any, width: Any) -> Flow:
    """The flow of which Lion-K's step (h, lam, b1, b2) is Euler's: alpha = gamma = (1 - b2) / h, eps gamma = 1 - b1.
    Derived: tests/models/preconditioning/test_lion.py::test_lion_is_the_euler_step_of_its_flow.
    """
    rate = (1 - momentum_decay) / step_size
    return Flow(rate, rate, step_size * (1 - direction_decay) / (1 - momentum_decay), weight_decay, width)


def smooth_norm(m: Any, width: Any) -> Any:
    """K(m) = sum_i sqrt(m_i^2 + e^2) - e.
    Derived: tests/models/preconditioning/test_lion.py::test_conjugates_and_gradients.
    """
    return ((m**2 + width**2) ** 0.5 - width).sum(axis=-1)


def smooth_sign(m: Any, width: Any) -> Any:
    """grad K: m / sqrt(m^2 + e^2), entry by entry.
    Derived: tests/models/preconditioning/test_lion.py::test_conjugates_and_gradients.
    """
    return m / (m**2 + width**2) ** 0.5


def conjugate(y: Any, width: Any) -> Any:
    """K*(y) = sum_i e (1 - sqrt(1 - y_i^2)), inside |y_i| < 1.
    Derived: tests/models/preconditioning/test_lion.py::test_conjugates_and_gradients.
    """
    return (width * (1 - (1 - y**2) ** 0.5)).sum(axis=-1)


def conjugate_gradient(y: Any, width: Any) -> Any:
    """grad K*: e y / sqrt(1 - y^2), the inverse of `smooth_sign`.
    Derived: tests/models/preconditioning/test_lion.py::test_conjugates_and_gradients.
    """
    return width * y / (1 - y**2) ** 0.5


def velocity(flow: Flow, gradient: Any, x: Any, m: Any) -> tuple[Any, Any]:
    """(x', m') of the flow.
    Derived: tests/models/preconditioning/test_lion.py::test_lion_is_the_euler_step_of_its_flow.
    """
    slope = -flow.alpha * gradient - flow.gamma * m
    return smooth_sign(m + flow.eps * slope, flow.width) - flow.lam * x, slope


def penalised(flow: Flow, loss: Any, x: Any) -> Any:
    """The objective F = alpha f + gamma K*(lam x) / lam (chen2024lion, summary, read)."""
    return flow.alpha * loss + flow.gamma / flow.lam * conjugate(flow.lam * x, flow.width)


def fenchel_gap(flow: Flow, x: Any, m: Any) -> Any:
    """K*(lam x) + K(m) - lam m.x, >= 0.
    Derived: tests/models/preconditioning/test_lion.py::test_conjugates_and_gradients.
    """
    return conjugate(flow.lam * x, flow.width) + smooth_norm(m, flow.width) - flow.lam * (m * x).sum(axis=-1)


def gap_weight(flow: Flow) -> Any:
    """Weight of the gap in H = F + weight * gap: (1 - eps gamma) / (1 + eps lam).
    Derived: tests/models/preconditioning/test_lion.py::test_the_identity_in_one_dimension.
    """
    return (1 - flow.eps * flow.gamma) / (1 + flow.eps * flow.lam)


def dissipation(flow: Flow, gradient: Any, x: Any, m: Any) -> Any:
    """-dH/dt = (lam + gamma) / (1 + eps lam) (mt - grad K*(lam x)).(grad K(mt) - lam x) + weight / eps (mt -
    m).(grad K(mt) - grad K(m)). Derived: tests/models/preconditioning/test_lion.py::test_the_identity_in_one_dimension.
    """
    _, _, eps, lam, width = flow
    mt = m - eps * (flow.alpha * gradient + flow.gamma * m)
    first = ((mt - conjugate_gradient(lam * x, width)) * (smooth_sign(mt, width) - lam * x)).sum(axis=-1)
    second = ((mt - m) * (smooth_sign(mt, width) - smooth_sign(m, width))).sum(axis=-1)
    return (lam + flow.gamma) / (1 + eps * lam) * first + gap_weight(flow) / eps * second


def step_weight(step_size: Any, weight_decay: Any, direction_decay: Any, momentum_decay: Any) -> Any:
    """kappa = b1 h / (1 - b2 + h lam (1 - b1)), the weight of the gap in a step's H = f + K*(lam x) / lam + kappa gap.
    Derived: tests/models/preconditioning/test_lion.py::test_weights_of_step_and_flow_are_the_same.
    """
    return direction_decay * step_size / (1 - momentum_decay + step_size * weight_decay * (1 - direction_decay))


def box_energy(loss: Any, x: Any, m: Any, weight_decay: Any, weight: Any) -> Any:
    """A step's H for Lion itself, K = |.|_1, inside the box: f + weight (|m|_1 - lam m.x).
    Derived: tests/models/preconditioning/test_lion.py::test_a_step_falls_as_derived.
    """
    return loss + weight * (np.abs(m).sum(axis=-1) - weight_decay * (m * x).sum(axis=-1))


def step_drops(rule: Any, x_new: Any, m: Any, m_new: Any, weight: Any) -> Any:
    """What a step of Lion with implicit decay takes off H, weight kappa: H_new - H <= L |x_new - x|^2 / 2 - this,
    h (1 + kappa lam) mt.(v - lam x_new) + kappa (1 - b2) / (b2 - b1) (mt - m_new).(v - sign m_new), v = sign mt.
    Derived: tests/models/preconditioning/test_lion.py::test_a_step_falls_as_derived.
    """
    h, lam, b1, b2 = rule[:4]
    gradient = (b2 * m - m_new) / (1 - b2)
    mt = b1 * m - (1 - b1) * gradient
    first = (mt * (np.sign(mt) - lam * x_new)).sum(axis=-1)
    second = ((mt - m_new) * (np.sign(mt) - np.sign(m_new))).sum(axis=-1)
    return h * (1 + weight * lam) * first + weight * (1 - b2) / (b2 - b1) * second


def entry_time(times_outside: Any, weight_decay: Any, push: Any) -> Any:
    """Time at which x' = -p - lam x, from x = r / lam, is at 1 / lam: ln((r + p) / (1 + p)) / lam, push p 0 or 1.
    Derived: tests/models/preconditioning/test_lion.py::test_entry_times.
    """
    return np.log((times_outside + push) / (1 + push)) / weight_decay
