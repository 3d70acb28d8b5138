"""From Logistic Regression to the Perceptron Algorithm: Exploring Gradient Descent with Large Step Sizes

The paper says, in our words:
1. (read) Gradient descent on the logistic loss reduces to a batch perceptron as the step size tends to infinity.
2. (read) Larger steps lead to higher losses and to an earlier solution: the loss is an unreliable measure of progress,
   and a high loss can mean that a solution is near.
3. (read) The iteration complexity of gradient descent with large steps is suboptimal.
4. (read) A normalised form, motivated by the perceptron, has much better guarantees; what it divides by is recalled.

On trial:
- perceptron_limit [C1]: claim 1, step for step; that ties count one half is ours.
- perceptron_distance [C1]: how fast the limit of claim 1 is approached; derived here.
- perceptron_mistakes [C2]: the perceptron's bound, derived here.
- weights_are_counted [C2]: what a run counts as mistakes or weights against where it is; derived here.
- loss_limit [C7]: claim 2, the loss in units of the step size; derived here.
- loss_misleads [C7]: claim 2, order by loss against order by time, on a hard family.
- logistic_iterations [C3]: the number of steps at any step size, derived here.
- bounds_cross [C2, C3, C5, C6]: every bound on trial is where its two inequalities meet, constants included.
- perceptron_needs_n [C4]: claim 3, a family whose steps grow with the number of points; derived here.
- normalised_iterations [C5, C6]: claim 4, with bounds derived here.
- positions_as_written: every method in units of its step size against its formula in theta; derived here.
- scale_invariance [C9]: of the setting; derived here.

Not on trial, because:
- The paper's theorems as they stand: their bodies were not read, all bounds on trial are derived here.
- Whether some data reach n R^2/mu^2, both factors at once: not settled here.
- An earlier solution by larger steps on all data: time is not monotone in the step size outside the hard family.
- The number of mistakes per step [C8]: it need not fall, and the paper does not say that it does.
- The experiments on image data: out of reach.
"""

HEAD = "loss_misleads"
