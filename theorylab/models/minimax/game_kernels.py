"""Matrix games as plain loops. An oracle counts its own calls: `operator` n of them, `add_change` two.

A counter is an array (1,), so that no method can evaluate a component without a call being counted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.models.minimax.schedules import PageRule, Schedule
from theorylab.models.minimax.subsets import fill_subset
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_integers, fill_uniform

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Game(NamedTuple):
    """What a kernel sees of a game: payoffs, whether iterates are projected, the start, the residual's step."""

    payoffs: Floats
    simplex: bool
    start: Floats
    residual_step: float


@kernel
def project(game: Game, z: Floats) -> None:
    """Project x and y onto their simplices, in place, if the game has them."""
    if game.simplex:
        rows = game.payoffs.shape[0]
        for half in range(2):
            part = z[:rows] if half == 0 else z[rows:]
            ordered = np.sort(part)
            total = -1.0
            shift = 0.0
            for i in range(part.size):
                value = ordered[part.size - 1 - i]
                total += value
                if value - total / (i + 1) > 0.0:
                    shift = total / (i + 1)
            for i in range(part.size):
                part[i] = max(part[i] - shift, 0.0)


@kernel
def operator(game: Game, z: Floats, out: Floats, calls: Integers) -> None:
    """F(x, y) = (payoffs y, -payoffs' x) into out, (rows + columns,): a call of every component."""
    rows, columns = game.payoffs.shape
    calls[0] += max(rows, columns)
    out[:] = 0.0
    for i in range(rows):
        total = 0.0
        for j in range(columns):
            total += game.payoffs[i, j] * z[rows + j]
            out[rows + j] -= game.payoffs[i, j] * z[i]
        out[i] = total


@kernel
def add_change(game: Game, i: int, scale: float, z: Floats, before: Floats, out: Floats, calls: Integers) -> None:
    """Add scale * (F_i(z) - F_i(before)) to out: column i with y_i, row i with x_i, times n; two calls."""
    rows, columns = game.payoffs.shape
    calls[0] += 2
    scaled = scale * max(rows, columns)
    if i < columns:
        up = scaled * (z[rows + i] - before[rows + i])
        for j in range(rows):
            out[j] += game.payoffs[j, i] * up
    if i < rows:
        down = scaled * (z[i] - before[i])
        for j in range(columns):
            out[rows + j] -= game.payoffs[i, j] * down


@kernel
def natural_residual(game: Game, z: Floats, work: Floats) -> float:
    """|z - P(z - s F(z))|/s; inf if not a number. A measurement: its calls are not the method's."""
    operator(game, z, work, np.zeros(1, dtype=np.int64))
    for i in range(z.size):
        work[i] = z[i] - game.residual_step * work[i]
    project(game, work)
    total = 0.0
    for i in range(z.size):
        total += (z[i] - work[i]) ** 2
    total = total**0.5 / game.residual_step
    return total if total < np.inf else np.inf


@kernel
def deterministic_path(game: Game, schedule: Schedule, steps: Integers) -> Floats:
    """Natural residuals, and component passes, (2, points), of a deterministic method, both of its steps projected."""
    z, w, value, work = game.start.copy(), game.start.copy(), game.start.copy(), game.start.copy()
    calls = np.zeros(1, dtype=np.int64)
    out = np.empty((2, steps.size))
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            b1, a1, b2, a2 = schedule.look_anchor[k], schedule.look_step[k], schedule.anchor[k], schedule.step[k]
            w[:] = z
            if a1 > 0.0 or b1 > 0.0:
                operator(game, z, value, calls)
                for i in range(z.size):
                    w[i] = z[i] + b1 * (game.start[i] - z[i]) - a1 * value[i]
                project(game, w)
            operator(game, w, value, calls)
            for i in range(z.size):
                z[i] = z[i] + b2 * (game.start[i] - z[i]) - a2 * value[i]
            project(game, z)
            k += 1
        out[0, point] = natural_residual(game, z, work)
        out[1, point] = calls[0] / max(game.payoffs.shape)
    return out


@kernel
def page_path(game: Game, rule: PageRule, step_size: float, steps: Integers, stream: Stream) -> Floats:
    """Natural residuals, and component passes, (2, points), of one run of Algorithm 1."""
    n = max(game.payoffs.shape)
    u, before, estimate, work = game.start.copy(), game.start.copy(), game.start.copy(), game.start.copy()
    coin, chosen, order = np.empty(1), np.empty(rule.batch, dtype=np.int64), np.arange(n)
    calls = np.zeros(1, dtype=np.int64)
    out = np.empty((2, steps.size))
    k = 0
    for point in range(steps.size):
        while k < steps[point]:
            fill_uniform(stream, coin)
            if coin[0] < rule.refresh[k]:
                operator(game, u, estimate, calls)
            else:
                if rule.replacement:
                    fill_integers(stream, n, chosen)
                else:
                    fill_subset(stream, order, chosen)
                for j in range(rule.batch):
                    add_change(game, chosen[j], 1.0 / rule.batch, u, before, estimate, calls)
            before[:] = u
            for i in range(u.size):
                u[i] = rule.anchors[k] * game.start[i] + (1.0 - rule.anchors[k]) * u[i] - step_size * estimate[i]
            project(game, u)
            k += 1
        out[0, point] = natural_residual(game, u, work)
        out[1, point] = calls[0] / n
    return out


class Resolvent(NamedTuple):
    """Algorithm 2: its outer step eta, the inner solver's step, inner steps per outer one, and what of J it anchors."""

    resolvent_step: float
    step_size: float
    inner: Integers
    relaxation: float
    """2: Halpern on the reflected resolvent 2 J - I; 1: on J itself."""


@kernel
def inner_solve(
    game: Game, method: Resolvent, u: Floats, z: Floats, count: int, calls: Integers, stream: Stream
) -> None:
    """z becomes J u, J the resolvent of eta (F + G), by `count` steps of variance-reduced extragradient from u."""
    n = max(game.payoffs.shape)
    eta, t, p = method.resolvent_step, method.step_size, 2.0 / n
    q = 1.0 / (1.0 + t)
    w, half, value, change, work = u.copy(), u.copy(), u.copy(), u.copy(), u.copy()
    coin, chosen = np.empty(1), np.empty(1, dtype=np.int64)
    z[:] = u
    operator(game, w, value, calls)
    for _ in range(count):
        for i in range(u.size):
            work[i] = (1.0 - p) * z[i] + p * w[i] + t * u[i] - t * eta * value[i]
            half[i] = q * work[i]
        project(game, half)
        fill_integers(stream, n, chosen)
        change[:] = 0.0
        add_change(game, chosen[0], 1.0, half, w, change, calls)
        for i in range(u.size):
            z[i] = q * (work[i] - t * eta * change[i])
        project(game, z)
        fill_uniform(stream, coin)
        if coin[0] < p:
            w[:] = z
            operator(game, w, value, calls)


@kernel
def resolvent_path(game: Game, method: Resolvent, recorded: Flags, stream: Stream) -> Floats:
    """Natural residuals at v_k = J u_k, and component passes, (2, points), of a run of Algorithm 2, where recorded[k].

    u_{k+1} = u_0/(k+2) + (k+1)/(k+2) (r v_k + (1 - r) u_k), r the relaxation.
    """
    u, z, work = game.start.copy(), game.start.copy(), game.start.copy()
    calls = np.zeros(1, dtype=np.int64)
    out = np.empty((2, recorded.sum()))
    point, r = 0, method.relaxation
    for k in range(method.inner.size):
        inner_solve(game, method, u, z, method.inner[k], calls, stream)
        if recorded[k]:
            out[0, point] = natural_residual(game, z, work)
            out[1, point] = calls[0] / max(game.payoffs.shape)
            point += 1
        for i in range(u.size):
            u[i] = (game.start[i] + (k + 1.0) * (r * z[i] + (1.0 - r) * u[i])) / (k + 2.0)
    return out
