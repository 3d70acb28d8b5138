"""Worst cases over whole classes of operators, certified by semidefinite programming; D = L = 1, squared residuals.

For every operator of a class and any dimension, |F(z_k)|^2 is at most the optimum of a semidefinite programme
(performance estimation; PEPit). A solver returns a primal and a dual value, and the optimum lies between them up to how
far it violated its constraints: a `Curve` at the dual value, known up to their gap, or 1e-6 where the solver stopped
inaccurately. Cocoercive operators are interpolable, and the optimum is the worst case; of monotone Lipschitz ones it
is an upper bound, whose constraints are necessary and not sufficient.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve, exact
from theorylab.errors import InputError, require
from theorylab.models.minimax import schedules
from theorylab.models.minimax.schedules import Schedule

Floats = NDArray[np.float64]
STEPS = (1, 2, 3, 5, 10, 20)


class Method(NamedTuple):
    """A method: its schedule for a number of steps, its class, and whether that is interpolable."""

    schedule: Callable[[int], Schedule]
    cocoercive: bool


METHODS = {
    "Halpern": Method(schedules.halpern, True),
    "Krasnoselskii-Mann": Method(schedules.krasnoselskii_mann, True),
    "extragradient": Method(lambda k: schedules.extragradient(k, 0.9, 1.0), False),
    "EAG-C": Method(lambda k: schedules.anchored_extragradient(k, 0.125, 1.0), False),
    "EAG-V": Method(lambda k: schedules.varying_anchored_extragradient(k, 0.618, 1.0), False),
    "FEG": Method(lambda k: schedules.fast_extragradient(k, 1.0, 1.0), False),
}
"""Halpern and Krasnoselskii-Mann with T = I - 2 F; on F = I - J they are the resolvent and proximal point methods."""


def solve(name: str, steps: int) -> tuple[float, float]:
    """Primal and dual value of the worst |F(z_k)|^2 of a method of METHODS, by PEPit and Clarabel.

    Raises InputError for an unknown method, or without the extra `certificates`.
    """
    require(name in METHODS, f"method={name!r} is not known: give one of {', '.join(METHODS)}")
    try:
        PEPit, operators = (importlib.import_module(module) for module in ("PEPit", "PEPit.operators"))
    except ImportError as error:
        raise InputError(f"worst cases need PEPit ({error}): pip install 'theorylab[certificates]'") from None
    problem = PEPit.PEP()
    if METHODS[name].cocoercive:
        F = problem.declare_function(operators.CocoerciveOperator, beta=1.0)
    else:
        F = problem.declare_function(operators.LipschitzStronglyMonotoneOperatorCheap, mu=0.0, L=1.0)
    start = problem.set_initial_point()
    problem.set_initial_condition((start - F.stationary_point()) ** 2 <= 1)
    problem.set_performance_metric(F.gradient(_iterate(F, start, METHODS[name].schedule(steps))) ** 2)
    dual = float(problem.solve(wrapper="cvxpy", solver="CLARABEL", verbose=0))
    return float(problem.objective.eval()), dual


def _iterate(F: Any, start: Any, schedule: Schedule) -> Any:
    z = start
    for row in zip(*schedule, strict=True):
        b1, a1, b2, a2 = map(float, row)
        w = z + b1 * (start - z) - a1 * F.gradient(z) if a1 or b1 else z
        z = z + b2 * (start - z) - a2 * F.gradient(w)
    return z


def certified(name: str) -> Curve:
    """Certified worst |F(z_k)|^2 of a method over STEPS, at the dual values of VALUES, with the solver's gap.

    Raises InputError for an unknown method.
    """
    require(name in METHODS, f"method={name!r} is not known: give one of {', '.join(METHODS)}")
    primal, dual = np.array(VALUES[name]).T
    return exact(STEPS, dual, np.maximum(np.abs(dual - primal) / dual, 1e-6))


VALUES: dict[str, tuple[tuple[float, float], ...]] = {}
"""Primal and dual values at STEPS, by PEPit 0.5.1 and Clarabel 0.11.1 (`solve`)."""
