"""Balls hold the rational moments; float rounding and claims about EMA are certified, their rivals are not."""

from fractions import Fraction

import pytest

flint = pytest.importorskip("flint", reason="certificates need the extra rigour: pip install 'theorylab[rigour]'")

from theorylab.models.regression import certificates, theory  # noqa: E402
from theorylab.models.regression.model import LeastSquares  # noqa: E402
from theorylab.numerics import balls  # noqa: E402
from theorylab.trials.certificates import certify  # noqa: E402


def test_every_certificate_is_as_declared():
    found = certify("regression")
    assert [c.claim for c in found if not c.as_declared] == []
    assert {c.declared for c in found} == {"certified", "refuted"}


def rational_moments(problem, step_size, ema_decay, steps):
    """Second moments by the recursion of the model in rational numbers, from all pairs of directions: (last, ema)."""
    step, a = Fraction(step_size), Fraction(ema_decay)
    lam = [Fraction(float(x)) for x in problem.eigenvalues]
    c = p = v = [Fraction(float(x)) ** 2 for x in problem.error0]
    for _ in range(steps):
        v = [a**2 * z + 2 * a * (1 - a) * y + (1 - a) ** 2 * x for x, y, z in zip(c, p, v, strict=True)]
        p = [(1 - step * u) * (a * y + (1 - a) * x) for u, x, y in zip(lam, c, p, strict=True)]
        if problem.design == "gaussian":  # E x x^T A x x^T = 2 H A H + H tr(H A)
            total = sum(u * x for u, x in zip(lam, c, strict=True))
            squares = [2 * u * u * x + u * total for u, x in zip(lam, c, strict=True)]
        else:
            squares = [u * x for u, x in zip(lam, c, strict=True)]
        spread = [s - u * u * x for s, u, x in zip(squares, lam, c, strict=True)]
        noise = Fraction(problem.noise_std) ** 2
        c = [x * (1 - step * u) ** 2 + step**2 * (s + noise * u) / problem.batch
             for x, u, s in zip(c, lam, spread, strict=True)]  # fmt: skip
    return c, v


@pytest.mark.parametrize(("design", "batch"), [("gaussian", 1), ("gaussian", 3), ("one-hot", 1), ("one-hot", 2)])
def test_balls_hold_the_rational_moments(design, batch):
    problem = LeastSquares([0.5, 0.25, 0.1], [1.0, -2.0, 0.3], 0.7, design, batch)
    with balls.precision(100):
        found = certificates.moments(problem, 0.3, 0.9, 6)[-1]
        for side, truths in zip(found, rational_moments(problem, 0.3, 0.9, 6), strict=True):
            for ball, truth in zip(side, truths, strict=True):
                # numerator - ball x denominator holds 0: the comparison itself rounds nothing away
                assert (ball * truth.denominator - truth.numerator).contains(0)
                assert balls.radius(ball) < 1e-25


def problem():
    return LeastSquares.power_law(4, 2.0, start=1.0, noise_std=0.5)


def test_a_bound_below_the_rounding_is_not_certified():
    with balls.precision(128):
        assert certificates.float_error("", problem(), 1.0).verdict == "certified"
        for share in (1e-3, 1e-6):
            assert certificates.float_error("", problem(), share).verdict == "refuted"


def test_an_error_in_the_eleventh_digit_is_not_certified(monkeypatch):
    right = theory.sgd_moments
    monkeypatch.setattr(theory, "sgd_moments", lambda *given: right(*given) * (1 + 1e-11))
    with balls.precision(128):
        assert certificates.float_error("", problem(), 1.0).verdict == "refuted"


def test_too_few_bits_leave_rounding_undecided_never_refuted():
    with balls.precision(40):
        assert certificates.float_error("", problem(), 1.0).verdict == "undecided"


def test_rivals_are_not_certified():
    assert certificates.ema_variance(3.0).verdict == "refuted"
    assert certificates.effective_dimension_band(2, 1).verdict == "refuted"


def test_the_band_and_the_dimension_are_those_of_the_laboratory():
    eigenvalues = LeastSquares.power_law(10, 2.0, start=0.0, noise_std=1.0).eigenvalues
    scaled = [flint.arb(0.11 * x) for x in eigenvalues]
    ball = certificates._dimension(scaled, flint.arb(1 / 32), 160)
    assert float(ball) == pytest.approx(theory.effective_dimension(eigenvalues, 0.11, 31 / 32, 160), rel=1e-14)
    border = certificates._dimension([flint.arb(1 / 32, 1e-10)], flint.arb(1 / 32), 160)
    assert not border.is_finite()


def test_step_sizes_of_the_certificates_lie_just_below_a_sixth_of_the_trace():
    p = problem()
    assert 1 - 1e-5 < 6 * p.trace * certificates.step_size_of(p) < 1


def test_without_noise_the_average_may_be_worse_than_the_last_iterate():
    with balls.precision(128):
        assert certificates.ema_variance_on_a_box(1).verdict == "refuted"
