"""Symmetric Mean-field Langevin Dynamics for Distributional Minimax Problems

The paper says, in our words:
1. (read) Mean-field Langevin descent-ascent whose drift is averaged over the past converges to the entropic mixed
   equilibrium in its average, with propagation of chaos uniformly in time.
2. (recalled) The averages have power weights t^r, and the rate is polynomial in t.
3. (recalled) The Nikaido-Isoda error is at least lambda times the divergences from the equilibrium.
4. (read) An anchored best response converges linearly in its outer loop, up to a bias of the inner one.
5. (recalled) The bounds assume payoffs with bounded gradients: the Gaussian game of these studies lies outside them.

On trial:
- averaged_flow [C3, C4]: claims 1 and 2, the averaged flow in closed form: slower than descent-ascent here.
- weights_of_the_average [C3]: claim 2, weights with which the average does not converge; derived here.
- langevin_steps [C2, C4, C7]: discrete steps and particles: where descent-ascent diverges and averages do not.
- equilibrium_gap [C1, C5]: claim 3, equilibria on a grid and the error over all laws.
- anchored_best_response [C8, C9]: claim 4, its exact factor, limit and bias.

Not on trial, because:
- Constants of the paper's rates: not read.
- Propagation of chaos as a rate in the number of particles: on the Gaussian game the bias is 0, and on bounded payoffs
  it lies below the noise of affordable runs.
- The paper's particle experiment: its payoff was not read.
"""

HEAD = "averaged_flow"
