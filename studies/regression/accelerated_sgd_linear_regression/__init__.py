"""Risk Bounds of Accelerated SGD for Overparameterized Linear Regression

The paper says, in our words:
1. (read) Along small eigenvalues accelerated SGD (ASGD) beats SGD: its bias error decays exponentially faster.
2. (read) Along large eigenvalues its bias error decays slower than that of SGD.
3. (read) Its variance error is always larger than that of SGD.
4. (read) So ASGD wins where the initial error lies mostly along small eigenvalues.
5. (read) In the strongly convex case the bound on the bias is tighter than the best one known.
6. (recalled) A family of parameters with a cut-off, and an excess-risk bound by effective bias and variance.

On trial:
- asgd_alignment [C5]: claim 4, in the setting of the paper's experiments; step, cut-off and horizon are ours.
- asgd_small_eigenvalues [C1]: claim 1, the rate as derived here.
- asgd_crossover [C2, C3]: claim 2, and the eigenvalue at which the order flips, derived here.
- asgd_recursion: the method itself, simulated, against the exact moments that all of these rest on.
- asgd_variance [C4]: claim 3, of the exact risks (the paper speaks of its bounds).
- asgd_cutoff [C6]: claim 6, what the cut-off does to rate and complex window.
- asgd_stability [C9]: claim 6, that the family is stable on Gaussian data.
- asgd_tail_variance [C7]: claim 6, the variance part of the bound as recalled, up to its constant.
- asgd_total_risk [C7]: a bound on the total risk in the shape of claim 6, derived here, from both sides.
- asgd_strong_convexity [C8]: the order in the condition number behind claim 5, no constant.

Not on trial, because:
- The paper's own bound on the total risk: its bias half was not read; asgd_total_risk has one of the same shape.
- The tighter bias bound of claim 5: neither the bound nor the earlier one was read.
- Every constant of the risk bound: not read.
- Data that are not Gaussian: the exact recursion on trial is the Gaussian one.
"""

HEAD = "asgd_alignment"
