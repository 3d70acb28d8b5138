"""The Marginal Value of Momentum for Small Learning Rate SGD

The paper says, in our words:
1. (read) Where the step size is small and noise dominates, SGD with and without momentum follow the same law over
   O(1 / eta) steps (as weak approximations), and over O(1 / eta^2) steps near manifolds of minima.
2. (read, in a review) Theorem 3.5: over O(1 / eta) steps the weak error is O(sqrt(eta / (1 - beta))), with 1 - beta of
   order eta^alpha, 0 <= alpha < 1, and noise up to eta^(-1/2); SGD has to use the averaged step size of a schedule.
3. (read, in words) Theorem 4.5: over O(1 / eta^2) steps both follow the same slow equation on the manifold.
4. (read) The benefit of momentum is limited where the optimal step size is not very large.

The form of momentum, m' = beta m + (1 - beta) g and x' = x - eta m', was read. The exact statements are derived here.

On trial:
- momentum_stationary [C1, C4]: the same variance up to second order in eta; equivalence ends at large steps.
- momentum_weak_error [C2]: theorem 3.5 on quadratics with additive noise.
- momentum_on_data [C6]: the same on least squares, with multiplicative noise.
- momentum_schedules [C5]: the averaged step size of claim 2.
- momentum_long_horizon [C3]: theorem 4.5 in a valley with label noise.
- momentum_best_rates [C7]: claim 4, best step size against best step size.

Not on trial, because:
- The class of assumptions of the theorems, and general manifolds: a toy shows instances, not a class.
- The experiments on images and on fine-tuning of language models, and generalisation: out of reach.
- The interpolation of noise and curvature effects by SVAG: its form was not read.
"""

HEAD = "momentum_weak_error"

CLINIC = {
    "momentum_best_rates": ("heavy ball", "rate"),
    "momentum_long_horizon": ("heavy ball", "rate"),
    "momentum_on_data": ("heavy ball", "noise"),
    "momentum_schedules": ("heavy ball", "step size"),
    "momentum_stationary": ("heavy ball", "noise"),
    "momentum_weak_error": ("heavy ball", "noise"),
}
