"""MA-DSBO on scalar quadratics: exact means and variances of the whole decentralised method, and its simulation.

    g_i = H_i y^2 / 2 - y (J_i x + q_i),   f_i = (y - c_i)^2 / 2 + ridge x^2 / 2,   agents on a ring (`agents.ring`)

A step k of the method (structure recalled; the inner loops track gradients and go on from where they were):

    `inner` times:  y <- W y - beta s,  s <- W s + new - old,  the gradient H y - J x - q with noise as new;
    `inner` times:  z <- W z - gamma v, v <- W v + new - old,  the residual H z - (y - c) with noise as new;
    r <- (1 - alpha) r + alpha (ridge x + J z + noise),   x <- W x - alpha r.

Noise is Gaussian, independent for each agent and call. All starts are 0; s and v start at the gradient and
residual there, without noise. `cold` sets z back to 0 in each step, and v to the residual there. Everything is linear.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.bilevel.agents import ring
from theorylab.numerics.arguments import increasing_steps, number, positive, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal, generator
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
OUTPUTS = ("gradient", "consensus", "direction")


class Averaging(NamedTuple):
    """H, J, q, c (N,), ridge, noise of r and of inner loops, beta, gamma, inner iterations, whether z starts cold."""

    hessians: Floats
    couplings: Floats
    shifts: Floats
    targets: Floats
    ridge: float
    noise_std: float
    inner_noise: float
    lower_step: float
    system_step: float
    inner: int
    cold: bool = False


def random_averaging(seed: int, count: int, noise_std: float, inner: int, *, cold: bool = False) -> Averaging:
    """Agents with H in [0.5, 2], J in [-1, 2], normal q and c, ridge 0.2, noise of one size, inner steps 0.3."""
    n, draws = whole("count", count, least=3), generator(seed)
    H, J = draws.uniform(0.5, 2.0, n), draws.uniform(-1.0, 2.0, n)
    q, c = draws.standard_normal((2, n))
    return Averaging(H, J, q, c, 0.2, noise_std, noise_std, 0.3, 0.3, inner, cold)


def hyper_slope(p: Averaging) -> tuple[float, float]:
    """(slope, constant) of F'(x) = ridge x + mean J / mean H (y(x) - mean c), y(x) = (mean J x + mean q) / mean H.
    Derived: tests/models/bilevel/test_averaged.py::test_hyper_slope_is_the_derivative_of_the_objective.
    """
    lead = p.couplings.mean() / p.hessians.mean()
    return p.ridge + lead**2, lead * (p.shifts.mean() / p.hessians.mean() - p.targets.mean())


def stationary_leading(p: Averaging, alpha: float) -> tuple[float, float]:
    """E F'(mean x)^2 and E (mean r - F')^2 at the end for small alpha, of the noise of r alone: alpha s^2 h / (2 N) and
    alpha s^2 (1 + h) / (2 N), h = F''.
    Derived: tests/models/bilevel/test_averaged.py::test_stationary_variances_of_the_averaged_direction.

    Inner loops are exact and without noise: x' = x - alpha r', r' = (1 - alpha) r + alpha (h x + noise).
    """
    slope = hyper_slope(p)[0]
    variance = p.noise_std**2 / p.hessians.size
    return alpha * variance * slope / 2, alpha * variance * (1 + slope) / 2


def settled(p: Averaging, alpha: float) -> Floats:
    """x of all agents where the method without noise rests with exact inner loops, (N,): W x - alpha r = x.
    Derived: tests/models/bilevel/test_averaged.py::test_settled_agents_rest.

    r_i = ridge x_i + J_i z, z = (mean J_i x_i + mean q - mean H mean c) / (mean H)^2. Unlike agents have F' /= 0.
    """
    n, lead = p.hessians.size, p.hessians.mean()
    outer = np.outer(p.couplings, p.couplings) / n / lead**2
    matrix = np.eye(n) - ring(n) + alpha * (p.ridge * np.eye(n) + outer)
    right = -alpha * p.couplings * (p.shifts.mean() - lead * p.targets.mean()) / lead**2
    return np.asarray(np.linalg.solve(matrix, right))


def checked(given: Averaging) -> Averaging:
    """The same, validated. Raises InputError for other shapes, H <= 0, steps <= 0, noise < 0 or inner < 1."""
    H, J, q, c = (np.asarray(part, dtype=float) for part in given[:4])
    n = H.size
    require(
        n >= 3 and all(part.shape == (n,) and np.isfinite(part).all() for part in (H, J, q, c)) and (H > 0).all(),
        "hessians, couplings, shifts and targets need one shape (N,), N >= 3, finite numbers, and hessians > 0",
    )
    ridge, noise, inner_noise = (
        number(name, getattr(given, name), least=0.0) for name in ("ridge", "noise_std", "inner_noise")
    )
    steps = positive("lower_step", given.lower_step), positive("system_step", given.system_step)
    return Averaging(H, J, q, c, ridge, noise, inner_noise, *steps, whole("inner", given.inner), bool(given.cold))


def step_maps(given: Averaging, alpha: float) -> tuple[Floats, Floats, Floats]:
    """(F, c, Q): a step takes the state w to F w + c + noise of covariance Q; w = (x, y, s, g, z, v, u, r).

    g and u are the last gradient and residual; each part has N entries.
    """
    p = checked(given)
    n, W = p.hessians.size, ring(p.hessians.size)
    names = "xysgzvur"
    at = {name: slice(n * k, n * (k + 1)) for k, name in enumerate(names)}
    total, unit = (np.eye(8 * n), np.zeros(8 * n), np.zeros((8 * n, 8 * n))), np.eye(n)

    def apply(rows: dict[str, dict[str, Floats]], shift: dict[str, Floats], noise: dict[str, float]) -> None:
        """Compose with w_a <- sum_b rows[a][b] w_b + shift[a] + noise[a] xi, one xi for all parts."""
        nonlocal total
        F, c, E = np.eye(8 * n), np.zeros(8 * n), np.zeros((8 * n, n))
        for a, terms in rows.items():
            F[at[a]] = 0.0
            for b, block in terms.items():
                F[at[a], at[b]] = block
        for a, part in shift.items():
            c[at[a]] = part
        for a, size in noise.items():
            E[at[a]] = size * unit
        before = total
        total = (F @ before[0], F @ before[1] + c, F @ before[2] @ F.T + E @ E.T)

    H, J, s = np.diag(p.hessians), np.diag(p.couplings), p.inner_noise
    for _ in range(p.inner):
        apply({"y": {"y": W, "s": -p.lower_step * unit}}, {}, {})
        fresh = {"y": H, "x": -J}
        apply({"s": {"s": W, "g": -unit, **fresh}, "g": fresh}, {"s": -p.shifts, "g": -p.shifts}, {"s": s, "g": s})
    residual = {"z": H, "y": -unit}
    if p.cold:
        apply({"z": {}}, {}, {})
        apply({"v": residual, "u": residual}, {"v": p.targets, "u": p.targets}, {"v": s, "u": s})
    for _ in range(p.inner):
        apply({"z": {"z": W, "v": -p.system_step * unit}}, {}, {})
        apply({"v": {"v": W, "u": -unit, **residual}, "u": residual}, {"v": p.targets, "u": p.targets},
              {"v": s, "u": s})  # fmt: skip
    apply({"r": {"r": (1 - alpha) * unit, "x": alpha * p.ridge * unit, "z": alpha * J}}, {}, {"r": alpha * p.noise_std})
    apply({"x": {"x": W, "r": -alpha * unit}}, {}, {})
    return total


def start(p: Averaging) -> Floats:
    """The state at the start, (8 N,)."""
    zero = np.zeros(p.hessians.size)
    return np.concatenate([zero, zero, -p.shifts, -p.shifts, zero, p.targets, p.targets, zero])


def moments(given: Averaging, alpha: float, steps: ArrayLike) -> Floats:
    """E F'(mean x)^2, E mean_i (x_i - mean x)^2 and E (mean r - F'(mean x))^2 after steps, (3, points), by the maps.

    Raises InputError for bad problems, alpha <= 0 or bad steps.
    """
    p, at = checked(given), increasing_steps(steps)
    F, c, Q = step_maps(p, positive("alpha", alpha))
    forms, mean, covariance = _forms(p), start(p), np.zeros_like(Q)
    out = np.empty((3, at.size))
    for t in range(int(at[-1]) + 1):
        for k in np.flatnonzero(at == t):
            out[:, k] = _values(forms, mean, covariance + np.outer(mean, mean))
        mean, covariance = F @ mean + c, F @ covariance @ F.T + Q
    return out


def averages(given: Averaging, alpha: float, steps: int) -> Floats:
    """Means over k = 1, ..., steps of the `moments`, (3,)."""
    p, count = checked(given), whole("steps", steps)
    F, c, Q = step_maps(p, positive("alpha", alpha))
    mean, covariance = start(p), np.zeros_like(Q)
    means, seconds = np.zeros_like(mean), np.zeros_like(Q)
    for _ in range(count):
        mean, covariance = F @ mean + c, F @ covariance @ F.T + Q
        means += mean
        seconds += covariance + np.outer(mean, mean)
    return _values(_forms(p), means / count, seconds / count)


def stationary(given: Averaging, alpha: float) -> Floats:
    """The `moments` in the limit, (3,), by squaring the map until they stay, or for 2^26 steps.

    Raises InputError as `moments`, and where the method diverges. mean s = mean g and mean v = mean u stay, as the
    start has them: their eigenvalues of the map, which are 1, are projected to 0.
    """
    p = checked(given)
    F, c, Q = step_maps(p, positive("alpha", alpha))
    n = p.hessians.size
    kept = np.eye(8 * n)
    for tracker, tracked in ((2, 3), (5, 6)):
        rows = slice(n * tracker, n * (tracker + 1))
        kept[rows, rows] -= 1 / n
        kept[rows, n * tracked : n * (tracked + 1)] += 1 / n
    F, c, Q = kept @ F, kept @ c, kept @ Q @ kept.T
    require(np.abs(np.linalg.eigvals(F)).max() < 1, "this method diverges: give smaller steps")
    mean, covariance, forms = start(p), np.zeros_like(Q), _forms(p)
    values = np.full(3, np.inf)
    for _ in range(26):
        mean, covariance = F @ mean + c, F @ covariance @ F.T + Q
        before, values = values, _values(forms, mean, covariance + np.outer(mean, mean))
        if np.allclose(values, before, rtol=1e-14, atol=1e-30):  # further steps would only add rounding
            break
        c, Q, F = F @ c + c, F @ Q @ F.T + Q, F @ F
    return values


@kernel
def averaged_runs(p: Averaging, W: Floats, alpha: float, form: tuple[float, float], steps: NDArray[np.int64],
                  stream: Stream) -> Floats:  # fmt: skip
    """F'(mean x)^2, mean_i (x_i - mean x)^2, (mean r - F'(mean x))^2 after steps, (3, points); form: F' as a line."""
    n = p.hessians.size
    x, y, z, r = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    s, g, v, u = -p.shifts, -p.shifts, p.targets.copy(), p.targets.copy()
    xi, out, done = np.empty(n), np.empty((3, steps.size)), 0
    for k in range(steps.size):
        while done < steps[k]:
            for _ in range(p.inner):
                y = W @ y - p.lower_step * s
                fill_normal(stream, xi)
                new = p.hessians * y - p.couplings * x - p.shifts + p.inner_noise * xi
                s = W @ s + new - g
                g = new
            if p.cold:
                z = np.zeros(n)
                fill_normal(stream, xi)
                u = p.hessians * z - y + p.targets + p.inner_noise * xi
                v = u.copy()
            for _ in range(p.inner):
                z = W @ z - p.system_step * v
                fill_normal(stream, xi)
                new = p.hessians * z - y + p.targets + p.inner_noise * xi
                v = W @ v + new - u
                u = new
            fill_normal(stream, xi)
            r = (1.0 - alpha) * r + alpha * (p.ridge * x + p.couplings * z + p.noise_std * xi)
            x = W @ x - alpha * r
            done += 1
        slope = form[0] * x.mean() + form[1]
        out[0, k] = slope**2
        out[1, k] = ((x - x.mean()) ** 2).mean()
        out[2, k] = (r.mean() - slope) ** 2
    return out


def simulated(given: Averaging, alpha: float, steps: ArrayLike, *, replicas: int, seed: int) -> dict[str, Curve]:
    """Curves of OUTPUTS over steps. Raises InputError for bad problems, alpha <= 0, steps or replicas."""
    p, at = checked(given), increasing_steps(steps)
    return replicate(
        averaged_runs, p, ring(p.hessians.size), positive("alpha", alpha), hyper_slope(p), at, x=at,
        replicas=replicas, seed=seed, names=OUTPUTS,
    )  # fmt: skip


def _forms(p: Averaging) -> list[tuple[Floats, float]]:
    """(rows, constant): each output is the mean over its rows of E (row w + constant)^2."""
    n = p.hessians.size
    slope, constant = hyper_slope(p)
    mean_x, mean_r, own = np.zeros((1, 8 * n)), np.zeros((1, 8 * n)), np.zeros((n, 8 * n))
    mean_x[0, :n], mean_r[0, 7 * n :] = 1 / n, 1 / n
    own[:, :n] = np.eye(n) - 1 / n
    return [(slope * mean_x, constant), (own, 0.0), (mean_r - slope * mean_x, -constant)]


def _values(forms: list[tuple[Floats, float]], mean: Floats, second: Floats) -> Floats:
    """Of E w and E w w^T."""
    found = [
        (np.einsum("ij,jk,ik->i", rows, second, rows) + 2 * constant * (rows @ mean) + constant**2).mean()
        for rows, constant in forms
    ]
    return np.array(found)
