"""Model Merging by Uncertainty-Based Gradient Matching

The paper says, in our words:
1. (read) The error of a weighted average of fine-tuned models is a mismatch of gradients.
2. (read) A merge that weighs the models by their Hessians reduces it.

Joint training counts the penalty to the anchor once; weights multiply losses. That the mismatch is an identity for any
differentiable losses is derived here, from the stationarity of both sides.

On trial:
- merging_quadratics [C1, C2, C3, C4]: claims 1 and 2 where losses are quadratic: which merges are exact, and when.
- merging_logistic [C1, C5]: the same for logistic losses: order of the errors in how far the tasks are apart.

Not on trial, because:
- Diverse weight averaging (bias, variance, covariance, locality): another paper's claims.
- Fisher matrices estimated from gradients in place of Hessians, language models: no exact target.
"""

HEAD = "merging_quadratics"
