"""RMSprop in several dimensions: the step by hand, and the slope of its stationary covariance in eta^2 against runs."""

from typing import NamedTuple

import numpy as np
import pytest

from theorylab.models.sde import kernels, theory
from theorylab.models.sde.model import Limit
from theorylab.models.sde.simulation import rmsprop_covariance
from theorylab.numerics.streams import fill_normal, stream

H, C = np.array([[2.0, 0.8], [0.8, 1.0]]), np.array([[1.0, -0.2], [-0.2, 0.25]])
LIMIT = Limit(noise=0.5, epsilon=0.1)


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("old", [False, True])
def test_steps_are_those_of_rmsprop_as_in_use(d, old):
    # From the definition in v, sigma, eps, on the same normals.
    h, c, e, steps = H[:d, :d], C[:d, :d], 0.02, 6
    eta, root = e**0.5, np.linalg.cholesky(C[:d, :d])
    sigma, eps, b, source = LIMIT.noise / eta, LIMIT.epsilon / eta, 1 - LIMIT.rate * e, stream(3, 0)
    x, v, total, z = np.zeros(d), sigma**2 * np.diag(c), np.zeros((d, d)), np.empty(d)
    for k in range(steps):
        fill_normal(source, z)
        g = h @ x + sigma * root @ z
        fresh = b * v + (1 - b) * g**2
        x = x - eta * g / (np.sqrt(v if old else fresh) + eps)
        v = fresh
        total += np.outer(x, x) / (steps - steps // 2) * (k >= steps // 2)
    problem = kernels.Quadratic(
        np.ascontiguousarray(h), root, LIMIT.noise, LIMIT.epsilon, LIMIT.rate, e, np.diag(c).copy(), old
    )
    found = kernels.rmsprop_moments(problem, steps, stream(3, 0))
    assert found == pytest.approx(total[np.triu_indices(d)], rel=1e-12)


class Deviation(NamedTuple):
    """(E x_i x_j - S_ij - slope e) / (|S| e^2) at one step, and its standard error."""

    mean: np.ndarray
    error: np.ndarray


def deviation(h, c, steps, replicas, old, seed):
    upper = np.triu_indices(h.shape[0])
    run = rmsprop_covariance(
        h, c, LIMIT, time_step=1 / steps, steps=12 * steps, replicas=replicas, seed=seed, old_denominator=old
    )
    limit = theory.adaptive_stationary_covariance(h, c, LIMIT.noise, LIMIT.epsilon)
    slope = theory.adaptive_covariance_slope(h, c, LIMIT, old_denominator=old)
    scale, spread = np.abs(limit).max() / steps**2, run.samples.std(axis=0, ddof=1) / replicas**0.5
    return Deviation((run.samples.mean(axis=0) - (limit + slope / steps)[upper]) / scale, spread / scale)


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("old", [False, True])
def test_the_slope_is_that_of_runs_at_two_steps(d, old):
    # What is left must be of order e^2: a slope off by 5 % of S would leave 50 % and 100 % of S e^2, and grow.
    coarse, fine = (deviation(H[:d, :d], C[:d, :d], n, 20_000, old, n) for n in (10, 20))
    for left in (coarse, fine):
        assert (np.abs(left.mean) <= 3 + 5 * left.error).all(), left
