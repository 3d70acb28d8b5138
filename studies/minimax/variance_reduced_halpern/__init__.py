"""Variance Reduced Halpern Iteration for Finite-Sum Monotone Inclusions

The paper says, in our words:
1. (read) Halpern iteration with recursive variance reduction reaches an operator residual eps at its last iterate in
   ~O(n + sqrt(n) L/eps) component calls, if components are cocoercive, or monotone and Lipschitz, on average.
2. (read) That improves on earlier methods by a factor of up to sqrt(n).
3. (read) In the monotone Lipschitz case it is near-optimal.
4. (recalled) The parameters of Algorithm 1 (Halpern with PAGE) and Algorithm 2 (inexact Halpern on the resolvent, with
   resolvent step sqrt(n)/L).

On trial:
- page_halpern_rate [C18]: claim 1 for Algorithm 1, what its recalled parameters guarantee; derived here.
- page_variance [C16, C17]: the error recursion of PAGE and its cost, derived here.
- oracle_cost [C19]: claim 1 for Algorithm 1 in component calls, constants derived here.
- oracle_crossover [C19]: claim 2, from which n on Algorithm 1 is cheaper; derived here.
- minibatch_noise [C20]: why variance reduction is needed; derived here.
- anchor_schedules [C5]: which anchors keep the order, derived here.
- krasnoselskii_mann [C4]: the order without an anchor, derived here.
- resolvent_halpern [C7]: Algorithm 2 with exact resolvents; derived here.
- inexact_halpern [C8]: Algorithm 2 with inexact ones; derived here.
- resolvent_cost [C21, C22]: claim 1 for Algorithm 2, its costs against the resolvent step, on bilinear games.
- matrix_games [Figure 1]: both algorithms on games of the paper's kind; data and sizes are ours.

Not on trial, because:
- Near-optimality (claim 3): a lower bound over all methods, which no run can show.
- The constrained form of Algorithm 1: where it has a guarantee here there are no constraints (G = 0).
- The constants of the paper's theorems: not read; those on trial are derived here.
- VR-FoRB, and the variance-reduced baselines of Figure 1: not built here.
- Descent-ascent [C9], extragradient [C10], EAG and FEG [C11 to C15], Lieder's bound [C1 to C3, C6]: on trial in the
  folders of extragradient methods and of Halpern's rate.
"""

HEAD = "page_halpern_rate"
