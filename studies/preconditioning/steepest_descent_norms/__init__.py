"""Old Optimizer, New Norm: An Anthology

The paper says, in our words (its abstract and a summary were read):
1. (read) Without averages Adam is descent along signs, steepest in the norm of the largest entry, and Shampoo is
   descent along the orthogonalised gradient, steepest in the spectral norm.
2. (read) Without averages Prodigy is sign descent whose step grows until it is near the distance to be gone.
   (recalled) d_(k+1) = max(d_k, <g_k, x_0 - x_k> / |g_k|_1).
3. (read) Each layer has a norm of its own; a weighted maximum of them is the modular norm.
4. (recalled) Newton-Schulz iterations approximate the orthogonalised gradient.

On trial:
- norms_of_steps [C1, C2, C3, C6]: claims 1 and 3, with the smoothness of least squares in four norms, derived here.
- prodigy_fibonacci [C4, C5]: claim 2, the growth on a linear loss, and the distance as its limit.
- orthogonalisation_steps [C7]: claim 4, how many steps, and where Muon's polynomial ends: not at 1 but on a
  cycle of four values, found here.

Not on trial, because:
- Which norm needs fewer steps (C8): constants and radii trade off, and both orders occur; no claim.
- Losses that are not convex for the limit of claim 2 (C5's rival): no small one was found that breaks it; half of the
  distance is the rival.
- Prodigy, Adam and Shampoo with their averages: the paper's statement is about them without.
"""

HEAD = "prodigy_fibonacci"
CLINIC = {
    "orthogonalisation_steps": ("Muon", "estimate"),
    "prodigy_fibonacci": ("Prodigy", "estimate"),
}
