"""On the SDEs and Scaling Rules for Adaptive Gradient Algorithms

The paper says, in our words:
1. (read) RMSprop and Adam have stochastic differential equations that approximate them, with proofs: weak order 1.
2. (read) A square-root rule adjusts their hyperparameters when the batch size changes.
3. (read) The equations can be simulated cheaply by a variant of the optimisers (SVAG).
4. (recalled) The equations themselves, their unit of time eta^2, the constants that the rule keeps, and the
   assumptions on the noise (low skewness, bounded moments). The forms on trial were derived again here.

On trial:
- rmsprop_weak_order [C1]: claim 1 for RMSprop, in one dimension.
- adam_weak_order [C2]: claim 1 for Adam with bias corrections, on a quadratic.
- rmsprop_skewed_noise [C1b]: claim 4, what skewed noise does to the order; derived here.
- adaptive_second_moment [C3]: claim 4, the equation of the second moment; derived here.
- rmsprop_scaling_rule [C4, C5]: claim 2 for RMSprop, against the linear and partial rules.
- rmsprop_batches [C4]: the same by the method itself, on batches drawn sample by sample.
- svag [C7]: claim 3 for RMSprop, its error against l; the order is derived here.
- adaptive_stationary [C8]: the stationary laws of the limits, derived here.
- rmsprop_covariance [C9]: the stationary covariance in two dimensions, to the order eta^2 in the step; derived here.

Not on trial, because:
- The maximum over the whole run, and test functions that grow: errors are read at one time.
- Where the scaling rule breaks down [C6]: the rule's run at factor k is the base run at k eta^2, so it breaks where
  the weak error does.
- Adam's scaling rule, and Adam under SVAG: no exact road on (x, m, u) under either is built here.
- Adam itself at rest: nothing here solves its operator on (x, m, u) for a stationary law.
- Noise whose covariance moves with x: the exact roads have a constant one.
- The experiments on vision and language models: out of reach.
"""

HEAD = "rmsprop_scaling_rule"
