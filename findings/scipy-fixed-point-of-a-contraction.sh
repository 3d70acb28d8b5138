#!/usr/bin/env bash
# scipy 1.17.1: optimize.fixed_point fails by default on a contraction that plain iteration solves: gradient descent on a 2 x 2 quadratic, step 1/L
#
# Expected: `fixed_point(f, x0)` finds the fixed point of every contraction (Banach), in one dimension as in many.
# Seen: its default, "del2", extrapolates every coordinate by itself (Aitken), as if the coordinates did not act on each
# other. For x -> x - (H x - b) / L with a condition number of 8 it ends in RuntimeError after 5000 iterations, at nan;
# method="iteration" solves it. In one dimension, or where H is diagonal, both do.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'scipy==1.17.1' 'numpy==2.4.6'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from scipy.optimize import fixed_point


def solved(curvature, rhs, method):
    step = 1 / np.linalg.eigvalsh(curvature)[-1]
    try:
        found = fixed_point(lambda x: x - step * (curvature @ x - rhs), np.zeros(len(rhs)), method=method, maxiter=5000)
    except RuntimeError:
        return False
    return bool(np.allclose(found, np.linalg.solve(curvature, rhs), rtol=1e-5))


cases = {
    "one dimension": (np.array([[2.0]]), np.ones(1)),
    "two, diagonal": (np.diag([1.0, 0.125]), np.ones(2)),
    "two, coupled": (np.array([[1.1, 0.5], [0.5, 1 / 3 + 0.1]]), np.ones(2)),
}
seen = {name: {method: solved(*case, method) for method in ("del2", "iteration")} for name, case in cases.items()}
for name, by_method in seen.items():
    print(f"gradient descent in {name}: expected solved by both, seen {by_method}")
print(f"condition number of the coupled case {np.linalg.cond(cases['two, coupled'][0]):.2f}")
assert all(by_method["iteration"] for by_method in seen.values()), "plain iteration fails now"
assert [by_method["del2"] for by_method in seen.values()] == [True, True, False], "the default solves others now"
PYTHON
