"""Handbook of Convergence Theorems for (Stochastic) Gradient Methods

The paper says, in our words; which settings it covers was read, forms and constants are those proved here:
1. (read) Short proofs exist for gradient descent, SGD, minibatches, momentum, subgradient, proximal and Polyak steps,
   under convexity, strong convexity and the Polyak-Lojasiewicz inequality.
2. (recalled) Descent has D^2/(2gT), contracts by 1 - g mu a step, and 2 gap_0/(gT) bounds the smallest gradient.
3. (recalled) SGD's average has (D^2/(2gT) + g s)/(1 - 2g Lmax), and E|x_T - x*|^2 <= (1 - g mu)^T D^2 + 2 g s/mu.
4. (recalled) Without noise at the solution SGD converges at constant steps; batches have a constant between L and Lmax.
5. (recalled) Momentum written as an iterate average has a bound for its last iterate.
6. (recalled) T subgradient steps have D G/sqrt T, and Polyak's step never moves away from the solution.

On trial:
- tight_bounds [C1-C7, C10, C11, C13]: seventeen bounds over horizons and condition numbers: the share of each that its
  worst instance attains.
- descent_worst_cases [C1]: claim 2, exact worst cases, certified; proximal steps.
- contraction_and_gradients [C2]: claim 2, the exact factor, and the smallest gradient.
- noise_floors [C4, C5]: claim 3, exact floors and averages.
- decreasing_steps [C6]: claim 3 with steps 2/(mu t).
- interpolation_rate [C7]: claim 4, the exact factor, and the simpler one that needs g <= 1/Lmax.
- interpolation_average [C7]: claim 4, a sharper bound for the average; derived here.
- expected_smoothness [C8, C9]: claim 4, batches by enumeration; max(L, Lmax/b) is broken.
- moving_average_floor [C10]: claim 5, and the floor g s/5 of its last iterate; derived here.
- subgradient_worst_case [C11]: claim 6, equality for average and best iterate, certified.
- proximal_stability [C12]: claim 1, proximal steps: stability and bias.
- polyak_steps [C13]: claim 6, run by run.

Not on trial, because:
- Theorem numbers and constants of the paper's versions: not read; they differ between versions.
- Proximal SGD with noise at the solution in Bregman form: its constants were not read.
- The general growth condition on gradients of nonconvex f: only its form with bounded variance is tried.
- Steps 1/(mu t) with a uniform average, log T/T: no instance known here on which the logarithm shows.
- Steps to an accuracy: the bounds on trial, solved for T.
- Polyak's step on Lipschitz functions, G D/sqrt T: a consequence of the monotone distances that are tried.
"""

HEAD = "tight_bounds"
