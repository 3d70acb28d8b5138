"""M-FAC: Efficient Matrix-Free Approximations of Second-Order Information

The paper says, in our words:
1. (read) Products of the inverse of F = lam I + (1/m) sum g_i g_i^T with vectors come from m gradients, exactly and
   without a matrix; so do single entries, for pruning.
2. (read) A sliding window replaces one gradient at a time.
3. (recalled) F stands for the Hessian, as a second-order preconditioner.

On trial:
- window_products [C1, C2, C3, C4]: claims 1 and 2, the reference step against dense algebra; pruning; a bound of ours.
- fisher_at_interpolation [C5, C6]: claim 3, what F is for least squares, and where small damping is unstable; derived.

Not on trial, because:
- Costs O(d m) and the like [C7]: the reference step is the static recursion, which does not have the dynamic one's.
- float32 [C1, pitfall]: the lab's recursion is in double precision.
- Pruned and trained networks: out of reach.
"""

HEAD = "window_products"
CLINIC = {
    "fisher_at_interpolation": ("M-FAC", "floor"),
    "window_products": ("M-FAC", "estimate"),
}
