"""Grokking at the Edge of Numerical Stability

The paper says, in our words:
1. (recalled) Softmax collapse: the floating-point sum of exponentials equals its largest term, so that the true class
   has probability 1, the loss is 0, and so is the gradient of the true class's logit.
2. (read) Without regularisation, once the data are fitted, gradients align with naive loss minimisation, the direction
   that only scales the logits; this goes on until softmax collapses, gradients vanish and generalisation stops.
3. (read) StableMax, with the map s(x) = x + 1 for x >= 0 and 1/(1 - x) below in place of exp, avoids collapse.
4. (read) perp-Grad, the gradient less its part along the weights, removes naive minimisation and generalises at once.

On trial:
- softmax_absorption [C1, C2]: claim 1, the gap at which each format collapses, and that the order of the classes moves
  it.
- collapsed_gradient [C3]: claim 1, what is left of the gradient before and after.
- time_to_collapse [C4]: claim 2, when gradient descent and Adam get there.
- naive_minimisation [C5]: claim 2, the angle between gradient and weights.
- collapse_freezes_direction [C8]: claim 2, collapse against generalisation on a problem of two samples, by precision.
- perp_gradient [C7, C9]: claim 4, its norm, and what it learns at once on that problem.
- stablemax_tail [C6, C9]: claim 3, "avoids" is "postpones": the size at which StableMax collapses.

Not on trial, because:
- Modular addition, sparse parity and images: training of networks is outside the laboratory; on networks the cosine of
  claim 2 need not reach 1, and nothing here says that it does.
- AdamW, transformers, and perp-Grad rescaled to the gradient's length: no exact theory of theirs is known to us.
- The definition of naive minimisation for networks that are not homogeneous: recalled, and approximate there.
"""

HEAD = "collapse_freezes_direction"
