"""Halpern's bound is certified with the constant 2, and with no smaller one."""

from fractions import Fraction

import numpy as np
import pytest

flint = pytest.importorskip("flint", reason="certificates need the extra rigour: pip install 'theorylab[rigour]'")

from theorylab.models.minimax import certificates, kernels, theory  # noqa: E402
from theorylab.numerics import balls  # noqa: E402
from theorylab.trials.certificates import certify  # noqa: E402


def test_every_certificate_is_as_declared():
    found = certify("minimax")
    assert [c.claim for c in found if not c.as_declared] == []
    assert {c.declared for c in found} == {"certified", "refuted"}


@pytest.mark.parametrize("constant", [Fraction(9, 5), Fraction(199, 100), Fraction(2) - Fraction(1, 10**30)])
def test_a_smaller_constant_is_not_certified(constant):
    assert certificates.bound_for_all_maps(constant).verdict == "undecided"
    assert certificates.clipped_translation(constant).verdict == "refuted"
    with balls.precision(256):
        assert certificates.worst_rotation(constant).verdict != "certified"


def test_a_larger_constant_is_certified_but_not_attained():
    assert certificates.bound_for_all_maps(Fraction(5, 2)).verdict == "certified"
    assert certificates.worst_rotation(Fraction(5, 2)).verdict == "refuted"
    found = certificates.clipped_translation(Fraction(5, 2))
    assert found.verdict == "certified"
    assert found.slack > 0


def test_bisection_cannot_decide_the_equality_and_does_not_pretend_to():
    claim = certificates.all_rotations(Fraction(2), limit=3000)
    assert claim.verdict == "undecided"


def test_semidefiniteness_is_exact():
    check = certificates._positive_semidefinite
    assert check(flint.fmpq_mat([[1, 1], [1, 1]]))
    assert check(flint.fmpq_mat([[0, 0], [0, 3]]))
    assert not check(flint.fmpq_mat([[1, 1], [1, flint.fmpq(10**30 - 1, 10**30)]]))
    assert not check(flint.fmpq_mat([[0, 1], [1, 5]]))
    assert not check(flint.fmpq_mat([[1, 0], [0, -1]]))


@pytest.mark.parametrize("steps", [1, 3, 10, 60])
def test_the_instances_are_those_of_the_laboratory(steps):
    kernel = kernels.clipped_translation(steps, np.array([steps]))[0]
    assert float(certificates._clipped_residual(steps)) == pytest.approx(kernel, rel=1e-14)
    for angle in (0.1, 1.0, 3.0):
        with balls.precision(128):  # rectangles grow as they are turned
            ball = certificates._rotation_squares(flint.arb(angle), steps)[-1].sqrt()
        closed = abs(theory.halpern_difference(np.exp(1j * angle), steps))
        assert float(ball) == pytest.approx(closed, rel=1e-12, abs=1e-15)


def test_the_identity_behind_the_bound_holds_on_a_random_nonexpansive_map():
    generator, steps = np.random.default_rng(0), 7
    turn, _ = np.linalg.qr(generator.standard_normal((5, 5)))
    start = generator.standard_normal(5)
    x, images = start, []
    for k in range(steps + 1):
        images.append(turn @ x)
        last, x = x, (start + (k + 1) * images[-1]) / (k + 2)
    vectors = np.array([start, *images])
    matrix = np.array([[float(y.p) / float(y.q) for y in row] for row in
                       certificates._remainder(Fraction(2), steps).tolist()])  # fmt: skip
    gap = (2 / (steps + 1)) ** 2 * start @ start - np.sum((last - images[-1]) ** 2)
    # An isometry keeps all distances: nothing but the remainder is left of the gap.
    assert np.einsum("ia,ij,ja->", vectors, matrix, vectors) == pytest.approx(gap, rel=1e-12)
