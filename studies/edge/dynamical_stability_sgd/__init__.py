"""The Implicit Regularization of Dynamical Stability in Stochastic Gradient Descent

The paper says, in our words:
1. (read) A global minimum that is linearly stable for SGD has a Hessian of trace at most 2 / step size; for gradient
   descent only its largest eigenvalue has to be.
2. (read) Bounds on the trace and on the Frobenius norm belong to different notions of stability.
3. (read) In two-layer ReLU networks and diagonal linear networks these sharpnesses are equivalent to norms of the
   weights, so that minima which SGD keeps generalise, and those of gradient descent need not.
4. (recalled) The Frobenius bound is sqrt(B / mu) / step size, mu a factor of how noise is aligned with the Hessian.

On trial:
- trace_is_bounded [C1, C2, C3]: claim 1, a finer bound by fourth moments, and designs that attain both; derived here.
- gaussian_inputs [C4, C5]: the limit for Gaussian gradients, and claim 4 for them (mu = 1); derived here.
- diagonal_norms [C6]: claim 3 in diagonal networks, with constants derived here.
- relu_path_norm [C7]: claim 3 in ReLU networks: the trace and the path norm, with constants derived here.
- sgd_ends_flatter [C8]: where runs of SGD and of gradient descent end in sparse regression, over step sizes.

Not on trial, because:
- The alignment factor of networks in general: only that of Gaussian inputs is known exactly.
- The generalisation bounds: their constants were not read.
- Training of ReLU networks to their minima: the inequality holds at any weights, trained or not.
- Image data: out of reach.
"""

HEAD = "trace_is_bounded"
