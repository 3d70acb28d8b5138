"""A Single Merging Suffices: Recovering Server-based Learning Performance in Decentralized Learning

The paper says, in our words:
1. (read) Communication should be concentrated late in training.
2. (read) One fully connected averaging after the last step lifts the performance of decentralised models drastically,
   under heterogeneous data too.
3. (read) The merged model of decentralised SGD can match the rate of parallel SGD: part of what parts local models is
   constructive.
Later versions: On the Surprising Effectiveness of a Single Global Merging in Decentralized Learning.

On trial:
- merged_is_parallel [C1, C2, C3]: claims 2 and 3 for equal curvatures, where they hold exactly; derived here.
- bias_of_a_merge [C4]: claim 2 for unequal curvatures, with and without communication; derived here.
- late_averages [C5]: claim 1: full averages early, spread out, late, and one at the end; derived here.
- merging_beyond_quadratics [C6, C7]: claim 2 on convex losses, and on wells; derived here.

Not on trial, because:
- The theorems and their constants: not read.
- W that changes from step to step at random: that it keeps the mean is all that is used, which fixed ones show as well.
- Neural networks on images, and merges that fail for other reasons there (normalisation by batches): out of reach.
"""

HEAD = "bias_of_a_merge"
