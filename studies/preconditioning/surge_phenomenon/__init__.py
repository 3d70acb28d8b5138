"""Surge Phenomenon in Optimal Learning Rate and Batch Size Scaling

The paper says, in our words (its main text was read):
1. (read) One step along the signs of a Gaussian gradient estimate (a stand-in for Adam) on a quadratic: Lemma 1 and
   Theorem 2 give the best step size, with error functions; coordinates are independent.
2. (read) Theorem 3: for small batches it rises as sqrt(B), peaks at B_noise and falls alike. Theorem 4: for large ones
   it tends to a limit.
3. (read) Theorem 5: the fall of the loss per step is dL_max / (1 + B_noise / B) for small batches.
4. (read) Along gradients (SGD) the best step is eps_max / (1 + B_noise / B), and has no peak.
5. (read) As training goes on the peak moves to larger batches.

On trial:
- surge_condition [C3, C5]: what claim 2 needs for a peak at all, and the peak's height over its limit; derived here.
- surge_peak [C2, C3, C4, C5]: claims 2 and 4, against the exact best step.
- sign_moments [C1, C6]: claim 1, against drawn signs, and the paper's approximation of erf.
- surge_moves [C7, C8]: claims 3 and 5, of which the second holds faster than the gradient alone makes it.

Not on trial, because:
- Best steps over many steps (C9): qualitative only; the best step of one is on trial, not the best of a run.
- Noise that is correlated over coordinates: Theorem 2 assumes that it is not.
- That the limit can be above the peak where |mu_i| / sigma_i differ: with a common ratio it cannot, which is on trial.
- Adam with momentum, trained networks and their grids of learning rates: out of reach.
"""

HEAD = "surge_condition"

CLINIC = {
    "sign_moments": ("sign descent", "noise"),
    "surge_condition": ("sign descent", "step size"),
    "surge_moves": ("sign descent", "step size"),
    "surge_peak": ("sign descent", "step size"),
}
