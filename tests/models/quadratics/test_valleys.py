"""Laws at rest in valleys: normal in a parabola, leading forms by integration, shifted test losses with SymPy."""

import math

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

from theorylab.errors import InputError
from theorylab.models.quadratics import valleys
from theorylab.models.quadratics.theory import averaging
from theorylab.models.quadratics.theory import valleys as forms
from theorylab.models.quadratics.valleys import Valley


def boltzmann(valley, eta, s):
    """E x, E f, E f'' under the density exp(-2 f / (eta s^2)), by integration."""
    scale = 12 * s * math.sqrt(eta / min(valley.left, valley.right))

    def integral(part):
        def density(x):
            return float(part(np.array(x))) * math.exp(-2 * float(valley.height(np.array(x))) / (eta * s**2))

        ends = ((-scale, 0), (0, scale))
        return sum(quad(density, *end, epsabs=1e-13, epsrel=1e-11, limit=400)[0] for end in ends)

    mass = integral(np.ones_like)
    return [integral(part) / mass for part in (lambda x: x, valley.height, valley.curvature)]


def test_law_at_rest_of_a_parabola_is_normal():
    for eta, h, s in ((0.1, 1.0, 1.0), (0.6, 2.0, 0.3), (0.02, 0.5, 1.4)):
        found = valleys.rest_means(Valley(h, h), eta, s)
        v = averaging.sgd_variance(eta, h, s)
        assert found.value[0] == pytest.approx(0, abs=1e-10 * math.sqrt(v))
        assert found.value[1] == pytest.approx(h * v / 2, rel=1e-9)
        assert found.value[2] == pytest.approx(h, rel=1e-9)


def test_the_gradient_has_no_mean_at_rest():
    # x' has the mean of x: E f'(x) = 0, b E x+ = a E x-; with E x that gives E |x|.
    for left, right in ((0.25, 4.0), (1.0, 2.0)):
        valley = Valley(left, right)
        x, weights = valleys._nodes(valley, 0.05, 0.9, 3.5)
        assert weights.sum() == pytest.approx(x.max() - x.min(), rel=0.05)
        found = valleys.rest_means(valley, 0.05, 0.9)
        mean = found.value[0]
        positive = mean / (1 - right / left)  # E x = E x+ - E x-, E x- = (b / a) E x+
        assert positive > 0
        assert found.error[0] < 1e-6 * abs(mean)


def test_kinked_law_by_integration():
    for left, right, eta, s in ((0.25, 4.0, 1e-3, 0.9), (1.0, 1.5, 1e-2, 0.4)):
        mean, loss, curvature = boltzmann(Valley(left, right), eta, s)
        assert forms.kinked_mean_leading(eta, left, right, s) == pytest.approx(mean, rel=1e-8)
        assert forms.kinked_loss_leading(eta, s) == pytest.approx(loss, rel=1e-8)
        assert forms.kinked_curvature_leading(left, right) == pytest.approx(curvature, rel=1e-8)


def test_laws_at_small_steps_come_to_the_leading_forms():
    for valley, leading in (
        (Valley(0.25, 4.0), lambda eta: forms.kinked_mean_leading(eta, 0.25, 4.0, 0.9)),
        (Valley(1.3, 1.3, 0.7), lambda eta: forms.bent_mean_leading(eta, 1.3, 1.3 * 0.7, 0.9)),
    ):
        gaps = [valleys.rest_means(valley, eta, 0.9).value[0] / leading(eta) - 1 for eta in (0.04, 0.02, 0.01)]
        assert abs(gaps[2]) < 0.01
        assert 1.5 < gaps[0] / gaps[1] < 2.5


def test_bent_law_by_integration():
    eta, s, h, c = 1e-4, 0.9, 1.3, 0.7
    mean, loss, _ = boltzmann(Valley(h, h, c), eta, s)
    assert forms.bent_mean_leading(eta, h, h * c, s) == pytest.approx(mean, rel=1e-3)
    assert forms.kinked_loss_leading(eta, s) == pytest.approx(loss, rel=1e-3)


def test_best_point_of_two_shifted_valleys():
    a, b, d, x = sp.symbols("a b d x", positive=True)
    loss = forms.shifted_loss(a, b, d, x)
    assert sp.simplify(sp.diff(loss, x).subs(x, forms.shifted_best(a, b, d))) == 0
    assert sp.simplify(forms.shifted_loss(a, b, d, forms.shifted_best(a, b, d)) - a * b * d**2 / (a + b)) == 0
    valley = Valley(0.25, 4.0)
    for point in (-0.1, 0.0, 0.07):
        two = (valley.height(np.array(point - 0.1)) + valley.height(np.array(point + 0.1))) / 2
        assert forms.shifted_loss(0.25, 4.0, 0.1, point) == pytest.approx(float(two), rel=1e-14)


def test_slopes_and_curvatures_are_derivatives_of_the_height():
    x, step = np.array([-0.8, -0.1, 0.2, 0.9]), 1e-5
    for valley in (Valley(0.25, 4.0), Valley(1.3, 1.3, 0.7)):
        slope = (valley.height(x + step) - valley.height(x - step)) / (2 * step)
        assert valley.slope(x) == pytest.approx(slope, rel=1e-8)
        curvature = (valley.slope(x + step) - valley.slope(x - step)) / (2 * step)
        assert valley.curvature(x) == pytest.approx(curvature, rel=1e-8)


def test_coupled_variances_are_consistent():
    x, y, v_x, v_y = forms.coupled_variances(0.1, 1.0, 0.2, 4.0, 0.5)
    assert v_x == pytest.approx(averaging.sgd_variance(0.1, x, 0.5), rel=1e-12)
    assert v_y == pytest.approx(averaging.sgd_variance(0.1, y, 0.5), rel=1e-12)
    assert (x, y) == pytest.approx((1.0 + 4 * v_y, 0.2 + 4 * v_x), rel=1e-12)


def test_bad_input_is_answered_by_one_sentence():
    with pytest.raises(InputError, match="give left = right"):
        Valley(1.0, 2.0, 0.5)
    with pytest.raises(InputError, match="unstable in this valley"):
        valleys.rest_means(Valley(1.0, 4.0), 0.6, 1.0)
    with pytest.raises(InputError, match="left"):
        Valley(-1.0, 2.0)
