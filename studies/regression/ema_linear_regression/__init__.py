"""Understanding SGD with Exponential Moving Average: A Case Study in Linear Regression

The paper says, in our words:
1. (read) The variance error of SGD with an exponential moving average (EMA) is always below that of the last iterate.
2. (read) Unlike averaging from the start, EMA has a bias error that decays exponentially in every eigendirection.
3. (recalled) The variance part of its risk is an effective dimension. That there is a lower bound, too, was read.
4. (read) EMA compares with tail averaging up to constants; there are a step-size threshold, fourth-moment conditions
   and an extension to mini-batches. Their formulas were not read: those on trial are derived here.

On trial:
- ema_variance [C1]: claim 1, in every direction, on exact moments.
- ema_bias [C2]: claim 2, closed forms against recursion and simulation.
- ema_bias_and_variance [C1, C2]: both claims in the paper's Figure 1, at sizes of ours.
- ema_effective_dimension [C3]: claim 3, with constants derived here.
- ema_lower_bound [C5]: the lower bound of claim 3, with constants derived here, for Gaussian data.
- ema_stationary [C1]: how much less it is in the long run, in every direction; derived here.
- ema_tail_equivalence [C4]: claim 4, the variance of EMA against tails of three lengths.
- one_hot [C5]: what becomes of the recursion where the lower fourth-moment condition fails.
- bias_leakage [C6]: how multiplicative noise carries the bias from direction to direction.
- divergence_threshold [C7]: where SGD on Gaussian data diverges in mean square.
- minibatch [C8]: what a mini-batch divides.
- averaging_schemes [C1]: the variance of claim 1 beyond EMA, for every scheme of non-negative weights; derived here.

Not on trial, because:
- The constants of the risk bounds, upper and lower: not read; the bands on trial are ours.
- The bias of EMA against that of tail averaging, and the condition that ties decay and length: not read.
- The critical batch size: its formula was not read.
- The proof technique for a broad class of averaging schemes: no run can confirm a technique, only what it comes to.
- The single ReLU neuron of the appendix: half of the data give no gradient, so that second moments do not close.
- The experiments with diffusion models: out of reach.
"""

HEAD = "ema_bias_and_variance"
