#!/usr/bin/env bash
# optax 0.2.8: one zero gradient at the start makes `optax.contrib.prodigy` and `dadapt_adamw` nan for ever
#
# Expected: nothing moves while no gradient has been seen, as in the authors' packages; then the usual first step.
# Seen: the estimate of the distance is a sum over |s|_1, 0/0 before the first gradient other than 0; the maximum with
# the old estimate is nan, and the point is nan from then on. A dead layer or a sparse feature is enough, where the
# parameters of one optimiser are all in it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'optax==0.2.8' 'jax==0.10.2' 'jaxlib==0.10.2' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import jax
import numpy as np
import optax


def points(optimiser, gradients):
    x = jax.numpy.ones(2)
    state, found = optimiser.init(x), []
    for g in gradients:
        step, state = optimiser.update(jax.numpy.full(2, g), state, x)
        x = optax.apply_updates(x, step)
        found.append(float(x[0]))
    return np.array(found)


for make in (optax.contrib.prodigy, optax.contrib.dadapt_adamw):
    usual, broken = points(make(), (1.0, 1.0, 1.0)), points(make(), (0.0, 1.0, 1.0))
    print(f"{make.__name__}: expected {[1.0, *usual[:2].tolist()]} after gradients 0, 1, 1; seen {broken.tolist()}")
    assert np.isfinite(usual).all() and np.isnan(broken[-1]), "finite now"
PYTHON
