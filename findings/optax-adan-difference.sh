#!/usr/bin/env bash
# optax 0.2.8: `optax.adan` weighs the difference of gradients by 0.08 where Adan has 0.92, so that hardly anything of its Nesterov extrapolation is left
#
# Expected: m + 0.92 v over the root of the mean of (g + 0.92 d)^2, d = g - g_before: the paper's 1 - beta_2, where its
# beta_2 = 0.08 is the weight of the new sample. This is what the authors' code computes with `beta2 = 0.92`.
# Seen: b2 = 0.92 is the weight of the old average, as in the authors' code, but the coefficients are 1 - b2 = 0.08, as in
# the paper's letters. Along 1, -2, 3, 1/2 all steps but the first are those with 0.08, to rounding.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'optax==0.2.8' 'jax==0.10.2' 'jaxlib==0.10.2' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import jax
import numpy as np
import optax

jax.config.update("jax_enable_x64", True)
GRADIENTS, RATE = (1.0, -2.0, 3.0, 0.5), 0.1


def by_hand(coefficient):
    m = v = n = 0.0
    before, steps = GRADIENTS[0], []
    for t, g in enumerate(GRADIENTS, 1):
        d, before = g - before, g
        m, v = 0.98 * m + 0.02 * g, 0.92 * v + 0.08 * d
        n = 0.99 * n + 0.01 * (g + coefficient * d) ** 2
        top = m / (1 - 0.98**t) + coefficient * v / (1 - 0.92**t)
        steps.append(-RATE * top / np.sqrt(n / (1 - 0.99**t)))
    return np.array(steps)


optimiser = optax.adan(RATE, eps=0.0, eps_root=0.0)
x = jax.numpy.array(1.0)
state, seen = optimiser.init(x), []
for g in GRADIENTS:
    step, state = optimiser.update(jax.numpy.array(g), state, x)
    seen.append(float(step))
print("expected", by_hand(0.92))
print("seen    ", np.array(seen))
assert np.allclose(seen, by_hand(0.08), rtol=1e-12), "another coefficient now"
assert not np.allclose(seen[1:], by_hand(0.92)[1:], rtol=0.05), "0.92 now"
PYTHON
