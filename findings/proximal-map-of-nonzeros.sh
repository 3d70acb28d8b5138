#!/usr/bin/env bash
# pyproximal 0.13.0, proxmin 0.6.12: the proximal map of sigma times the number of nonzeros cuts at step x sigma, not at sqrt(2 step sigma)
#
# Expected: argmin_z sigma [z != 0] + (z - x)^2 / (2 step) keeps x where |x| > sqrt(2 step sigma); proximal gradient on
# (x - c)^2 / 2 keeps c where c^2 / 2 > sigma, whatever its step.
# Seen: pyproximal's `L0` (whose docstring states this penalty, and this threshold) and proxmin's `prox_hard` cut at
# step sigma. At step 0.5 and sigma 1 both keep 0.6 (cost 1, against 0.36 for 0), at step 8 both drop 6 (cost 2.25
# against 1). The two rules agree at step 2 / sigma alone: elsewhere the penalty in force changes with the step.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyproximal==0.13.0' 'pylops==2.8.0' 'proxmin==0.6.12' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from proxmin.operators import prox_hard
from pyproximal import L0

MAPS = {
    "pyproximal": lambda x, step: L0(sigma=1.0).prox(np.array([x]), step),
    "proxmin": lambda x, step: prox_hard(np.array([x]), step, thresh=1.0),
}
wrong = []
for package, prox in MAPS.items():
    for x, step in ((0.6, 0.5), (6.0, 8.0), (0.2, 0.5), (12.0, 8.0)):
        seen, expected = float(prox(x, step)[0]), x if abs(x) > (2 * step) ** 0.5 else 0.0
        cost = {z: float(z != 0) + (z - x) ** 2 / (2 * step) for z in {seen, expected}}
        print(f"{package}: x {x}, step {step}: expected {expected} at cost {cost[expected]:g}, seen {seen} at {cost[seen]:g}")
        if cost[seen] > cost[expected] + 1e-12:
            wrong.append((package, x))
assert wrong == [(package, x) for package in MAPS for x in (0.6, 6.0)], "the threshold is another one now"
PYTHON
