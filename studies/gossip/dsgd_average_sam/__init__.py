"""Decentralized SGD and Average-direction SAM are Asymptotically Equivalent

The paper says, in our words:
1. (read) The mean of the workers of decentralised SGD minimises, asymptotically, a loss averaged over directions around
   it, a kind of sharpness-aware minimisation that is free: there is no radius to tune.
2. (read) This regularisation does not vanish as the total batch grows.
3. (recalled) In expectation the mean moves by the gradient of a loss smoothed by a Gaussian of the workers' covariance,
   up to third order in the consensus distance.
4. (recalled) The smoothed loss is smoother: min(constant x a / s, b), with its Lipschitz constant a and smoothness b
   from before, s the least standard deviation of the Gaussian.

On trial:
- smoothed_gradient [C1, C2]: claim 3: the order and the leading constant of what remains; derived here.
- diversity_of_workers [C3, C8]: the variance of workers on a quadratic, on four graphs and in two orders; derived here.
- diversity_and_batch [C6, C8]: claim 2: what has to grow with the total batch; derived here.
- bias_in_a_skewed_well [C4]: claim 1: where the mean comes to rest in a well that is not symmetric; derived here.
- sharp_wells_fill_up [C5]: claim 1: what smoothing does to wells of equal depth, and when workers leave the sharp one.
- smoothness_of_smoothing [C7]: claim 4, with a constant derived here.

Not on trial, because:
- The theorems' own constants and bounds: not read.
- Workers with different data, whose mean is biased to first order in the step size: claims 1 to 3 are about equal ones.
- More than one dimension: the statements are about one direction at a time, but for how directions mix in L'''.
- That the worst mode of a ring is of size ~ m^2: it is the first term of the sum that diversity_of_workers tries.
- Image classification with 16 workers: out of reach.
"""

HEAD = "smoothed_gradient"
