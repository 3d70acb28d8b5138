"""Exact theory of stochastic gradient methods in linear regression.

Conventions of `model`: risk 1/2 sum_i lambda_i E e_i^2; step t uses the gradient at e_t; averages over N steps hold
e_0, ..., e_{N-1}. The recursions are derived for this project from the fourth moments E[x x^T A x x^T] =
2 H A H + H tr(H A) of Gaussian data, and diag(p) diag(A) of one-hot data.
"""

from theorylab.models.regression.theory.asgd import (
    asgd_amplification,
    asgd_complex_window,
    asgd_contraction,
    asgd_crossover,
    asgd_mean_paths,
    asgd_noise_response,
    asgd_recursion_matrix,
    asgd_relative_rounding,
    asgd_risk,
    asgd_slow_rate,
    asgd_tail_risk,
    asgd_time_constant,
)
from theorylab.models.regression.theory.dimension import (
    effective_dimension,
    effective_dimension_band,
    effective_dimension_terms,
)
from theorylab.models.regression.theory.recursions import (
    averaging_starts,
    critical_step_size,
    moment_losses,
    noise_amplification,
    recursion,
    recursion_matrix,
    risk_of,
    valid_decay,
    valid_step_size,
)
from theorylab.models.regression.theory.sgd import (
    average_bias_factor,
    average_moments,
    average_risk,
    ema_bias_factor,
    ema_bias_factor_at_coincidence,
    ema_moments,
    ema_risk,
    mean_paths,
    relative_rounding,
    sgd_bias_factor,
    sgd_moments,
    sgd_risk,
    stationary_variance_ratio,
    steps_are_made,
)

__all__ = [
    "asgd_amplification",
    "asgd_complex_window",
    "asgd_contraction",
    "asgd_crossover",
    "asgd_mean_paths",
    "asgd_noise_response",
    "asgd_recursion_matrix",
    "asgd_relative_rounding",
    "asgd_risk",
    "asgd_slow_rate",
    "asgd_tail_risk",
    "asgd_time_constant",
    "average_bias_factor",
    "average_moments",
    "average_risk",
    "averaging_starts",
    "critical_step_size",
    "effective_dimension",
    "effective_dimension_band",
    "effective_dimension_terms",
    "ema_bias_factor",
    "ema_bias_factor_at_coincidence",
    "ema_moments",
    "ema_risk",
    "mean_paths",
    "moment_losses",
    "noise_amplification",
    "recursion",
    "recursion_matrix",
    "relative_rounding",
    "risk_of",
    "sgd_bias_factor",
    "sgd_moments",
    "sgd_risk",
    "stationary_variance_ratio",
    "steps_are_made",
    "valid_decay",
    "valid_step_size",
]
