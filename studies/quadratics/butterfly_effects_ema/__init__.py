"""Butterfly Effects of SGD Noise: Error Amplification in Behavior Cloning and Autoregression

The paper says, in our words:
1. (read) Small fluctuations of SGD, which hardly move the one-step imitation loss, are amplified by unstable closed
   loops into large ones of the rollout reward: gradient variance amplification.
2. (read) An exponential moving average of the iterates removes most of it.
3. (read, in reviews) Proposition 3.1: an exponentially large rollout gap can hide behind a small imitation loss.
4. (read, on the poster) It shows in marginally stable linear dynamics with linear policies, and where the reward is a
   cliff; in a diffusion limit averages and decaying step sizes work alike.

The average is m' = (1 - b_t) m + b_t x, with b_t that decays polynomially in practice (read). Constants were not read:
those on trial are derived here.

On trial:
- cliff_probability [C1, C2]: the chance to fall off a cliff, of the iterate and of its average.
- rollout_amplification [C3]: claim 1 in scalar dynamics, over horizons, and what averaging takes away.
- decay_or_average [C4]: decaying step sizes against averages.
- best_average_weight [C5, C6]: what a slow average costs at the start, and the best weight.

Not on trial, because:
- The constants of proposition 3.1 and of the diffusion limit: not read.
- Behaviour cloning in simulators of robots, transformers, language models: out of reach.
"""

HEAD = "rollout_amplification"
