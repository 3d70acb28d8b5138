"""Self-Tuning Networks: Bilevel Optimization of Hyperparameters using Structured Best-Response Functions

The paper says, in our words:
1. (read) The best response of a shallow linear network with an L2-regularised Jacobian is a gating of its hidden units
   by sigmoids of the hyperparameter.
2. (read) An affine, gated response, trained on Gaussian perturbations of the hyperparameter, approximates the best
   response locally, and tunes hyperparameters by gradients through it, discrete ones too: slopes of the training loss
   in the hyperparameter are not needed.
3. (read, in reviews of a follow-up) A centred form of the response is better conditioned.

On trial:
- sigmoid_gates [C1]: claim 1, on ridge regression.
- response_bias [C3, C4]: claim 2, the bias of affine responses on ridge; derived here.
- trained_responses [C2]: claim 2, where trained responses are exact, and the mean of sampled training; derived here.
- centred_responses [C6]: claim 3, condition numbers and steps; derived here.
- tuning_path [C7]: claim 2, alternate training of response and hyperparameter on a quadratic; derived here.
- sampled_tuning [C5, C7]: claim 2, from an untrained slope, and with whole-number hyperparameters; derived here.

Not on trial, because:
- The paper's own form of claim 1 (its theorem's constants): not read; ours is derived.
- The entropy term and the adaptive size of the perturbations: heuristics.
- The variance of one-sample gradients and its effect on the tuned hyperparameter [C5]: only means are on trial.
- The bias that the follow-up removes from uncentred weights: its text was not read.
- The experiments on convolutional and recurrent networks: out of reach.
"""

HEAD = "response_bias"
