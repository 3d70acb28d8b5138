"""Lion Secretly Solves Constrained Optimization: As Lyapunov Predicts

The paper says, in our words (its abstract, a summary and reviews were read):
1. (read) Lion with weight decay lam minimises f under |x|_inf <= 1/lam; weight decay is no penalty here.
2. (read) That is one of a family, Lion-K: the sign is the gradient of a convex K, and what is minimised is F =
   alpha f + (gamma / lam) K*(lam x). A Lyapunov function proves it. (recalled) H = F + weight * Fenchel gap; derived
   again here.
3. (read) There are two phases: the iterate comes to the box exponentially fast, then stays in it while H falls.
   (recalled) A step's distance shrinks by 1 - h lam or 1 / (1 + h lam).
4. (recalled) The same for steps, with the decay at the new point: H falls up to L / 2 times the squared step, hence a
   rate. Its constants are derived here.

On trial:
- lion_lyapunov [C1, C2]: claim 2, the exact derivative of H, its fall, and the boundary eps gamma = 1, derived here.
- lion_descent [C6, C7]: claim 4, with the exact drops of a step, and the rate T^-1/2 with full gradients.
- lion_box [C3, C4, C9]: claim 3, for drawn and for adversarial gradients, and the times of the first phase.
- lion_solution [C5, C10]: claim 1, the ends of runs against constrained minimisers and penalised ones.
- lion_k_norms [C8]: claim 2, the ends for four norms and a Huber K.

Not on trial, because:
- The paper's own theorem numbers and constants: not read; constants on trial are derived here.
- That a K with kinks leads to stationary points: no theorem; lion_k_norms shows it on quadratics.
- A rate with stochastic gradients: not read; the box alone is on trial under noise.
- A swapped alpha and gamma in H: the rates of lion_lyapunov's flows differ, so that its identity would not hold.
- ImageNet, language models and diffusion: out of reach.
"""

HEAD = "lion_solution"

CLINIC = {
    "lion_box": ("Lion", "constraint"),
    "lion_descent": ("Lion", "rate"),
    "lion_k_norms": ("Lion", "constraint"),
    "lion_lyapunov": ("Lion", "rate"),
    "lion_solution": ("Lion", "constraint"),
}
