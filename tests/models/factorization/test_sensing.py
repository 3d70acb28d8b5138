"""Matrix sensing: steps by NumPy, factors with the same product, bad input."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.factorization import sensing


def test_target_has_its_singular_values():
    goal = sensing.target(6, [2.0, 0.5], seed=3)
    assert np.linalg.svd(goal, compute_uv=False) == pytest.approx([2.0, 0.5, 0, 0, 0, 0], abs=1e-14)
    assert goal == pytest.approx(goal.T)


def test_runs_are_numpys():
    draw = np.random.default_rng(1)
    goal, f, g = draw.standard_normal((4, 3)), draw.standard_normal((4, 2)), draw.standard_normal((3, 2))
    run, left, right, errors = sensing.asymmetric(goal, f, g, 0.01, [0, 2, 5]), f, g, []
    for t in range(6):
        residual = left @ right.T - goal
        if t in (0, 2, 5):
            errors.append((residual**2).sum())
        if t < 5:
            left, right = left - 0.01 * residual @ right, right - 0.01 * residual.T @ left
    assert run.errors == pytest.approx(errors, rel=1e-12)
    assert run.left == pytest.approx(left, rel=1e-12)
    assert run.right == pytest.approx(right, rel=1e-12)
    square = goal @ goal.T
    both = sensing.symmetric(square, f, 0.01, [1])
    assert both.left == pytest.approx(f - 0.01 * (f @ f.T - square) @ f, rel=1e-12)
    for kernel, arguments in (
        (sensing.symmetric_path, (square, f, 0.01, np.array([0, 3]))),
        (sensing.asymmetric_path, (goal, f, g, 0.01, np.array([0, 3]))),
    ):
        for ours, theirs in zip(kernel(*arguments), kernel.py_func(*arguments), strict=True):
            assert ours == pytest.approx(theirs, rel=1e-12)


def test_changes_of_factors_keep_the_product():
    draw = np.random.default_rng(2)
    f, g = draw.standard_normal((6, 3)), draw.standard_normal((5, 3))
    a, b = sensing.stretched(f, g, 2.0)
    assert a @ b.T == pytest.approx(f @ g.T, rel=1e-10)
    sizes = np.linalg.svd(f, compute_uv=False)
    assert np.linalg.svd(a, compute_uv=False) == pytest.approx(np.sort(np.maximum(sizes, 2.0))[::-1])
    c, d = sensing.balanced(f, g)
    assert c @ d.T == pytest.approx(f @ g.T, rel=1e-10)
    assert c.T @ c == pytest.approx(d.T @ d, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sensing.target(2, [1.0, 1.0, 1.0], seed=1), "at most 2"),
        (lambda: sensing.target(2, [0.0], seed=1), "numbers > 0"),
        (lambda: sensing.symmetric(np.eye(2), np.ones((3, 1)), 0.1, [1]), "does not fit"),
        (lambda: sensing.symmetric(np.eye(2), np.ones((2, 1)), 0.0, [1]), "number > 0"),
        (lambda: sensing.asymmetric(np.eye(2), np.ones((2, 1)), np.ones((2, 2)), 0.1, [1]), "do not fit"),
        (lambda: sensing.asymmetric([1.0], [[1.0]], [[1.0]], 0.1, [1]), "matrix of finite numbers"),
        (lambda: sensing.stretched(np.zeros((2, 1)), np.ones((2, 1)), 1.0), "singular value 0"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()
