"""SGDR: Stochastic Gradient Descent with Warm Restarts

The paper says, in our words:
1. (read) Restarts are used for multimodal functions, and to converge faster on ill-conditioned ones.
2. (read) Warm restarts of the step size improve the anytime performance of SGD.
3. (recalled) The step size falls as half a cosine over cycles that grow by a factor; the recommended solution is the
   iterate at the end of the last cycle that is finished.

Cycles double here: ends after 1, 3, 7, ... times the first cycle. One step size of five serves all horizons, chosen by
the worst ratio to a linear decay that is tuned to each horizon, except where it says so.

On trial:
- restarts_at_ends [C1, C2]: claim 2, at the ends of cycles and between them.
- averages_for_restarts [C3, C5]: what else needs no horizon, and does better; and a cooldown at a known horizon.
- restarts_two_wells [C4]: claim 1, a double well with a worse and a better side.

Not on trial, because:
- CIFAR, EEG data, ensembles of the iterates at the ends: no exact risk to lay them on.
"""

HEAD = "averages_for_restarts"
