"""Worst cases over whole function classes, certified by semidefinite programming; D = L = G = 1, or gap_0 = 1.

For every function of a class and any dimension the gap (or what the method is judged by) is at most the optimum of a
semidefinite programme (performance estimation; PEPit). A solver returns a primal and a dual value, and the optimum lies
between them up to how far it violated its constraints: a `Curve` at the dual value, known up to their gap and 1e-6 of
it at least. All classes here are interpolable, so that the optimum is the worst case itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from theorylab.curves import Curve, exact
from theorylab.errors import require
from theorylab.numerics import semidefinite

STEPS = (1, 2, 3, 5, 10)
SUBGRADIENT_STEPS = (1, 2, 3, 5, 8)


def _descent(problem: Any, functions: Any, steps: int) -> None:
    """Gap of gradient descent with g = 1/L from distance 1."""
    f = problem.declare_function(functions.SmoothConvexFunction, L=1.0)
    x, least = problem.set_initial_point(), f.stationary_point()
    problem.set_initial_condition((x - least) ** 2 <= 1)
    for _ in range(steps):
        x = x - f.gradient(x)
    problem.set_performance_metric(f(x) - f(least))


def _contraction(problem: Any, functions: Any, steps: int) -> None:
    """|x_T - x*|^2 of gradient descent with g = 1.95/L on functions with mu = L/10, where the second branch is worst.

    The largest factor is |1 - g L| = 0.95, not 1 - g mu = 0.805.
    """
    f = problem.declare_function(functions.SmoothStronglyConvexFunction, mu=0.1, L=1.0)
    x, least = problem.set_initial_point(), f.stationary_point()
    problem.set_initial_condition((x - least) ** 2 <= 1)
    for _ in range(steps):
        x = x - 1.95 * f.gradient(x)
    problem.set_performance_metric((x - least) ** 2)


def _smallest_gradient(problem: Any, functions: Any, steps: int) -> None:
    """Smallest |grad f(x_t)|^2, t < T, of gradient descent with g = 1/L on smooth f, convex or not, gap_0 <= 1."""
    f = problem.declare_function(functions.SmoothFunction, L=1.0)
    x = problem.set_initial_point()
    least = f.stationary_point()
    problem.set_initial_condition(f(x) - f(least) <= 1)
    for _ in range(steps):
        slope, value = f.oracle(x)
        problem.add_constraint(f(least) <= value - slope**2 / 2)  # the least value bounds every step from below
        problem.set_performance_metric(slope**2)
        x = x - slope


def _proximal_gradient(problem: Any, functions: Any, steps: int) -> None:
    """Gap of proximal gradient with g = 1/L on f + h, f smooth and h convex, from distance 1."""
    proximal = importlib.import_module("PEPit.primitive_steps").proximal_step
    f = problem.declare_function(functions.SmoothConvexFunction, L=1.0)
    h = problem.declare_function(functions.ConvexFunction)
    total = f + h
    least, x = total.stationary_point(), problem.set_initial_point()
    problem.set_initial_condition((x - least) ** 2 <= 1)
    value = None
    for _ in range(steps):
        x, _, value = proximal(x - f.gradient(x), h, 1.0)
    problem.set_performance_metric(f(x) + value - total(least))


def _best_subgradient(problem: Any, functions: Any, steps: int) -> None:
    """Best gap of T subgradient steps with g = D/(G sqrt T) from distance 1."""
    f = problem.declare_function(functions.ConvexLipschitzFunction, M=1.0)
    least, x = f.stationary_point(), problem.set_initial_point()
    problem.set_initial_condition((x - least) ** 2 <= 1)
    for _ in range(steps):
        slope, value = f.oracle(x)
        problem.set_performance_metric(value - f(least))
        x = x - steps**-0.5 * slope


def _linear_decay(problem: Any, functions: Any, steps: int) -> None:
    """Gap of the last iterate x_T of linear decay, g_t = (1 - t/T)/sqrt T at t = 1..T-1, from distance 1."""
    f = problem.declare_function(functions.ConvexLipschitzFunction, M=1.0)
    least, x = f.stationary_point(), problem.set_initial_point()
    problem.set_initial_condition((x - least) ** 2 <= 1)
    for t in range(1, steps):
        x = x - (1 - t / steps) * steps**-0.5 * f.gradient(x)
    problem.set_performance_metric(f(x) - f(least))


def _constant_last(problem: Any, functions: Any, steps: int) -> None:
    """Gap of the last iterate x_T of constant steps 1/sqrt T, from distance 1."""
    f = problem.declare_function(functions.ConvexLipschitzFunction, M=1.0)
    least, x = f.stationary_point(), problem.set_initial_point()
    problem.set_initial_condition((x - least) ** 2 <= 1)
    for _ in range(1, steps):
        x = x - steps**-0.5 * f.gradient(x)
    problem.set_performance_metric(f(x) - f(least))


METHODS: dict[str, tuple[Callable[[Any, Any, int], None], tuple[int, ...]]] = {
    "gradient descent": (_descent, STEPS),
    "contraction": (_contraction, STEPS),
    "smallest gradient": (_smallest_gradient, STEPS),
    "proximal gradient": (_proximal_gradient, STEPS),
    "best subgradient": (_best_subgradient, SUBGRADIENT_STEPS),
    "linear decay": (_linear_decay, SUBGRADIENT_STEPS),
    "constant steps": (_constant_last, SUBGRADIENT_STEPS),
}
"""What declares each programme, and the numbers of steps that are certified."""


def solve(name: str, steps: int) -> tuple[float, float]:
    """Primal and dual value of the worst case of a method of METHODS, by PEPit and Clarabel.

    Raises InputError for an unknown method, or without the extra `certificates`.
    """
    require(name in METHODS, f"method={name!r} is not known: give one of {', '.join(METHODS)}")
    problem, functions = semidefinite.programme("functions")
    METHODS[name][0](problem, functions, steps)
    return semidefinite.optimum(problem)


def certified(name: str) -> Curve:
    """Certified worst case of a method over its steps, at the dual values of VALUES, with the solver's gap.

    Raises InputError for an unknown method.
    """
    require(name in METHODS, f"method={name!r} is not known: give one of {', '.join(METHODS)}")
    return exact(METHODS[name][1], *semidefinite.upper_values(VALUES[name]))


VALUES: dict[str, tuple[tuple[float, float], ...]] = {
    "gradient descent": (
        (0.16666666589864781, 0.16666667249954334),
        (0.09999999967677924, 0.10000000093760376),
        (0.07142857141681706, 0.07142857154331568),
        (0.04545454541572713, 0.04545454560505041),
        (0.023809523776600706, 0.02380952383565285),
    ),
    "contraction": (
        (0.9025000007635532, 0.902500001243993),
        (0.8145062675593379, 0.814506261419202),
        (0.7350918907181193, 0.7350918911258264),
        (0.5987369330255504, 0.5987369329616657),
        (0.3584858804221829, 0.35848588046866126),
    ),
    "smallest gradient": (
        (1.9999999991544581, 1.9999999995745765),
        (0.7999999987937247, 0.8000000011400407),
        (0.4999999998533507, 0.49999999998638844),
        (0.28571428409855565, 0.28571428471860744),
        (0.1379310344231456, 0.13793103443173702),
    ),
    "proximal gradient": (
        (0.25000000215255885, 0.25000000935833927),
        (0.12499999890697554, 0.12500000210562137),
        (0.08333333332187262, 0.08333333590590267),
        (0.04999999951622803, 0.050000001832330956),
        (0.024999999526794582, 0.02500000045313696),
    ),
    "best subgradient": (
        (0.9999999994709287, 1.0000000013545864),
        (0.7071067799206384, 0.7071067830765129),
        (0.5773502665384371, 0.5773502724233756),
        (0.44721359439648484, 0.4472135969307215),
        (0.35355338699921113, 0.3535533931666538),
    ),
    "linear decay": (
        (0.9999999994709287, 1.0000000013545864),
        (0.7071067806153339, 0.7071067821259935),
        (0.5773502681160789, 0.5773502710743952),
        (0.44721359180852893, 0.44721359801239635),
        (0.3535533867561977, 0.35355339278314085),
    ),
    "constant steps": (
        (0.9999999994709287, 1.0000000013545864),
        (0.8838834748210825, 0.8838834787419645),
        (0.7880831168763234, 0.788083118382872),
        (0.6716676798120538, 0.6716676879036042),
        (0.5741921353337641, 0.5741921411384258),
    ),
}
"""Primal and dual values at the steps of METHODS, by PEPit 0.5.1 and Clarabel 0.11.1 (`solve`)."""
