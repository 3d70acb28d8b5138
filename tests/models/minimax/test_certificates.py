"""Worst cases of few steps between two roads: simulated on modes <= certified by semidefinite programming <= theory."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.minimax import certified as certified_values
from theorylab.models.minimax import schedules, simulation, theory
from theorylab.models.minimax.model import bilinear_slopes, rotation_slopes

PEPit = pytest.importorskip("PEPit", reason="certificates need PEPit: pip install 'theorylab[certificates]'")
operators = pytest.importorskip("PEPit.operators", reason="certificates need PEPit")
pytest.importorskip("clarabel", reason="certificates need an open semidefinite solver: pip install clarabel")

TOLERANCE = 1e-5  # the solver stops at relative gaps of 1e-8; its optimum is squared and read to five digits
EDGE = 1e-12


def certified(operator, schedule, steps, **constants):
    """Largest |F(z_k)|^2 at D = 1 over the operators of a class, by PEPit and Clarabel."""
    problem = PEPit.PEP()
    F = problem.declare_function(operator, **constants)
    start = problem.set_initial_point()
    problem.set_initial_condition((start - F.stationary_point()) ** 2 <= 1)
    z = start
    for k in range(steps):
        b1, a1, b2, a2 = (float(row[k]) for row in schedule)
        w = z + b1 * (start - z) - a1 * F.gradient(z) if a1 or b1 else z
        z = z + b2 * (start - z) - a2 * F.gradient(w)
    problem.set_performance_metric(F.gradient(z) ** 2)
    return problem.solve(wrapper="cvxpy", solver="CLARABEL", verbose=0)


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize("name", certified_values.METHODS)
def test_the_certified_table_is_what_the_programme_gives(name):
    for k in (1, 3):
        primal, dual = certified_values.solve(name, k)
        curve = certified_values.certified(name)
        place = certified_values.STEPS.index(k)
        assert abs(dual - curve.samples[0, place]) <= 2 * curve.rounding[0, place]
        assert primal <= dual * (1 + TOLERANCE)


def test_an_unknown_method_has_no_certificate():
    for call in (certified_values.certified, lambda name: certified_values.solve(name, 1)):
        with pytest.raises(InputError, match="method='Adam' is not known: give one of Halpern"):
            call("Adam")


def simulated(slopes, schedule, steps):
    return float(simulation.squared(simulation.envelope(slopes, schedule, [steps])).samples[0, 0])


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_halpern_on_cocoercive_operators_is_certified_and_tight(steps):
    schedule = schedules.halpern(steps)
    slopes = rotation_slopes([theory.halpern_worst_angle(steps)])
    bound = (theory.halpern_bound(steps) / 2) ** 2
    optimum = certified(operators.CocoerciveOperator, schedule, steps, beta=1.0)
    assert simulated(slopes, schedule, steps) <= optimum * (1 + TOLERANCE)
    assert optimum <= bound * (1 + TOLERANCE)
    assert optimum == pytest.approx(bound, rel=TOLERANCE)


@pytest.mark.parametrize("steps", [1, 3])
def test_krasnoselskii_mann_rotations_stay_below_the_certificate_but_halpern_bound_does_not_hold(steps):
    schedule = schedules.krasnoselskii_mann(steps)
    slopes = rotation_slopes([theory.krasnoselskii_mann_worst_angle(steps)])
    optimum = certified(operators.CocoerciveOperator, schedule, steps, beta=1.0)
    assert simulated(slopes, schedule, steps) <= optimum * (1 + TOLERANCE)
    assert steps < 3 or optimum > (theory.halpern_bound(steps) / 2) ** 2 * (1 + TOLERANCE)


LIMIT = schedules.varying_step_limit(0.618, 1.0)
METHODS = {
    "extragradient": (lambda k: schedules.extragradient(k, 0.5**0.5, 1.0), theory.extragradient_bound),
    "EAG-C": (lambda k: schedules.anchored_extragradient(k, 0.125, 1.0),
              lambda k: theory.anchored_constant(0.125) / (k + 1) ** 2),
    "EAG-V": (lambda k: schedules.varying_anchored_extragradient(k, 0.618, 1.0),
              lambda k: theory.varying_anchored_bound(k, 0.618, LIMIT)),
    "FEG": (lambda k: schedules.fast_extragradient(k, 1.0, 1.0), theory.fast_bound),
}  # fmt: skip


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("name", METHODS)
def test_extragradient_family_on_monotone_lipschitz_operators(name, steps):
    # The constraints of this class are necessary, not sufficient: the certificate is an upper bound, maybe not tight.
    make, bound = METHODS[name]
    operator = operators.LipschitzStronglyMonotoneOperatorCheap
    optimum = certified(operator, make(steps), steps, mu=0.0, L=1.0)
    slopes = bilinear_slopes(np.linspace(0, 1, 400))
    assert simulated(slopes, make(steps), steps) <= optimum * (1 + TOLERANCE) + EDGE
    assert optimum <= bound(steps) * (1 + TOLERANCE)


def test_descent_ascent_has_a_certificate_above_its_start():
    optimum = certified(operators.LipschitzStronglyMonotoneOperatorCheap,
                        schedules.gradient_descent_ascent(2, 0.5), 2, mu=0.0, L=1.0)  # fmt: skip
    grown = theory.gradient_descent_ascent_growth(0.5, 1.0, 2)
    assert grown <= optimum * (1 + TOLERANCE)
    assert optimum > 1.0
