"""The model: a linear recursion of a few states, one curvature at a time, with additive and multiplicative noise.

    z_{t+1} = A z_t + c + w_t,   Cov w_t = noise,   (A, c) drawn afresh at each step, by its odds, from finitely many.

Methods on f = h x^2 / 2 see the gradient h x + noise_std * xi, xi of variance 1, and are at their minimiser at 0:

    sgd        x' = x - step_size g(x)
    momentum   m' = beta m + (1 - beta) g(x),  x' = x - step_size m'          state (x, m); theory form
    nag_gs     x' = (x + a v) / (1 + a),  v' = (v + tau x' - (a / gamma) h x' + noise) / (1 + tau),  tau = a mu / gamma

An average is one more state, s' = keep s + take z_i: the sum of iterates (1, 1), held (1, 0), or an exponential moving
average (decay, 1 - decay) of z_i before the step. A 1 in front of the state makes all of it one linear map of second
moments (`moments`). Instances (curvatures, step sizes) stand side by side in arrays (m,). Entries are `Known`: their
rounding is carried along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.errors import InputError, require
from theorylab.numerics.arguments import reals
from theorylab.numerics.known import Known, Operand, known, stacked, table

Floats = NDArray[np.float64]
Rows = list[list[Operand]]
MOST_STATES = 8
"""States, averages and the constant together: beyond, second moments by one matrix stop being cheap."""


@dataclass(frozen=True, eq=False)
class Linear:
    """A linear recursion in the states (1, z): maps (branches, m, D, D), odds (branches,), noise (m, D, D)."""

    maps: Known
    odds: Floats
    noise: Known

    @property
    def states(self) -> int:
        """D: states z, and the 1 in front of them."""
        return self.maps.shape[-1]

    def observed(self, keep: Operand, take: Operand, component: int = 1) -> Linear:
        """The recursion with one more state s' = keep s + take z_component, z before the step; the first one is 1.

        Raises InputError for a component that is not there, or too many states.
        """
        size = self.states
        require(0 <= component < size, f"component={component} is not allowed: give one of 0 (the 1) to {size - 1}")
        require(size < MOST_STATES, f"{size + 1} states are too many: at most {MOST_STATES}, with the 1 and averages")
        row: list[Operand] = [0.0] * size + [keep]
        row[component] = take
        return replace(
            self, maps=_bordered(self.maps, table([row])), noise=_bordered(self.noise, table([[0.0] * (size + 1)]))
        )


def linear(matrices: list[Rows], noise: Rows, *, pushes: list[list[Operand]] | None = None,
           odds: ArrayLike | None = None) -> Linear:  # fmt: skip
    """The recursion z' = A_b z + c_b + w with probability odds_b; entries are numbers, arrays (m,) or Known.

    matrices: one table (d, d) per branch; noise: covariance (d, d) of w; pushes: c_b, by default 0; odds by default
    equal. Raises InputError for shapes that do not fit, odds that are no probabilities, or a noise that is no
    covariance.
    """
    nested = [isinstance(row, (list, tuple)) for rows in [*matrices, noise] for row in rows]
    require(nested and all(nested), "matrices is a list of tables, and noise a table: give lists of rows of entries")
    d, count = len(matrices[0]), len(matrices)
    given: Rows = pushes if pushes is not None else [[0.0] * d for _ in range(count)]
    chances = np.full(count, 1 / count) if odds is None else reals("odds", odds)
    good = chances.shape == (count,) and (chances >= 0).all() and abs(chances.sum() - 1) < 1e-12
    require(good, f"odds={odds!r} are not allowed: give one probability per matrix, of sum 1")
    require(len(given) == count, f"{len(given)} pushes for {count} matrices: give one for each")
    shapes = {(len(rows), len(row)) for rows in [*matrices, noise] for row in rows} | {(len(row), d) for row in given}
    require(shapes == {(d, d)}, f"matrices, noise and pushes do not fit d = {d} states")
    maps = [table([[1.0, *[0.0] * d], *([c, *row] for c, row in zip(push, rows, strict=True))])
            for push, rows in zip(given, matrices, strict=True)]  # fmt: skip
    fresh = table([[0.0] * (d + 1), *([0.0, *row] for row in noise)])
    shape = np.broadcast_shapes((1, d + 1, d + 1), fresh.shape, *(each.shape for each in maps))
    covariance = np.broadcast_to(fresh.value, shape)
    require(np.isfinite(covariance).all() and np.array_equal(covariance, covariance.swapaxes(-1, -2)),
            "noise is not allowed: give a finite symmetric covariance")  # fmt: skip
    least = np.linalg.eigvalsh(covariance)[..., 0]
    require((least >= -1e-12 * np.abs(covariance).max(axis=(-2, -1))).all(), "noise is no covariance: it is not >= 0")
    return Linear(stacked([_spread(each, shape) for each in maps]), chances, _spread(fresh, shape))


def sgd(step_size: Operand, curvature: Operand, noise_std: Operand) -> Linear:
    """SGD, state x. Step sizes and curvatures are numbers or arrays (m,).

    Raises InputError for step sizes or noise that are no finite numbers >= 0.
    """
    eta = _parameter("step_size", step_size)
    return linear([[[1 - eta * curvature]]], [[(eta * _parameter("noise_std", noise_std)) ** 2]])


def momentum(step_size: Operand, beta: Operand, curvature: Operand, noise_std: Operand) -> Linear:
    """SGD with momentum in its theory form, state (x, m); the practical form has step (1 - beta) step_size.

    Raises InputError as `sgd`, and for beta outside [0, 1).
    """
    eta, be, h = _parameter("step_size", step_size), _parameter("beta", beta, below=1.0), curvature
    fresh, s = 1 - be, _parameter("noise_std", noise_std)
    push = eta * fresh
    noise: Rows = [[(push * s) ** 2, -(push * fresh * s * s)], [-(push * fresh * s * s), (fresh * s) ** 2]]
    return linear([[[1 - push * h, -(eta * be)], [fresh * h, be]]], noise)


def nag_gs(alpha: Operand, mu: Operand, gamma: Operand, curvature: Operand, diffusion: Operand) -> Linear:
    """NAG-GS at constant gamma, state (x, v); noise sqrt(alpha) * diffusion in the bracket of v.

    Raises InputError for parameters that are no finite numbers >= 0, or gamma = 0.
    """
    a, g, mu, diffusion = _nag(alpha, gamma, mu, diffusion)
    tau = a * mu / g
    pull, keep = tau - a * curvature / g, 1 / (1 + a)
    rows: Rows = [[keep, a * keep], [pull * keep / (1 + tau), (1 + pull * a * keep) / (1 + tau)]]
    return linear([rows], [[0.0, 0.0], [0.0, a * (diffusion / (1 + tau)) ** 2]])


def nag_gs_as_coded(alpha: Operand, mu: Operand, gamma: Operand, curvature: Operand, diffusion: Operand) -> Linear:
    """NAG-GS in the order of its authors' code: v first, with the old x, then x with the new v; state (x, v).

    Raises InputError as `nag_gs`.
    """
    a, g, mu, diffusion = _nag(alpha, gamma, mu, diffusion)
    tau = a * mu / g
    pull, keep = tau - a * curvature / g, 1 / (1 + a)
    rows: Rows = [[keep * (1 + a * pull / (1 + tau)), a * keep / (1 + tau)], [pull / (1 + tau), 1 / (1 + tau)]]
    q = a * (diffusion / (1 + tau)) ** 2
    return linear([rows], [[q * (a * keep) ** 2, q * a * keep], [q * a * keep, q]])


def _parameter(name: str, value: Operand, below: float = np.inf) -> Known:
    """The value; InputError unless all of it is finite, >= 0 and below a limit."""
    given = known(value)
    bad = given.value[~((given.value >= 0) & (given.value < below))]
    if bad.size:
        raise InputError(
            f"{name}={bad[0]:g} is not allowed: give "
            + ("finite numbers >= 0" if below == np.inf else f"numbers in [0, {below:g})")
        )
    return given


def _nag(alpha: Operand, gamma: Operand, mu: Operand, diffusion: Operand) -> tuple[Known, Known, Known, Known]:
    """The parameters of NAG-GS, in this order."""
    named = {"alpha": alpha, "gamma": gamma, "mu": mu, "diffusion": diffusion}
    a, g, m, s = (_parameter(name, value) for name, value in named.items())
    require((g.value > 0).all(), "gamma=0 is not allowed: give numbers > 0")
    return a, g, m, s


def _spread(part: Known, shape: tuple[int, ...]) -> Known:
    return Known(np.broadcast_to(part.value, shape), np.broadcast_to(part.error, shape))


def _bordered(part: Known, row: Known) -> Known:
    """Matrices (..., D, D) with a last row (..., 1, D + 1) and a last column of zeros above it."""
    shape = (*np.broadcast_shapes(part.shape[:-2], row.shape[:-2]), part.shape[-1] + 1, part.shape[-1] + 1)
    value, error = np.zeros(shape), np.zeros(shape)
    value[..., :-1, :-1], error[..., :-1, :-1] = part.value, part.error
    value[..., -1:, :], error[..., -1:, :] = row.value, row.error
    return Known(value, error)


def start_at(point: Any, states: int, spread: Operand | None = None) -> Known:
    """Second moments (..., D, D) of a start (1, point, 0, ...) with covariance `spread` (..., d, d).

    Averages start at 0.

    Raises InputError as `reals`, or where a spread does not fit the point.
    """
    z = reals("point", point)
    full = np.zeros((*z.shape[:-1], states))
    full[..., 0], full[..., 1 : 1 + z.shape[-1]] = 1.0, z
    y = known(full)
    y = y[..., :, None] * y[..., None, :]
    if spread is None:
        return y
    c, d = known(spread), z.shape[-1]
    require(c.shape[-2:] == (d, d), f"a spread of shape {c.shape} does not fit d = {d} states: give (..., d, d)")
    value, error = (np.zeros((*c.shape[:-2], states, states)) for _ in range(2))
    value[..., 1 : 1 + d, 1 : 1 + d], error[..., 1 : 1 + d, 1 : 1 + d] = c.value, c.error
    return y + Known(value, error)
