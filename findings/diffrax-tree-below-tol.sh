#!/usr/bin/env bash
# diffrax 0.7.2: Euler-Maruyama on a VirtualBrownianTree leaves Ito for Stratonovich as the step is refined below the tree's `tol`, without a warning
#
# Expected: `tol` is the error of the Brownian path, so that the mean of dX = X dW at time 1 tends to 1 (Ito), up to
# O(tol), as the step of `Euler` falls.
# Seen: below tol the path is smooth, its quadratic variation vanishes with the step, and Euler solves an ordinary
# equation along it (Wong and Zakai). With tol = 1/16 the mean of 4000 paths is 1 at step 1/16 and 1.57 at step 1/1024,
# on the way to e^(1/2) = 1.65: a convergence study that halves the step finds a wrong limit. tol must shrink with it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'diffrax==0.7.2' 'jax==0.10.2' 'jaxlib==0.10.2' 'equinox==0.13.8' 'lineax==0.1.1' 'optimistix==0.1.0' 'numpy==2.4.6'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import diffrax
import jax

jax.config.update("jax_enable_x64", True)
KEYS = jax.random.split(jax.random.key(0), 4000)


def mean_at_one(step, tol):
    def end(key):
        path = diffrax.VirtualBrownianTree(0.0, 1.0, tol=tol, shape=(), key=key)
        terms = diffrax.MultiTerm(
            diffrax.ODETerm(lambda t, x, _: 0.0 * x), diffrax.ControlTerm(lambda t, x, _: x, path)
        )
        return diffrax.diffeqsolve(terms, diffrax.Euler(), 0.0, 1.0, step, 1.0, adjoint=diffrax.DirectAdjoint()).ys[-1]

    ends = jax.jit(jax.vmap(end))(KEYS)
    return float(ends.mean()), float(ends.std() / len(KEYS) ** 0.5)


seen = {}
for step, tol in ((2**-4, 2**-4), (2**-7, 2**-4), (2**-10, 2**-4), (2**-10, 2**-10)):
    mean, error = seen[step, tol] = mean_at_one(step, tol)
    print(f"step {step:.5f}, tol {tol:.5f}: expected 1 (Ito), seen {mean:.3f} +- {error:.3f}")
for step, tol in ((2**-4, 2**-4), (2**-10, 2**-10)):
    mean, error = seen[step, tol]
    assert abs(mean - 1) < 4 * error, "not Ito's mean even where step and tol agree"
assert seen[2**-10, 2**-4][0] > 1.4, "Ito's mean now"
PYTHON
