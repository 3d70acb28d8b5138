"""Closed forms, worst modes, bounds and costs. D is the distance from start to solution, L the Lipschitz constant.

Conventions of `model` and `schedules`: k counts iterations made, 0 is the start; anchors 1/(k+2) at k = 0, 1, ....
Closed forms on a mode are those of its slope s (or T = 1 - 2 s / L), from the start 1. Where no paper is named in a
docstring, the statement is derived here.
"""

from theorylab.models.minimax.theory.finite_sums import (
    component_lower_bound,
    minibatch_variance,
    page_absorbs,
    page_bound,
    page_cost,
    page_cost_late,
    page_cost_leading,
    page_crossover,
)
from theorylab.models.minimax.theory.fixed_points import (
    contractive_halpern_bound,
    contractive_halpern_difference,
    halpern_bound,
    halpern_difference,
    halpern_worst_angle,
    inexact_halpern_bound,
    krasnoselskii_mann_difference,
    krasnoselskii_mann_worst,
    krasnoselskii_mann_worst_angle,
    proximal_point_difference,
    proximal_point_worst,
    resolvent_worst_singular_value,
    slow_anchor_constant,
)
from theorylab.models.minimax.theory.gradients import (
    anchored_constant,
    anchored_leading,
    extragradient_bound,
    extragradient_value,
    extragradient_worst_singular_value,
    fast_bound,
    fast_value,
    gradient_descent_ascent_growth,
    query_lower_bound,
    varying_anchored_bound,
)
from theorylab.models.minimax.theory.resolvents import (
    inner_matrix,
    inner_rate,
    inner_step_size,
    resolvent_cost,
    resolvent_passes,
)

__all__ = [
    "anchored_constant",
    "anchored_leading",
    "component_lower_bound",
    "contractive_halpern_bound",
    "contractive_halpern_difference",
    "extragradient_bound",
    "extragradient_value",
    "extragradient_worst_singular_value",
    "fast_bound",
    "fast_value",
    "gradient_descent_ascent_growth",
    "halpern_bound",
    "halpern_difference",
    "halpern_worst_angle",
    "inexact_halpern_bound",
    "inner_matrix",
    "inner_rate",
    "inner_step_size",
    "krasnoselskii_mann_difference",
    "krasnoselskii_mann_worst",
    "krasnoselskii_mann_worst_angle",
    "minibatch_variance",
    "page_absorbs",
    "page_bound",
    "page_cost",
    "page_cost_late",
    "page_cost_leading",
    "page_crossover",
    "proximal_point_difference",
    "proximal_point_worst",
    "query_lower_bound",
    "resolvent_cost",
    "resolvent_passes",
    "resolvent_worst_singular_value",
    "slow_anchor_constant",
    "varying_anchored_bound",
]
