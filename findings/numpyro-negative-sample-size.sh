#!/usr/bin/env bash
# numpyro 0.22.0: the effective sample size of antithetic chains is negative: about -7600 for AR(1) of correlation -0.99, where 796000 is right
#
# Expected: for AR(1) chains of correlation r the effective size is about n (1 - r) / (1 + r); packages with a cap report
# n log10 n, and none reports less than n where draws alternate about the mean.
# Seen: right at r = -0.5 (three times n); from about -0.9 on the estimated integrated autocorrelation time passes zero
# and its reciprocal is returned as it is, with its sign. Whoever stops "when the size exceeds" never stops for the
# best sampler, and a ranking by effective size puts it last.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'numpyro==0.22.0' 'jax==0.10.2' 'jaxlib==0.10.2' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from numpyro.diagnostics import effective_sample_size

CHAINS, DRAWS, RUNS = 4, 1000, 20


def sizes(correlation):
    found = []
    for seed in range(RUNS):
        noise = np.random.default_rng(seed).normal(size=(DRAWS, CHAINS))
        chain = noise.copy()
        for step in range(1, DRAWS):
            chain[step] = correlation * chain[step - 1] + (1 - correlation**2) ** 0.5 * noise[step]
        found.append(float(effective_sample_size(chain.T)))
    return np.array(found)


for correlation, negative in ((-0.5, False), (-0.99, True)):
    right, seen = CHAINS * DRAWS * (1 - correlation) / (1 + correlation), sizes(correlation)
    print(f"correlation {correlation}: right {right:.0f}, seen median {np.median(seen):.0f}, negative in {(seen < 0).sum()} of {RUNS}")
    assert (seen < 0).all() if negative else np.abs(seen / right - 1).max() < 0.3, "other values now"
PYTHON
