"""A Theoretical Analysis of the Learning Dynamics under Class Imbalance

The paper says, in our words:
1. (read) Gradient descent need not lower every class's loss: the majority's gradient dominates, and the minority's loss
   rises at first, for the longer the larger the imbalance.
2. (read) Per-class normalised gradient descent repairs this.
3. (read) In stochastic gradient descent the minority's gradient has more directional noise, so that normalising is not
   enough; oversampling, or rescaling by the alignment with the full gradient, is added.

On trial:
- minority_initial_drop [C1, C2]: claims 1 and 2 to first order on random problems; criterion derived here.
- minority_runs [C3]: claims 1 and 2 along runs.
- imbalance_recovery [C4, C5, C9]: claim 1, how high and how long the loss rises, in closed form.
- geometric_median [C10]: claim 2, where it converges to; derived here.
- three_classes [C2, C11]: claim 2 as a descent of every class, which three classes do not keep.
- directional_noise [C6, C7, C8, C12]: claim 3, drifts of one step on a batch, and their exponents in the imbalance.

Not on trial, because:
- The paper's constants, its gradient-dominance rates and its exact rescaling: not read. Dividing by the mean cosine
  makes both classes' drifts equal by definition, and is not tried.
- The number of steps of whole stochastic runs: they follow from drifts only while noise does not move the iterate
  across.
- Networks and image data: training of networks is outside the laboratory."""

HEAD = "directional_noise"
