"""On Model Stability as a Function of Random Seed

The paper says, in our words:
1. (read) Models that differ in the random seed alone differ in what they seem to have learnt.
2. (read) Aggressive averaging of the weights along training makes models more stable over seeds: it takes 72% from the
   standard deviation of their performance, on average; a variant filters by norms.
3. (recalled) The average is taken from the start on, after every step; or the weights are overwritten by it.

On trial are both readings of claim 3 on one curvature, where a seed is the noise and the start. What 72% ask for
depends on what is measured: an observable that is linear in the weights has a standard deviation that falls as the
root of the variance, a quadratic loss one that falls as the variance.

On trial:
- seeds_averaged [C1]: claim 2, how many iterates take 72% from the standard deviation.
- seeds_from_far_starts [C2]: that an average from the start can add to the differences, and for how long.
- seeds_overwritten [C3]: the second reading.
- seeds_in_two_wells [C4]: claim 1, where the seed decides between two minima.

Not on trial, because:
- The filter by norms: its rule was not read.
- Attention, interpretations by gradients, and the 72% themselves: real data.
"""

HEAD = "seeds_from_far_starts"
