"""The rounding bounds that studies write in units in the last place, measured against 60 digits at random settings.

A closed form in plain arithmetic is its own oracle. A row holds the form, settings, and the units that its study
claims, a number or a function of the setting.
"""

import math
from itertools import product

import mpmath
import numpy as np
import pytest

from studies.sde.sde_adam_rmsprop import rmsprop_covariance
from theorylab.models.bilevel import theory as bilevel
from theorylab.models.edge import theory as edge
from theorylab.models.minimax import theory as minimax
from theorylab.models.regression import theory as regression
from theorylab.models.sde import theory as sde
from theorylab.numerics.rounding import measured_ulps

COUNT = 300


def between(*ranges, log=False):
    """COUNT random settings, each a float per range, uniform or log-uniform."""
    draw = np.random.default_rng(5)
    columns = [
        np.exp(draw.uniform(np.log(low), np.log(high), COUNT)) if log else draw.uniform(low, high, COUNT)
        for low, high in ranges
    ]
    return [tuple(map(float, row)) for row in zip(*columns, strict=True)]


def near_the_minimum(least):
    """Four weights whose product differs from 1 by `least` to 1."""
    draw = np.random.default_rng(6)
    weights = np.exp(draw.uniform(-0.5, 0.5, (COUNT, 4)))
    products = 1 + np.exp(draw.uniform(np.log(least), 0.0, COUNT))
    return [tuple(map(float, row)) for row in weights * (products / weights.prod(axis=1))[:, None] ** 0.25]


def largest_curvature(*w):
    p, size = mpmath.fprod(w), len(w)
    rows = [[(p if i == j else 2 * p - 1) * p / (w[i] * w[j]) for j in range(size)] for i in range(size)]
    return max(mpmath.eigsy(mpmath.matrix(rows), eigvals_only=True))


def covariance():
    """Entries of S with P^-1 H S + S H P^-1 = noise^2 P^-1 C P^-1, solved as four equations."""
    h, c = (mpmath.matrix(a.tolist()) for a in (rmsprop_covariance.HESSIAN, rmsprop_covariance.COVARIANCE))
    noise, epsilon = mpmath.mpf(rmsprop_covariance.NOISE), mpmath.mpf(rmsprop_covariance.EPSILON)
    inverse = mpmath.diag([1 / (noise * mpmath.sqrt(c[i, i]) + epsilon) for i in range(2)])
    a, right, system = inverse * h, noise**2 * inverse * c * inverse, mpmath.matrix(4, 4)
    for i, j, k in product(range(2), repeat=3):
        system[2 * i + j, 2 * k + j] += a[i, k]
        system[2 * i + j, 2 * i + k] += a[j, k]
    solved = mpmath.lu_solve(system, mpmath.matrix([right[i, j] for i, j in product(range(2), repeat=2)]))
    return np.array(list(solved), dtype=object).reshape(2, 2)[rmsprop_covariance.ENTRIES]


def mean_square_errors(a, b, n):
    """E (Y - X)^2 at time 1 of Euler-Maruyama and Milstein: E Y^2 - 2 E Y X + E X^2, as the study forms it."""
    true = sde.exact_moments(a, b, 1.0)[1]
    moments = [form(a, b, 1 / n, n) for form in (sde.euler_moments, sde.milstein_moments)]
    return [square - 2 * mixed + true for _, square, mixed in moments]


def precise_mean_square_errors(a, b, n):
    h, found = mpmath.mpf(1) / n, []
    for extra in (0, b**4 * h**2 / 2):
        square, mixed = ((1 + a * h) ** 2 + b**2 * h + extra) ** n, (1 + a * h + b**2 * h + extra) ** n * mpmath.exp(a)
        found.append(square - 2 * mixed + mpmath.exp(2 * a + b**2))
    return found


STEPS = [(int(k),) for k in np.unique(np.geomspace(1, 10**6, 200).astype(int))]
FORMS = {
    "two_root_two: pair": (edge.critical_load_of_two, between((0.05, 3.0), (1e-6, 0.9)), 16),
    "phase_boundaries: four-cycle": (
        lambda: edge.BALANCED_FOUR_CYCLE_LOAD, [()], 4, lambda: 2 * (mpmath.sqrt(5) - 1)),
    "phase_boundaries: escape": (lambda: edge.BALANCED_ESCAPE_LOAD, [()], 4, lambda: mpmath.sqrt(27) - 2),
    "usam_saddle_trap: radius": (lambda h: sde.usam_saddle_radius(-h), between((0.1, 5.0)), 4),
    "sam_stationary_loss: limit": (
        lambda h, rho: sde.usam_limit_variance(1.0, h, rho, 1.0) * 2 * h, between((0.1, 5.0), (0.01, 2.0)), 16),
    "sam_stationary_loss: ratio": (
        sde.usam_loss_ratio, between((0.01, 0.2), (0.1, 2.0), (0.01, 1.0)), 16),
    "sam_two_cycle: cycle": (
        lambda eta, h: sde.sam_orbit(eta, h, 0.5), between((0.1, 1.5), (0.5, 1.3)), lambda eta, h: 16 / (2 - eta * h)),
    "svag: skewness": (sde.svag_skewness, between((1.0, 50.0)), 8),
    "adaptive_stationary: Adam": (
        sde.adaptive_stationary_variance, between((0.2, 3.0), (0.2, 2.0), (0.01, 1.0)), 4),
    "penalty_drift: bound": (
        bilevel.drift_bound, between((0.03, 10.0), (0.5, 2.0), (0.1, 1.0), (1e-6, 0.1)), 16),
    "penalty_value_gap: bound": (
        bilevel.value_gap_bound, between((0.03, 10.0), (0.5, 2.0), (0.1, 1.0), (1e-6, 0.1)), 16),
    "penalty_value_gap: floor": (
        bilevel.value_gap_floor, between((0.03, 10.0), (0.5, 2.0), (0.1, 1.0), (1e-6, 0.1)), 16),
    "penalty_smoothness: outer": (
        lambda sigma: 2 / bilevel.penalised_hessian(sigma, 0.5, 1.0), between((1e-6, 0.1), log=True), 16),
    "penalty_smoothness: joint": (
        lambda sigma: 2 / bilevel.joint_curvature(sigma, 0.5, 1.0), between((1e-6, 0.1), log=True), 16),
    "penalty_noise: fresh": (
        lambda sigma: bilevel.hypergradient_variance(sigma, -1.0, 0.5, 1.0, 1.0, 10, False),
        between((1e-4, 0.1), log=True), 16),
    "descent_threshold: step size": (
        bilevel.descent_threshold, between((0.5, 3.0), (0.5, 3.0)), 64,
        lambda a, x: 2 * x / (a * mpmath.sinh(a * x))),
    "halpern_worst_case: bound": (lambda k: minimax.halpern_bound(k), STEPS, 2, lambda k: mpmath.mpf(2) / (k + 1)),
    "extragradient: limit": (lambda k: 2 / math.e / k, STEPS, 2, lambda k: 2 / mpmath.e / k),
    "extragradient: square": (lambda k: 4 / (k + 1) ** 2, STEPS, 2, lambda k: mpmath.mpf(4) / (k + 1) ** 2),
    "extragradient: bound": (minimax.extragradient_bound, STEPS, 2, lambda k: mpmath.mpf(4) / (k + 1)),
    "fast_extragradient: bound": (minimax.fast_bound, STEPS, 2, lambda k: mpmath.mpf(4) / k**2),
    "minibatch_noise: variance": (
        lambda k: minimax.minibatch_variance(1.0, k), STEPS, 4,
        lambda k: mpmath.mpf(k) * (2 * k + 1) / (6 * (k + 1))),
    "extragradient: ascent": (
        lambda k: minimax.gradient_descent_ascent_growth(0.5, 0.5, k), [(k,) for k in range(1, 200)],
        lambda k: 4 * (k + 1), lambda k: (1 + mpmath.mpf(0.5 * 0.5) ** 2) ** k),
    "anchor_schedules: constant": (
        minimax.slow_anchor_constant, [()], 4096,
        lambda: max(abs(1 - (1 - mpmath.expj(-y)) / (1j * y)) for y in [mpmath.findroot(
            lambda y: mpmath.diff(lambda x: abs(1 - (1 - mpmath.expj(-x)) / (1j * x)), y), 4.2)])),
    "oracle_cost: n": (
        lambda n: minimax.page_cost_late(n, 8.0 / 1e-4), [(n**2,) for n in range(32, 362, 10)], 4,
        lambda n: mpmath.mpf(8.0 / 1e-4) * (6 * n + 2 * mpmath.sqrt(n)) / (mpmath.sqrt(n) + 5)),
    "oracle_cost: leading": (
        lambda n: minimax.page_cost_leading(n, 8.0 / 1e-4), [(n**2,) for n in range(32, 362, 10)], 4,
        lambda n: 6 * mpmath.sqrt(n) * mpmath.mpf(8.0 / 1e-4)),
    "ema_bias: last": (
        lambda scaled, k: regression.sgd_bias_factor(1.0, scaled, int(k)), between((0.01, 0.5), (1.0, 200.0)),
        lambda scaled, k: int(k) + 8, lambda scaled, k: (1 - scaled) ** int(k)),
    "sharpness_oscillates: iterate": (
        lambda *w: np.linalg.eigvalsh(edge.hessian(np.array(w)))[-1], between(*[(0.5, 2.0)] * 4, log=True)[:60], 64,
        largest_curvature),
    "sharpness_oscillates: loss": (
        lambda *w: (np.prod(w) - 1) ** 2 / 2, near_the_minimum(1e-5), 2**20, lambda *w: (mpmath.fprod(w) - 1) ** 2 / 2),
    "rmsprop_covariance: covariance": (
        lambda: sde.adaptive_stationary_covariance(
            rmsprop_covariance.HESSIAN, rmsprop_covariance.COVARIANCE, rmsprop_covariance.NOISE,
            rmsprop_covariance.EPSILON)[rmsprop_covariance.ENTRIES], [()], 32, covariance),
    "integrator_moments: geometric": (mean_square_errors, [(-0.5, 0.4, 8)], 2**13, precise_mean_square_errors),
    "frozen_sharpness: distance": (
        lambda *w: abs(np.prod(w) - 1), near_the_minimum(1e-3), 2**22, lambda *w: abs(mpmath.fprod(w) - 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_as_good_as_its_study_says(name):
    form, settings, claimed, *oracle = FORMS[name]
    for setting in settings if callable(claimed) else [None]:
        tried = settings if setting is None else [setting]
        allowed = claimed if setting is None else claimed(*setting)
        assert measured_ulps(form, *(oracle or [form]), tried) <= allowed


def test_a_bound_of_nothing_is_caught():
    form, settings, _, oracle = FORMS["oracle_cost: n"]
    assert measured_ulps(form, oracle, settings) > 0
