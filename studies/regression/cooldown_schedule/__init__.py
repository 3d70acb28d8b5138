"""Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations

The paper says, in our words:
1. (read) A constant learning rate with a cooldown at the end matches the cosine schedule at every training duration.
2. (read) So one long run can be used for many durations, by a cooldown from each.
3. (read) A cooldown of the form 1 - sqrt beats a linear one.
4. (read) Averages of the weights improve a run along the way at no cost, and do not replace the cooldown fully.

The paper is about language models. On trial here is the same comparison on power-law regression with additive noise,
where the risk of every schedule is exact: eigenvalues i^-a, initial risk i^-b in direction i. Each schedule has the
best peak of a grid. A toy refutes none of the sentences above for language models; it shows what they depend on.

On trial:
- cooldown_against_cosine [C1, C2, C5]: claim 1: where the initial error rules, and where the noise does.
- cooldown_shapes [C3, C4]: claim 3, and the length of the cooldown.
- averages_for_cooldown [C8]: claim 4.
- cooldown_reuse [C7]: claim 2, and the recursion on a second road and simulated.
- noise_in_intrinsic_time [C6]: why shapes matter: noise is linear in the profile of step sizes over intrinsic time.

Not on trial, because:
- Equal scaling exponents of both schedules: at these horizons local slopes are no asymptotic ones.
- How much computing is saved by reuse (40% for durations that double, 20% cooldown): arithmetic.
- Language models, computing hours, fitted scaling laws; noise that grows with the error.
"""

HEAD = "cooldown_shapes"
