"""NAG-GS: Semi-Implicit, Accelerated and Robust Stochastic Optimizer

The paper says, in our words:
1. (read, in the authors' notebook) Gauss-Seidel steps of an accelerated flow with noise: gamma first, x with the old v,
   v with the gradient at the new x.
2. (read, in the authors' notebook) On a quadratic with curvatures in [mu, L] the spectral radius is least at the step
   alpha_c = (mu + gamma + 2 sqrt(gamma L)) / (L - mu), and the scheme is stable up to
   (mu + gamma + sqrt(gamma^2 - 6 gamma mu + mu^2 + 4 gamma L)) / (L - 2 mu), for mu < L / 2.
3. (recalled) The covariance at rest comes to that of the stochastic equation as the step goes to 0.
4. (read, in the authors' code) The optimiser keeps gamma constant and updates v before x.

On trial:
- nag_gs_spectrum [C2, C3]: claim 2, the best step, and the rate (sqrt kappa - 1) / (sqrt kappa + 1), derived here.
- nag_gs_decay [C1]: simulated paths fall by the spectral radius; explicit Euler diverges at alpha_c; derived here.
- nag_gs_stability [C4]: claim 2, where the scheme gets unstable, and that it never does for mu > L / 2.
- nag_gs_covariance [C5, C6]: the covariance at rest at any step, how it depends on it, runs against it; derived here.
- nag_gs_weak_order [C5, C7]: claim 3, and the order of the scheme in the stochastic equation.
- nag_gs_updates [C5, C8]: the recursion of gamma, and what the order of claim 4 changes; derived here.
- nag_gs_complexity [C9]: iterations grow as sqrt(kappa) below alpha_c; at alpha_c by a factor log kappa more.

Not on trial, because:
- Residual networks, vision transformers, fine-tuning of language models: out of reach.
- The small non-convex test of the notebook: no theory goes with it.
- The notebook's clouds of first and last iterates: a picture without a claim; their covariance is on trial.
- The non-constant gamma in the spectrum: with gamma_0 = mu, as in the notebook, it is constant.
"""

HEAD = "nag_gs_spectrum"

CLINIC = {
    "nag_gs_complexity": ("NAG-GS", "acceleration"),
    "nag_gs_covariance": ("NAG-GS", "noise"),
    "nag_gs_decay": ("NAG-GS", "rate"),
    "nag_gs_spectrum": ("NAG-GS", "rate"),
    "nag_gs_stability": ("NAG-GS", "stability"),
}
