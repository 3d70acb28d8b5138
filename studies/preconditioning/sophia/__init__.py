"""Sophia: A Scalable Stochastic Second-order Optimizer for Language Model Pre-training

The paper says, in our words:
1. (read) A step divides an average of gradients by an average of estimates of the Hessian's diagonal, and clips the
   quotient entry by entry: that controls the worst step under changing and negative curvature.
2. (read) In a simplified setting its run time does not depend on the condition number of the loss. (recalled) Sign
   descent needs steps in proportion to its root; convex losses with a multiplicatively stable Hessian.
3. (recalled) The Gauss-Newton-Bartlett estimate draws labels from the model and squares the mean gradient of the
batch.

On trial:
- sophia_condition_number [C1, C7, C8]: claim 2 along the axes, its terminal factor, and how a turned basis breaks it.
- sign_descent_bound [C2]: claim 2's lower bound for sign descent, with a constant derived here.
- gnb_estimator [C3, C4]: claim 3, over all labels of a batch, and the noise that is left in the average.
- sophia_basins [C5, C6]: claim 1, where it ends on a double well and how far it moves; stale curvature; derived here.

Not on trial, because:
- The convex theorem with its constants: not read; sophia_condition_number has the separable quadratic alone.
- The sum of h = 0 and a sign step [C6, limit]: the reference step's test has it; it is its definition.
- Hutchinson's estimate: its law is on trial with AdaHessian.
- Language models and their speed: out of reach.
"""

HEAD = "sophia_condition_number"

CLINIC = {
    "gnb_estimator": ("Sophia", "estimate"),
    "sign_descent_bound": ("sign descent", "rate"),
    "sophia_basins": ("Sophia", "escape"),
    "sophia_condition_number": ("Sophia", "rotation"),
}
