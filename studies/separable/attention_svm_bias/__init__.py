"""Transformers as Support Vector Machines

The paper says, in our words:
1. (recalled) Gradient descent on the key-query weights of one layer of attention, with a decreasing loss and a fixed
   head, diverges in norm and converges in direction to the hard margin that separates one token per sequence from the
   others.
2. (recalled) For the combined weights W that margin is in the Frobenius norm, for factors K and Q in the nuclear norm.
3. (recalled) The selected tokens are the best ones, or locally best ones: of a higher score than those at the margin.
4. (recalled) Over-parameterisation, d at least max(T - 1, n), makes the margin exist and helps to select the best
   tokens.
5. (read) The setting of the experiments: unit tokens, normalised steps of 0.1, correlation as the measure (authors'
   code).

On trial:
- selected_margin [C1, C2, C3, C6, C8]: claims 1 and 3, the margin of a run's own selection, not always the best
  tokens'.
- saturated_gradient [C1, pitfall]: claim 1 in floating point, where the formula's gradient turns away.
- margin_rate [C4, C7]: how fast the direction comes, along the run and along the constrained minimisers.
- nuclear_bias [C5]: claim 2, both norms against both parametrisations; of K and Q the norm, not the limit of direction.
- best_tokens_share [C5']: claim 4, how often the best tokens are selected, by dimension.

Not on trial, because:
- Heads that are not linear [claim (3) of the abstract], data sets: no exact theory of theirs here.
- The theorems' conditions on scores and starts, and their constants: recalled without text.
- The vanishing regularisation of K and Q beyond the constrained minimisers of W: the nuclear margin is compared to
  runs."""

HEAD = "saturated_gradient"
