"""DoG is SGD's Best Friend: A Parameter-Free Dynamic Step Size Schedule

The paper says, in our words (the step size, its defaults and the averages were read in the authors' code):
1. (recalled) The largest distance from the start over the root of all squared gradients, as a step size, comes up to
   tuned SGD up to logarithms, without a rate.
2. (recalled) The proof: a bound of the weighted regret on every path, and a lemma about increasing sequences.
3. (recalled) The first distance r_0 matters through its logarithm.
4. (recalled) DoG alone need not stay near the start; a tamed form (T-DoG) does, within 3 d_0 with high probability.

On trial:
- dog_regret [C1, C2]: claim 2, both inequalities, derived here.
- dog_insensitive [C3, C4, C5, C7, C9]: claims 1 and 3 on a sharp convex function with noise; units.
- dog_burn_in [C8]: what claim 3 costs in steps, in closed form; derived here.
- dog_wanders [C5, C6]: claim 4 for DoG: the rate at which noise alone drives it away, derived here.

Not on trial, because:
- T-DoG, its boundedness and the theorems with high probability: their constants were not read.
- The rate T^-1/2 itself: on every fixed function here DoG is faster, as SGD is; functions that it is sharp for change
  with T, and there DoG wanders (dog_wanders).
- That the final step size is within a constant of d_0 / sqrt(G): an identity, r_T / d_0, which dog_wanders follows.
- Layers (L-DoG) and polynomial averaging: no claim of the theory.
- Fine-tuning of networks: out of reach.
"""

HEAD = "dog_regret"
CLINIC = {
    "dog_burn_in": ("DoG", "start"),
    "dog_insensitive": ("DoG", "step size"),
    "dog_regret": ("DoG", "regret"),
    "dog_wanders": ("DoG", "noise"),
}
