"""Blockwise Stochastic Variance-Reduced Methods with Parallel Speedup for Multi-Block Bilevel Optimization

The paper says, in our words:
1. (read) With I of m lower-level blocks and B samples per block in a step, blockwise variance-reduced trackers of
   Hessians (or of Hessian-vector solutions) reach an eps-stationary point in
   O(m eps^-3 1(I < m) / (I sqrt I) + m eps^-3 / (I sqrt B)) iterations.
2. (recalled) A sampled block's tracker is corrected by (m - I) / (I (1 - a)) + 1 - a times the last difference of h_i.
3. (recalled) The hypergradient is the mean of the blocks' own, each with the inverse of its own Hessian.

On trial:
- tracker_moments [C1, C2]: claim 2, moments of block trackers, and that this correction alone has no cross term.
- drift_decides [C3, C4]: claim 2, whether the correction lowers the tracking error; derived here.
- best_correction [C4]: claim 2, the correction of least error on drifts of any memory; derived here.
- best_decay [C6]: the second term of claim 1 as a tracking error at the best decay; derived here.
- same_sample [C5, C6]: the same simulated; what fresh samples cost, and all blocks sampled.
- simulated_trackers [C3, C4]: claim 2, the same errors simulated.
- block_hypergradient [C8, C9]: claim 3, and the variance of a mean over sampled blocks (claim 1's indicator).

Not on trial, because:
- The iteration complexities of claim 1 as such, eps^-3 against eps^-4 without variance reduction, and their first term
  m eps^-3 / (I sqrt I): toys that can be computed do not separate eps^-3 from eps^-4.
- The error of the whole algorithm at a fixed number of steps, over I [C7]: the tracker's is, in best_decay.
- No inverse of a Hessian estimator is needed: a statement about cost.
- The experiments on AUC maximisation and hyperparameters: real data, out of reach.
"""

HEAD = "drift_decides"
