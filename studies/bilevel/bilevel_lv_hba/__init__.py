"""Constrained Bi-Level Optimization: Proximal Lagrangian Value function Approach and Hessian-free Algorithm

The paper says, in our words:
1. (read) A smooth proximal Lagrangian value function v turns a bilevel problem with coupled constraints and a merely
   convex lower problem into one with the smooth constraint f - v <= 0.
2. (recalled) Equivalence needs multipliers in a box [0, r] that holds those of the lower problem.
3. (read) LV-HBA solves it in a single loop of first-order steps, with non-asymptotic guarantees.
4. (recalled) With penalties c_k of order k^p, p < 1/2: the saddle point lags by O(K^-1/2), f - v = O(K^-p), and the
   penalised problem's stationarity is O(K^-(1-2p)/2).

On trial:
- proximal_lagrangian [C1, C2, C3, C9]: claim 1, f - v and grad v in closed form; derived here.
- multiplier_box [C1, C2]: claim 2, with an inequality; derived here.
- forward_steps [C4, C9]: claim 3, what steps on the saddle contract, and how gammas shorten them; derived here.
- lv_hba_penalty [C5, C6, C7, C9]: claims 3 and 4 on the paper's convex toy, whose solution is derived here.

Not on trial, because:
- The stationarity measure of claim 4: its definition was not read.
- The rates as worst cases: the toy does not attain them.
- Gradients per iteration [C8]: a statement about cost.
- The strongly convex toy with random constraints: its closed forms are those of proximal_lagrangian's random problems.
- Comparisons in time with other methods, and the experiments on support vector machines and data cleaning: out of
  reach."""

HEAD = "lv_hba_penalty"
