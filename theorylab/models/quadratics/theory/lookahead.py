"""Lookahead over SGD on one curvature: rates and variances of the slow weights, at the ends of k inner steps.

With q = 1 - step_size * curvature the slow weights are an AR(1) process: factor r = 1 - a + a q^k per k inner steps, a
the slow step. Written q = e^-s and r = e^-R, their variance at rest is (noise_std / curvature)^2 times
tanh(R/2) tanh(s/2) / tanh(k s/2), and SGD that is as fast has tanh(R/(2 k)) in its place. As tanh(y) / tanh(k y) grows
with y and R < k s for a < 1, SGD's is the smaller: on one curvature with q > 0 a smaller step size is always better.
"""

from __future__ import annotations

from typing import Any


def outer_contraction(contraction: Any, period: int, slow_step: Any) -> Any:
    """Factor r = 1 - a + a q^k of the mean of the slow weights over k inner steps.
    Derived: tests/models/quadratics/test_lookahead.py::test_slow_weights_are_an_autoregression.
    """
    return 1 - slow_step + slow_step * contraction**period


def lookahead_variance(variance: Any, contraction: Any, period: int, slow_step: Any) -> Any:
    """Variance v a (1 + q^k) / (2 - a (1 - q^k)) of the slow weights at rest, v that of SGD with the same step size.
    Derived: tests/models/quadratics/test_lookahead.py::test_slow_weights_are_an_autoregression.
    """
    kept = contraction**period
    return variance * slow_step * (1 + kept) / (2 - slow_step * (1 - kept))


def lookahead_variance_by_rates(inner: Any, outer: Any, period: int) -> Any:
    """Variance at rest in units of (noise_std / curvature)^2, from the factors q of a step and r of k steps:
    (1 - r)(1 - q)(1 + q^k) / ((1 + r)(1 + q)(1 - q^k)); (1 - q) / (1 + q) for SGD, r = q^k.
    Derived: tests/models/quadratics/test_lookahead.py::test_variance_by_rates_is_the_variance.
    """
    kept = inner**period
    return (1 - outer) * (1 - inner) * (1 + kept) / ((1 + outer) * (1 + inner) * (1 - kept))


def sgd_contraction(share: Any) -> Any:
    """Factor (1 - v) / (1 + v) per step of the SGD that rests at v = share of (noise_std / curvature)^2.
    Derived: tests/models/quadratics/test_lookahead.py::test_sgd_of_a_given_variance.
    """
    return (1 - share) / (1 + share)


def slow_weights_square(start: Any, rest: Any, outer: Any, rounds: Any) -> Any:
    """E phi^2 = rest + (start^2 - rest) r^(2 n) of the slow weights after n rounds of k inner steps.
    Derived: tests/models/quadratics/test_lookahead.py::test_slow_weights_are_an_autoregression.
    """
    return rest + (start**2 - rest) * outer ** (2 * rounds)


def stable_load(period: int, slow_step: Any) -> Any:
    """Largest step_size * curvature that Lookahead bears for a in (0, 1]: 2 for even k, 1 + (2/a - 1)^(1/k) for odd k.
    Derived: tests/models/quadratics/test_lookahead.py::test_at_the_stable_load_a_factor_is_one_in_size.
    """
    return 2 + 0 * slow_step if period % 2 == 0 else 1 + (2 / slow_step - 1) ** (1 / period)
