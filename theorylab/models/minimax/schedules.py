"""The deterministic methods as schedules of one two-step recursion.

    w   = z + look_anchor_k (z_0 - z) - look_step_k F(z)
    z+  = z + anchor_k (z_0 - z) - step_k F(w),                 k = 0, 1, ...

Methods that query F once have w = z. Each function returns the coefficients of `steps` iterations, and refuses step
sizes outside the range of its theorem unless `allow_outside`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import InputError, require
from theorylab.numerics.arguments import positive, whole

Floats = NDArray[np.float64]


class Schedule(NamedTuple):
    """Coefficients of the recursion, (steps,) each."""

    look_anchor: Floats
    look_step: Floats
    anchor: Floats
    step: Floats


ANCHORS: dict[str, Callable[[Floats], Floats]] = {
    "1/(k+2)": lambda k: 1 / (k + 2),
    "2/(k+4)": lambda k: 2 / (k + 4),
    "(k+2)^-1/2": lambda k: (k + 2) ** -0.5,
    "(k+2)^-2": lambda k: (k + 2) ** -2.0,
}
"""Weights of the anchor in Halpern's iteration, k = 0, 1, ...; the first one is optimal."""


def anchor_weights(name: str, steps: int) -> Floats:
    """The first `steps` weights of the anchor called `name`. Raises InputError for an unknown name or steps < 1.
    Derived: tests/models/minimax/test_simulation.py::test_halpern_of_a_map_in_dimension_one_is_the_mode.
    """
    require(name in ANCHORS, f"anchor={name!r} is not known: give one of {', '.join(ANCHORS)}")
    return ANCHORS[name](np.arange(whole("steps", steps), dtype=float))


def halpern(steps: int, smoothness: float = 1.0, anchor: str = "1/(k+2)") -> Schedule:
    """Halpern: z+ = lam_k z_0 + (1 - lam_k) T z with T = I - (2/L) F, nonexpansive for 1/L-cocoercive F.
    Derived: tests/models/minimax/test_theory.py::test_halpern_closed_form_is_the_recursion.
    """
    positive("smoothness", smoothness)
    weights = anchor_weights(anchor, steps)
    return _single(weights, (1 - weights) * (2 / smoothness))


def contractive_halpern(steps: int, contraction: float, smoothness: float = 1.0) -> Schedule:
    """Halpern for c-contractive T = I - (2/L) F, 0 < c < 1: anchors 1 / sum_{j<=k+1} c^(-2j); c -> 1 is `halpern`.
    Derived: tests/models/minimax/test_theory.py::test_contractive_halpern_closed_form_is_the_recursion.

    Raises InputError for a contraction outside (0, 1), smoothness <= 0, or steps < 1.
    """
    require(0 < contraction < 1, f"contraction={contraction} is not allowed: give a number in (0, 1)")
    positive("smoothness", smoothness)
    square, k = float(contraction) ** 2, np.arange(1.0, whole("steps", steps) + 1)
    weights = square**k * (1 - square) / (1 - square ** (k + 1))
    return _single(weights, (1 - weights) * (2 / smoothness))


def krasnoselskii_mann(steps: int, smoothness: float = 1.0, relaxation: float = 0.5) -> Schedule:
    """Krasnoselskii-Mann: z+ = (1 - t) z + t T z = z - (2 t / L) F(z), 0 < t < 1, with the T of `halpern`.
    Derived: tests/models/minimax/test_theory.py::test_krasnoselskii_mann_closed_form_is_the_recursion.

    Raises InputError for a relaxation t outside (0, 1), smoothness <= 0, or steps < 1.
    """
    require(0 < relaxation < 1, f"relaxation={relaxation} is not allowed: give a number in (0, 1)")
    positive("smoothness", smoothness)
    zeros = np.zeros(whole("steps", steps))
    return _single(zeros, zeros + 2 * relaxation / smoothness)


def proximal_point(steps: int) -> Schedule:
    """Proximal point: z+ = J z = z - M(z) on the slopes of M = I - J, J = (I + a F)^-1 (`model.resolvent_slopes`).
    Derived: tests/models/minimax/test_theory.py::test_proximal_point_closed_form_is_the_recursion.
    """
    zeros = np.zeros(whole("steps", steps))
    return _single(zeros, zeros + 1.0)


def gradient_descent_ascent(steps: int, step_size: float) -> Schedule:
    """Gradient descent-ascent: z+ = z - a F(z); no step size a > 0 converges on a bilinear game.
    Derived: tests/models/minimax/test_theory.py::test_extragradient_closed_forms_are_the_recursions.
    """
    positive("step_size", step_size)
    zeros = np.zeros(whole("steps", steps))
    return _single(zeros, zeros + step_size)


def extragradient(steps: int, step_size: float, lipschitz: float, *, allow_outside: bool = False) -> Schedule:
    """Extragradient: w = z - a F(z); z+ = z - a F(w), for 0 < a < 1/L.
    Derived: tests/models/minimax/test_theory.py::test_extragradient_closed_forms_are_the_recursions.
    """
    _in_range("extragradient", step_size, lipschitz, step_size * lipschitz < 1, "below 1/L", allow_outside)
    zeros = np.zeros(whole("steps", steps))
    return Schedule(zeros, zeros + step_size, zeros, zeros + step_size)


def anchored_extragradient(steps: int, step_size: float, lipschitz: float, *, allow_outside: bool = False) -> Schedule:
    """EAG-C: anchors 1/(k+2), constant a with 1-3aL-(aL)^2-(aL)^3 >= 0 and 1-8aL+(aL)^2-2(aL)^3 >= 0.
    (yoon2021eag, EAG in a secondary text, read).
    """
    x = step_size * lipschitz
    inside = 1 - 3 * x - x**2 - x**3 >= 0 and 1 - 8 * x + x**2 - 2 * x**3 >= 0
    _in_range("EAG-C", step_size, lipschitz, inside, "at most 0.1264/L (1-8aL+(aL)^2-2(aL)^3 >= 0)", allow_outside)
    anchors, zeros = anchor_weights("1/(k+2)", steps), np.zeros(steps)
    return Schedule(anchors, zeros + step_size, anchors, zeros + step_size)


def varying_anchored_extragradient(
    steps: int, first_step: float, lipschitz: float, *, allow_outside: bool = False
) -> Schedule:
    """EAG-V: anchors 1/(k+2), falling steps from a_0 in (0, 3/(4L)); see `varying_steps`.
    (yoon2021eag, EAG in a secondary text, read).
    """
    anchors = anchor_weights("1/(k+2)", steps)
    sizes = varying_steps(steps, first_step, lipschitz, allow_outside=allow_outside)
    return Schedule(anchors, sizes, anchors, sizes)


def varying_steps(steps: int, first_step: float, lipschitz: float, *, allow_outside: bool = False) -> Floats:
    """a_{k+1} = a_k (1 - x/((1-x)(k+1)(k+3))), x = (a_k L)^2, (steps,); a_0 in (0, 3/(4L)) stays positive.
    (yoon2021eag, EAG-V in a secondary text, read).
    """
    inside = first_step * lipschitz < 0.75
    _in_range("EAG-V", first_step, lipschitz, inside, "below 3/(4L)", allow_outside)
    out = np.empty(whole("steps", steps))
    out[0] = first_step
    for k in range(steps - 1):
        x = (out[k] * lipschitz) ** 2
        out[k + 1] = out[k] * (1 - x / ((1 - x) * (k + 1) * (k + 3)))
    return out


def varying_step_limit(first_step: float, lipschitz: float) -> float:
    """The limit of `varying_steps`, to about ten digits: 10^5 steps, then the product of the rest in closed form.
    Derived: tests/models/minimax/test_theory.py::test_anchored_constants_are_those_of_the_source.

    The rest is prod (1 - q/((k+1)(k+3))), q = x/(1-x) settled to 1e-5, so its logarithm -q (1/(K+1) + 1/(K+2))/2
    is off by less than 1e-10.
    """
    last = 100_000
    size = float(varying_steps(last + 1, first_step, lipschitz)[-1])
    x = (size * lipschitz) ** 2
    return float(size * np.exp(-x / (1 - x) * 0.5 * (1 / (last + 1) + 1 / (last + 2))))


def fast_extragradient(steps: int, step_size: float, lipschitz: float, *, allow_outside: bool = False) -> Schedule:
    """FEG: anchors b = 1/(k+1); w steps by (1-b) a, z by a, for 0 < a <= 1/L.
    Derived: tests/models/minimax/test_theory.py::test_extragradient_closed_forms_are_the_recursions.
    """
    inside = step_size * lipschitz <= 1 + 1e-15
    _in_range("fast extragradient", step_size, lipschitz, inside, "at most 1/L", allow_outside)
    anchors = 1 / np.arange(1.0, whole("steps", steps) + 1)
    return Schedule(anchors, (1 - anchors) * step_size, anchors, np.full(steps, float(step_size)))


class PageRule(NamedTuple):
    """Parameters of Algorithm 1: anchors of the steps, chances of a full evaluation, samples of the other steps."""

    anchors: Floats
    """lam of step k + 1, at index k, (steps,)."""
    refresh: Floats
    """Probability that the estimate at u_k is a full evaluation, (steps + 1,)."""
    batch: int
    replacement: bool
    """Whether samples are drawn with replacement."""


def page_rule(size: int, steps: int, source: str = "paper") -> PageRule:
    """Parameters of Algorithm 1 for n components: "paper", as recalled, or "code", as the authors' code has them.
    (cai2024halpern, matrix_game.py of the authors' code, read).

    Paper: anchors 2/(k+5) in step k = 0, 1, ..., p_0 = 1, p_k = 4/(k+5) up to sqrt(n), then 4/(sqrt(n)+5), batch
    ceil(sqrt n) with replacement. Code: one more full first step with anchor 1/2, then the same, batch floor(sqrt n)
    without replacement. Raises InputError for another source, n < 2, or steps < 1.
    """
    require(source in ("paper", "code"), f"source={source!r} is not known: give 'paper' or 'code'")
    root, late = valid_size(size) ** 0.5, 0 if source == "paper" else 1
    k = np.arange(whole("steps", steps) + 1.0) - late
    refresh = 4 / (np.minimum(k, root) + 5)
    refresh[: late + 1] = 1.0
    batch = int(np.ceil(root)) if source == "paper" else int(root)
    return PageRule(2 / (k[:-1] + 5), refresh, batch, source == "paper")


def valid_size(size: int) -> int:
    """`size` as an integer. InputError unless it is a number of components n >= 2."""
    return whole("size", size, least=2)


def _single(anchors: Floats, sizes: Floats) -> Schedule:
    zeros = np.zeros(anchors.size)
    return Schedule(zeros, zeros, anchors, sizes)


def _in_range(method: str, step_size: float, lipschitz: float, inside: bool, allowed: str, allow_outside: bool) -> None:
    positive("step_size", step_size)
    positive("lipschitz", lipschitz)
    if not inside and not allow_outside:
        raise InputError(
            f"step_size={step_size:g} is outside the theorem of {method}: L = {lipschitz:g} needs a step {allowed}; "
            "lower it, or allow_outside=True to study what happens"
        )
