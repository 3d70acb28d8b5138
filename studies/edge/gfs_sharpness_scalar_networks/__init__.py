"""Gradient Descent Monotonically Decreases the Sharpness of Gradient Flow Solutions in Scalar Networks and Beyond

The paper says, in our words:
1. (read) At the edge of stability the loss oscillates, yet the sharpness of the solution that gradient flow would reach
   from the iterate falls monotonically: proved for scalar networks with squared loss.
2. (read) In some settings gradient descent provably converges to the edge of stability.
3. (read) The same decrease is observed in squared regression and in practical networks.
4. (recalled) The class of starts: step size x sharpness at most 2 sqrt 2, and a product that stays trapped; and the
   constants of the convergence near the edge.

On trial:
- flow_sharpness_falls [C1]: claim 1, from random starts in the class at many depths.
- class_is_invariant [C1]: claim 4, that no iterate leaves the class.
- two_root_two [C1]: the constant 2 sqrt 2 of claim 4, derived here.
- balances_contract [C2]: the one-step identity behind claim 1, derived here.
- order_of_weights [C1]: the lemma behind claim 1, and what it needs; derived here.
- sharpness_oscillates [C8]: claim 1, one run in which loss and sharpness at the iterate do oscillate.
- ends_at_the_edge [C4, C5]: claim 2, where runs from beyond the edge end, and how fast.
- loss_at_the_edge [C3]: claim 4, the constants near the edge.
- frozen_sharpness [C9]: where no stable minimum exists and claim 2 cannot hold; derived here.
- walks_back_through_chaos [C6]: the product follows the bifurcation diagram backwards; derived here.
- equal_weights [C7]: the map of two equal weights in closed form, against its steps; derived here.
- phase_boundaries [C6, C7]: the boundaries of that diagram; derived here.
- map_of_minima [C1, C5]: two weights, the end reached from every start of a square; ours.
- squared_sharpness [beyond]: what squared_regression computes, against closed forms and the flow itself.
- squared_regression [beyond]: claim 3 in squared regression: false as a law.

Not on trial, because:
- Trained networks (fully connected, VGG): no exact flow solution, and the image data are out of reach.
- The theorem's own proof route by majorisation: not read; the lemmas on trial are ours.
- How close below the edge a run ends: no constant exists to be tried.
- Scalar networks with another loss or target: the paper's model has neither.
"""

HEAD = "flow_sharpness_falls"
