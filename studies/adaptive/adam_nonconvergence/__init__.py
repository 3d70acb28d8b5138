"""On the Convergence of Adam and Beyond

The paper says, in our words (an anonymous-submission version was read, without its appendix):
1. (read) Theorem 1: losses C x in every third round and -x else, C > 2, on [-1, 1]: Adam with b1 = 0, b2 = 1/(1 + C^2)
   goes to +1, the worst point. Without start correction and epsilon, rates a / sqrt(t).
2. (read) Theorem 2: for all b1 < sqrt(b2) some online linear losses defeat Adam. The losses (slopes C, then C - 1 times
   -1) and three conditions on C are recalled.
3. (read) Theorem 3: the same where the slopes are drawn. (recalled) C with probability (1 + d) / (C + 1).
4. (read) An epsilon under the root does not save Adam in general.
5. (read) AMSGrad and AdamNC (b2_t = 1 - 1/t) have weights sqrt(v) / rate that never fall, and regret O(sqrt T):
   Theorems 4 and 5, with constants.
6. (read) In a synthetic experiment, slopes 1010 and -10, Adam goes to +1 and AMSGrad to -1, also with drawn slopes.

On trial:
- adam_worst_point [C1, C3]: claim 1 for every step size, with the exact return to +1 and the regret, derived here.
- adam_drift_boundary [C2, C4]: claims 1 and 4 as sharp boundaries in b2 and epsilon, derived here.
- adam_long_periods [C5]: claim 2, and how far its conditions are from the boundary derived here.
- adam_synthetic [C6, C7]: claim 6, and claim 3 with the exact mean direction.
- amsgrad_regret [C8, C9]: claim 5, with constants derived here, smaller than the printed ones.

Not on trial, because:
- The constants of Theorem 4 as printed: the text read lacks the step size in the first term, which is on trial as a
  rival; with it they are implied by ours.
- The constants of Theorem 5 (AdamNC): its weights and its rate are on trial, the bound is as AMSGrad's.
- That the recalled conditions of Theorem 2 are sufficient: not read; a test finds the drift negative where they hold.
- Regret with a constant b1: then the bound of Theorem 4 grows as T^(3/2) and says nothing.
- Theorem 3's conditions on C: in the appendix, not read; what is on trial is the mean direction at the paper's slopes.
- Boxes in more dimensions with another metric: projection in the metric sqrt(v) is clipping on a box.
- MNIST and CIFAR-10: out of reach.
"""

HEAD = "adam_worst_point"

CLINIC = {
    "adam_drift_boundary": ("Adam", "regret"),
    "adam_long_periods": ("Adam", "regret"),
    "adam_synthetic": ("Adam", "regret"),
    "adam_worst_point": ("Adam", "regret"),
    "amsgrad_regret": ("AMSGrad", "regret"),
}
