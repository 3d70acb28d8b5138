"""Variances over seeds derived again by sums of covariances, and against exact moments."""

import numpy as np
import pytest
import sympy as sp

from theorylab.models.quadratics.theory import averaging, seeds

v, r, spread = sp.symbols("v r R", positive=True)


def test_variances_from_a_start_sum_all_covariances():
    for n in (1, 2, 4):
        # x_t = r^t x_0 + noise: Cov(x_s, x_t) = r^|t-s| Var x_min.
        variances = [v * (1 + (spread - 1) * r ** (2 * t)) for t in range(n + 1)]
        total = sum(r ** abs(s - t) * variances[min(s, t)] for s in range(1, n + 1) for t in range(1, n + 1)) / n**2
        assert sp.simplify(seeds.mean_variance(v, r, n, spread) - total) == 0
        assert sp.simplify(seeds.iterate_variance(v, r, n, spread) - variances[n]) == 0
    assert sp.simplify(seeds.iterate_variance(v, r, 1, spread) - r**2 * v * spread - v * (1 - r**2)) == 0


def test_leading_count():
    for correlation in (0.9, 0.99):
        n = seeds.count_leading(correlation, 1e-5)
        assert averaging.average_variance(1.0, correlation, n) == pytest.approx(1e-5, rel=1e-2)


def test_overwritten_epochs_are_an_autoregression():
    for m in (1, 2, 5):
        # Mean of x_1 .. x_m from x: noise of step j is in x_k for k >= j with r^(k-j).
        a = sum(r**k for k in range(1, m + 1)) / m
        assert sp.simplify(seeds.overwritten_contraction(r, m) - a) == 0
        weights = [sum(r ** (k - j) for k in range(j, m + 1)) / m for j in range(1, m + 1)]
        fresh = v * (1 - r**2) * sum(w**2 for w in weights)
        form = seeds.overwritten_variance(v, r, m)
        assert sp.simplify(form - a**2 * form - fresh) == 0
    for m in (10, 100):
        plain = averaging.average_variance(1.0, 0.5, m)
        assert seeds.overwritten_variance(1.0, 0.5, m) == pytest.approx(plain, rel=0.5)
        assert np.isfinite(plain)
