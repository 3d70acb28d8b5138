"""AdamP: Slowing Down the Slowdown for Momentum Optimizers on Scale-invariant Weights

The paper says, in our words:
1. (read) Gradient descent on scale-invariant weights lowers its effective step by letting their norm grow.
2. (read) Momentum makes that much faster. (recalled) By 1 + 2 b / (1 - b), in a comparison that was not read.
3. (read) SGDP and AdamP remove the radial part of the update; the effective direction of the step stays.

On trial:
- norm_growth_identity [C1, C6, C7, M7]: claims 1 and 3 exactly, step by step; what Adam adds; derived here.
- momentum_excess_growth [C2]: claim 2, how fast norms grow under gradients that persist, and under noise; derived here.
- effective_step_decay [C3, C4]: claims 1 and 2, the decay of the effective step and the angle that is turned.
- decay_equilibrium [C5]: where weight decay stops the growth, with the authors' reduced decay; derived here.

Not on trial, because:
- The paper's own theorems and their numbers: not read.
- The toy on the sphere of the paper's figures: not read; the persistent and noisy toys are ours.
- That a small cosine tells scale-invariant weights from others: a matter of networks.
- Image classification, detection, retrieval and audio: out of reach.
"""

HEAD = "momentum_excess_growth"
CLINIC = {
    "decay_equilibrium": ("SGDP", "floor"),
    "effective_step_decay": ("SGDP", "step size"),
    "momentum_excess_growth": ("SGDP", "momentum"),
}
