"""Bilevel Optimization under Unbounded Smoothness: A New Algorithm and Convergence Analysis

The paper says, in our words:
1. (read) Upper levels of unbounded smoothness make the usual bilevel methods unsuitable.
2. (read) BO-REP (normalised momentum, initialisation refinement, periodic updates of the lower level) needs
   ~O(eps^-4) oracle calls to an eps-stationary point, if the lower level is strongly convex.
3. (recalled) 1 - beta of order eps^2, eta of order eps^3; updates eps^-2 apart (read in its reviews).
4. (read) The lower level is controlled between its updates; the lemmas themselves were not read.

On trial:
- descent_threshold [C2, C3]: claim 1, where plain descent diverges; derived here.
- relaxed_smoothness [C1]: claim 1, hyper-objectives that are relaxed smooth and not smooth; derived here.
- normalised_travel [C10]: claim 1, time from a far start; derived here.
- normalised_descent_lemma [C5]: the lemma of one normalised step, derived here.
- bo_rep_rate [C6]: claim 2, as a rate in the number of steps, on cosh.
- bo_rep_calls [C7, C8, C9]: claim 2, in oracle calls, with and without refinement and periodic updates.
- oracle_noise: claim 2's oracles, what the noise of each does to the momentum; derived here.
- momentum_and_skewed_noise [C6]: what momentum is needed for; derived here.
- frozen_lower_level [C4]: claims 3 and 4, what a frozen lower level costs; derived here.

Not on trial, because:
- The constants of Theorem 1 and of the schedule: not found; those of the runs are ours.
- More than one dimension: BO-REP runs on cosh, where y*(x) = x and m/|m| is a sign.
- Refinement by epochs in shrinking balls: plain SGD stands in for it.
- A curved y*(x), and what it adds to the smoothness constants: the paper's were not read.
- The factor |g_xy| / mu of other lower problems between two updates.
- The experiments on text classification: out of reach.
"""

HEAD = "descent_threshold"
