"""Accelerated Convergence of Stochastic Heavy Ball Method under Anisotropic Gradient Noise

The paper says, in our words:
1. (read) On quadratics whose gradient noise has a covariance at most sigma^2 H, the heavy ball with a step-decay
   schedule divides the bias's number of iterations by about sqrt(kappa), and keeps the variance within logarithms of
   the best possible d sigma^2 / T. So with large batches it beats SGD.
2. (read) SGD with steps up to 2 / L needs of the order of kappa iterations on some quadratic: that is the lower bound
   of gradient descent, as a reviewer notes.
3. (read) Stages of equal length, a constant step inside a stage.
4. (recalled) Steps eta C^-l with eta = 1 / L, about log_C(T sqrt kappa) stages, momentum (1 - 1 / (4 sqrt kappa))^2;
   and the exponent 2 T / (sqrt(kappa) log_C(T sqrt kappa)) of the bias in the upper bound.

On trial:
- heavy_ball_batches [C5]: claim 1, from which batch on the heavy ball beats SGD; and that it does not for small ones.
- heavy_ball_iterations [C1, C2]: claims 1 and 2 without noise: sqrt(kappa) against kappa, and what long steps do.
- step_decay_noise [C3]: claim 1, the variance, to 10^12 steps: its logarithm is real.
- noise_covariance [C6]: claim 1, what the noise's covariance has to do with it.
- step_decay_bias [C4]: claim 4, the exponent of the bias stage by stage, to any length of stages.
- heavy_ball_moments [C7]: the method itself, simulated, against the 3-state blocks that all of these rest on.

Not on trial, because:
- The constants of the upper bound (4096 C^2, 15 ln 2): recalled, not confirmed; the constants on trial are derived
  here.
- Ridge regression on a data set, CIFAR-10: out of reach; the spectrum is geometric, as the bound's worst case needs.
"""

HEAD = "heavy_ball_batches"
