"""Spectral tools: cardinal functions on the circle and on an interval, generators of diffusions on the circle.

Functions are held by their values at nodes. Smooth ones are reproduced geometrically fast in the number of nodes, so
results on three grids tell an estimate of the error: `settled`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from theorylab.errors import require
from theorylab.numerics.arguments import number, whole

Floats = NDArray[np.float64]


def circle_nodes(nodes: int) -> Floats:
    """Equidistant points of the circle, (nodes,); an odd number, so that every wave has its own coefficient.
    Derived: tests/models/sde/test_circle.py::test_cardinals_reproduce_trigonometric_polynomials.
    """
    whole("nodes", nodes, 3)
    require(nodes % 2 == 1, f"nodes={nodes} is not allowed: give an odd number")
    return np.asarray(2 * np.pi * np.arange(nodes) / nodes)


def circle_cardinals(nodes: int, targets: Floats) -> Floats:
    """Weights (targets, nodes) that interpolate values at `circle_nodes` by trigonometric polynomials.
    Derived: tests/models/sde/test_circle.py::test_cardinals_reproduce_trigonometric_polynomials.
    """
    waves = np.arange(-(nodes // 2), nodes // 2 + 1)
    there = np.exp(1j * np.outer(np.ravel(targets), waves))
    here = np.exp(-1j * np.outer(waves, circle_nodes(nodes)))
    return np.asarray((there @ here).real / nodes)


def interval_nodes(nodes: int, low: float, high: float) -> Floats:
    """Chebyshev points of [low, high], (nodes,), increasing.
    Derived: tests/models/sde/test_circle.py::test_cardinals_reproduce_polynomials.
    """
    whole("nodes", nodes)
    require(low < high, f"low={low} must be below high={high}")
    inner = -np.cos((np.arange(nodes) + 0.5) * np.pi / nodes)
    return np.asarray((low + high) / 2 + (high - low) / 2 * inner)


def interval_cardinals(nodes: int, low: float, high: float, targets: Floats) -> Floats:
    """Weights (targets, nodes) that interpolate values at `interval_nodes` by polynomials; targets inside [low, high].
    Derived: tests/models/sde/test_circle.py::test_cardinals_reproduce_polynomials.

    Targets that leave the interval by rounding alone are put on its end; InputError for others.
    """
    inner = (2 * np.ravel(targets) - low - high) / (high - low)
    require(np.abs(inner).max(initial=0.0) <= 1 + 1e-9, "a target lies outside the interval: widen [low, high]")
    waves = np.arange(nodes)
    there = np.cos(np.outer(np.arccos(np.clip(inner, -1.0, 1.0)), waves))
    angle = np.pi - (np.arange(nodes) + 0.5) * np.pi / nodes
    here = np.cos(np.outer(waves, angle)) * np.where(waves == 0, 1.0, 2.0)[:, None] / nodes
    return np.asarray(there @ here)


def derivatives(nodes: int) -> tuple[Floats, Floats]:
    """First and second derivative on the circle as matrices (nodes, nodes), exact for trigonometric polynomials.
    Derived: tests/models/sde/test_circle.py::test_derivatives_are_those_of_waves.
    """
    waves = np.arange(-(nodes // 2), nodes // 2 + 1)
    there = np.exp(1j * np.outer(circle_nodes(nodes), waves))
    back = there.conj().T / nodes
    first = np.asarray(((there * (1j * waves)) @ back).real)
    return first, np.asarray(((there * -(waves**2.0)) @ back).real)


def evolved(
    drift: Callable[[Floats], Floats], variance: Callable[[Floats], Floats], time: float, values: Floats
) -> Floats:
    """E[phi(X_time) | X_0 = x] of dX = drift dt + variance^(1/2) dW at the circle's nodes, from phi there.
    Derived: tests/models/sde/test_sam.py::test_limit_without_drift_is_brownian.

    `values` (nodes, functions); exp(time L), L = drift d/dx + variance/2 d2/dx2 at the nodes. Raises InputError for
    a time < 0.
    """
    number("time", time, least=0.0)
    x = circle_nodes(values.shape[0])
    first, second = derivatives(x.size)
    generator = drift(x)[:, None] * first + 0.5 * variance(x)[:, None] * second
    return np.asarray(expm(time * generator) @ values)


def flow(drift: Callable[[Floats], Floats], start: float, time: float) -> tuple[Floats, Floats]:
    """cos X and sin X at `time` of X' = drift(X) from start, (2,), and an error estimate (2,) from two tolerances.
    Derived: tests/models/sde/test_sam.py::test_flow_of_the_pendulum_is_explicit.

    Four times the difference, and 4e-12 for what both tolerances share; tests/models/sde/test_attacks.py puts it on
    trial.
    """
    number("time", time, least=0.0)
    fine, rough = (
        solve_ivp(lambda t, x: drift(x), (0.0, time), [start], method="DOP853", rtol=tol, atol=tol).y[0, -1]
        for tol in (1e-13, 1e-11)
    )
    return np.array([np.cos(fine), np.sin(fine)]), np.full(2, 4 * abs(fine - rough) + 4e-12)


def settled(compute: Callable[[int], Floats], nodes: int, less: int, steps: float = 0.0) -> tuple[Floats, Floats]:
    """compute(nodes) and an estimate of the error of its entries, from grids with `less` and 2 `less` nodes less.
    Derived: tests/models/sde/test_circle.py::test_three_grids_tell_the_error_of_the_finest_one.

    Convergence is geometric: where the largest differences d (to the coarser grid) and D (from there to the coarsest)
    have the ratio r = d / D, what is left is d r / (1 - r), at most d for r <= 1/2. What rounding adds is
    (steps + 64) nodes 2^-52 for values of order one, since averaging operators do not amplify. Raises InputError where
    r is above 3/4: the grids do not resolve the function. An estimate, since what is smooth on three grids may have a
    finer structure; tests/models/sde/test_attacks.py puts it on trial.
    """
    require(2 * less < nodes, f"less={less} leaves no coarser grids of nodes={nodes}")
    fine, rough, rougher = compute(nodes), compute(nodes - less), compute(nodes - 2 * less)
    rounding = (steps + 64) * nodes * 2.0**-52 * np.maximum(np.abs(fine), 1.0)
    near, far = float(np.abs(fine - rough).max()), float(np.abs(rough - rougher).max())
    if near <= float(rounding.min()):
        return fine, near + rounding
    require(
        near < 0.75 * far, f"nodes={nodes} do not resolve the function, which still changes by {near:.2g}: give more"
    )
    return fine, near * max(1.0, near / (far - near)) + rounding
