"""On Penalty Methods for Nonconvex Bilevel Optimization and First-Order Stochastic Approximation

The paper says, in our words:
1. (read) The penalised objective psi_sigma is O(sigma)-close to the hyper-objective psi, in value and gradient, under a
   proximal error bound of the lower problem near its solutions; uniform in sigma, as a secondary text has it.
2. (read) With many lower solutions the hyper-objective has an explicit gradient (its form: a secondary text).
3. (read) With sigma of order eps, first-order methods reach an eps-stationary point in eps^-3 gradient calls, or eps^-7
   with noise; a single loop with mean-squared smooth noise in eps^-5.
4. (read, in a secondary text) Solution sets are Lipschitz in x and sigma; the gap in the gradient is O(sigma / mu^3).

On trial:
- penalty_value_gap [C1, C2]: claim 1 in value, with the constant derived here.
- penalty_gradient_gap [C3, C7]: claim 1 in gradient, and the power mu^-3 of claim 4 on an instance that attains it.
- penalty_drift [C4, C5]: claim 4, with constants derived here.
- many_lower_minimisers [C3]: claim 1 with a plane of lower solutions, closed forms derived here.
- pseudo_inverse_hypergradient [C6]: claim 2, against finite differences.
- penalty_without_error_bound [C8]: what is left of claim 1 without the error bound; derived here.
- penalty_calls [C9]: claim 3 without noise, by a bound derived here for strongly convex lower problems, and a floor.
- penalty_constraints: claim 3 without noise, with constraints, and with a lower problem that is not convex.
- penalty_smoothness [C11]: why descent on psi_sigma needs no step of order sigma, on a quadratic; derived here.
- penalty_noise [C10]: what noise in the lower gradients costs in variance; derived here.
- penalty_samples [C10, C12]: the samples per hypergradient that follow, within the orders of claim 3; derived here.

Not on trial, because:
- The complexities eps^-3, eps^-5, eps^-7 as worst cases: no instance here attains them (eps^-2 is attained).
- Constraints and nonconvex lower problems beyond one dimension, and their worst cases: no bound was derived.
- The stochastic methods, double loop and single loop with momentum: samples follow from the exact variance.
- Distances between whole solution sets at different x: the pairs on trial have one minimiser each.
- mu^-3 as an upper bound for every lower problem: its constants are unknown.
"""

HEAD = "penalty_value_gap"
