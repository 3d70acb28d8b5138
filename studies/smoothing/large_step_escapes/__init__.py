"""Special Properties of Gradient Descent with Large Learning Rates

The paper says, in our words:
1. (recalled) For some non-convex functions a large step is necessary to reach the global minimum: from a random start
   gradient descent with step sizes in (2 / mu_d, mu* / L^2] leaves a sharp local minimum and comes to the flat one with
   probability 1. mu_d and mu* are constants of one-point strong convexity, <g, x - z> >= mu |x - z|^2, in the sharp
   well and outside it, L one of smoothness outside.
2. (recalled) With small steps it stays trapped, and so does SGD with ordinary bounded noise.
Nothing of the text was read; constants are derived here.

On trial:
- trapped_mass [C3, C4, C8]: claim 1 and the first part of claim 2: which share of starts ends in the well, exactly.
- leaving_a_well [C1, C6, C7]: how a step beyond 2 / mu_d leaves, in one dimension and in more; derived here.
- bowl_contracts [C2]: what the step size mu* / L^2 is good for, outside the well; derived here.
- noise_stays_in_the_well [C5]: the second part of claim 2, and how much noise it bears; derived here.

Not on trial, because:
- The theorem's own assumptions and proof: not read; its interval is tried on the functions here.
- The toy heat maps of the paper: their formula is unknown.
- ResNets on CIFAR with steps that fall and rise: out of reach.
"""

HEAD = "trapped_mass"
