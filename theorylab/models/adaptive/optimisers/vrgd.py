"""VRGD, its form with SGD (Jiang et al. 2023; the recursion recalled).

A step sees the mean of the gradients of k devices, and their variance over the devices, an argument. An array is one
layer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theorylab.numerics.jit import inner_kernel

MEMORIES = 1


class Method(NamedTuple):
    """Parameters of VRGD; `normalised` divides ratios by their mean over the layer before they are clipped."""

    rate: float
    least: float = 0.1
    most: float = 1.0
    normalised: bool = True


@inner_kernel
def gain(ratio: float, least: float, most: float) -> float:
    """The ratio, clipped to [least, most]."""
    return min(most, max(least, ratio))


@inner_kernel
def step(method: Method, t: int, x: np.ndarray, gradient: np.ndarray, memory: np.ndarray, variance: np.ndarray) -> None:
    """r = g^2 / variance, r <- r / mean of r where normalised; x <- x - rate clip(r, least, most) g.

    A variance of 0 counts as no noise: a gain of `most`; it stays out of the mean. memory[0] holds r.
    """
    mean, counted = 0.0, 0
    for i in range(x.size):
        memory[0, i] = 0.0
        if variance[i] > 0.0:
            memory[0, i] = gradient[i] * gradient[i] / variance[i]
            mean += memory[0, i]
            counted += 1
    mean = mean / counted if method.normalised and mean > 0.0 else 1.0
    for i in range(x.size):
        share = gain(memory[0, i] / mean, method.least, method.most) if variance[i] > 0.0 else method.most
        x[i] -= method.rate * share * gradient[i]
