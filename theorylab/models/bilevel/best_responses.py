"""Best responses of a lower problem to a hyperparameter lam, and local ones trained on Gaussian perturbations of it.

    ridge:      L_T(lam, w) = 1/2 A (w - 1)^2 + 1/2 e^lam w^2,            w*(lam) = A / (A + e^lam)
    quadratic:  L_T(lam, w) = 1/2 A (w - offset - tilt lam)^2,             w*(lam) = offset + tilt lam

and L_V(w) = 1/2 (w - w_V)^2. Ridge regression is the first of these in each principal direction, with A the squared
singular value and w in units of the least-squares solution: penalty e^lam |w|^2 / 2 against |X w - t|^2 / 2, no 1/n.
The trained response is w = b + U eps at lam + eps, eps of law N(0, s^2): (b, U) minimises E L_T(lam + eps, b + U eps).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.numerics.arguments import finite_row, increasing_steps, number, positive
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
NODES = 80
"""Of Gauss and Hermite: e^(2 eps) eps^4 is integrated to rounding for s <= 2."""


class Tuner(NamedTuple):
    """A, the quadratic's offset and tilt, w_V, s, the steps of b, of U and of lam, and where all three start."""

    curvature: float
    ridge: bool
    spread: float
    wanted: float
    value_step: float
    slope_step: float
    hyper_step: float
    start: tuple[float, float, float]
    offset: float = 0.0
    tilt: float = 1.0


def gate(singular_value: Any, hyper: Any) -> Any:
    """sigmoid(2 ln d - lam) = d^2 / (d^2 + e^lam): what ridge regression leaves of a principal direction.
    Derived: tests/models/bilevel/test_best_responses.py::test_gates_by_hand_in_dimension_one.
    """
    return singular_value**2 / (singular_value**2 + _exp(hyper))


def gated_network(inputs: Floats, labels: Floats, hyper: ArrayLike, power: float = 2.0) -> Floats:
    """Q^T a of the two-layer linear network a^T Q x with gated rows of Q, (points, inputs), one row per lam.
    Derived: tests/models/bilevel/test_best_responses.py::test_the_gated_network_minimises_the_training_loss.

    a = V^T w_LS is the same for all lam; row i of Q is sigmoid(power ln d_i - lam) v_i, X = U D V^T: power 2 is right.
    """
    left, singular, right = np.linalg.svd(inputs, full_matrices=False)
    output = left.T @ labels / singular
    gates = gate(singular[None, :] ** (power / 2), finite_row("hyper", hyper)[:, None])
    return np.asarray((gates * output) @ right)


def ridge_solutions(inputs: Floats, labels: Floats, hyper: ArrayLike) -> Floats:
    """argmin_w |X w - t|^2 / 2 + e^lam |w|^2 / 2 by least squares with extra rows e^(lam / 2) I, (points, inputs)."""
    width, rows = inputs.shape[1], []
    for lam in finite_row("hyper", hyper):
        stacked = np.vstack([inputs, np.exp(lam / 2) * np.eye(width)])
        rows.append(np.linalg.lstsq(stacked, np.append(labels, np.zeros(width)), rcond=None)[0])
    return np.array(rows)


def trained_response(curvature: Any, penalty: Any, spread: Any) -> tuple[Any, Any]:
    """(b, U) of the ridge problem at e^lam = penalty B, exactly: with m = e^(s^2/2) and c = A + B (1 + s^2) m
    b = A c / ((A + B m) c - B^2 s^2 m^2), U = -b B m / c.
    Derived: tests/models/bilevel/test_best_responses.py::test_trained_response_solves_its_normal_equations.
    """
    m = _exp(spread**2 / 2)
    c = curvature + penalty * (1 + spread**2) * m
    value = curvature * c / ((curvature + penalty * m) * c - (penalty * spread * m) ** 2)
    return value, -value * penalty * m / c


def tangent(curvature: Any, penalty: Any) -> tuple[Any, Any]:
    """w* and its derivative in lam of the ridge problem: A / (A + B), -A B / (A + B)^2.
    Derived: tests/models/bilevel/test_best_responses.py::test_biases_to_leading_order.
    """
    total = curvature + penalty
    return curvature / total, -curvature * penalty / total**2


def response_bias_leading(curvature: Any, penalty: Any, spread: Any) -> tuple[Any, Any]:
    """(b, U) less the tangent, to order s^2: A B (B - A) s^2 / (2 (A+B)^3), A B (B^2 + 2 A B - A^2) s^2 / (2 (A+B)^4).
    Derived: tests/models/bilevel/test_best_responses.py::test_biases_to_leading_order.
    """
    both, total = curvature * penalty, curvature + penalty
    value = both * (penalty - curvature) * spread**2 / (2 * total**3)
    return value, both * (penalty**2 + 2 * both - curvature**2) * spread**2 / (2 * total**4)


def tuned_penalty(curvature: Any, wanted: Any, spread: Any) -> Any:
    """e^lam where the trained response has b = w_V: the positive root of a quadratic, A (1 - w_V) / w_V at s = 0.
    Derived: tests/models/bilevel/test_best_responses.py::test_tuned_penalty_is_where_the_value_is_wanted.
    """
    m = _exp(spread**2 / 2)
    grown = (1 + spread**2) * m
    half = curvature * (wanted * (m + grown) - grown) / 2
    return (-half + (half**2 + wanted * (1 - wanted) * (curvature * m) ** 2) ** 0.5) / (wanted * m**2)


def response_hessian(curvature: Any, penalty: Any, spread: Any) -> list[list[Any]]:
    """Second derivatives in (b, U) of the trained ridge problem's loss; penalty = 0 is the quadratic problem's.
    Derived: tests/models/bilevel/test_best_responses.py::test_trained_response_solves_its_normal_equations.
    """
    m, square = _exp(spread**2 / 2), spread**2
    cross = penalty * square * m
    return [[curvature + penalty * m, cross], [cross, curvature * square + penalty * (square + square**2) * m]]


def condition_number(centre: Any, spread: Any) -> Any:
    """Of the quadratic problem's Hessian, w = b + U lam at lam = centre + eps: (t + (t^2 - 4 s^2)^(1/2))^2 / (4 s^2).
    Derived: tests/models/bilevel/test_best_responses.py::test_condition_number_of_an_uncentred_response.

    t = 1 + centre^2 + s^2. The centred response w = b + U eps has max(s^2, 1 / s^2), which is this at centre 0.
    """
    trace = 1 + centre**2 + spread**2
    return (trace + (trace**2 - 4 * spread**2) ** 0.5) ** 2 / (4 * spread**2)


def descent_matrix(value_rate: Any, hyper_rate: Any, tilt: Any) -> list[list[Any]]:
    """Of (lam - lam*, b - w_V) in a step on the quadratic problem with U = tilt: b first, at rate A step, then lam.
    Derived: tests/models/bilevel/test_best_responses.py::test_descent_matrix_is_a_step_of_the_kernel.
    """
    kept, pulled = 1 - value_rate, value_rate * tilt
    return [[1 - hyper_rate * tilt * pulled, -hyper_rate * tilt * kept], [pulled, kept]]


def largest_hyper_step(value_rate: Any, tilt: Any) -> Any:
    """Step of lam beyond which the pair of `descent_matrix` diverges: 2 (2 - r) / (r tilt^2), r the rate of b.
    Derived: tests/models/bilevel/test_best_responses.py::test_largest_hyper_step_by_jury.

    2 / tilt^2 where b is trained at once (r = 1), as by implicit differentiation; a lag allows longer steps.
    """
    return 2 * (2 - value_rate) / (value_rate * tilt**2)


def fitted_response(curvature: float, penalty: float, spread: float) -> tuple[float, float]:
    """(b, U) of the ridge problem by least squares over the nodes of Gauss and Hermite.

    Raises InputError for curvature, penalty or spread <= 0, or spread > 2, which the nodes do not resolve.
    """
    a, b, s = positive("curvature", curvature), positive("penalty", penalty), positive("spread", spread)
    require(s <= 2, f"spread={s:g} is not resolved: give a number in (0, 2]")
    nodes, weights = _gauss(s)
    rows, roots = np.column_stack([np.ones(NODES), nodes / s]), np.sqrt(weights)[:, None]
    stacked = np.vstack([roots * np.sqrt(a) * rows, roots * np.sqrt(b * np.exp(nodes))[:, None] * rows])
    wanted = np.append(np.sqrt(weights * a), np.zeros(NODES))
    value, slope = np.linalg.lstsq(stacked, wanted, rcond=None)[0]
    return float(value), float(slope / s)


def averaged_hessian(curvature: float, penalty: float, spread: float, centre: float = 0.0) -> Floats:
    """Second derivatives in (b, U) of the loss averaged over the nodes, (2, 2), for w = b + U (centre + eps).

    Of the ridge problem at lam = ln(penalty) + eps, or, for penalty 0, of the quadratic one: differences of the
    gradient, which is affine in (b, U), through `training_slope` alone.
    """
    p = Tuner(curvature, penalty > 0, spread, 0.0, 0.0, 0.0, 0.0, (0.0, 0.0, 0.0), 0.7, 0.3)
    at = math.log(penalty) if penalty > 0 else centre
    gradients = np.zeros((3, 2))
    for node, weight in zip(*_gauss(positive("spread", spread)), strict=True):
        row = np.array([1.0, centre + node])
        for k, point in enumerate(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))):
            gradients[k] += weight * row * training_slope(p, at + node, float(row @ point))
    return np.asarray(gradients[1:] - gradients[0])


def fitted_gate(curvature: float, penalty: float, spread: float, start: ArrayLike) -> tuple[Floats, float]:
    """(v, c) of the response sigmoid(v eps + c) trained on the ridge problem, and a bound on its error.
    Derived: tests/models/bilevel/test_best_responses.py::test_a_gated_response_is_exact_at_every_spread.

    Newton's method over the nodes, from `start`, steps halved until the loss falls; the bound is 4 |gradient| over the
    smallest eigenvalue of the Hessian, with the rounding of the gradient.
    """
    nodes, weights = _gauss(positive("spread", spread))
    rows, at = np.column_stack([nodes, np.ones(NODES)]), finite_row("start", start).copy()

    def parts(point: Floats) -> tuple[float, Floats, Floats]:
        w = 1 / (1 + np.exp(-rows @ point))
        first = curvature * (w - 1) + penalty * np.exp(nodes) * w  # slope of the loss in w
        loss = (weights * (curvature * (w - 1) ** 2 + penalty * np.exp(nodes) * w**2)).sum() / 2
        turn = w * (1 - w)
        second = (curvature + penalty * np.exp(nodes)) * turn**2 + first * turn * (1 - 2 * w)
        return float(loss), rows.T @ (weights * first * turn), (rows.T * (weights * second)) @ rows

    for _ in range(100):
        loss, slope, hessian = parts(at)
        values, vectors = np.linalg.eigh(hessian)
        move = -vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-6))
        while parts(at + move)[0] > loss and np.abs(move).max() > 1e-12:
            move /= 2
        at = at + move
        if np.abs(move).max() <= 1e-14:
            break
    _, slope, hessian = parts(at)
    rounding = NODES * 2.0**-52 * (curvature + penalty * np.exp(spread**2)) * (1 + spread)
    return at, float(4 * (np.linalg.norm(slope) + rounding) / np.linalg.eigvalsh(hessian)[0])


@kernel
def training_slope(p: Tuner, hyper: float, w: float) -> float:
    """dL_T/dw, all that training asks of L_T."""
    if p.ridge:
        return p.curvature * (w - 1.0) + math.exp(hyper) * w
    return p.curvature * (w - p.offset - p.tilt * hyper)


@kernel
def tuning_runs(p: Tuner, steps: NDArray[np.int64], stream: Stream) -> Floats:
    """lam, b and U after each of the `steps`, (3, points): per step one eps, a step of b and of U, then one of lam."""
    out, normal = np.empty((3, steps.size)), np.empty(1)
    hyper, value, slope = p.start
    done = 0
    for k in range(steps.size):
        while done < steps[k]:
            fill_normal(stream, normal)
            eps = p.spread * normal[0]
            pull = training_slope(p, hyper + eps, value + slope * eps)
            value -= p.value_step * pull
            slope -= p.slope_step * pull * eps
            hyper -= p.hyper_step * (value - p.wanted) * slope
            done += 1
        out[0, k], out[1, k], out[2, k] = hyper, value, slope
    return out


def tuning(given: Tuner, steps: ArrayLike, *, replicas: int, seed: int) -> dict[str, Curve]:
    """Curves 'hyper', 'value' and 'slope' of runs of a tuner over steps.

    Raises InputError for curvature <= 0, a spread or steps of b, U, lam < 0, numbers that are not finite, bad steps.
    """
    at = increasing_steps(steps)
    sizes = {name: number(name, getattr(given, name), least=0.0)
             for name in ("spread", "value_step", "slope_step", "hyper_step")}  # fmt: skip
    others = {name: number(name, getattr(given, name)) for name in ("wanted", "offset", "tilt")}
    require(len(given.start) == 3, f"start={given.start} is not allowed: give where lam, b and U start")
    hyper, value, slope = (number("start", one) for one in given.start)
    p = given._replace(curvature=positive("curvature", given.curvature), ridge=bool(given.ridge),
                       start=(hyper, value, slope), **sizes, **others)  # fmt: skip
    return replicate(tuning_runs, p, at, x=at, replicas=replicas, seed=seed, names=("hyper", "value", "slope"))


def _exp(value: Any) -> Any:
    """exp of numbers, arrays and symbols."""
    if isinstance(value, (float, int, np.ndarray, np.number)):
        return np.exp(value)
    import sympy

    return sympy.exp(value)


def _gauss(spread: float) -> tuple[Floats, Floats]:
    """Nodes eps and weights of N(0, s^2)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return spread * nodes, weights / weights.sum()
