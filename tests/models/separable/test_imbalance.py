"""Class imbalance: closed forms by SymPy, hand and quadrature; descents and batches against their Python bodies."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import dblquad

from theorylab.errors import InputError
from theorylab.models.separable import classes, imbalance
from theorylab.models.separable.classes import Classes
from theorylab.numerics.streams import stream


def test_slopes_are_those_of_the_chain_rule():
    a, b, c, s = sp.symbols("a b c s", positive=True)
    own, other = sp.Matrix([a, 0]), sp.Matrix([b * c, b * sp.sqrt(1 - c**2)])
    plain = -(own.T * (s * own + (1 - s) * other))[0]
    assert sp.simplify(imbalance.plain_slope(a, b, c, s) - plain) == 0
    normalised = -(own.T * (own / a + other / b))[0]
    assert sp.simplify(imbalance.normalised_slope(a, c) - normalised) == 0
    # The plain slope is 0 at the critical ratio r, s = 1/(1 + r), for a cosine below 0.
    r = imbalance.critical_ratio(-c, a, b)
    assert sp.simplify(imbalance.plain_slope(a, b, -c, 1 / (1 + r))) == 0


def test_orthogonal_classes_by_hand():
    problem, size, offset = Classes.orthogonal(3.0, 0.5), 0.2, 0.5
    path = classes.descend(problem, np.zeros(3), size, 2)
    # Shared: shares 1/4 and 3/4 pull to 1/4; own: share times 1.
    assert path[1] == pytest.approx([0.05, 0.05, 0.15], rel=1e-14)
    assert path[2] == pytest.approx([0.09, 0.0975, 0.2775], rel=1e-14)
    t = np.arange(3)
    assert 1 - path[:, 1] == pytest.approx(imbalance.own_error(t, size, 3.0), rel=1e-14)
    assert problem.losses(path)[:, 0] == pytest.approx(imbalance.minority_loss(t, size, 3.0, offset), rel=1e-14)
    time = imbalance.halving_time(size, 3.0)
    assert imbalance.own_error(time, size, 3.0) == pytest.approx(0.5, rel=1e-13)


def test_descents_by_hand():
    problem = Classes.whole_space([[3.0, 4.0], [0.0, 0.0]], [1.0, 4.0])
    start = np.array([3.0, 0.0])
    assert classes.descend(problem, start, 0.5, 1)[1] == pytest.approx([3 - 0.5 * 0.8 * 3, 0.5 * 0.2 * 4])
    assert classes.descend(problem, start, 0.5, 1, "normalised")[1] == pytest.approx([2.5, 0.5])
    assert classes.descend(problem, start, 0.5, 1, "reweighted")[1] == pytest.approx([3 - 0.25 * 3, 0.25 * 4])
    # The second step is shorter by 1 + 1/slow; a class at its centre pulls nothing.
    path = classes.descend(Classes.whole_space([[0.0]], [1.0]), [1.0], 0.5, 3, "normalised", slow=1.0)
    assert path[:, 0] == pytest.approx([1.0, 0.5, 0.25, 0.25 - 0.5 / 3])
    assert classes.descend(Classes.whole_space([[0.0]], [1.0]), [0.0], 0.5, 2, "normalised")[-1] == 0
    arguments = (problem.centres, problem.masks, problem.shares, start, 0.3, 5.0, 1, 20)
    assert classes.path(*arguments) == pytest.approx(classes.path.py_func(*arguments), rel=1e-12)


@pytest.mark.parametrize(("count", "dimension", "noise"), [(1, 2, 1.0), (4, 3, 1.5), (9, 2, 0.5)])
def test_mean_cosine_is_its_integral(count, dimension, noise):
    spread = noise / count**0.5

    def weighted(r, x):  # x along the gradient, r the length across it, in d - 1 dimensions
        across = 2 if dimension == 2 else 2 * np.pi * r
        density = np.exp(-((x - 1) ** 2 + r**2) / 2 / spread**2) / (2 * np.pi * spread**2) ** (dimension / 2)
        return x / np.hypot(x, r) * across * density

    wide = 10 * spread
    found, _ = dblquad(weighted, 1 - wide, 1 + wide, 0, wide, epsabs=1e-7)
    assert imbalance.mean_cosine(count, dimension, noise) == pytest.approx(found, rel=1e-5)
    assert imbalance.mean_cosine(0, dimension, noise) == 0
    high = 4000
    assert imbalance.mean_cosine(count, high, noise) == pytest.approx(
        imbalance.mean_cosine_leading(count, high, noise), rel=1 / high
    )


def test_batches_by_hand():
    assert imbalance.absent(3.0, 2) == 9 / 16
    cosines = imbalance.mean_cosine([0, 1, 2], 5, 1.0)
    assert imbalance.normalised_drift(0.25, 2, 5, 1.0) == pytest.approx(
        (9 * cosines[0] + 6 * cosines[1] + cosines[2]) / 16, rel=1e-14
    )
    with pytest.raises(InputError, match=r"\(0, 1\)"):
        imbalance.normalised_drift(1.0, 2, 5, 1.0)


def test_batch_drifts_is_its_python_body_and_without_noise_the_shares():
    arguments = (np.array([1.0, 4.0]), 8, 3)
    ours, theirs = (f(*arguments, 0.7, stream(3, 1)) for f in (classes.batch_drifts, classes.batch_drifts.py_func))
    assert ours == pytest.approx(theirs, rel=1e-12)
    clean = classes.batch_drifts(*arguments, 0.0, stream(3, 1))
    assert clean[0] + clean[1] == pytest.approx(1.0)
    assert (clean[2] == 1 - clean[4]).all()
    assert (clean[5] == 1).all()


def test_logistic_gradients_are_those_of_the_losses():
    z = classes.mixture(4, 3, 0.5, 1.0, np.random.default_rng(3))
    assert z.shape == (2, 4, 3)
    assert classes.mixture(9000, 1, 2.0, 0.0, np.random.default_rng(3))[1].std() < 1e-12
    w, h = np.array([0.3, -0.2, 0.5]), 1e-6 * np.eye(3)
    slopes = [(classes.logistic_losses(z, w + e) - classes.logistic_losses(z, w - e)) / 2e-6 for e in h]
    assert classes.logistic_gradients(z, w) == pytest.approx(np.array(slopes).T, abs=1e-8)
    assert classes.logistic_losses(z, 0 * w) == pytest.approx(np.log([2.0, 2.0]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Classes(np.zeros(3), np.zeros(3), np.ones(1)), r"\(L, d\)"),
        (lambda: Classes(np.zeros((1, 2)), np.full((1, 2), 0.5), np.ones(1)), "0 or 1"),
        (lambda: Classes.whole_space([[0.0]], [0.0]), "number > 0"),
        (lambda: classes.descend(Classes.orthogonal(2.0), np.zeros(2), 0.1, 3), r"give \(3,\)"),
        (lambda: classes.descend(Classes.orthogonal(2.0), np.zeros(3), 0.0, 3), "numbers > 0"),
        (lambda: classes.descend(Classes.orthogonal(2.0), np.zeros(3), 0.1, 3, "adam"), "give one of"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()
