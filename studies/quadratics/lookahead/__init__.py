"""Lookahead Optimizer: k steps forward, 1 step back

The paper says, in our words:
1. (read) Slow weights that move a share of the way to fast weights, every k steps of any inner optimiser, have a lower
   variance than those of the inner optimiser.
2. (read) They make it more stable: large step sizes and other parameters do less harm.
3. (read) Faster convergence at the same cost follows, in training and in tests.
4. (recalled) On a noisy quadratic model the variance of the slow weights at rest is a closed form, below that of SGD.
5. (recalled) Beside SGD with momentum, without noise, Lookahead converges faster where the curvatures differ little for
   the momentum, and somewhat more slowly where they differ much.

The paper's noise, SGD towards an optimum c that is drawn afresh in each step, is gradient noise of standard deviation
curvature x that of c. All rates count inner steps; variances are of the slow weights, right after they have moved.

On trial:
- lookahead_variance [C1, C2]: claims 1 and 4, exactly and simulated by the optimiser.
- lookahead_or_less_step [C3, C4]: claim 3 on one curvature: a smaller step size is always better, derived here.
- lookahead_spectrum [C5]: claim 3 on many curvatures at a finite horizon, where it holds against constant step sizes.
- lookahead_stability [C6]: claim 2: up to which step size, by the parity of k.
- lookahead_momentum [C7]: claim 5.

Not on trial, because:
- The best slow step: it is an exact line search along fast minus slow weights, an identity; the adaptive rule that
  estimates it was not read.
- Fast weights between synchronisations: they have more variance than the slow ones, and nobody claims otherwise.
- Image classification, language models, translation: no exact risk to lay them on.
"""

HEAD = "lookahead_or_less_step"

CLINIC = {
    "lookahead_momentum": ("Lookahead", "momentum"),
    "lookahead_or_less_step": ("Lookahead", "noise"),
    "lookahead_spectrum": ("Lookahead", "rate"),
    "lookahead_stability": ("Lookahead", "stability"),
    "lookahead_variance": ("Lookahead", "noise"),
}
