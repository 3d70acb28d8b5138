"""Gossip on a ring: closed forms against SymPy, against matrices, and against runs."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.bilevel import agents


def problem(seed, alike=False):
    return agents.random_system(seed, 5, 2, 1.3, alike=alike)


def test_random_systems_have_the_spectra_they_say():
    H, b = agents.random_system(1, 6, 3, 2.0)
    values = np.linalg.eigvalsh(H)
    assert 1.0 <= values.min() < 1.4 < 3.0 < values.max() <= 4.0
    assert b.shape == (6, 3)
    equal, same = agents.random_system(1, 6, 3, 2.0, alike=True)
    assert equal == pytest.approx(np.repeat(2 * np.eye(3)[None], 6, axis=0))
    assert same == pytest.approx(b)
    with pytest.raises(InputError, match="curvature"):
        agents.random_system(1, 6, 3, 0.0)


@pytest.mark.parametrize(("count", "weight"), [(3, 0.5), (4, 0.3), (8, 0.5), (9, 0.7)])
def test_eigenvalues_of_a_ring(count, weight):
    W = agents.ring(count, weight)
    assert pytest.approx(W.T) == W
    assert W.sum(axis=0) == pytest.approx(np.ones(count))
    assert sorted(agents.ring_eigenvalues(count, weight)) == pytest.approx(np.linalg.eigvalsh(W), abs=1e-14)
    if (count, weight) == (8, 0.5):
        assert np.sort(agents.ring_eigenvalues(8))[-2] == pytest.approx(0.85355, abs=1e-5)


def test_tracking_roots_on_an_eigenvector():
    eigenvalue, rate, m = sp.symbols("l r m", positive=True)
    step, h = sp.symbols("step h", positive=True)
    move = sp.Matrix([[eigenvalue, -step], [h * (eigenvalue - 1), eigenvalue - step * h]])
    polynomial = sp.expand((m * sp.eye(2) - move).det().subs(step, rate / h))
    assert sp.expand(polynomial - (m**2 - (2 * eigenvalue - rate) * m + eigenvalue**2 - rate)) == 0
    root = sp.nsimplify(agents.tracking_factor(eigenvalue, rate))
    assert sp.simplify(polynomial.subs(m, root)) == 0
    assert sp.factor(polynomial.subs(eigenvalue, 1)) == sp.factor((m - 1) * (m - 1 + rate))
    matrix = agents.tracking_matrix(agents.ring(6), np.full((6, 1, 1), 1.3), 0.1)
    found = np.sort(np.abs(np.linalg.eigvals(matrix)))[-2]
    assert found == pytest.approx(max(0.87, agents.tracking_factor(agents.ring_eigenvalues(6)[1], 0.13)))


def test_largest_tracking_rate_by_jury():
    for seed in range(200):
        eigenvalue, rate = np.random.default_rng(seed).uniform([-0.95, 0.01], [0.99, 2.0])
        roots = np.roots([1.0, rate - 2 * eigenvalue, eigenvalue**2 - rate])
        assert (np.abs(roots).max() < 1) == (rate < agents.largest_tracking_rate(eigenvalue))


def test_floor_of_plain_gossip():
    H, b = problem(1, alike=True)
    b = b - b.mean(axis=0)
    found, _, _ = agents.solve(agents.ring(5), H, b, 0.05, [2000], tracking=False)
    parts = np.sqrt((np.abs(np.fft.fft(b, axis=0, norm="ortho")) ** 2).sum(axis=1))
    form = agents.plain_floor(agents.ring_eigenvalues(5), parts, 0.05, 1.3)[1:].sum()
    assert (found**2).sum() == pytest.approx(form, rel=1e-12)


def test_a_step_of_tracking_is_its_matrix():
    H, b = problem(2)
    W, step = agents.ring(5), 0.1
    points, means, slopes = agents.solve(W, H, b, step, [0, 1, 2, 3])
    end = np.linalg.solve(H.mean(axis=0), b.mean(axis=0))
    # about the solution: V there is G, which agents do not share
    rest = np.einsum("nij,j->ni", H, end) - b
    state = np.concatenate([(points[1] - end).ravel(), np.zeros(10)])
    V = [-b]
    for k in range(3):
        new = np.einsum("nij,nj->ni", H, points[k + 1] - points[k])
        V.append(W @ V[-1] + new)
    matrix = agents.tracking_matrix(W, H, step)
    state = np.concatenate([points[1].ravel(), V[1].ravel()])
    assert matrix @ state == pytest.approx(np.concatenate([points[2].ravel(), V[2].ravel()]))
    assert means == pytest.approx(slopes, abs=1e-13)
    assert rest.mean(axis=0) == pytest.approx(np.zeros(2), abs=1e-12)


def test_tracking_solves_the_common_system_at_its_factor():
    H, b = problem(3)
    W, end = agents.ring(5), np.linalg.solve(H.mean(axis=0), b.mean(axis=0))
    found, _, _ = agents.solve(W, H, b, 0.05, [320, 400])
    errors = np.linalg.norm((found - end).reshape(2, -1), axis=1)
    assert (errors[1] / errors[0]) ** (1 / 80) == pytest.approx(agents.slowest_factor(W, H, 0.05), rel=1e-3)
    lost, mean, slope = agents.solve(W, H, b, 0.05, [260], started=False)
    assert np.abs(lost - end).max() > 0.1
    assert np.abs(mean - slope).max() > 0.01


def test_bad_arguments_are_refused():
    H, b = problem(1)
    with pytest.raises(InputError, match="count"):
        agents.ring(2)
    with pytest.raises(InputError, match="self_weight"):
        agents.ring(4, 1.0)
    with pytest.raises(InputError, match="do not fit"):
        agents.solve(agents.ring(4), H, b, 0.1, [1])
    with pytest.raises(InputError, match="step"):
        agents.solve(agents.ring(5), H, b, 0.0, [1])
