"""LV-HBA on the paper's convex toy, and where its penalised problem is solved for a fixed penalty.

    F = 1/2 |x - y2 - target|^2 + 1/2 |y1 - 1|^2,  f = 1/2 |y1|^2 - x^T y1 + 1^T y2,  g = 1^T (x + y1 + y2) = 0

x, y1, y2 in R^n; target has mean 0, in the paper's toy it is 0. The lower solution is y1 = x + 1,
1^T (y2 + 2 x + 1) = 0, its multiplier -1: y2 is not unique, and F selects it. A step k of the
method, multipliers of any sign:

    theta <- theta - eta (grad_y f(x, theta) + lam grad_y g + (theta - y) / gamma1)
    lam <- lam - eta (-g(x, theta) + (lam - z) / gamma2)                       with the theta of the step before
    (x, y) <- the projection on g = 0 of (x, y) - alpha (grad F / c_k + grad f(x, y) - grad v by theta and lam)
    z <- z + beta (lam - z) / gamma2,                                          c_k = scale (k + 1)^power, k = 0, 1, ...
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, increasing_steps, number, positive
from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
OUTPUTS = ("x", "y1", "y2", "objective", "residual", "lag")


LARGEST = 1e200
"""Of the sum of squares of a state: beyond it a run is taken for diverged."""


class Method(NamedTuple):
    """alpha, beta, eta, gamma1, gamma2, scale and power of c_k, and where x, y (before projection) and lam, z start."""

    outer_step: float
    multiplier_step: float
    inner_step: float
    gamma1: float
    gamma2: float
    scale: float
    power: float
    start: float = 10.0
    lam_start: float = 1.0
    z_start: float = -1.0


def penalised_violation(penalty: Any, gamma1: Any) -> Any:
    """u = y1 - x - 1 per coordinate at the solution of min F / c + f - v over feasible (x, y) and z, c = penalty:
    0.2 / (c k + 0.4), k = gamma1 / (gamma1 + 2).
    Derived: tests/models/bilevel/test_lv_hba.py::test_penalised_solution_by_sympy.

    gamma2 and n have no influence. There x = -0.3 - 0.4 u, y1 = 0.7 + 0.6 u, y2 = -0.4 - 0.2 u - target.
    """
    return 0.2 / (penalty * gamma1 / (gamma1 + 2) + 0.4)


def penalised_residual(penalty: Any, gamma1: Any) -> Any:
    """f - v per coordinate there: k u^2 / 2, k = gamma1 / (gamma1 + 2).
    Derived: tests/models/bilevel/test_lv_hba.py::test_penalised_solution_by_sympy.
    """
    return gamma1 / (gamma1 + 2) * penalised_violation(penalty, gamma1) ** 2 / 2


def penalised_objective(penalty: Any, gamma1: Any) -> Any:
    """F per coordinate there: 0.05 - 0.2 u + 0.2 u^2, which is below the optimum 0.05.
    Derived: tests/models/bilevel/test_lv_hba.py::test_penalised_solution_by_sympy.
    """
    u = penalised_violation(penalty, gamma1)
    return 0.05 - 0.2 * u + 0.2 * u**2


def multiplier_residual(multiplier: Any, size: Any, gamma1: Any, gamma2: Any) -> Any:
    """f - v per coordinate at a lower solution, for z = multiplier: (1 + z)^2 / 2 (1 + 2/gamma1) over
    (1 + 1/gamma1) / gamma1 + n gamma2 (1 + 2/gamma1), n = size; 0 at the lower problem's multiplier -1 alone.
    Derived: tests/models/bilevel/test_lv_hba.py::test_penalised_solution_by_sympy.
    """
    weight = 1 + 2 / gamma1
    return (1 + multiplier) ** 2 / 2 * weight / ((1 + 1 / gamma1) / gamma1 + size * gamma2 * weight)


@kernel
def lv_hba_run(p: Method, target: Floats, steps: NDArray[np.int64]) -> Floats:
    """OUTPUTS after steps, (6, points): mean x, y1, y2 + target, F / n, (f - v) / n, and lag; inf from divergence.

    The lag is the distance of (theta, lam) from the saddle at (x, y, z), over n^(1/2).
    """
    n, out = target.size, np.full((6, steps.size), np.inf)
    x, y1, y2 = np.full(n, p.start), np.full(n, p.start), np.full(n, p.start)
    mean = (x.sum() + y1.sum() + y2.sum()) / (3 * n)
    x -= mean
    y1 -= mean
    y2 -= mean
    t1, t2, lam, z, done = y1.copy(), y2.copy(), p.lam_start, p.z_start, 0
    for k in range(steps.size):
        while done < steps[k]:
            c = p.scale * (done + 1.0) ** p.power
            held = x.sum() + t1.sum() + t2.sum()
            total = 0.0
            for i in range(n):
                t1[i] -= p.inner_step * (t1[i] - x[i] + lam + (t1[i] - y1[i]) / p.gamma1)
                t2[i] -= p.inner_step * (1.0 + lam + (t2[i] - y2[i]) / p.gamma1)
            lam -= p.inner_step * (-held + (lam - z) / p.gamma2)
            for i in range(n):
                apart = x[i] - y2[i] - target[i]
                in_x = apart / c - y1[i] + t1[i] - lam
                in_y1 = (y1[i] - 1.0) / c + y1[i] - x[i] - (y1[i] - t1[i]) / p.gamma1
                in_y2 = -apart / c + 1.0 - (y2[i] - t2[i]) / p.gamma1
                x[i] -= p.outer_step * in_x
                y1[i] -= p.outer_step * in_y1
                y2[i] -= p.outer_step * in_y2
                total += x[i] + y1[i] + y2[i]
            for i in range(n):
                x[i] -= total / (3 * n)
                y1[i] -= total / (3 * n)
                y2[i] -= total / (3 * n)
            z += p.multiplier_step * (lam - z) / p.gamma2
            done += 1
        if not (x * x + y1 * y1 + y2 * y2).sum() + lam * lam + z * z < LARGEST:
            break
        _observe(p, target, (x, y1, y2, t1, t2), (lam, z), out[:, k])
    return out


@kernel
def _observe(
    p: Method,
    target: Floats,
    parts: tuple[Floats, Floats, Floats, Floats, Floats],
    pair: tuple[float, float],
    out: Floats,
) -> None:
    """What a step shows; the saddle at (x, y, z) is explicit: theta1 = (gamma1 (x - lam) + y1) / (1 + gamma1) and
    theta2 = y2 - gamma1 (1 + lam), with the lam that g = (lam - z) / gamma2 leaves.
    """
    x, y1, y2, t1, t2 = parts
    n, g = x.size, p.gamma1
    right = pair[1] / p.gamma2 + x.sum() + (g * x.sum() + y1.sum()) / (1.0 + g) + y2.sum() - n * g
    best = right / (1.0 / p.gamma2 + n * g / (1.0 + g) + n * g)
    upper, lower, off = 0.0, 0.0, (best - pair[0]) ** 2
    at_x, at_y1, at_y2, held = 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        s1, s2 = (g * (x[i] - best) + y1[i]) / (1.0 + g), y2[i] - g * (1.0 + best)
        upper += ((x[i] - y2[i] - target[i]) ** 2 + (y1[i] - 1.0) ** 2) / 2.0
        lower += y1[i] ** 2 / 2.0 - x[i] * y1[i] + y2[i] - (s1**2 / 2.0 - x[i] * s1 + s2)
        lower -= ((s1 - y1[i]) ** 2 + (s2 - y2[i]) ** 2) / (2.0 * g)
        held += x[i] + s1 + s2
        off += (s1 - t1[i]) ** 2 + (s2 - t2[i]) ** 2
        at_x, at_y1, at_y2 = at_x + x[i], at_y1 + y1[i], at_y2 + y2[i] + target[i]
    lower -= best * held - (best - pair[1]) ** 2 / (2.0 * p.gamma2)
    out[0], out[1], out[2] = at_x / n, at_y1 / n, at_y2 / n
    out[3], out[4], out[5] = upper / n, lower / n, (off / n) ** 0.5


def lv_hba(given: Method, target: ArrayLike, steps: ArrayLike) -> dict[str, Floats]:
    """OUTPUTS of `lv_hba_run`, by name, (points,). Raises InputError for steps or gammas <= 0, power outside [0, 1/2),
    numbers that are not finite, or steps that do not increase.
    """
    names = ("outer_step", "multiplier_step", "inner_step", "gamma1", "gamma2", "scale")
    sizes = {name: positive(name, getattr(given, name)) for name in names}
    starts = {name: number(name, getattr(given, name)) for name in ("start", "lam_start", "z_start")}
    require(0 <= given.power < 0.5, f"power={given.power} is not allowed: give a number in [0, 1/2)")
    aims = finite_row("target", target)
    require(abs(aims.mean()) <= 1e-12 * (1 + np.abs(aims).max()), f"target has mean {aims.mean():g}: give mean 0")
    p = given._replace(power=float(given.power), **sizes, **starts)
    return dict(zip(OUTPUTS, lv_hba_run(p, aims, increasing_steps(steps)), strict=True))
