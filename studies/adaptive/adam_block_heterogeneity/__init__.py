"""Why Transformers Need Adam: A Hessian Perspective

The paper says, in our words (abstract and an overview were read):
1. (read) Where spectra differ from block to block of the Hessian, one learning rate for all (SGD) is slow, and Adam,
   which has one for each coordinate, is not; where blocks are alike, Adam has no such advantage.
2. (recalled) Quadratics with block-diagonal Hessian. Gradient descent: some start loses no more than a factor 1 - 2 /
   (kappa + 1) of its loss per step, at every step size. Adam with b1 = 0, b2 = 1, a diagonal frozen at the sizes of the
   first gradient: with probability 1 - delta a factor 1 - 1 / kappa_Adam, kappa_Adam = r max_l kappa_l.
3. (recalled) Three blocks of three eigenvalues, 1 to 5000, arranged in two ways.
4. (recalled) Adam with b2 < 1 and a constant step size does not converge.

On trial:
- homogeneous_blocks [C1, C5, C6]: claims 1 and 3, as condition numbers and as counted steps.
- frozen_preconditioner [C3, C4]: claim 2 for Adam, and its constants, derived here.
- descent_lower_bound [C2]: claim 2 for gradient descent; derived here, and not with the factor recalled.
- initial_gradient_tail [C8]: why claim 2 holds with probability 1 - delta only; law derived here.
- adam_plateau [C7]: claim 4, its order, and what removes the plateau; derived here.

Not on trial, because:
- Correlation of the gain with the Jensen-Shannon distance of block spectra: with three eigenvalues a block it depends
  on how they are binned; the gain with blocks apart, one and three, is on trial instead.
- Spectra like those of CNNs and transformers, sampled: the eigenvalues were not read.
- Hessians of trained networks (GPT-2, ViT, VGG): out of reach.
"""

HEAD = "homogeneous_blocks"

CLINIC = {
    "adam_plateau": ("Adam", "floor"),
    "frozen_preconditioner": ("Adam", "rate"),
    "homogeneous_blocks": ("Adam", "blocks"),
    "initial_gradient_tail": ("Adam", "start"),
}
