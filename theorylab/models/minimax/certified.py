"""Worst cases over whole classes of operators, certified by semidefinite programming; D = L = 1, squared residuals.

For every operator of a class and any dimension, |F(z_k)|^2 is at most the optimum of a semidefinite programme
(performance estimation; PEPit). A solver returns a primal and a dual value, and the optimum lies between them up to how
far it violated its constraints: a `Curve` at the dual value, known up to their gap and 1e-6 of it at least, since the
solver stops inaccurately at times. Cocoercive operators are interpolable, and the optimum is the worst case; of
monotone Lipschitz ones it is an upper bound, whose constraints are necessary and not sufficient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from theorylab.curves import Curve, exact
from theorylab.errors import require
from theorylab.models.minimax import schedules
from theorylab.models.minimax.schedules import Schedule
from theorylab.numerics import semidefinite

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
    problem, operators = semidefinite.programme("operators")
    if METHODS[name].cocoercive:
        F = problem.declare_function(operators.CocoerciveOperator, beta=1.0)
    else:
        F = problem.declare_function(operators.LipschitzStronglyMonotoneOperatorCheap, mu=0.0, L=1.0)
    start = problem.set_initial_point()
    problem.set_initial_condition((start - F.stationary_point()) ** 2 <= 1)
    problem.set_performance_metric(F.gradient(_iterate(F, start, METHODS[name].schedule(steps))) ** 2)
    return semidefinite.optimum(problem)


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
    return exact(STEPS, *semidefinite.upper_values(VALUES[name]))


VALUES: dict[str, tuple[tuple[float, float], ...]] = {
    "Halpern": (
        (0.25000000033707365, 0.25000000249757914),
        (0.11111111193884562, 0.11111111269166452),
        (0.06250001073028723, 0.06250001758476774),
        (0.027777781107019787, 0.027777782711582318),
        (0.008264463558651422, 0.008264463759951357),
        (0.00226757413784764, 0.0022675742015318516),
    ),
    "Krasnoselskii-Mann": (
        (0.25000000033707365, 0.25000000249757914),
        (0.14814814779881041, 0.14814814886605152),
        (0.1054687487047935, 0.10546875052277527),
        (0.06697959271439718, 0.06697959551097236),
        (0.03504938882341851, 0.035049389911023174),
        (0.01794711483284228, 0.01794711798205033),
    ),
    "extragradient": (
        (0.8461000005018892, 0.8461000017038612),
        (0.7158852100614636, 0.7158852100995581),
        (0.6057104762607867, 0.6057104765644769),
        (0.4336191713296871, 0.43361917143133016),
        (0.1883258365518401, 0.18832583673908093),
        (0.06176061707325618, 0.0617606170998003),
    ),
    "EAG-C": (
        (0.9846191411534989, 0.9846191425654426),
        (0.9711882361999558, 0.9711882397846462),
        (0.9553372620469889, 0.9553372718800246),
        (0.9166710847741426, 0.9166711499784315),
        (0.7869983217331811, 0.786998495961586),
        (0.46152809943469497, 0.4615281430707463),
    ),
    "EAG-V": (
        (0.7639419419831756, 0.763941942692442),
        (0.6781366064161183, 0.6781366070492143),
        (0.5774504783971136, 0.5774504787249851),
        (0.3680799431495325, 0.36807994342187833),
        (0.13377539887211545, 0.1337753991145319),
        (0.04139239762492742, 0.04139239781163516),
    ),
    "FEG": (
        (1.999999997216863, 1.9999999990643944),
        (0.9999999982692055, 1.0000000005583796),
        (0.4444444465344173, 0.4444444470355571),
        (0.16000000724740912, 0.16000000855765598),
        (0.040000003099828076, 0.04000000340347059),
        (0.010000000760639935, 0.010000000798706752),
    ),
}
"""Primal and dual values at STEPS, by PEPit 0.5.1 and Clarabel 0.11.1 (`solve`)."""
