"""Learning Rate Schedules in the Presence of Distribution Shift

The paper says, in our words:
1. (read) In online linear regression the schedule of least regret under distribution shift can be characterised
   exactly, by a stochastic differential equation.
2. (read) For convex losses there are schedules that stand shift, with regret bounds that match up to constants.
3. (read) The best step sizes typically go up when the distribution shifts.
4. (recalled) Features are isotropic; the regret is against the minimiser of the time.

On trial:
- greedy_schedule [C2, C8]: claim 1. The best schedule is greedy, for every horizon; derived here, in discrete time.
- schedule_families [C2, C9]: claim 1, what the best constant, a / (b + t) and two-step schedules lose, bursts included.
- rates_after_shift [C3, C4]: claim 3, how the best steps answer a jump, and how they fall without shift.
- steady_shift [C5, C6]: claim 3, where they settle under the same shift in every round.
- shift_recursion [C1]: the moments that these rest on, simulated, with moves of three kinds.
- convex_shift_bound [C7]: claim 2, the upper bound in its standard form, derived here, on quadratics.

Not on trial, because:
- The paper's Algorithm 1 and its stochastic differential equation: not read; the discrete problem is solved exactly.
- The constants of the convex upper and lower bounds: not read.
- Logistic streams, and the gradient norm on non-convex losses: no exact second moments to lay them on.
- Adversarial moves: the step-by-step bound (sqrt(v) + gamma)^2 is what convex_shift_bound adds up.
- Flow cytometry and RNA data with a network: out of reach.
"""

HEAD = "greedy_schedule"
