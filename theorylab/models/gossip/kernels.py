"""Simulation of decentralised SGD: one call is one replica."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theorylab.models.gossip.model import Landscape, Method
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@kernel
def slope(landscape: Landscape, w: float) -> float:
    """L'(w)."""
    value = landscape.curvature * w + landscape.skew * w * w / 2.0
    if landscape.height != 0.0:
        gap = w * w - 1.0
        value += landscape.height * (4.0 * w + landscape.tilt * gap) * gap * math.exp(landscape.tilt * w)
    return value


@kernel
def slopes(landscape: Landscape, places: Floats) -> Floats:
    """L' at places (points,)."""
    out = np.empty(places.size)
    for j in range(places.size):
        out[j] = slope(landscape, places[j])
    return out


@kernel
def combine(mixing: Floats, w: Floats, out: Floats) -> None:
    """W w, into out."""
    for j in range(w.size):
        total = 0.0
        for i in range(w.size):
            total += mixing[j, i] * w[i]
        out[j] = total


@kernel
def gossip_paths(
    mixing: Floats, landscape: Landscape, method: Method, start: Floats, steps: Integers, stream: Stream
) -> Floats:
    """Mean, diversity, central iterate, and whether mean and central one are < 0, at steps: rows (5, points).
    Derived: tests/models/gossip/test_simulation.py::test_paths_are_numpys.

    Central SGD starts at the mean of the workers' start (m,), and its noise is the mean of theirs.
    """
    m = start.size
    w, mixed, normals, out = start.copy(), np.empty(m), np.empty(m), np.empty((5, steps.size))
    central, t = start.mean(), 0
    for k in range(steps.size):
        while t < steps[k]:
            fill_normal(stream, normals)
            central -= method.step_size * (slope(landscape, central) + method.noise_std * normals.mean())
            for j in range(m):
                normals[j] = method.step_size * (slope(landscape, w[j]) + method.noise_std * normals[j])
            if method.adapt_first:
                w -= normals
                combine(mixing, w, mixed)
                w[:] = mixed
            else:
                combine(mixing, w, mixed)
                w[:] = mixed - normals
            t += 1
        centre = w.mean()
        out[0, k] = centre
        out[1, k] = ((w - centre) ** 2).mean()
        out[2, k] = central
        out[3, k] = 1.0 if centre < 0.0 else 0.0
        out[4, k] = 1.0 if central < 0.0 else 0.0
    return out
