"""Arithmetic of p bits against NumPy's own types and fractions, and the runs against their Python bodies."""

from fractions import Fraction

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.separable import precision


@pytest.mark.parametrize(("kind", "bits"), [("float16", 11), ("float32", 24)])
def test_rounded_is_numpys_cast(kind, bits):
    values = np.random.default_rng(1).uniform(-4, 4, 2000)
    assert (precision.rounded(values, bits) == values.astype(kind).astype(float)).all()
    assert (precision.rounded(values, 53) == values).all()


def test_rounded_takes_ties_to_even():
    assert precision.rounded([1 + 1 / 16, 1 + 3 / 16, -1 - 1 / 16], 4).tolist() == [1.0, 1.25, -1.0]


@pytest.mark.parametrize(("kind", "bits"), [("float16", 11), ("float32", 24), ("float64", 53)])
def test_softmax_is_numpys_where_differences_are_floats(kind, bits):
    logits = np.random.default_rng(2).integers(-5, 5, (200, 6)).astype(float)
    ours, theirs = precision.softmax(logits, bits), precision.native_softmax(logits, kind)
    assert np.abs(ours - theirs).max() <= 4 * 2.0**-bits  # exponentials may differ in their last place
    assert np.abs(precision.softmax(logits, 53).sum(axis=1) - 1).max() < 1e-15


def test_softmax_and_stablemax_by_hand():
    assert precision.softmax([[0.0, -800.0]], 53).tolist() == [[1.0, 0.0]]
    assert precision.softmax([[5.0, 5.0]], 2).tolist() == [[0.5, 0.5]]
    assert precision.stablemax([[1.0, 0.0, -1.0]])[0] == pytest.approx(np.array([4, 2, 1]) / 7, rel=1e-15)
    # In 3 bits 2 + 1/2 is a float, and 2 / 2.5 rounds to 3/4; 4 + 1/4 is less than half a spacing above 4.
    assert precision.stablemax([[1.0, -1.0], [3.0, -3.0]], 3)[:, 0].tolist() == [0.75, 1.0]


def test_absorbed_is_exact():
    for bits in (3, 11, 24, 53):
        for term in (2.0**-bits, 2.0**-bits * (1 + 2.0**-20), 0.75 * 2.0**-bits, 0.3):
            true = Fraction(term) <= Fraction(1, 2**bits)
            assert bool(precision.absorbed(term, bits)) is true or (bits == 53 and term > 2.0**-bits)
            assert precision.absorbed.py_func(term, bits) == precision.absorbed(term, bits)


def test_runs_are_those_of_their_python_bodies():
    bits = np.array([3, 5, 8])
    for kernel, arguments in (
        (precision.descent_times, (0.7, bits, 10_000)),
        (precision.adam_times, (0.05, 0.9, 0.98, bits, 10_000)),
        (precision.freeze, (np.array([[1.0, 2.0], [1.0, -0.5]]), 0.5, 6, 10_000)),
    ):
        assert kernel(*arguments) == pytest.approx(kernel.py_func(*arguments), rel=1e-12)


def test_adam_by_hand_for_two_steps():
    # Slopes 1/2, then 1/(1 + e^s): with bias corrections the first step is s whatever the decays.
    s, first, second = 0.5, 0.9, 0.98
    slope = 1 / (1 + np.exp(s))
    momentum = (first * (1 - first) * 0.5 + (1 - first) * slope) / (1 - first**2)
    square = (second * (1 - second) * 0.25 + (1 - second) * slope**2) / (1 - second**2)
    margins = [0.0, s, s + s * momentum / square**0.5]
    gap = 2 * np.log(2)  # 2 bits
    steps = next(t for t, m in enumerate([*margins, np.inf]) if m >= gap)
    assert precision.times_to_collapse(s, [2], 100, (first, second))[0] >= steps == 3
    large = gap / (1 + momentum / square**0.5) * 1.2
    assert precision.times_to_collapse(large, [2], 100, (first, second))[0] == 2


def test_one_point_freezes_at_its_gap():
    for bits in (4, 8, 12):
        step, position = precision.frozen([[1.0]], 0.1, bits, 10**6)
        assert np.isfinite(step)
        assert bits * np.log(2) <= position[0] + 2.0**-bits <= bits * np.log(2) + 0.2 * 2.0**-bits + 2 * 2.0**-bits
    assert precision.frozen([[1.0]], 0.1, 12, 10)[0] == np.inf


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: precision.rounded([1.0], 1), "integer >= 2"),
        (lambda: precision.rounded([1.0], 30), "2 to 25, or 53"),
        (lambda: precision.softmax([1.0], 11), r"\(rows, classes\)"),
        (lambda: precision.softmax([[np.inf, 1.0]], 11), "finite"),
        (lambda: precision.native_softmax([[1.0]], "bfloat16"), "give one of"),
        (lambda: precision.times_to_collapse(0.0, [3], 10), "give a number > 0"),
        (lambda: precision.times_to_collapse(1.0, [5, 3], 10), "increasing"),
        (lambda: precision.frozen([[1.0]], 1.0, 53, 10), "2 to 25"),
        (lambda: precision.frozen([1.0], 1.0, 8, 10), r"\(n, d\)"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()
