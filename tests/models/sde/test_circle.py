"""Cardinal functions and derivatives against the functions that they reproduce, and the bound of two grids."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.sde import circle

PLACES = np.array([0.1, 1.0, 2.5, 6.0])


def wave(x):
    return 0.3 + np.cos(3 * x) - 0.5 * np.sin(4 * x)


def cubic(x):
    return 1 - 2 * x + 0.5 * x**3


def test_cardinals_reproduce_trigonometric_polynomials():
    nodes = circle.circle_nodes(9)  # waves up to 4
    assert np.diff(nodes) == pytest.approx(np.full(8, 2 * np.pi / 9))
    assert circle.circle_cardinals(9, PLACES) @ wave(nodes) == pytest.approx(wave(PLACES), abs=1e-13)
    assert circle.circle_cardinals(9, nodes) == pytest.approx(np.eye(9), abs=1e-14)
    # One wave more than the nodes can hold is taken for another.
    assert circle.circle_cardinals(9, PLACES) @ np.cos(5 * nodes) == pytest.approx(np.cos(4 * PLACES), abs=1e-13)
    with pytest.raises(InputError, match="give an odd number"):
        circle.circle_nodes(8)


def test_cardinals_reproduce_polynomials():
    nodes, targets = circle.interval_nodes(4, -1.0, 3.0), np.array([-1.0, 0.2, 3.0])
    assert nodes == pytest.approx(1 - 2 * np.cos(np.pi * np.array([1, 3, 5, 7]) / 8))
    weights = circle.interval_cardinals(4, -1.0, 3.0, targets)
    assert weights @ cubic(nodes) == pytest.approx(cubic(targets), abs=1e-13)
    assert not np.allclose(circle.interval_cardinals(3, -1.0, 3.0, targets) @ cubic(nodes[:3]), cubic(targets))
    with pytest.raises(InputError, match="outside the interval"):
        circle.interval_cardinals(4, -1.0, 3.0, np.array([3.1]))


def test_derivatives_are_those_of_waves():
    nodes = circle.circle_nodes(9)
    first, second = circle.derivatives(9)
    assert first @ wave(nodes) == pytest.approx(-3 * np.sin(3 * nodes) - 2 * np.cos(4 * nodes), abs=1e-12)
    assert second @ wave(nodes) == pytest.approx(-9 * np.cos(3 * nodes) + 8 * np.sin(4 * nodes), abs=1e-11)


def test_three_grids_tell_the_error_of_the_finest_one():
    def interpolated(nodes):
        return circle.circle_cardinals(nodes, PLACES) @ np.exp(np.cos(circle.circle_nodes(nodes)))

    for nodes in (9, 15, 31):
        found, bound = circle.settled(interpolated, nodes, 2)
        error = np.abs(found - np.exp(np.cos(PLACES)))
        assert (error <= bound).all()
    assert bound.max() < 1e-10
