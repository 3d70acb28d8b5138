"""Bounds of stochastic gradient methods, and exact floors on quadratic sums. Conventions as in `model`.

From |x+ - x*|^2 = |x - x*|^2 - 2 g <f_i'(x), x - x*> + g^2 |f_i'(x)|^2 and E|f_i'(x)|^2 <= 4 Lmax gap + 2 s (2 Lmax gap
where s = 0), each f_i convex and Lmax-smooth.
"""

from __future__ import annotations

from typing import Any


def average_bound(step_size: Any, max_smoothness: Any, distance: Any, noise: Any, steps: Any) -> Any:
    """Bound (D^2/(2 g T) + g s)/(1 - 2 g Lmax) on the mean gap of SGD's average, g < 1/(2 Lmax)
    Derived: tests/models/convex/test_stochastic.py::test_bounds_hold_on_random_sums.
    """
    return (distance**2 / (2 * step_size * steps) + step_size * noise) / (1 - 2 * step_size * max_smoothness)


def distance_bound(step_size: Any, strong_convexity: Any, distance: Any, noise: Any, steps: Any) -> Any:
    """Bound (1 - g mu)^T D^2 + 2 g s/mu on E|x_T - x*|^2 of SGD, g <= 1/(2 Lmax)
    Derived: tests/models/convex/test_stochastic.py::test_bounds_hold_on_random_sums.
    """
    kept = (1 - step_size * strong_convexity) ** steps
    return kept * distance**2 + 2 * step_size * noise / strong_convexity


def decreasing_step_size(strong_convexity: Any, max_smoothness: Any, step: Any) -> Any:
    """Step size 2/(mu (t + k)) of step t = 0, 1, ..., k = 4 Lmax/mu, that `decreasing_bound` is about
    Derived: tests/models/convex/test_stochastic.py::test_the_bound_of_decreasing_steps_telescopes.
    """
    return 2 / (strong_convexity * step + 4 * max_smoothness)


def decreasing_bound(strong_convexity: Any, max_smoothness: Any, distance: Any, noise: Any, steps: Any) -> Any:
    """Bound ((k-1)(k-2) D^2 + 8 s T/mu^2)/((T+k-1)(T+k-2)) on E|x_T - x*|^2 with steps 2/(mu (t+k)), k = 4 Lmax/mu
    Derived: tests/models/convex/test_stochastic.py::test_the_bound_of_decreasing_steps_telescopes.
    """
    k = 4 * max_smoothness / strong_convexity
    start = (k - 1) * (k - 2) * distance**2 + 8 * noise * steps / strong_convexity**2
    return start / ((steps + k - 1) * (steps + k - 2))


def decreasing_limit(strong_convexity: Any, noise: Any, scale: Any = 2) -> Any:
    """Limit of T E|x_T - x*|^2, c^2/(2c - 1) s/mu^2, of additive noise and steps c/(mu t), c > 1/2
    Derived: tests/models/convex/test_stochastic.py::test_limit_of_decreasing_steps.
    """
    return scale**2 / (2 * scale - 1) * noise / strong_convexity**2


def interpolation_bound(step_size: Any, strong_convexity: Any, max_smoothness: Any, distance: Any, steps: Any) -> Any:
    """Bound (1 - g mu (2 - g Lmax))^T D^2 on E|x_T - x*|^2 under interpolation, s = 0, g < 2/Lmax
    Derived: tests/models/convex/test_stochastic.py::test_bounds_hold_on_random_quadratic_sums.
    """
    return (1 - step_size * strong_convexity * (2 - step_size * max_smoothness)) ** steps * distance**2


def interpolation_average_bound(step_size: Any, max_smoothness: Any, distance: Any, steps: Any) -> Any:
    """Bound D^2/(2 g T (1 - g Lmax)) on the mean gap of the average under interpolation, g < 1/Lmax
    Derived: tests/models/convex/test_stochastic.py::test_bounds_hold_on_random_quadratic_sums.
    """
    return distance**2 / (2 * step_size * steps * (1 - step_size * max_smoothness))


def interpolation_average_sharper(step_size: Any, distance: Any, steps: Any) -> Any:
    """Bound D^2/(2 g T) on the mean gap of the average under interpolation, g <= 1/Lmax
    Derived: tests/models/convex/test_stochastic.py::test_bounds_hold_on_random_quadratic_sums.

    2 <f_i'(x), x - x*> >= 2 (f_i(x) - f_i(x*)) + |f_i'(x)|^2/Lmax where f_i'(x*) = 0: the square pays for g^2.
    """
    return distance**2 / (2 * step_size * steps)


def mean_gradient_bound(step_size: Any, smoothness: Any, gap: Any, variance: Any, steps: Any) -> Any:
    """Bound 2 gap_0/(g T) + g L v on the mean of E|grad f(x_t)|^2, t < T, noise of variance <= v, g <= 1/L
    Derived: tests/models/convex/test_stochastic.py::test_bounds_hold_on_random_sums.
    """
    return 2 * gap / (step_size * steps) + step_size * smoothness * variance


def lojasiewicz_sgd_bound(step_size: Any, smoothness: Any, max_smoothness: Any, gap: Any, excess: Any, steps: Any,
                          *, constant: Any) -> Any:  # fmt: skip
    """Bound (1 - g mu)^T gap_0 + (g L Lmax/mu)(f* - mean of min f_i) on E gap_T under PL, g <= mu/(L Lmax)
    Derived: tests/models/convex/test_stochastic.py::test_bounds_hold_on_random_sums.
    """
    floor = step_size * smoothness * max_smoothness / constant * excess
    return (1 - step_size * constant) ** steps * gap + floor


def quadratic_floor(step_size: Any, curvature: Any, square_curvature: Any, noise: Any) -> Any:
    """Limit g s/(2 a - g q) of E x_T^2 on a quadratic sum, a the mean curvature and q the mean square
    Derived: tests/models/convex/test_stochastic.py::test_floor_solves_the_moment_equation.
    """
    return step_size * noise / (2 * curvature - step_size * square_curvature)


def additive_average(step_size: Any, curvature: Any, distance: Any, noise: Any, steps: Any) -> Any:
    """E of the square of SGD's average over x_0..x_(T-1), additive noise
    Derived: tests/models/convex/test_stochastic.py::test_average_under_additive_noise_is_a_sum_of_weights.

    The bias is D (1 - r^T)/(T g a), r = 1 - g a, and the noise of step j weighs (1 - r^(T-1-j))/(T a).
    """
    a, r, count = curvature, 1 - step_size * curvature, steps
    bias = distance * (1 - r**count) / (count * step_size * a)
    squares = count - 2 * (1 - r**count) / (1 - r) + (1 - r ** (2 * count)) / (1 - r**2)
    return bias**2 + noise * squares / (count * a) ** 2


def moving_average_bound(step_size: Any, distance: Any, noise: Any, steps: Any) -> Any:
    """Bound D^2/(g (T+1)) + 2 g s on the mean gap of the last iterate of the iterate moving average, g <= 1/(4 Lmax)
    Derived: tests/models/convex/test_stochastic.py::test_bounds_hold_on_random_sums.

    z+ = z - g f_i'(x), x+ = ((t+1) x + 2 z+)/(t+3): momentum t/(t+3) on x.
    """
    return distance**2 / (step_size * (steps + 1)) + 2 * step_size * noise


def moving_average_mean(step_size: Any, curvature: Any, distance: Any, steps: Any, laguerre: Any) -> Any:
    """Mean of the last iterate of the iterate moving average, D L_T(2 g a)/binomial(T+2, 2)
    Derived: tests/models/convex/test_stochastic.py::test_the_moving_average_follows_laguerre_polynomials.

    `laguerre(n, 2, y)` is the generalised Laguerre polynomial, as of scipy.special.eval_genlaguerre or SymPy.
    """
    return distance * laguerre(steps, 2, 2 * step_size * curvature) * 2 / ((steps + 1) * (steps + 2))


def moving_average_floor(step_size: Any, noise: Any) -> Any:
    """Limit g s/5 of the mean gap of the iterate moving average, additive noise, of any small curvature
    Derived: tests/models/convex/test_stochastic.py::test_floor_of_the_moving_average.

    A kick at time j rings with an amplitude that falls as t^(-5/4): 2 g s/a * T^(-5/2) * integral of t^(3/2) is
    (2/5) g s/a for E x^2.
    """
    return step_size * noise / 5


def minibatch_noise(noise: Any, size: Any, batch: Any) -> Any:
    """Noise (n - b)/(b (n - 1)) s at the solution of batches of b without replacement, of n
    Derived: tests/models/convex/test_stochastic.py::test_minibatches_by_enumeration.
    """
    return (size - batch) / (batch * (size - 1)) * noise


def expected_smoothness(smoothness: Any, max_smoothness: Any, size: Any, batch: Any) -> Any:
    """Constant n(b-1)/(b(n-1)) L + (n-b)/(b(n-1)) Lmax of E|grad f_B(x) - grad f_B(x*)|^2 <= 2 (constant) gap
    Derived: tests/models/convex/test_stochastic.py::test_minibatches_by_enumeration.
    """
    full, single = size * (batch - 1), size - batch
    return (full * smoothness + single * max_smoothness) / (batch * (size - 1))


def grouped_smoothness_ratio(size: Any, batch: Any) -> Any:
    """Factor 1 + (b-1)(n-b)/(b(n-1)) by which b groups of n/b equal components break max(L, Lmax/b)
    Derived: tests/models/convex/test_stochastic.py::test_groups_break_the_larger_of_two_constants.

    The largest possible: the constant is at most max(L, Lmax/b) (n(b-1) + b(n-b))/(b(n-1)). Below 2, which it tends to
    as b and n/b grow; for b = sqrt n it is 2 sqrt n/(sqrt n + 1).
    """
    return 1 + (batch - 1) * (size - batch) / (batch * (size - 1))
