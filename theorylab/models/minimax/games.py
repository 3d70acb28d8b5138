"""Matrix games: every method against component calls, with projections onto simplices where the game has them.

The natural residual at z is |z - P(z - s F(z))|/s with s = 1/||payoffs||, which is |F(z)| without constraints. For
v = J u, J the resolvent of eta (F + G), it is at most |u - v|/eta: (u - v)/eta lies in (F + G)(v), and forward-backward
steps of a point of (F + G)(v) move by at most s times its norm.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.models.minimax import schedules, theory
from theorylab.models.minimax.model import MatrixGame
from theorylab.models.minimax.schedules import Schedule
from theorylab.models.minimax.simulation import steps_within
from theorylab.numerics.arguments import increasing_steps, positive
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_integers, fill_uniform
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Game(NamedTuple):
    """What a kernel sees of a game: payoffs (n, n), whether iterates are projected, the start, the residual's step."""

    payoffs: Floats
    simplex: bool
    start: Floats
    residual_step: float


@kernel
def project(game: Game, z: Floats) -> None:
    """Project both halves of z onto the simplex, in place, if the game has one."""
    if game.simplex:
        n = z.size // 2
        for half in range(2):
            part = z[half * n : (half + 1) * n]
            ordered = np.sort(part)
            total = -1.0
            shift = 0.0
            for i in range(n):
                value = ordered[n - 1 - i]
                total += value
                if value - total / (i + 1) > 0.0:
                    shift = total / (i + 1)
            for i in range(n):
                part[i] = max(part[i] - shift, 0.0)


@kernel
def operator(game: Game, z: Floats, out: Floats) -> None:
    """F(x, y) = (payoffs y, -payoffs' x) into out, (2n,)."""
    n = z.size // 2
    out[:] = 0.0
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += game.payoffs[i, j] * z[n + j]
            out[n + j] -= game.payoffs[i, j] * z[i]
        out[i] = total


@kernel
def natural_residual(game: Game, z: Floats, work: Floats) -> float:
    """|z - P(z - s F(z))|/s; inf if not a number."""
    operator(game, z, work)
    for i in range(z.size):
        work[i] = z[i] - game.residual_step * work[i]
    project(game, work)
    total = 0.0
    for i in range(z.size):
        total += (z[i] - work[i]) ** 2
    total = total**0.5 / game.residual_step
    return total if total < np.inf else np.inf


@kernel
def add_change(game: Game, i: int, scale: float, z: Floats, before: Floats, out: Floats) -> None:
    """Add scale * (F_i(z) - F_i(before)) to out: column i with y_i, row i with x_i, times n."""
    n = z.size // 2
    up, down = scale * n * (z[n + i] - before[n + i]), scale * n * (z[i] - before[i])
    for j in range(n):
        out[j] += game.payoffs[j, i] * up
        out[n + j] -= game.payoffs[i, j] * down


@kernel
def deterministic_path(game: Game, schedule: Schedule, steps: Integers) -> Floats:
    """Natural residuals (points,) of a deterministic method, both of its steps projected."""
    z, w, value, work = game.start.copy(), game.start.copy(), game.start.copy(), game.start.copy()
    out = np.empty(steps.size)
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            b1, a1, b2, a2 = schedule.look_anchor[k], schedule.look_step[k], schedule.anchor[k], schedule.step[k]
            w[:] = z
            if a1 > 0.0 or b1 > 0.0:
                operator(game, z, value)
                for i in range(z.size):
                    w[i] = z[i] + b1 * (game.start[i] - z[i]) - a1 * value[i]
                project(game, w)
            operator(game, w, value)
            for i in range(z.size):
                z[i] = z[i] + b2 * (game.start[i] - z[i]) - a2 * value[i]
            project(game, z)
            k += 1
        out[point] = natural_residual(game, z, work)
    return out


@kernel
def page_path(
    game: Game, lam: Floats, refresh: Floats, batch: int, step_size: float, steps: Integers, stream: Stream
) -> Floats:
    """Natural residuals (points,) of one run of Algorithm 1."""
    n = game.start.size // 2
    u, before, estimate, work = game.start.copy(), game.start.copy(), game.start.copy(), game.start.copy()
    coin, chosen = np.empty(1), np.empty(batch, dtype=np.int64)
    out = np.empty(steps.size)
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            fill_uniform(stream, coin)
            if coin[0] < refresh[k]:
                operator(game, u, estimate)
            else:
                fill_integers(stream, n, chosen)
                for j in range(batch):
                    add_change(game, chosen[j], 1.0 / batch, u, before, estimate)
            before[:] = u
            for i in range(u.size):
                u[i] = lam[k] * game.start[i] + (1.0 - lam[k]) * u[i] - step_size * estimate[i]
            project(game, u)
            k += 1
        out[point] = natural_residual(game, u, work)
    return out


@kernel
def resolvent_path(
    game: Game, resolvent_step: float, step_size: float, inner: Integers, recorded: Flags, stream: Stream
) -> Floats:
    """Natural residuals (points,) at v_k = J u_k of one run of Algorithm 2, where recorded[k]; inner[k] inner steps.

    u_{k+1} = u_0/(k+2) + (k+1)/(k+2) (2 v_k - u_k); v_k by variance-reduced extragradient from u_k, p = 2/n.
    """
    n = game.start.size // 2
    eta, t, p = resolvent_step, step_size, 2.0 / n
    q = 1.0 / (1.0 + t)
    u, z, w, half = game.start.copy(), game.start.copy(), game.start.copy(), game.start.copy()
    value, change, work = game.start.copy(), game.start.copy(), game.start.copy()
    coin, chosen = np.empty(1), np.empty(1, dtype=np.int64)
    out = np.empty(recorded.sum())
    point = 0
    for k in range(inner.size):
        z[:] = u
        w[:] = u
        operator(game, w, value)
        for _ in range(inner[k]):
            for i in range(u.size):
                work[i] = (1.0 - p) * z[i] + p * w[i] + t * u[i] - t * eta * value[i]
                half[i] = q * work[i]
            project(game, half)
            fill_integers(stream, n, chosen)
            change[:] = 0.0
            add_change(game, chosen[0], 1.0, half, w, change)
            for i in range(u.size):
                z[i] = q * (work[i] - t * eta * change[i])
            project(game, z)
            fill_uniform(stream, coin)
            if coin[0] < p:
                w[:] = z
                operator(game, w, value)
        if recorded[k]:
            out[point] = natural_residual(game, z, work)
            point += 1
        for i in range(u.size):
            u[i] = (game.start[i] + (k + 1.0) * (2.0 * z[i] - u[i])) / (k + 2.0)
    return out


def deterministic(problem: MatrixGame, schedule: Schedule, steps: ArrayLike) -> Curve:
    """Natural residuals of a deterministic method, over component passes: one, or two with a look-ahead, per step."""
    points = steps_within(steps, schedule)
    each = 2.0 if schedule.look_step.any() else 1.0
    # Rounding as in simulation.residuals, with 2n products per entry of F; projections do not amplify errors.
    values = deterministic_path(_data(problem), schedule, points)
    bound = 2.0**-53 * (24 + 2 * problem.size) * (points + 1) * np.maximum(values, 2 * problem.lipschitz)
    return Curve(
        np.asarray(each * points), values[None], True, np.where(np.isfinite(bound), bound, 0.0)[None], "passes"
    )


def page(problem: MatrixGame, steps: ArrayLike, *, step_size: float, replicas: int, seed: int) -> Curve:
    """Monte Carlo of Algorithm 1 on a game, over expected component passes. No theorem covers a bilinear operator."""
    points = increasing_steps(steps)
    positive("step_size", step_size)
    horizon, n = int(points[-1]), problem.size
    return replicate(
        page_path, _data(problem), theory.page_anchors(horizon + 1), theory.page_refresh(n, horizon),
        theory.page_batch(n), float(step_size), points, x=theory.page_cost(n, points) / n, replicas=replicas, seed=seed,
        keep_diverged=True, x_name="passes",
    )  # fmt: skip


def resolvent(
    problem: MatrixGame, steps: ArrayLike, *, inner_share: float = 1.0, replicas: int, seed: int
) -> tuple[Curve, Floats]:
    """Monte Carlo of Algorithm 2 on a game, over outer steps k, and its expected component passes, (points,).

    eta = sqrt(n)/L, L the average Lipschitz constant. Inner steps n (6.4 + 2.6 log(k+2)) times `inner_share`: at 0.92/n
    per step (theory.inner_rate, on bilinear modes) root mean square errors are e^(-2.9) (k+2)^(-1.2) of |u_k - J u_k|.
    While that is at most 2D/(k+1), 2 sum (k+1) e_k <= 4 D e^(-2.9) sum (k+2)^(-1.2) = D, and by
    theory.inexact_halpern_bound it stays so: |u_k - J u_k| <= 2D/(k+1).
    """
    points = increasing_steps(steps)
    positive("inner_share", inner_share)
    n = problem.size
    eta = n**0.5 / problem.average_lipschitz
    inner = _inner_steps(n, int(points[-1]), inner_share)
    outer = np.arange(inner.size)
    step_size = theory.inner_step_size(n, eta, problem.average_lipschitz)
    curve = replicate(
        resolvent_path, _data(problem), float(eta), step_size, inner, np.isin(outer, points), x=points,
        replicas=replicas, seed=seed, x_name="outer steps",
    )  # fmt: skip
    return curve, resolvent_passes(n, points, inner_share)


def resolvent_bound(problem: MatrixGame, steps: ArrayLike) -> Floats:
    """2 D/(eta (k+1)) of `resolvent`, (points,): D = 1 without constraints (the solution is 0), D <= 2 on simplices."""
    eta = problem.size**0.5 / problem.average_lipschitz
    return np.asarray(2 * (2.0 if problem.simplex else 1.0) / eta / (increasing_steps(steps) + 1))


def deterministic_methods(lipschitz: float, steps: int) -> dict[str, Schedule]:
    """The deterministic methods by name, each at its usual step size; descent-ascent makes twice as many `steps`."""
    return {
        "GDA": schedules.gradient_descent_ascent(2 * steps, 0.3 / lipschitz),
        "EG": schedules.extragradient(steps, 0.5**0.5 / lipschitz, lipschitz),
        "EAG-C": schedules.anchored_extragradient(steps, 0.125 / lipschitz, lipschitz),
        "EAG-V": schedules.varying_anchored_extragradient(steps, 0.618 / lipschitz, lipschitz),
        "FEG": schedules.fast_extragradient(steps, 1 / lipschitz, lipschitz),
    }


def resolvent_passes(size: int, steps: ArrayLike, inner_share: float = 1.0) -> Floats:
    """Expected component passes of Algorithm 2 up to v_k, k = steps, (points,): 1 + 4 inner steps/n per outer one."""
    points = increasing_steps(steps)
    inner = _inner_steps(theory.valid_size(size), int(points[-1]), inner_share)
    return np.asarray(np.cumsum(1 + 4 * inner / size)[points])


def _inner_steps(size: int, last: int, share: float) -> Integers:
    return np.asarray(np.ceil(share * size * (6.4 + 2.6 * np.log(np.arange(last + 1) + 2.0))), dtype=np.int64)


def _data(problem: MatrixGame) -> Game:
    theory.valid_size(problem.size)
    return Game(problem.payoffs, bool(problem.simplex), problem.start(), 1 / problem.lipschitz)
