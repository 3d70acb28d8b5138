"""The first LARS by hand."""

import numpy as np
import pytest

from theorylab.models.preconditioning.optimisers import lars2017


def test_two_steps_by_hand():
    x, memory = np.array([3.0, 4.0]), np.zeros((1, 2))
    method = lars2017.Method(rate=2.0, trust=0.1, momentum=0.5, weight_decay=0.2)
    lars2017.step.py_func(method, 1, x, np.array([0.0, 1.0]), memory)
    move = 2.0 * 0.1 * 5.0 / (1.0 + 0.2 * 5.0) * np.array([0.6, 1.8])
    assert x == pytest.approx(np.array([3.0, 4.0]) - move)
    before = x.copy()
    lars2017.step.py_func(method, 2, x, np.zeros(2), memory)
    assert x == pytest.approx(before - (0.5 * move + 2.0 * (0.1 / 0.2) * 0.2 * before))  # ratio trust / decay


def test_where_the_ratio_would_be_0_over_0_it_is_1():
    method = lars2017.Method(rate=2.0, trust=0.1, momentum=0.5, weight_decay=0.0)
    for start, gradient, end in (([0.0], [3.0], [-6.0]), ([2.0], [0.0], [2.0])):
        x = np.array(start)
        lars2017.step.py_func(method, 1, x, np.array(gradient), np.zeros((1, 1)))
        assert x == pytest.approx(np.array(end))
