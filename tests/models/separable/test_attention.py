"""Attention: coefficients against 400 digits and finite differences, margins against certificates and by hand."""

import mpmath
import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.separable import attention, attention_kernels
from theorylab.models.separable.attention import Sequences
from theorylab.numerics.streams import stream


def small(replica=0, count=2, length=3, dimension=2):
    return Sequences.random(count, length, dimension, seed=4, replica=replica)


def loss(p, weights):
    logits = np.einsum("itk,kj,ij->it", p.tokens, weights, p.queries)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return np.log1p(np.exp(-(shares * p.scores).sum(axis=1))).mean()


@pytest.mark.parametrize("way", attention.WAYS)
@pytest.mark.parametrize("replica", range(4))
def test_a_step_goes_down_the_gradient_of_the_loss(way, replica):
    p, weights = small(replica), np.random.default_rng(replica).standard_normal((2, 2))
    h = 1e-6 * np.eye(4).reshape(4, 2, 2)
    slope = np.array([(loss(p, weights + e) - loss(p, weights - e)) / 2e-6 for e in h]).reshape(2, 2)
    step = attention.weights_at(p, 0.5, [1], weights, way)[0] - weights
    assert step == pytest.approx(-0.5 * slope / np.linalg.norm(slope), abs=1e-6)


def test_factors_step_along_their_own_gradients():
    p = small(1)
    k, q = np.random.default_rng(2).standard_normal((2, 2, 2))
    step = attention.weights_at(p, 1.0, [1], k @ q.T)[0] - k @ q.T
    up, down = step @ q, step.T @ k
    after = (k + 0.2 * up / np.linalg.norm(up)) @ (q + 0.2 * down / np.linalg.norm(down)).T
    assert attention.products_at(p, 0.2, [1], k, q)[0] == pytest.approx(after, abs=1e-12)


def exactly(logits, scores):
    """Coefficients in 400 digits, over the largest share that is not selected."""
    with mpmath.workdps(400):
        rows, largest = [], mpmath.mpf(0)
        for z, s in zip(logits.tolist(), scores.tolist(), strict=True):
            terms = [mpmath.exp(mpmath.mpf(x)) for x in z]
            shares = [x / sum(terms) for x in terms]
            mean = sum(a * mpmath.mpf(b) for a, b in zip(shares, s, strict=True))
            rows.append([a * (mpmath.mpf(b) - mean) / (1 + mpmath.exp(mean)) for a, b in zip(shares, s, strict=True)])
            largest = max(largest, sorted(shares)[-2])
        return np.array([[float(x / largest) for x in row] for row in rows])


@pytest.mark.parametrize("size", [0.1, 1.0, 10.0, 50.0, 300.0])
def test_exact_coefficients_keep_their_digits_at_any_size(size):
    draw = np.random.default_rng(7)
    logits, scores = size * draw.standard_normal((3, 4)), draw.standard_normal((3, 4))
    out = np.empty((3, 4))
    attention_kernels.exact_coefficients(logits, scores, out)
    assert out == pytest.approx(exactly(logits, scores), rel=1e-11, abs=1e-250)
    attention_kernels.plain_coefficients(logits, scores, False, out)
    if size < 1:
        ratio = out / exactly(logits, scores)
        assert ratio == pytest.approx(np.full((3, 4), ratio[0, 0]), rel=1e-12)


def test_kernels_are_their_python_bodies():
    p = small(3)
    start, at = 0.3 * np.ones((2, 2)), np.array([0, 1, 7])
    for kernel, arguments in (
        (attention_kernels.attend, (p.tokens, p.queries, p.scores, start, 0.1, at, 0, np.inf)),
        (attention_kernels.attend, (p.tokens, p.queries, p.scores, start, 0.1, at, 1, 0.5)),
        (attention_kernels.attend_factored, (p.tokens, p.queries, p.scores, start, start, 0.1, at)),
    ):
        assert kernel(*arguments) == pytest.approx(kernel.py_func(*arguments), rel=1e-11)
    ours, theirs = (f(np.array([2, 4]), 2, 3, 0.1, 20, stream(1, 1))
                    for f in (attention_kernels.selects_best, attention_kernels.selects_best.py_func))  # fmt: skip
    assert (ours == theirs).all()


def test_sequences_are_unit_tokens_with_scores_of_one_head():
    p = Sequences.random(5, 4, 3, seed=1)
    assert np.linalg.norm(p.tokens, axis=2) == pytest.approx(np.ones((5, 4)))
    assert np.linalg.norm(p.queries, axis=1) == pytest.approx(np.ones(5))
    head = [np.linalg.lstsq(x, s, rcond=None)[0] for x, s in zip(p.tokens, p.scores, strict=True)]
    assert np.abs(head) == pytest.approx(np.abs(np.tile(head[0], (5, 1))), abs=1e-9)
    logits = np.empty((5, 4))
    attention_kernels.look(p.tokens, p.queries, np.eye(3), logits)
    assert logits == pytest.approx(np.einsum("itk,ik->it", p.tokens, p.queries))
    again = np.empty((5, 4, 3)), np.empty((5, 3)), np.empty((5, 4))
    attention_kernels.draw_sequences(*again, stream(1, 0))
    assert (again[0] == p.tokens).all()


def test_radius_is_kept():
    p = small(0, 3, 4, 5)
    places = attention.weights_at(p, 0.1, [100, 400], radius=2.0)
    assert np.linalg.norm(places, axis=(1, 2)) == pytest.approx([2.0, 2.0])


def test_margins_by_hand_for_one_pair():
    # One sample, two tokens: both margins are along (x_0 - x_1) z^T, of rank one.
    p = Sequences([[[1.0, 1.0], [0.0, 1.0]]], [[0.0, 2.0]], [[1.0, -1.0]])
    form = np.array([[0.0, 1.0], [0.0, 0.0]])
    assert p.constraints([0]) == pytest.approx(np.array([[0.0, 2.0, 0.0, 0.0]]))
    direction, weights = attention.frobenius_margin(p, [0])
    assert direction == pytest.approx(form, abs=1e-12)
    assert weights.tolist() == [[1.0]]
    nuclear, gap = attention.nuclear_margin(p, [0])
    assert nuclear == pytest.approx(form, abs=1e-6)
    assert gap < 1e-6
    assert p.best.tolist() == [0]
    assert attention.selection(p, form).tolist() == [0]


@pytest.mark.parametrize("replica", range(3))
def test_nuclear_margin_is_shorter_in_its_norm_and_certified(replica):
    p = Sequences.random(3, 3, 5, seed=8, replica=replica)
    nuclear, gap = attention.nuclear_margin(p, p.best)
    frobenius, _ = attention.frobenius_margin(p, p.best)
    rows = p.constraints(p.best)
    norms = [np.linalg.norm(w / (rows @ w.ravel()).min(), "nuc") for w in (nuclear, frobenius)]
    assert (rows @ nuclear.ravel()).min() > 0
    assert norms[0] < norms[1]
    assert 0 <= gap < 0.01


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Sequences(np.zeros((2, 1, 3)), np.zeros((2, 3)), np.zeros((2, 1))), "T >= 2"),
        (lambda: Sequences(np.zeros((2, 2, 3)), np.zeros((2, 2)), np.zeros((2, 2))), "do not fit"),
        (lambda: small().constraints([0]), "token per sample"),
        (lambda: attention.weights_at(small(), 0.1, [1], way="float16"), "give one of"),
        (lambda: attention.weights_at(small(), 0.0, [1]), "numbers > 0"),
        (lambda: attention.weights_at(small(), 0.1, [1], np.zeros((3, 3))), r"give \(2, 2\)"),
        (lambda: attention.products_at(small(), -0.1, [1], np.eye(2), np.eye(2)), "number > 0"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()
