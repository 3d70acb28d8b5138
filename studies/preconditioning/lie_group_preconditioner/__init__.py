"""Curvature-Informed SGD via General Purpose Lie-Group Preconditioners

The paper says, in our words:
1. (read) The preconditioner P is fitted online to products h = H v of probes, by minimising E(h^T P h + v^T P^-1 v).
2. (read) P = Q^T Q with Q in a connected Lie group, updated within it.
3. (read) Neither damping nor a line search is needed. (read, in a companion) The fit is strongly convex in certain
   groups.

On trial:
- fitting_criterion [C1, C2, C5, C6]: claims 1 and 3, what is fitted, in three groups, with noise and indefinite H.
- fitting_rates [C3, C4, C7]: claim 3, how fast and up to which rate directions are learned; derived here.
- convex_along_the_group [E, F]: claim 3's convexity along geodesics, and that no basis matters; derived here.

Not on trial, because:
- Low-rank and X-shaped groups: their form was not read.
- Fits from single probes: rank-one steps have no closed form; the studies average over all probes.
- Networks and language models: out of reach.
"""

HEAD = "fitting_criterion"
CLINIC = {
    "fitting_criterion": ("PSGD", "estimate"),
    "fitting_rates": ("PSGD", "rate"),
}
