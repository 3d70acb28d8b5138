"""A Precise Characterization of SGD Stability Using Loss Surface Geometry

The paper says, in our words:
1. (read) A coherence measure sigma of the Hessians of single samples gives a simple sufficient condition for linearised
   SGD to diverge in mean square near an optimum, for any loss, and it is nearly optimal in natural regimes.
2. (recalled) The condition: step size x l_1(H) >= min(2, sigma (n/B - 1)^-1/2), for batches in which each sample enters
   by a coin of its own, with sigma = l_1(S) / max_i l_1(H_i), S_ij = |H_i^1/2 H_j^1/2|_F. Its proof was found again.
3. (recalled) A converse: for every whole sigma there are Hessians that are stable up to about the same step size. The
   family on trial, m samples that share one direction, and its limit 2 sigma / (sigma + n/B - 1) are derived here.

On trial:
- mean_square_not_typical [C7]: what divergence in mean square means: E|w|^2 grows, nearly every run shrinks; ours.
- limit_is_a_radius [C3]: the exact limit behind claims 1 and 3, for three ways to draw batches; derived here.
- coherence_criterion [C1, C2]: claim 2 and its lemma; it is attained by coins and false for batches of a fixed size.
- shared_direction [C3, C4, C5, C6]: the family of claim 3, its limits over sigma and B, and how loose claim 2 is.

Not on trial, because:
- The paper's converse theorem: its constants were not found; the family that we derive stands for it.
- The paper's heat maps of diverged runs: their sizes are unknown; ours are exact instead of simulated.
- Coherence measured on trained networks: out of reach.
- That larger coherence means larger limits in general: no such theorem; it is tried inside the family.
"""

HEAD = "mean_square_not_typical"
