"""SGD with AdaGrad Stepsizes: Full Adaptivity with High Probability to Unknown Parameters, Unbounded Gradients and
Affine Variance

The paper says, in our words (its abstract was read):
1. (read) SGD with one AdaGrad step size for all coordinates (AdaGrad-Norm) needs neither the smoothness nor the size of
   the noise: its rates are 1/T without noise, 1/sqrt(T) with it, for smooth convex and for smooth problems.
2. (read) They hold with high probability, with gradients that are not bounded.
3. (read) They hold for affine variance: a part of the noise may grow in proportion to the gradient.
4. (recalled) The step size divides by a sum that holds the gradient of today; the sum of squared gradients is bounded
   by telescopes.

On trial:
- adagrad_norm_sum [C1, C2, C7]: claim 1 without noise, by bounds derived here, and the telescopes of claim 4.
- adagrad_norm_robust [C8]: what claim 1 costs at step sizes far too small and far too large; derived here.
- adagrad_norm_noise [C3, C4, C5]: claim 1 with noise and claim 3, on quadratics, with constants derived here.
- adagrad_norm_tails [C6]: claim 2, against noise of infinite variance.

Not on trial, because:
- The theorems' constants, with and without noise: not read.
- That quantiles grow as a power of log(1/delta): tails are seen to one run in a thousand, which tells no such law; and
  under stable noise they grow as a power of 1/delta in a range only, as no step is longer than eta.
- That the scalar step does not depend on the coordinates (C9): an identity of its formula; a test has it.
- Rates under noise for functions that are not convex: no exact reference.
"""

HEAD = "adagrad_norm_sum"

CLINIC = {
    "adagrad_norm_noise": ("AdaGrad-Norm", "noise"),
    "adagrad_norm_robust": ("AdaGrad-Norm", "step size"),
    "adagrad_norm_sum": ("AdaGrad-Norm", "rate"),
    "adagrad_norm_tails": ("AdaGrad-Norm", "outlier"),
}
