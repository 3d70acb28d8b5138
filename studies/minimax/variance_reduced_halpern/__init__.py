"""Variance Reduced Halpern Iteration for Finite-Sum Monotone Inclusions

The paper says, in our words:
1. (read) Halpern iteration with recursive variance reduction reaches an operator residual eps at its last iterate in
   ~O(n + sqrt(n) L/eps) component calls, if components are cocoercive, or monotone and Lipschitz, on average.
2. (read) That improves on earlier methods by a factor of up to sqrt(n).
3. (read) In the monotone Lipschitz case it is near-optimal.
4. (recalled) The parameters of Algorithm 1 (Halpern with PAGE) and Algorithm 2 (inexact Halpern on the resolvent, with
   resolvent step sqrt(n)/L).
5. (read, in the authors' code, github.com/zephyr-cai/Finite-Sum-Halpern-Iteration) Algorithm 1 has anchors 2/(k+5),
   refresh probabilities 4/(k+5), then 4/(sqrt(n)+5), after one more full first step, and batches of floor(sqrt n)
   without replacement; Algorithm 2 has the resolvent step sqrt(n)/L, Halpern on J itself, and VR-FoRB inside.

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
- resolvent_cost [C21]: claim 1 for Algorithm 2, its costs against the resolvent step, on bilinear games.
- exact_resolvents: both algorithms on games, against exact resolvents and a deterministic iteration; derived here.
- inner_solver [C22]: claim 1 for Algorithm 2, moments and calls of its inner solver; derived here.
- matrix_games [Figure 1]: both algorithms on games of the paper's kind; the published game can be asked for.
- component_lower_bound: claim 3, by a lower bound for span methods derived here, on separate blocks.
- constrained_algorithm: claim 1 for Algorithm 1 with constraints, least squares over a box.

Not on trial, because:
- The paper's own lower bound, for methods that look at values before they choose a component: not read.
- A proof for Algorithm 1 with constraints: the one derived here is for G = 0; with a box its bound is tried on runs.
- The constants of the paper's theorems: not read; those on trial are derived here.
- VR-FoRB, and the variance-reduced baselines of Figure 1: not built here.
- Descent-ascent [C9], extragradient [C10], EAG and FEG [C11 to C15], Lieder's bound [C1 to C3, C6]: on trial in the
  folders of extragradient methods and of Halpern's rate.
"""

HEAD = "page_halpern_rate"
