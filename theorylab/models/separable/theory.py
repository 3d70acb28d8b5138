"""Iteration bounds, the exactly solved hard family, and the distance to the perceptron: all derived here.

R: radius, mu: hard margin (or any lower bound of it), n: count, T: steps until all margins are > 0, S: the weights q_i
summed over points and steps before T. Positions phi are in units of the step size s. All bounds have one proof: on the
max-margin direction phi grows by at least mu per unit of weight, its square by at most R^2 times the squared weight,
plus twice what the points already right add, (sum_i q_i m_i) / s with margins m = s <z, phi>. The tests repeat it.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, lambertw

from theorylab.errors import InputError, require
from theorylab.models.separable.model import Labelled
from theorylab.numerics.arguments import whole

Floats = NDArray[np.float64]

U = 2.0**-53
"""Unit roundoff of doubles."""
LARGEST_GAIN = 0.27846454276107380
"""max over m of m / (1 + e^m) = W(1/e), W Lambert's function: the most that one point adds to sum_i q_i m_i."""


def mistakes_bound(count: Any, radius: Any, margin: Any) -> Any:
    """S <= n R^2 / mu^2 of the batch perceptron, for any weight of ties in (0, 1].
    Derived: tests/models/separable/test_theory.py::test_mistakes_bound_solves_its_two_inequalities.

    (mu S / n)^2 <= |phi|^2 <= sum_t (R S_t / n)^2 <= R^2 S / n, as S_t <= n.
    """
    return count * radius**2 / margin**2


def perceptron_bound(count: Any, radius: Any, margin: Any, tie: Any = 0.5) -> Any:
    """T <= n R^2 / (tie mu^2) of the batch perceptron: every step before T has weight >= tie.
    Derived: tests/models/separable/test_theory.py::test_mistakes_bound_solves_its_two_inequalities.
    """
    return mistakes_bound(count, radius, margin) / tie


def weight_bound(count: Any, radius: Any, margin: Any, step_size: Any, gain: Any = LARGEST_GAIN) -> Any:
    """S <= n R^2 / mu^2 + 4 W(1/e) n^2 / (s mu^2) of logistic gradient descent, any step size s.
    Derived: tests/models/separable/test_theory.py::test_weight_and_step_bounds_solve_their_inequalities.

    As `mistakes_bound`, with 2 / (s n) sum_i q_i m_i <= 2 W(1/e) / s more per step, and T <= 2 S.
    """
    return count * radius**2 / margin**2 + 4 * gain * count**2 / (step_size * margin**2)


def logistic_bound(count: Any, radius: Any, margin: Any, step_size: Any, gain: Any = LARGEST_GAIN) -> Any:
    """T <= 2 S <= 2 n (R^2 / mu^2 + 4 W(1/e) n / (s mu^2)) of logistic gradient descent: one point has q >= 1/2.
    Derived: tests/models/separable/test_theory.py::test_weight_and_step_bounds_solve_their_inequalities.
    """
    return 2 * weight_bound(count, radius, margin, step_size, gain)


def normalised_gain(count: ArrayLike) -> Any:
    """c_n, the most that sum_i q_i m_i / sum_j q_j can be while some m_i <= 0: (2n - 2)/(2n - 1) W((2n - 1)/e).
    Derived: tests/models/separable/test_theory.py::test_normalised_gain_is_the_largest_over_margins.

    The maximum has one margin at 0 and all others at 1 + W((2n - 1)/e); below log n. Raises InputError for n < 1.
    """
    n = np.asarray(count, dtype=float)
    require(np.isfinite(n).all() and (n >= 1).all(), f"count={count!r} is not allowed: give numbers of points >= 1")
    lambert: Any = lambertw
    return (2 * n - 2) / (2 * n - 1) * lambert((2 * n - 1) / math.e).real


def normalised_bound(radius: Any, margin: Any, step_size: Any, gain: Any) -> Any:
    """T <= R^2 / mu^2 + 2 c_n / (s mu^2), gradient over its mean weight; `gain` is c_n. No n at s = inf.
    Derived: tests/models/separable/test_theory.py::test_normalised_bounds_solve_their_inequalities.
    """
    return radius**2 / margin**2 + 2 * gain / (step_size * margin**2)


def unit_gradient_bound(radius: Any, margin: Any, step_size: Any, gain: Any) -> Any:
    """T <= R^2 / mu^2 (1 + 2 c_n / (s mu)), gradient over its length; `gain` is c_n.
    Derived: tests/models/separable/test_theory.py::test_normalised_bounds_solve_their_inequalities.

    Steps of length 1 gain at least mu / R, as |sum q z| <= R sum q; and sum q m / |sum q z| <= c_n / mu.
    """
    return radius**2 / margin**2 * (1 + 2 * gain / (step_size * margin))


def count_rounding(count: Any, dimension: Any, ratio: Any, iterations: Any) -> Any:
    """How far, relatively, a run in floating point may exceed the bounds above: 16 (T+1)(n+d+4) R/mu 2^-53.
    Derived: tests/models/separable/test_theory.py::test_count_rounding_is_negligible_at_the_sizes_in_use.

    Its steps are exact steps plus an error e, |e| <= (n+2) u (|phi| + R W), with weights W made for margins that are
    off by (d+1) u R |phi| (u = 2^-53, W the step's weight over its normalisation). The proof of the bounds then loses
    at most (n+2)(T+1) u R/mu of the growth along the direction, as |phi| <= R sum W, and adds at most 8 u (n+d+4)(T+1)
    to the squared length; the bound moves by twice the first plus the second.
    """
    return 16 * (iterations + 1) * (count + dimension + 4) * ratio * U


def hard_iterations(count: int, ratio: float | Fraction, *, tie: float = 0.5, normalised: bool = False) -> int:
    """T of the batch perceptron on `Labelled.hard(count, ratio)`, exactly: 2 + floor(h ((n-1)(v-1) - 2) / 2).
    Derived: tests/models/separable/test_theory.py::test_hard_iterations_are_those_of_exact_rationals.

    v = sqrt(ratio^2 - 1), h the weight of a point in the first step: tie, or 1/n if normalised by the weights. After
    step 1 the copies are right for good and the single point pulls alone, by one per step, until it is right: about
    n ratio / 4 steps, or ratio / 2 if normalised. In integers: floor(sqrt(x)) is exact. Raises InputError for count < 2
    or ratio < sqrt 2, and tie outside (0, 1].
    """
    whole("count", count, least=2)
    require(0 < tie <= 1, f"tie={tie} is not allowed: give the weight of a zero margin, in (0, 1]")
    try:
        square = Fraction(ratio) ** 2
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"ratio={ratio!r} is not allowed: give a finite number >= sqrt 2") from error
    require(square >= Fraction(2) - Fraction(1, 2**50), f"ratio={ratio} is not allowed: give a number >= sqrt 2")
    n, first = int(count), Fraction(1, int(count)) if normalised else Fraction(tie)
    p, q = first.numerator, first.denominator
    root = math.isqrt(math.floor((p * (n - 1)) ** 2 * (square - 1)))
    return max(1, 2 + (root - p * (n + 1)) // (2 * q))


def closest_tie(problem: Labelled, perceptron: Floats) -> float:
    """Smallest |<z_i, phi_t>| of a perceptron path (T+1, d) after its start, T >= 1: the exponent of its limit.
    Derived: tests/models/separable/test_theory.py::test_distance_after_two_steps_by_hand_in_dimension_one.

    Raises InputError, as all functions of a path here, unless it has shape (T+1, d) and starts at 0.
    """
    places = _path(problem, perceptron)
    require(len(places) > 1, "the path holds its start alone: give one step or more")
    return float(np.abs(places[1:] @ problem.signed.T).min())


def limit_distance_bound(problem: Labelled, step_size: float, perceptron: Floats) -> Floats:
    """Bound on |theta_t / s - phi_t|, t = 0..T, of logistic gradient descent and perceptron phi (T+1, d), (T+1,).
    Derived: tests/models/separable/test_theory.py::test_distance_after_two_steps_by_hand_in_dimension_one.

    e_0 = e_1 = 0 (all weights are 1/2 at the start), e_{t+1} = e_t + 1/n sum_i |z_i| exp(-s max(0, |m_i| - |z_i| e_t)),
    m_i = <z_i, phi_t>: the logistic weight at a margin m differs from that of the sign by at most exp(-s |m|).
    """
    places, step_size = _path(problem, perceptron), _positive(step_size)
    lengths, bound = problem.lengths, np.zeros(len(places))
    for t in range(1, len(places) - 1):
        clear = np.maximum(0.0, np.abs(problem.signed @ places[t]) - lengths * bound[t])
        bound[t + 1] = bound[t] + (lengths * np.exp(-step_size * clear)).mean()
    return bound


def limit_distance_leading(problem: Labelled, step_size: float, perceptron: Floats) -> Floats:
    """|theta_t / s - phi_t| to first order, t = 0..T, (T+1,): |1/n sum_{1<=r<t, i} sign(m_i) exp(-s |m_i|) z_i|.
    Derived: tests/models/separable/test_theory.py::test_distance_after_two_steps_by_hand_in_dimension_one.

    m_i = <z_i, phi_r>. What is left out is at most `limit_distance_remainder`.
    """
    places, step_size = _path(problem, perceptron), _positive(step_size)
    margins = places[1:-1] @ problem.signed.T
    moved = (np.sign(margins) * np.exp(-step_size * np.abs(margins))) @ problem.signed / problem.count
    total = np.concatenate([np.zeros((2, problem.dimension)), np.cumsum(moved, axis=0)])
    return np.asarray((total**2).sum(axis=1)[: len(places)] ** 0.5)


def limit_distance_remainder(problem: Labelled, step_size: float, perceptron: Floats) -> Floats:
    """Bound on what `limit_distance_leading` leaves out, t = 0..T, (T+1,); inf where a sign is not settled.
    Derived: tests/models/separable/test_theory.py::test_distance_after_two_steps_by_hand_in_dimension_one.

    With x = s |m_i| and g = s |z_i| e_r, e_r from `limit_distance_bound`, a step leaves out at most
    |z_i| (exp(-x) (exp(g) - 1) + exp(-2 (x - g))) / n per point if x > g: 1 / (1 + e^x') = e^-x' less at most e^-2x',
    and |x' - x| <= g.
    """
    places = _path(problem, perceptron)[1:-1]
    x = step_size * np.abs(places @ problem.signed.T)
    clear = x - step_size * problem.lengths * limit_distance_bound(problem, step_size, perceptron)[1:-1, None]
    settled = np.maximum(clear, 0.0)
    added = (problem.lengths * (np.exp(-settled) - np.exp(-x) + np.exp(-2 * settled))).mean(axis=1)
    added = np.where((clear > 0).all(axis=1), added, math.inf)
    return np.concatenate([np.zeros(2), np.cumsum(added)])[: len(perceptron)]


def limit_loss_bound(problem: Labelled, step_size: float, perceptron: Floats) -> Floats:
    """Bound on |f(theta_t) / s - mean_i max(0, -<z_i, phi_t>)|, t = 0..T, (T+1,), phi the perceptron's path.
    Derived: tests/models/separable/test_theory.py::test_distance_and_loss_stay_within_their_bounds.

    mean |z_i| e_t, as max(0, -m) moves by no more than m does, plus what the loss has beyond max(0, -m):
    mean log(1 + exp(-s max(0, |m_i| - |z_i| e_t))) / s; e_t from `limit_distance_bound`.
    """
    distance, lengths = limit_distance_bound(problem, step_size, perceptron), problem.lengths
    margins = np.abs(_path(problem, perceptron) @ problem.signed.T)
    clear = np.maximum(0.0, margins - distance[:, None] * lengths)
    beyond = np.log1p(np.exp(-step_size * clear)).mean(axis=1) / step_size
    return np.asarray(distance * lengths.mean() + beyond)


def loss_rounding(problem: Labelled, places: Floats, step_size: float, values: Floats) -> Floats:
    """Bound on the rounding error of losses over the step size, `values` (T+1,), along a path (T+1, d), (T+1,).
    Derived: tests/models/separable/test_simulation.py::test_rounding_bounds_hold_against_sixty_digits.

    R times that of the position (max(0, -m) and log(1 + exp(-s |m|)) / s together are 1-Lipschitz in the margin m),
    (d+1) u R |phi| for the margins, and (n+8) u relatively for the mean of n terms, u = 2^-53, doubled.
    """
    lengths = (_path(problem, places) ** 2).sum(axis=1) ** 0.5
    require(np.shape(values) == lengths.shape, f"losses have shape {np.shape(values)}, positions {np.shape(places)}")
    margins = problem.radius * (position_rounding(problem, places, step_size) + (problem.dimension + 1) * U * lengths)
    return np.asarray(margins + 2 * (problem.count + 8) * U * np.asarray(values))


def position_rounding(problem: Labelled, places: Floats, step_size: float = math.inf) -> Floats:
    """Bound on the rounding error |phi_t| of gradient descent or perceptron along a path (T+1, d), (T+1,).
    Derived: tests/models/separable/test_simulation.py::test_rounding_bounds_hold_against_sixty_digits.

    A step adds at most (n+4) u/n sum_i q_i |z_i| + u |phi|, u = 2^-53, q_i its weights: each coordinate sums n
    products, divides and adds. Doubled, for errors that later weights see: enough while these are 0 or 1 up to rounding
    (large s, margins away from 0), and while steps contract (s <= 8 / R^2).
    """
    places, step_size = _path(problem, places), _positive(step_size)
    margins = places[:-1] @ problem.signed.T
    weights = expit(-step_size * margins) if math.isfinite(step_size) else np.heaviside(-margins, 0.5)
    added = (problem.count + 4) * (weights * problem.lengths).mean(axis=1) + (places[1:] ** 2).sum(axis=1) ** 0.5
    return np.concatenate([[0.0], 2 * U * np.cumsum(added)])


def _path(problem: Labelled, places: Floats) -> Floats:
    given = np.asarray(places, dtype=float)
    require(
        given.ndim == 2 and len(given) and given.shape[1] == problem.dimension,
        f"positions have shape {given.shape}: give those of steps 0, 1, ..., T, (T+1, {problem.dimension})",
    )
    require(not given[0].any(), f"the path starts at {given[0]}: give the positions of all steps from 0 on")
    return given


def _positive(step_size: float) -> float:
    require(step_size > 0, f"step_size={step_size} is not allowed: give a number > 0, or inf")
    return step_size
