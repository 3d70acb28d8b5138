"""Adam Exploits ell_infty-geometry of Loss Landscape via Coordinate-wise Adaptivity

The paper says, in our words (its abstract and reviews were read):
1. (read) What governs Adam is smoothness in l_inf, at most the (1,1)-norm of the Hessian, which a rotation changes;
   what governs SGD is the spectral norm, which it does not.
2. (recalled) The mean l1 norm of the gradient falls as sqrt(L / T) without noise and as T^(-1/4) with it, for Adam
   without momentum, with steps tuned to T. Constants are derived here, for signs.
3. (read) Rotating the loss makes Adam worse and leaves SGD as it is. (recalled) So it is on a quadratic of 10 equal
   eigenvalues and 1000 that fall as i^-2; Adam with one scale for all coordinates (AdaSGD) stands like SGD.
4. (recalled) Blockwise Adam, a scale for each block, has bounds of the same kind with norms of blocks.

On trial:
- linf_tuned [C4, C5]: claim 3, tuned losses under partial and full rotations; the norm does not order all of them.
- linf_rotation [C3, C6]: claims 3 and 4, paths that rotations, flips and permutations leave alone, exactly.
- linf_bound [C1, C2, C6, C7]: claims 1, 2 and 4 without noise, derived here with constants, and their tightness.
- linf_noise [C1, C2]: claim 2 with noise, its bound and the root of the step that noisy signs leave.

Not on trial, because:
- The paper's theorem and its constants: not read.
- A rate T^(-1/4) as the best possible: on quadratics tuned runs may be faster; linf_noise has the stationary law.
- The (1,1)-norms of GPT-2 and ResNet-18, and training these: out of reach.
- That smoothness in l_inf is the reason for Adam's advantage: linf_tuned shows an order on one family, and another
  family that breaks it.
"""

HEAD = "linf_tuned"
CLINIC = {
    "linf_bound": ("sign descent", "rate"),
    "linf_noise": ("sign descent", "floor"),
    "linf_rotation": ("Adam", "rotation"),
    "linf_tuned": ("Adam", "rotation"),
}
