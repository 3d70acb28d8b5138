"""Textbook bounds of first-order methods, exact worst cases and floors, as plain arithmetic. Conventions of `model`."""

from theorylab.models.convex.theory.descent import (
    descent_gap_bound,
    huber_smallest_gradient,
    huber_worst_gap,
    huber_worst_kink,
    lojasiewicz_bound,
    proximal_worst_gap,
    smallest_gradient_bound,
    smallest_gradient_worst,
    strongly_convex_bound,
    strongly_convex_worst,
)
from theorylab.models.convex.theory.last_iterate import linear_decay, scaled_decay_bound, short_decay_gap
from theorylab.models.convex.theory.nonsmooth import (
    polyak_bound,
    proximal_fixed_mean,
    proximal_fixed_square,
    stable_step_size,
    strongly_convex_subgradient_bound,
    subgradient_bound,
    tuned_subgradient_bound,
)
from theorylab.models.convex.theory.stochastic import (
    additive_average,
    average_bound,
    decreasing_bound,
    decreasing_limit,
    decreasing_step_size,
    distance_bound,
    expected_smoothness,
    grouped_smoothness_ratio,
    interpolation_average_bound,
    interpolation_average_sharper,
    interpolation_bound,
    lojasiewicz_sgd_bound,
    mean_gradient_bound,
    minibatch_noise,
    moving_average_bound,
    moving_average_floor,
    moving_average_mean,
    quadratic_floor,
)

__all__ = [
    "additive_average", "average_bound", "decreasing_bound", "decreasing_limit", "decreasing_step_size",
    "descent_gap_bound", "distance_bound", "expected_smoothness", "grouped_smoothness_ratio",
    "huber_smallest_gradient", "huber_worst_gap", "huber_worst_kink", "interpolation_average_bound",
    "interpolation_average_sharper", "interpolation_bound", "linear_decay", "lojasiewicz_bound",
    "lojasiewicz_sgd_bound", "mean_gradient_bound", "minibatch_noise", "moving_average_bound", "moving_average_floor",
    "moving_average_mean", "polyak_bound", "proximal_fixed_mean", "proximal_fixed_square", "proximal_worst_gap",
    "quadratic_floor", "scaled_decay_bound", "short_decay_gap", "smallest_gradient_bound", "smallest_gradient_worst",
    "stable_step_size", "strongly_convex_bound", "strongly_convex_subgradient_bound", "strongly_convex_worst",
    "subgradient_bound", "tuned_subgradient_bound",
]  # fmt: skip
