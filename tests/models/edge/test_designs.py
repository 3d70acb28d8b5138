"""Moments of gradients at fitted minima: against the exact operator, SymPy, and networks differentiated by hand."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.edge import designs, operators
from theorylab.models.edge.operators import LinearisedSGD

RNG = np.random.default_rng(20230524)
DRAWN = "with replacement"


def test_moments_by_hand():
    assert designs.moments([[3.0, 4.0], [0.0, 0.0]]) == pytest.approx((12.5, 4.5**2 + 8**2 + 2 * 36, 312.5))
    with pytest.raises(InputError, match="give"):
        designs.moments([1.0])


def test_moment_bound_is_a_rayleigh_quotient():
    for _ in range(200):
        n, d, batch = int(RNG.integers(1, 8)), int(RNG.integers(1, 4)), int(RNG.integers(1, 6))
        rows = RNG.standard_normal((n, d)) * np.exp(RNG.standard_normal((n, 1)))
        bound = designs.moment_bound(*designs.moments(rows), batch)
        problem = LinearisedSGD.of_gradients(rows, batch, DRAWN)
        matrix, one = operators.second_moment_matrix(problem, bound), np.eye(d).ravel()
        assert one @ matrix @ one == pytest.approx(d, rel=1e-10)
        assert operators.critical_step_size(problem) <= bound * (1 + 1e-10)
        assert designs.moment_bound(*designs.moments(rows), 1) <= 2 / designs.moments(rows)[0] * (1 + 1e-12)


def test_tight_frames_attain_the_moment_bound():
    for d, bases in ((1, 1), (2, 3), (4, 2)):
        frame = 1.7 * designs.tight_frame(d, bases, 3)
        trace, squared, fourth = designs.moments(frame)
        assert frame.T @ frame / len(frame) == pytest.approx(trace / d * np.eye(d), abs=1e-14)
        for batch in (1, 2, 7):
            limit = operators.critical_step_size(LinearisedSGD.of_gradients(frame, batch, DRAWN))
            form = designs.tight_frame_critical_step_size(d, trace, batch)
            assert limit == pytest.approx(form, rel=1e-12)
            assert designs.moment_bound(trace, squared, fourth, batch) == pytest.approx(form, rel=1e-12)
    d, tr, B = sp.symbols("d tr B", positive=True)
    assert sp.limit(designs.tight_frame_critical_step_size(d, tr, B), B, sp.oo) == 2 * d / tr


def test_nodes_have_the_moments_of_a_normal_law():
    rows = designs.gaussian_nodes([2.0, 0.5])
    for powers, moment in {(2, 0): 2, (0, 2): 0.5, (4, 0): 12, (2, 2): 1, (1, 1): 0, (3, 1): 0, (0, 4): 0.75}.items():
        assert (rows**powers).prod(axis=1).mean() == pytest.approx(moment, abs=1e-14)


def test_gaussian_critical_step_size_is_that_of_nodes():
    for eigenvalues, batch in (([1.0], 1), ([1.0, 1.0], 3), ([3.0, 0.2], 1), ([1.0, 0.5, 0.1], 2)):
        problem = LinearisedSGD.of_gradients(designs.gaussian_nodes(eigenvalues), batch, DRAWN)
        form = designs.gaussian_critical_step_size(eigenvalues, batch)
        assert operators.critical_step_size(problem) == pytest.approx(form, rel=1e-11)
    for d, batch in ((1, 1), (5, 1), (100, 7)):
        found = designs.gaussian_critical_step_size(np.ones(d), batch)
        assert found == pytest.approx(2 * batch / (d + batch + 1), rel=2.0**-48)
    assert designs.gaussian_critical_step_size([4.0, 2.0], 1) == pytest.approx(
        designs.gaussian_critical_step_size([2.0, 1.0], 1) / 2, rel=1e-14
    )


def test_frobenius_bound_is_the_quotient_at_g():
    l1, l2, h, B = sp.symbols("l1 l2 h B", positive=True)
    m1, m2 = sp.symbols("m1 m2", nonnegative=True)
    trace = l1 * m1 + l2 * m2
    moved = [
        (1 - h * x) ** 2 * m + h**2 / B * (trace * x + x**2 * m)
        for x, m in ((l1, m1), (l2, m2))
    ]  # fmt: skip
    left = sp.expand(l1 * moved[0] + l2 * moved[1] - h**2 / B * (l1**2 + l2**2) * trace)
    dropped = sum(x * m * ((1 - h * x) ** 2 + h**2 * x**2 / B) for x, m in ((l1, m1), (l2, m2)))  # >= 0
    assert sp.expand(left - dropped) == 0
    for _ in range(300):
        eigenvalues, batch = np.exp(2 * RNG.standard_normal(int(RNG.integers(1, 30)))), int(RNG.integers(1, 40))
        bound = designs.frobenius_bound((eigenvalues**2).sum(), batch)
        assert designs.gaussian_critical_step_size(eigenvalues, batch) < bound


def test_diagonal_sharpness_is_that_of_the_hessian():
    u, v = RNG.standard_normal((2, 4))
    hessian = np.zeros((8, 8))
    for x in 2 * np.eye(4):  # inputs of covariance 1
        a = np.concatenate([v * x, u * x])
        hessian += np.outer(a, a) / 4
    trace, largest, total, most = designs.diagonal_sharpness(u, v)
    assert trace == pytest.approx(np.trace(hessian))
    assert largest == pytest.approx(np.linalg.eigvalsh(hessian)[-1])
    assert trace >= 2 * total
    assert largest >= 2 * most
    assert designs.diagonal_sharpness(u, u)[0] == pytest.approx(2 * designs.diagonal_sharpness(u, u)[2])
    with pytest.raises(InputError, match="twice"):
        designs.diagonal_sharpness([1.0], [1.0, 2.0])


def test_relu_trace_is_the_mean_square_of_the_gradient():
    w, c = RNG.standard_normal((3, 4)), RNG.standard_normal(3)
    x = RNG.standard_normal((200_000, 4))
    seen = x @ w.T
    squares = (np.maximum(seen, 0) ** 2).sum(axis=1) + (x**2).sum(axis=1) * ((seen > 0) * c**2).sum(axis=1)
    error = squares.std() / len(x) ** 0.5
    assert abs(squares.mean() - designs.relu_trace(w, c)) < 4.5 * error


def test_path_norm_is_bounded_by_the_trace():
    for _ in range(100):
        m, d = int(RNG.integers(1, 5)), int(RNG.integers(1, 6))
        w, c = RNG.standard_normal((m, d)), RNG.standard_normal(m)
        assert designs.path_norm(w, c) <= designs.relu_trace(w, c) / d**0.5 * (1 + 1e-14)
        w *= (d**0.5 * np.abs(c) / (w**2).sum(axis=1) ** 0.5)[:, None]
        assert designs.path_norm(w, c) == pytest.approx(designs.relu_trace(w, c) / d**0.5)


def test_bad_calls_cost_one_sentence():
    for call, words in (
        (lambda: designs.gaussian_nodes(np.ones(6)), "at most 5"),
        (lambda: designs.gaussian_critical_step_size([1.0], 0), "batch"),
        (lambda: designs.gaussian_critical_step_size([-1.0], 1), "finite numbers > 0"),
        (lambda: designs.tight_frame(0, 1, 0), "dimension"),
        (lambda: designs.relu_trace([[1.0]], [1.0, 2.0]), "do not fit"),
    ):
        with pytest.raises(InputError, match=words):
            call()
