"""When, Why and How Much? Adaptive Learning Rate Scheduling by Refinement

The paper says, in our words (a secondary text and the authors' code were read, not the paper):
1. (recalled) Any regret of z becomes the gap of the last x, if each move is scaled by the share of weights to come.
2. (read) For the last iterate the schedule that is optimal in the worst case is linear decay, 1 - t/T.
3. (recalled) With it the last iterate of T subgradient steps has the gap D G/sqrt T at most.
4. (read) Putting the norms of observed gradients in place of a bound gives warm-up and faster annealing by itself.
5. (read) Arbitrary schedules have a bound, by which schedules are compared and searched for.

On trial:
- linear_decay [C1, C2]: claims 2 and 3, the gap D G/sqrt T exactly, certified, and on random problems.
- scale_of_the_schedule [C2]: claim 3, what a mistuned scale costs; derived here.
- schedules_compared [C3, C4]: claim 5, four schedules; constant steps lose sqrt(ln T), and ln T on an adversary.
- refined_schedule [C5]: claim 4, four sequences of norms as in the authors' example.
- last_iterate_reduction [C6, C7]: claim 1, for any moves; noise, and weights that have seen it.

Not on trial, because:
- Logistic regression on public data, and deep networks: real data.
- Adam-like and per-coordinate refinements: their bounds were not read.
- Median filters for noisy norms: a heuristic without a claim.
"""

HEAD = "linear_decay"
