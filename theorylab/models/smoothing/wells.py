"""A wide bowl with a sharp well: which starts gradient descent leaves in the well, for every step size.

In one dimension the gradient is m x outside the well |x - z| < r and k (x - z) inside, k > m, 0 < r < z: it jumps at
the border. With the load step_size k a step inside multiplies the distance from z by |1 - load|; outside it multiplies
x by 1 - step_size m. Noise is added to gradients, uniform on [-s, s].
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, increasing_steps, number, positive, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import fill_uniform
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Landscape(NamedTuple):
    """m, k, z and r."""

    flat: float = 1.0
    sharp: float = 40.0
    centre: float = 3.0
    radius: float = 0.05


@kernel
def follow(landscape: Landscape, starts: Floats, step_size: float, steps: int) -> Floats:
    """Rows (3, points): the last iterate, whether the well was ever entered, and the number of steps it was left after.
    Derived: tests/models/smoothing/test_wells.py::test_steps_by_hand.

    The first visit counts: from the first iterate inside to the first outside again; -1 where it is not left.
    """
    out = np.empty((3, starts.size))
    for i in range(starts.size):
        x, entered, left = starts[i], -1, -1
        for t in range(steps + 1):
            inside = abs(x - landscape.centre) < landscape.radius
            if inside and entered < 0:
                entered = t
            if not inside and entered >= 0 and left < 0:
                left = t - entered
            if t < steps:
                x -= step_size * (landscape.sharp * (x - landscape.centre) if inside else landscape.flat * x)
        out[0, i], out[1, i], out[2, i] = x, 1.0 if entered >= 0 else 0.0, left
    return out


@kernel
def stays(landscape: Landscape, step_size: float, noise: float, steps: Integers, stream: Any) -> Floats:
    """1 while all iterates of noisy descent from the well's centre have been inside, 0 after, at steps (points,).
    Derived: tests/models/smoothing/test_wells.py::test_noisy_runs_are_their_draws.
    """
    out, e, inside, t = np.empty(steps.size), 0.0, 1.0, 0
    draws = np.empty(256)
    for j in range(steps.size):
        while t < steps[j] and inside > 0.0:
            if t % draws.size == 0:
                fill_uniform(stream, draws)
            e -= step_size * (landscape.sharp * e + noise * (2.0 * draws[t % draws.size] - 1.0))
            inside = 1.0 if abs(e) < landscape.radius else 0.0
            t += 1
        out[j] = inside
    return out


def run(landscape: Landscape, starts: ArrayLike, step_size: float, steps: int) -> Floats:
    """Last iterates, entries and leaves (3, points) of gradient descent, as `follow`.
    Derived: tests/models/smoothing/test_wells.py::test_steps_by_hand.

    Raises InputError for another landscape than m, k, z, r > 0 with k > m and r < z, starts that are not finite, a step
    size that is not finite and > 0, or steps < 0.
    """
    given = _valid(landscape)
    count = whole("steps", steps, least=0)
    return np.asarray(follow(given, finite_row("starts", starts), positive("step_size", step_size), count))


def simulate(
    landscape: Landscape, step_size: float, noise: float, steps: ArrayLike, *, replicas: int, seed: int
) -> Curve:
    """Curve of the share of noisy runs that have not left the well. Raises InputError as `run`, and for noise < 0.
    Derived: tests/models/smoothing/test_wells.py::test_noisy_runs_are_their_draws.
    """
    points = increasing_steps(steps)
    given = (_valid(landscape), positive("step_size", step_size), number("noise", noise, least=0.0), points)
    return replicate(stays, *given, x=points, replicas=replicas, seed=seed).bounded(0.0, 1.0)


def trapped_mass(landscape: Landscape, step_size: float, low: float, high: float, *, ever: bool = False) -> float:
    """Share of starts, uniform on (low, high) with 0 <= low, that end in the well; `ever`: that come into it.
    Derived: tests/models/smoothing/test_wells.py::test_trapped_mass_is_that_of_a_fine_grid.

    An iterate outside shrinks by q = 1 - step_size m, so that what comes into (z - r, z + r) is the union of its copies
    divided by q, q^2, ...; what is in stays for step_size k < 2, and nothing stays beyond. Raises InputError for step
    sizes from 1 / m on, where iterates change sides, and as `run`.
    """
    m, k, z, r = _valid(landscape)
    q = 1 - positive("step_size", step_size) * m
    require(q > 0, f"step_size={step_size} is not allowed: below 1 / m = {1 / m:g} no iterate changes sides")
    require(0 <= low < high, f"low={low}, high={high} is not allowed: give 0 <= low < high")
    if step_size * k > 2 and not ever:
        return 0.0
    total, reached, scale = 0.0, low, 1.0
    while (z - r) / scale < high:
        left, right = max((z - r) / scale, reached), min((z + r) / scale, high)
        total, reached = total + max(right - left, 0.0), max(reached, right)
        scale *= q
    return total / (high - low)


def escape_steps(load: Any, distance: Any, radius: Any) -> Any:
    """Steps until |1 - load|^t distance reaches the radius, load > 2: ceil(log(radius / distance) / log(load - 1)).
    Derived: tests/models/smoothing/test_wells.py::test_escape_steps_count_the_steps.
    """
    return np.ceil(np.log(radius / np.asarray(distance)) / np.log(load - 1))


def expansion_bound(load: Any) -> Any:
    """Least factor of |x - z| in a step where <g, x - z> >= k |x - z|^2, load = step_size k > 2: load - 1.
    Derived: tests/models/smoothing/test_wells.py::test_expansion_and_contraction_under_attack.

    |e'|^2 >= |e|^2 + h |g| (h |g| - 2 |e|), which rises with |g| >= k |e| from h |g| = |e| on.
    """
    return load - 1


def contraction_bound(step_size: Any, least: Any, largest: Any) -> Any:
    """Largest factor of |e|^2 in a step where <g, e> >= m |e|^2 and |g| <= L |e|, e = x - x*: 1 - 2 h m + h^2 L^2.
    Derived: tests/models/smoothing/test_wells.py::test_expansion_and_contraction_under_attack.

    Below 1 for h < 2 m / L^2; least, 1 - m^2 / L^2, at h = m / L^2.
    """
    return 1 - 2 * step_size * least + step_size**2 * largest**2


def largest_excursion(step_size: Any, sharp: Any, noise: Any) -> Any:
    """Supremum of |x - z| from the centre under gradients k (x - z) with errors of at most s: h s / (1 - |1 - h k|).
    Derived: tests/models/smoothing/test_wells.py::test_largest_excursion_is_that_of_the_worst_noise.

    s / k for step sizes up to 1 / k, whatever the step.
    """
    return step_size * noise / (1 - abs(1 - step_size * sharp))


def _valid(landscape: Landscape) -> Landscape:
    m, k, z, r = (positive(name, value) for name, value in zip(Landscape._fields, landscape, strict=True))
    require(k > m, f"sharp={k:g} is not above flat={m:g}: the well has to be the sharper")
    require(r < z, f"radius={r:g} is not below centre={z:g}: the bowl's minimum 0 lies outside the well")
    return Landscape(m, k, z, r)
