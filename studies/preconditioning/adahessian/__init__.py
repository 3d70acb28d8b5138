"""ADAHESSIAN: An Adaptive Second Order Optimizer for Machine Learning

The paper says, in our words:
1. (read) Hutchinson's probes approximate the diagonal of the Hessian at the cost of a gradient.
2. (read) A root-mean-square average over iterations smooths the variations of that diagonal.
3. (read) Averaging over blocks lowers the variance of its entries.
4. (recalled) The result preconditions a gradient step as a Hessian's diagonal would, with a power of 1 by default.

On trial:
- hutchinson_diagonal [C1, C3]: claims 1 and 3 over all signs: means, variances, of entries and of blocks.
- probes_average_to_row_norms [C2, C7]: claim 2, what the average converges to and how much it fluctuates.
- adahessian_critical_rate [C4, C5, C6]: claim 4, which rates are stable on quadratics, and where it is Newton's method.

Not on trial, because:
- Rates of convergence on strongly convex losses with the paper's constants: not read.
- Heavy tails of the first steps, one probe each: they are in the moments of probes_average_to_row_norms at step 1.
- Loss of the sign of curvature: it is squared away by definition.
- Vision and language models: out of reach.
"""

HEAD = "probes_average_to_row_norms"
CLINIC = {
    "adahessian_critical_rate": ("AdaHessian", "stability"),
    "hutchinson_diagonal": ("AdaHessian", "estimate"),
    "probes_average_to_row_norms": ("AdaHessian", "estimate"),
}
