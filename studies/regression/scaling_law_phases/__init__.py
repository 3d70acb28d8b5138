"""4+3 Phases of Compute-Optimal Neural Scaling Laws

The paper says, in our words:
1. (read) Power-law random features trained by one-pass SGD have a loss curve that is solved exactly, by a Volterra
   equation.
2. (read) Which size of model is best for a budget of operations falls into four phases (with sub-phases) of the plane
   of data exponent alpha and target exponent beta, with explicit exponents.
3. (read) Nothing follows a power law where 2 (alpha + beta) < 1.
4. (read, in the authors' code) The kernel's norm, the level that features miss, the integrals for the parts of the
   loss.
5. (recalled) The table of exponents; derived again here from balances of two parts.

On trial:
- compute_optimal [C5, C7]: claim 2, exponents of the best loss and the best size in phases Ia, II and III, on exact
  curves; and what becomes of them without the noise of SGD.
- exponents_over_beta [C6]: claim 2, across the boundaries of these phases.
- features_recursion [C1, C2, C8]: claim 1, SGD on drawn features against the recursion, for negative beta as well; and
  where it diverges.
- features_misfit [C3, C9]: claims 3 and 4, the level that features miss, over draws of the features and in d.
- loss_parts [C4]: claim 4, the sum of the parts against the exact curve, and that none can be left out.
- spectral_sums [C4]: claim 4, each part by its power of time.

Not on trial, because:
- eta as an asymptotic rate in phases II and III: undecided at the budgets tried; local exponents are on trial.
- eta and xi in phases Ib, Ic, IVa, IVb: at budgets in reach local exponents are off by more than 0.02 and, in IVa,
  drift away before they come back; the table itself is derived again in the tests, phase by phase.
- The proofs' uniformity over all numbers of steps, and for features as they are drawn: exponents are of the smooth
  student, whose eigenvalues are the averages over draws.
- Language models: nothing in them is exact.
"""

HEAD = "compute_optimal"
