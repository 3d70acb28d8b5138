"""Mean-field Langevin flows of two players: the Gaussian game by its equations, particles, and laws on a grid.

Conventions of `theory.mean_field`: x minimises, y maximises c E x E y, each with the pull k towards 0 and temperature
lambda = k s^2. Averages over the past weigh time t by a weight; power weights t^r start with the first value itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from scipy.special import logsumexp

from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, number, positive, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
START = 1e-9
"""Time at which the averaged flow starts: its equation has a regular singular point at 0."""


class Flow(NamedTuple):
    """Means (points,) of both players, and their averages over the past, at the times asked for."""

    first: Floats
    second: Floats
    first_average: Floats
    second_average: Floats


def flow(
    coupling: float, pull: float, times: ArrayLike, speed: Callable[[float], float] | None = None,
    *, tolerance: float = 1e-12,
) -> Flow:  # fmt: skip
    """The mean equations x' = -k x - c Y, y' = -k y + c X from (1, 0), integrated to a relative tolerance a step.

    (X, Y) are the means themselves, or with `speed` their averages over the past, which move by X' = speed(t) (x - X):
    (r+1)/t for weights t^r, 1 for e^t. Raises InputError for times that are not > 0 and increasing.
    """
    t = finite_row("times", times)
    require(bool((np.diff(t) > 0).all() and t[0] > START), "times must be > 0 and increase")
    c, k = number("coupling", coupling), positive("pull", pull)

    def slope(now: float, state: Floats) -> list[float]:
        x, y, X, Y = state
        if speed is None:
            return [-k * x - c * y, -k * y + c * x, 0.0, 0.0]
        rate = speed(now)
        return [-k * x - c * Y, -k * y + c * X, rate * (x - X), rate * (y - Y)]

    found = solve_ivp(slope, (START, t[-1]), [1.0, 0.0, 1.0, 0.0], "LSODA", t, rtol=tolerance, atol=1e-16)
    return Flow(*found.y)


def power_speed(power: float) -> Callable[[float], float]:
    """Speed (r+1)/t of averages with weights t^r. Raises InputError for r <= -1."""
    r = number("power", power, above=-1.0)
    return lambda t: (r + 1) / t


def discrete_means(coupling: float, pull: float, time_step: float, steps: int, power: float | None = None) -> Floats:
    """Means (steps + 1, 2) of explicit Euler steps from (1, 0), of descent-ascent, or averaged with weights (j+1)^r.

    Means stop at 1e100, where they diverge. Raises InputError for a time step that is not > 0.
    """
    h, m, total, sums = positive("time_step", time_step), np.array([1.0, 0.0]), 0.0, np.zeros(2)
    rows = [m]
    for j in range(whole("steps", steps)):
        seen = m
        if power is not None:
            weight = (j + 1.0) ** power
            total, sums = total + weight, sums + weight * m
            seen = sums / total
        m = np.clip(m + h * (-pull * m + coupling * np.array([-seen[1], seen[0]])), -1e100, 1e100)
        rows.append(m)
    return np.array(rows)


@kernel
def particles(
    coupling: float, pull: float, spread: float, time_step: float, power: float, count: int, steps: Integers,
    stream: Stream,
) -> Floats:  # fmt: skip
    """Sample means of x and y and their averages over the past, and the mean square of x about its mean, (5, points).

    `count` particles a player start at 1 and 0 in mean with the variance of rho. Weights are ((j+1))^power; at a
    power < 0 there is no average: descent-ascent.
    """
    out, noise = np.empty((5, steps.size)), np.empty(2 * count)
    fill_normal(stream, noise)
    x, y = 1.0 + spread * noise[:count], spread * noise[count:]
    kick = (2.0 * pull * spread * spread * time_step) ** 0.5
    total, sum_x, sum_y, at = 0.0, 0.0, 0.0, 0
    for j in range(steps[-1] + 1):
        mean_x, mean_y = 0.0, 0.0
        for i in range(count):
            mean_x += x[i] / count
            mean_y += y[i] / count
        seen_x, seen_y = mean_x, mean_y
        if power >= 0.0:
            weight = (j + 1.0) ** power
            total += weight
            sum_x += weight * mean_x
            sum_y += weight * mean_y
            seen_x, seen_y = sum_x / total, sum_y / total
        if steps[at] == j:
            square = 0.0
            for i in range(count):
                square += (x[i] - mean_x) ** 2 / count
            out[0, at], out[1, at], out[2, at], out[3, at], out[4, at] = mean_x, mean_y, seen_x, seen_y, square
            at += 1
            if at == steps.size:
                break
        fill_normal(stream, noise)
        for i in range(count):
            x[i] += -time_step * (pull * x[i] + coupling * seen_y) + kick * noise[i]
            y[i] += -time_step * (pull * y[i] - coupling * seen_x) + kick * noise[count + i]
    return out


class Game(NamedTuple):
    """A game on a grid: payoffs Q(x_i, y_j) (n, n), logarithm of the reference law's weights (n,), temperature."""

    points: Floats
    payoffs: Floats
    reference: Floats
    temperature: float


def gaussian_grid(payoff: Callable[[Floats, Floats], Any], spread: float, temperature: float, size: int = 401) -> Game:
    """The game min over mu, max over nu of E Q(x, y) + lambda KL(mu|rho) - lambda KL(nu|rho) on a grid of 8 spreads.

    Raises InputError for a size below 3, or a spread or temperature that is not > 0.
    """
    x = np.linspace(-8.0, 8.0, whole("size", size, least=3)) * positive("spread", spread)
    reference = -(x**2) / (2 * spread**2)
    return Game(x, np.asarray(payoff(x[:, None], x[None, :]), dtype=float), reference - logsumexp(reference),
                positive("temperature", temperature))  # fmt: skip


def best_responses(game: Game, mu: Floats, nu: Floats) -> tuple[Floats, Floats]:
    """Logarithms of the Gibbs laws that answer (mu, nu): rho exp(-E_nu Q/lambda), rho exp(E_mu Q/lambda)."""
    left = game.reference - game.payoffs @ nu / game.temperature
    right = game.reference + mu @ game.payoffs / game.temperature
    return left - logsumexp(left), right - logsumexp(right)


def equilibrium(game: Game, weight: float = 0.2, rounds: int = 2000) -> tuple[Floats, Floats]:
    """Laws (n,), (n,) of the mixed equilibrium: anchored best responses from the reference, `rounds` times.

    Raises InputError for a weight outside (0, 1].
    """
    require(0 < weight <= 1, f"weight={weight} is not allowed: give a number in (0, 1]")
    mu = nu = np.exp(game.reference)
    for _ in range(whole("rounds", rounds)):
        left, right = best_responses(game, mu, nu)
        mu, nu = (1 - weight) * mu + weight * np.exp(left), (1 - weight) * nu + weight * np.exp(right)
    return mu, nu


def divergence(law: Floats, reference: Floats) -> float:
    """Kullback-Leibler divergence of a law (n,) from one given by its logarithms (n,); 0 log 0 = 0."""
    some = law > 0
    return float((law[some] * (np.log(law[some]) - reference[some])).sum())


def nikaido_isoda(game: Game, mu: Floats, nu: Floats) -> float:
    """max over nu' of L(mu, nu') minus min over mu' of L(mu', nu), over all laws on the grid: both are log-sums."""
    t = game.temperature
    best = t * logsumexp(game.reference + mu @ game.payoffs / t) + t * divergence(mu, game.reference)
    least = -t * logsumexp(game.reference - game.payoffs @ nu / t) - t * divergence(nu, game.reference)
    return float(best - least)


def normal_law(game: Game, mean: float, spread: float) -> Floats:
    """The normal law of a mean and spread on the grid, (n,)."""
    weights = -((game.points - mean) ** 2) / (2 * spread**2)
    return np.asarray(np.exp(weights - logsumexp(weights)))


def anchored_responses(coupling: float, pull: float, weight: float, rounds: int, *, inner_time: float = math.inf,
                       linear: complex = 0.0) -> Floats:  # fmt: skip
    """Means (rounds + 1, 2) of the anchored best response from (1, 0), in the game with a E x - b E y added.

    linear = a + i b; inner flows x' = -k x - (c Y + a) run from 0 for a time, by their exact exponential.
    """
    reached = 1.0 - math.exp(-pull * inner_time)
    x, y = 1.0, 0.0
    rows = [(x, y)]
    for _ in range(whole("rounds", rounds)):
        answer_x = -(coupling * y + complex(linear).real) / pull * reached
        answer_y = (coupling * x - complex(linear).imag) / pull * reached
        x, y = (1 - weight) * x + weight * answer_x, (1 - weight) * y + weight * answer_y
        rows.append((x, y))
    return np.array(rows)
