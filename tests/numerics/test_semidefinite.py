"""Semidefinite programmes: solved where the optimum is known by hand, and how far their values are trusted."""

import sys

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.numerics import semidefinite


def test_the_gap_of_smooth_convex_functions_at_distance_1_is_one_half():
    pytest.importorskip("PEPit")
    problem, functions = semidefinite.programme("functions")
    f = problem.declare_function(functions.SmoothConvexFunction, L=1.0)
    x, least = problem.set_initial_point(), f.stationary_point()
    problem.set_initial_condition((x - least) ** 2 <= 1)
    problem.set_performance_metric(f(x) - f(least))
    dual, gap = semidefinite.upper_values([semidefinite.optimum(problem)])
    assert abs(dual[0] - 0.5) <= gap[0] * dual[0] <= 1e-4


def test_values_are_trusted_to_their_gap_and_never_to_less_than_the_solver_allows():
    dual, gap = semidefinite.upper_values([(0.9, 1.0), (1.0 + 1e-9, 1.0), (2.0, 2.0)])
    assert dual.tolist() == [1.0, 1.0, 2.0]
    np.testing.assert_allclose(gap, [0.1, semidefinite.LEAST_GAP, semidefinite.LEAST_GAP], rtol=1e-12)


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "PEPit", None)
    with pytest.raises(InputError, match=r"worst cases need PEPit .*: pip install 'theorylab\[certificates\]'"):
        semidefinite.programme("functions")
