"""Benign Oscillation of Stochastic Gradient Descent with Large Learning Rates

The paper says, in our words:
1. (read) Where a weak feature is in every point and a strong one in a fraction of them, SGD with a large step that
   oscillates learns the weak feature, and SGD with a small step only the strong one, so that it fails on test points
   that have the weak one alone.
2. (read) The model: a network with one weight per patch, squared ReLU, a fixed second layer, and residuals that keep
   away from 0 while it oscillates; the mechanism is explained on a single datum.
3. (recalled) The mechanism: bounded weights force oscillating residuals to add up, and their sum drives the weak
   feature. Its constants for a single datum are derived here.

On trial:
- weak_only_accuracy [C7, C8]: claim 1 on small data sets, with what it needs: noise that could be memorised instead.
- residuals_add_up [C1, C2]: the sum of residuals below and beyond the edge, exactly; derived here.
- one_feature_phases [C4]: the loads at which one feature oscillates, leaves its 2-cycle, and may die; derived here.
- weak_feature_grows [C3, C6]: how fast the weak feature grows in the oscillating phase; derived here.
- share_at_the_edge [C5]: how much of the weak feature a run ends with; derived here.

Not on trial, because:
- The thresholds of the theorems, and the signal-to-noise condition with its constants: not read; the crossing is shown
  at two noise levels.
- Trained ResNets on CIFAR: out of reach.
- Other activations than squares: a sum f = a + b stands beside them as the case without the mechanism.
"""

HEAD = "weak_only_accuracy"
