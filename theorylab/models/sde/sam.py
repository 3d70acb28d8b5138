"""Sharpness-aware methods: transfer operators and diffusion limits on the circle, exit times at a saddle.

Gradient seen: g(y) = f'(y) + sigma z, one normal z for both calls of a step (additive noise, exact Hessian):

    SGD    x <- x - eta g(x)                       DNSAM  x <- x - eta g(x + rho g(x) / |f'(x)|)
    USAM   x <- x - eta g(x + rho g(x))            SAM    x <- x - eta g(x + rho g(x) / |g(x)|).

Limits dx = -F dt + sqrt(eta V) dW in the time t = k eta, up to O(rho^2) (derived in tests/sde):

    USAM   F = f' + rho f' f''                     V = sigma^2 (1 + 2 rho f'')
    DNSAM  F = f' + rho f'' sign f'                V = sigma^2 (1 + 2 rho f'' / |f'|)
    SAM    F = f' + rho f'' erf(f' / sqrt2 sigma)  V = sigma^2 + 4 rho f'' sigma phi(f' / sigma).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from theorylab.errors import require
from theorylab.models.sde import circle
from theorylab.models.sde.model import Landscape
from theorylab.numerics.arguments import number, positive, whole

Floats = NDArray[np.float64]
METHODS = ("SGD", "USAM", "DNSAM", "SAM")
TAIL = 9.0
"""Normal noise beyond 9 standard deviations has probability 2e-19 and is left out."""


def valid_method(method: str) -> None:
    """Raise InputError for an unknown method."""
    require(method in METHODS, f"method={method!r} is not allowed: give one of {', '.join(METHODS)}")


def ascent(method: str, radius: float, seen: Floats, true: Floats) -> Floats:
    """The displacement rho g / norm at which the second gradient is taken, for gradients `seen` and f' = `true`.
    Derived: tests/models/sde/test_sam.py::test_operator_matches_simulation.
    """
    if method == "USAM":
        return np.asarray(radius * seen)
    if method == "DNSAM":
        return np.asarray(radius * seen / np.abs(true))
    return np.asarray((radius if method == "SAM" else 0.0) * np.sign(seen))


def normal_rule(split: Floats, points: int = 48) -> tuple[Floats, Floats]:
    """Nodes and weights (n, 2 points) of E phi(z), z standard normal, for phi smooth on both sides of split (n,).
    Derived: tests/models/sde/test_sam.py::test_normal_rule_integrates_a_jump.

    Gauss-Legendre on [-9, split] and [split, 9]: at 48 points a side exact to rounding for phi that vary on the scale
    of z or slower.
    """
    inner, weight = np.polynomial.legendre.leggauss(whole("points", points))
    middle = np.clip(split, -TAIL, TAIL)[:, None]
    left, right = (middle + TAIL) / 2, (TAIL - middle) / 2
    nodes = np.concatenate([middle + left * (inner - 1), middle + right * (inner + 1)], axis=1)
    weights = np.concatenate([left * weight, right * weight], axis=1)
    return nodes, weights * np.exp(-(nodes**2) / 2) / (2 * np.pi) ** 0.5


def operator(landscape: Landscape, method: str, step_size: float, radius: float, nodes: int) -> Floats:
    """Transfer operator (nodes, nodes) of one step on the circle: operator @ phi = E[phi(x') | x] at its nodes.
    Derived: tests/models/sde/test_sam.py::test_operator_matches_simulation.

    Raises InputError for an unknown method, step_size <= 0, radius < 0, or DNSAM where f' has a zero.
    """
    valid_method(method)
    positive("step_size", step_size)
    number("radius", radius, least=0.0)
    require(
        method != "DNSAM" or abs(landscape.tilt) > 1,
        f"tilt={landscape.tilt:g} has critical points, where DNSAM divides by zero: give |tilt| > 1",
    )
    x = circle.circle_nodes(nodes)
    true = landscape.slope(x)
    if landscape.noise_std == 0:
        z, weights = np.zeros((nodes, 1)), np.ones((nodes, 1))
    else:
        # exp(i n x') turns by at most n eta sigma a unit of z: two points a radian more.
        turn = nodes // 2 * step_size * landscape.noise_std * (1 + (radius if method == "USAM" else 0.0))
        z, weights = normal_rule(-true / landscape.noise_std, 48 + int(2 * TAIL * turn))
    seen = true[:, None] + landscape.noise_std * z
    where = x[:, None] + ascent(method, radius, seen, true[:, None])
    after = x[:, None] - step_size * (landscape.slope(where) + landscape.noise_std * z)
    matrix = np.full((nodes, nodes), weights.sum(axis=1)[:, None], dtype=float)
    turn, wave = np.exp(1j * after), weights.astype(complex)
    for n in range(1, nodes // 2 + 1):  # E exp(i n x'), against the nodes' exp(-i n x)
        wave *= turn
        matrix += 2 * np.outer(wave.sum(axis=1), np.exp(-1j * n * x)).real
    return matrix / nodes


def coefficients(
    landscape: Landscape, method: str, step_size: float, radius: float, correction: float = 1.0
) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """Drift -F(x) and variance eta V(x) of the method's limit. Raises InputError for an unknown method.
    Derived: tests/models/sde/test_sam.py::test_coefficients_match_moments_of_one_step_to_first_order_in_rho.

    `correction` multiplies what rho adds to V: rivals drop it, or change its sign.
    """
    valid_method(method)
    sigma = landscape.noise_std

    def parts(x: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        slope, curve = landscape.slope(x), landscape.curve(x)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(slope == 0, 0.0, slope / sigma if sigma else np.sign(slope) * np.inf)
            if method == "USAM":
                return slope, curve, slope, 2 * sigma**2 * np.ones_like(x)
            if method == "DNSAM":
                return slope, curve, np.sign(slope), 2 * sigma**2 / np.abs(slope)
            if method == "SAM":
                phi = np.exp(-(ratio**2) / 2) / (2 * np.pi) ** 0.5
                return slope, curve, np.where(slope == 0, 0.0, erf(ratio / 2**0.5)), 4 * sigma * phi
            return slope, curve, np.zeros_like(x), np.zeros_like(x)

    def drift(x: Floats) -> Floats:
        slope, curve, pull, _ = parts(x)
        return np.asarray(-(slope + radius * curve * pull))

    def variance(x: Floats) -> Floats:
        _, curve, _, spread = parts(x)
        return np.asarray(step_size * (sigma**2 + correction * radius * curve * spread))

    return drift, variance


def expectations(
    landscape: Landscape, method: str, step_size: float, radius: float, start: float, steps: int, nodes: int = 49
) -> tuple[Floats, Floats]:
    """E cos x, sin x, cos 2x, sin 2x after `steps` from `start`, (4,), and an error estimate (4,) from three grids.
    Derived: tests/models/sde/test_sam.py::test_operator_matches_simulation.
    """
    whole("steps", steps, 0)

    def run(size: int) -> Floats:
        power = np.linalg.matrix_power(operator(landscape, method, step_size, radius, size), steps)
        return np.asarray(_from(start, size) @ power @ _waves(size))

    return circle.settled(run, nodes, 8, steps)


def limit_expectations(
    landscape: Landscape,
    method: str,
    step_size: float,
    radius: float,
    start: float,
    time: float,
    nodes: int = 49,
    correction: float = 1.0,
) -> tuple[Floats, Floats]:
    """E cos X, sin X, cos 2X, sin 2X of the method's limit at `time`, an error estimate from three grids, (4,) each.
    Derived: tests/models/sde/test_sam.py::test_limit_without_noise_is_the_pendulum.

    `correction` as in `coefficients`.
    """  # fmt: skip
    drift, variance = coefficients(landscape, method, step_size, radius, correction)

    def run(size: int) -> Floats:
        return np.asarray(_from(start, size) @ circle.evolved(drift, variance, time, _waves(size)))

    return circle.settled(run, nodes, 8)


def stationary_cosine(
    landscape: Landscape, method: str, step_size: float, radius: float, nodes: int = 161
) -> tuple[float, float]:
    """Stationary E cos x on the circle, and an error estimate from three grids; needs noise_std > 0.
    Derived: tests/models/sde/test_sam.py::test_stationary_loss_matches_the_linear_law_at_small_noise.

    1 - E cos x is the stationary loss of one well, (1 - E cos x) / 2 about the share of the well at pi of two. SAM's
    steps have kinks: the estimate is four times that of `settled`. Raises InputError as `operator`, without noise, and
    where the estimate is above 0.1: grids that far apart tell nothing.
    """
    require(landscape.noise_std > 0, "noise_std=0 has no single stationary law: give a number > 0")

    def run(size: int) -> Floats:
        system = operator(landscape, method, step_size, radius, size).T - np.eye(size)
        system[-1] = 1.0  # the last of the redundant equations makes room for the sum of the weights
        inverse = np.linalg.inv(system)
        return np.array([inverse[:, -1] @ np.cos(circle.circle_nodes(size)), np.abs(inverse).sum(axis=0).max()])

    amplified = 8 * run(nodes)[1]  # by the time of mixing, which is long where minima are deep
    fine, near = circle.settled(lambda size: run(size)[:1], nodes, 16, amplified)
    bound = 4 * float(near[0])
    require(bound <= 0.1, f"nodes={nodes} do not resolve the stationary law (error about {bound:.2g}): give more nodes")
    return float(fine[0]), bound


def escape_steps(
    method: str, curvature: float, noise_std: float, step_size: float, radius: float, half_width: float, nodes: int = 65
) -> tuple[float, float]:
    """Mean number of steps from x = 0 to |x| >= half_width on h x^2 / 2, and an error estimate from three grids.
    Derived: tests/models/sde/test_sam.py::test_escape_time_matches_simulation.

    tau = 1 + T tau on |x| < half_width, tau by its values at Chebyshev points. SAM's tau has kinks, at eta rho from the
    ends and less at its multiples, so that convergence is slow and the estimate, four times the largest difference of
    three grids, has no theory behind it. Methods SGD, USAM, SAM. Raises
    InputError for others, or parameters that are not finite and positive (curvature may be negative).
    """
    valid_method(method)
    require(method != "DNSAM", "method='DNSAM' divides by zero at the saddle: give SGD, USAM or SAM")
    whole("nodes", nodes, 26)
    require(np.isfinite(curvature) and curvature != 0, f"curvature={curvature} is not allowed: give a number not 0")
    for name, value in (("noise_std", noise_std), ("step_size", step_size), ("half_width", half_width)):
        positive(name, value)
    number("radius", radius, least=0.0)

    def run(size: int) -> Floats:
        x = circle.interval_nodes(size, -half_width, half_width)
        inner, weight = np.polynomial.legendre.leggauss(48)
        matrix = np.zeros((size, size))
        for sign in (-1.0, 1.0):  # z with g of this sign, and x' inside: an interval of x', where tau is smooth
            shift = radius * sign if method == "SAM" else 0.0
            bend = 1 + radius * curvature if method == "USAM" else 1.0
            centre = x - step_size * curvature * (shift + bend * x)
            scale = step_size * noise_std * bend
            edge = centre + step_size * curvature * x * bend  # x' where g = 0
            low = np.maximum(-half_width, centre - TAIL * abs(scale))
            high = np.minimum(half_width, centre + TAIL * abs(scale))
            if sign > 0:  # g > 0 pulls x' below the edge
                high = np.minimum(high, edge)
            else:
                low = np.maximum(low, edge)
            width = np.maximum(high - low, 0.0) / 2
            y = (low + width)[:, None] + width[:, None] * inner
            density = np.exp(-(((y - centre[:, None]) / scale) ** 2) / 2) / (abs(scale) * (2 * np.pi) ** 0.5)
            inside = np.clip(y, -half_width, half_width)
            cardinals = circle.interval_cardinals(size, -half_width, half_width, inside).reshape(size, -1, size)
            matrix += np.einsum("ij,ijk->ik", width[:, None] * weight * density, cardinals)
        tau = np.linalg.solve(np.eye(size) - matrix, np.ones(size))
        return np.asarray(circle.interval_cardinals(size, -half_width, half_width, np.zeros(1)) @ tau)

    fine, rough, rougher = (float(run(size)[0]) for size in (nodes, nodes - 12, nodes - 24))
    # The linear system amplifies rounding by up to its largest solution, the mean time itself.
    return fine, 4 * max(abs(fine - rough), abs(fine - rougher)) + fine**2 * nodes * 2.0**-50


def _from(start: float, nodes: int) -> Floats:
    require(np.isfinite(start), f"start={start} is not allowed: give a finite number")
    return np.asarray(circle.circle_cardinals(nodes, np.array([float(start)]))[0])


def _waves(nodes: int) -> Floats:
    x = circle.circle_nodes(nodes)
    return np.stack([np.cos(x), np.sin(x), np.cos(2 * x), np.sin(2 * x)], axis=1)
