"""How Over-Parameterization Slows Down Gradient Descent in Matrix Sensing: The Curses of Symmetry and Initialization

The paper says, in our words:
1. (read) Symmetric factors of more columns than the target's rank, k > r: the error is at least of order 1/T^2, from
   random starts; with k = r it falls exponentially.
2. (read) Asymmetric factors with k > r converge globally and exactly, at a rate exp(-Omega(alpha^2 T)), alpha the scale
   of the start; the dependence on alpha cannot be avoided in the worst case.
3. (read) The imbalance between the factors is what helps; a step that changes it once removes the dependence on alpha.

On trial:
- excess_rank [C1, C2, C3]: claim 1, T^2 error -> (k - r)/(4 step size^2), and what k = r gives instead.
- excess_map [C1]: the scalar map behind claim 1, derived here.
- imbalance_rate [C4, C5, C7, C8]: claim 2, the rate by the surviving factor, its square in alpha, and the order of
  methods.
- scalar_block [C6]: claim 2, the worst case of one excess entry; balanced factors lose the exponential.
- imbalance_drift [C10]: claim 3, how nearly the imbalance is kept.
- one_step_fix [C9]: claim 3, stretching one factor once, and its opposite.

Not on trial, because:
- Measurements that are not the identity (restricted isometry), sample sizes, and the theorems' constants: not read.
- Convergence from every alpha, and statements of probability: small starts are assumed, and every run on trial
  converged."""

HEAD = "excess_rank"
