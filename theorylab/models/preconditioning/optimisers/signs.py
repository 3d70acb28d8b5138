"""Steps in norms, each once and as its paper writes it: pure functions of state and gradient, without a loop."""

from __future__ import annotations

from theorylab.numerics.jit import inner_kernel


@inner_kernel
def sign(x: float) -> float:
    """The sign of x; 0 at 0: the steepest direction of a coordinate in the largest-entry norm."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0


@inner_kernel
def sign_step(point: float, gradient: float, step_size: float) -> float:
    """One coordinate after a step of sign descent: w - eps sign(g)."""
    direction: float = sign(gradient)
    return point - step_size * direction


@inner_kernel
def averaged(momentum: float, gradient: float, decay: float) -> float:
    """One coordinate of Lion's moving average of -g: b m - (1 - b) g."""
    return decay * momentum - (1.0 - decay) * gradient


@inner_kernel
def lion_step(point: float, direction: float, step_size: float, weight_decay: float, implicit: bool) -> float:
    """One coordinate after x <- x + h (direction - lam x), the decay at the old point or, implicitly, at the new."""
    if implicit:
        return (point + step_size * direction) / (1.0 + step_size * weight_decay)
    return point + step_size * (direction - weight_decay * point)
