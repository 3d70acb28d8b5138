"""Adan: Adaptive Nesterov Momentum Algorithm for Faster Optimizing Deep Models

The paper says, in our words:
1. (read) Nesterov's acceleration can be rewritten so that gradients are needed at the current iterate alone.
2. (read) Adan estimates first and second moments of the gradient in that way: a momentum of gradients, one of their
   differences, and the second moment of what Nesterov's point ahead would see.
3. (read) It tolerates larger learning rates and converges faster than other adaptive optimisers; its stochastic
   complexity on nonconvex problems matches a lower bound.
4. (recalled) The defaults weigh a new gradient by b1 = 0.02, a new difference by b2 = 0.08.

On trial:
- adan_nesterov [C1, C2]: claims 1 and 2 to rounding, on nonconvex functions with noise, and what the defaults of
  claim 4 make of it.
- adan_moments [C3, C4, C5]: what Nesterov's form costs in variance, what it gains in lag, what it does to the second
  moment; derived here.
- adan_rates [C6]: that the acceleration is there: the factor 1 - 1/sqrt(condition number) on quadratics.
- adan_stability [C7]: claim 3, larger learning rates, where the curvature limits the step; derived here.

Not on trial, because:
- The complexity of order eps^-3.5 for Lipschitz Hessians: no small instance near the lower bound, and quadratics cannot
  tell it from eps^-4.
- Half the training cost, minibatches of 1k to 32k, networks: out of reach.
- Restarts, and the corrections of the start in the authors' code: not read.
"""

HEAD = "adan_nesterov"

CLINIC = {
    "adan_moments": ("Adan", "estimate"),
    "adan_nesterov": ("Adan", "acceleration"),
    "adan_rates": ("Adan", "acceleration"),
    "adan_stability": ("Adan", "stability"),
}
