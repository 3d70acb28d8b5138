"""An SDE for Modeling SAM: Theory and Insights

The paper says, in our words:
1. (read) SAM and two of its variants (USAM, DNSAM), full-batch and mini-batch, are approximated by differential
   equations, in a weak sense and to first order in the learning rate.
2. (read) Their drift is the gradient of an implicitly regularised loss, their noise depends on the Hessian; this is
   offered as the reason why SAM prefers flat minima.
3. (read) Under realistic conditions SAM is attracted by saddles.
4. (recalled) The equations themselves, and that rho is of order sqrt(eta). The forms on trial were derived again here.

On trial:
- usam_weak_order [C1, C4]: claim 1 for USAM, at two radii.
- sam_weak_order [C2, C3]: claim 1 for SAM and DNSAM, in one dimension.
- usam_fixed_radius [C11]: claim 4, the floor of the error where rho does not shrink; derived here.
- usam_diffusion [C5, C6]: claim 2, the Hessian-dependent noise of USAM on quadratics; derived here.
- usam_hessian_noise [C1, C5]: claims 1 and 2 where batches differ in their Hessians; derived again here.
- flat_minima: claim 2, which of two minima of one depth is preferred; computed here.
- usam_saddle_trap [C7]: claim 3 for USAM, its threshold derived here.
- sam_saddle_trap [C8]: claim 3 for full-batch SAM, its threshold derived here.
- sam_escape_time [C9]: claim 3 under noise, exit times from a saddle in one dimension; computed here.
- sam_stationary_loss [C10]: what claim 2 costs at a minimum; derived here.
- sam_two_cycle [C8]: where full-batch SAM ends at a minimum; derived here.

Not on trial, because:
- Flat minima in more than one dimension, or that flat minima generalise: two wells on the circle are on trial.
- SAM and DNSAM on batches that differ in their Hessians: no exact road here; USAM's step is affine for each batch.
- The curvature that E|g| adds at a minimum in two dimensions or more: no exact road here.
- SAM's basin at a saddle in more dimensions: one step is on trial, not the path that follows.
- A law of the exit time in rho: none is known here, so the claims are orders.
- The experiments on networks and data: out of reach.
"""

HEAD = "usam_weak_order"
