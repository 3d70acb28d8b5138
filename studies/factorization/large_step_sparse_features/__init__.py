"""SGD with Large Step Sizes Learns Sparse Features

The paper says, in our words:
1. (read) Large steps make SGD bounce from side to side of a valley: its loss stabilises.
2. (read) This bouncing induces a hidden stochastic dynamics across it, which biases SGD to sparse predictors, without
   any explicit regularisation.
3. (read) The longer the phase of large steps, the better this bias and the sparser the predictor.
4. (recalled) In diagonal networks the hidden dynamics is an equation with label noise as large as the stabilised loss.
The updates on trial are those of the public code (read): u' = u - s g v, v' = v - s g u on beta = u v, moved at once.

On trial:
- noise_selects_features [C2, C3]: claims 2 and 4: what a loss that stays up does to balances and to weights, and which
  weights it keeps; rates derived here.
- balance_of_a_step [C1]: the identity behind it, exact in every step; derived here.
- longer_is_sparser [C2, C4]: claim 3: sparser at which threshold; how fast balances fall.
- noise_generalises [C5, C6]: claims 1 and 2 against the risk, over step sizes of SGD; gradient descent beside it.
- bounce_of_descent [C8]: what gradient descent makes of a loss that stays up: sparser, and worse.

Not on trial, because:
- The equation of claim 4 and its limit: not read.
- The stability of the solutions where SGD ends, by the trace of the Hessian [C7]: on trial with dynamical stability
  (sgd_ends_flatter), for the same networks.
- That a loss stays up for ever: after 8000 to 50 000 steps it has vanished or diverged in some data sets, whatever the
  step size; studies of that phase are about the data sets where it has not, and say so.
- Networks of two and three layers, and ResNets on images: out of reach.
"""

HEAD = "noise_selects_features"
