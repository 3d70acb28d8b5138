"""Schedules by hand, and the sums over their steps against the recursion of moments."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.regression import schedules, theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory import intrinsic

RNG = np.random.default_rng(5)


def test_cooldowns_by_hand():
    assert schedules.cooldown(2.0, 8, 0.5) == pytest.approx([2, 2, 2, 2, 2, 1.5, 1, 0.5])
    assert schedules.cooldown(1.0, 5, 0.8, "sqrt") == pytest.approx([1, 1, 0.5, 1 - 0.5**0.5, 1 - 0.75**0.5])
    assert schedules.cooldown(1.0, 4, 1.0, "square") == pytest.approx([1, 15 / 16, 3 / 4, 7 / 16])
    assert schedules.cooldown(3.0, 4, 0.0) == pytest.approx([3.0] * 4)


def test_cosines_by_hand():
    assert schedules.cosine(2.0, 3) == pytest.approx([2.0, 1.5, 0.5])
    assert schedules.cosine(2.0, 3, 0.1) == pytest.approx([2.0, 1.55, 0.65])


def test_restarts_are_cosines():
    sizes, ends = schedules.warm_restarts(0.5, 3, 2, 3)
    assert ends.tolist() == [3, 9, 21]
    assert sizes == pytest.approx(np.concatenate([schedules.cosine(0.5, n) for n in (3, 6, 12)]))


def test_unrolled_sums_are_the_recursion():
    for _ in range(20):
        values, starts = np.sort(RNG.uniform(0.01, 1, 6))[::-1], RNG.uniform(0.1, 3, 6)
        sizes = RNG.uniform(0.0, 1.9, 30)
        problem = LeastSquares(values, starts**0.5, 0.7, "additive")
        for part, mine in zip((problem.bias(), problem.variance()),
                              intrinsic.unrolled_risk(values, starts, 0.7, sizes), strict=True):  # fmt: skip
            assert mine == pytest.approx(theory.sgd_risk(part, sizes, [30])[0], rel=1e-11)
    assert intrinsic.remaining(np.array([1.0, 2.0, 4.0])) == pytest.approx([6.0, 4.0, 0.0])


def test_noise_for_small_steps():
    # An error of first order: half the steps, half of it.
    values, errors = np.array([1.0, 0.3, 0.05]), []
    for scale in (0.1, 0.05):
        sizes = np.full(round(20 / scale), scale)
        exactly = intrinsic.unrolled_risk(values, np.zeros(3), 1.3, sizes)[1]
        errors.append(abs(intrinsic.noise_leading(values, 1.3, sizes) / exactly - 1))
    assert errors[0] < 0.05
    assert errors[1] < 0.55 * errors[0]


def test_the_tuned_peak_is_the_best_of_those_given():
    problem, peaks = schedules.power_law_source(8, 1.5, 2.0, 0.04), [0.05, 0.3, 1.5]
    assert problem.eigenvalues[1] * problem.error0[1] ** 2 == pytest.approx(0.25)
    risks = {peak: theory.sgd_risk(problem, schedules.cooldown(peak, 50, 0.3), [50])[0] for peak in peaks}
    best = schedules.tuned(problem, peaks, lambda peak: schedules.cooldown(peak, 50, 0.3))
    assert best == (min(risks.values()), min(risks, key=risks.get))
    half = theory.average_risk(problem, np.full(50, 0.3), 25, [50])[0]
    assert schedules.tuned(problem, [0.3], lambda peak: np.full(50, peak), 0.5) == (half, 0.3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: schedules.cooldown(0.0, 5, 0.1), "peak=0.0"),
        (lambda: schedules.cooldown(1.0, 5, 1.1), r"fraction=1.1 .* \[0, 1\]"),
        (lambda: schedules.cooldown(1.0, 5, 0.1, "cubic"), "one of linear, sqrt, square"),
        (lambda: schedules.cosine(1.0, 0), "steps=0"),
        (lambda: schedules.tuned(schedules.power_law_source(2, 1, 1, 0), [], np.ones), "no peaks"),
        (lambda: schedules.cosine(1.0, 5, -0.1), "floor=-0.1"),
        (lambda: schedules.warm_restarts(1.0, 5, 0, 2), "growth=0"),
    ],
)
def test_bad_schedules_are_answered(call, words):
    with pytest.raises(InputError, match=words):
        call()
