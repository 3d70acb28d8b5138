"""The reference recursions by hand: two steps of each, in numbers that can be followed on paper."""

import math

import numpy as np
import pytest

from theorylab.models.adaptive.optimisers import amsgrad


def points(module, gradients, start=1.0, **parameters):
    """Points of one coordinate along gradients, by the Python body."""
    method, x, memory = module.Method(**parameters), np.array([start]), np.zeros((module.MEMORIES, 1))
    if hasattr(module, "start"):
        module.start.py_func(method, x, memory)
    found = []
    for t, gradient in enumerate(gradients, 1):
        module.step.py_func(method, t, x, np.array([gradient]), memory)
        found.append(x[0])
    return found


def test_amsgrad():
    found = points(amsgrad, [3.0, -1.0], rate=1.0, first_decay=0.5, second_decay=0.75, epsilon=0.5)
    assert found == pytest.approx([1 - 1.5 / 2.0, 1 - 1.5 / 2.0 - 0.25 / 2.0])
    lowered = points(amsgrad, [3.0, -1.0, 0.0], rate=1.0, first_decay=0.5, second_decay=0.75, epsilon=0.0)
    assert lowered[2] - lowered[1] == pytest.approx(-0.125 / math.sqrt(2.25))
