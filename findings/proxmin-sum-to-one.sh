#!/usr/bin/env bash
# proxmin 0.6.12: `prox_unity`, "projection onto sum = 1", divides by the sum: its proximal gradient method converges, but not to the minimiser
#
# Expected: the projection of x onto sum = 1 is x + (1 - sum x) / n, and onto the simplex x is shifted and cut;
# proximal gradient on |x - c|^2 / 2 then returns the projection of c.
# Seen: `prox_unity` is x / sum x and `prox_unity_plus` the same after cutting: radial maps, no projections and not
# nonexpansive (0.25 apart becomes 2 apart where the sum is small). For c = (2, 0.5) `pgm` reports convergence at
# (0.8, 0.2), value 0.765; the simplex holds (1, 0), value 0.625.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'proxmin==0.6.12' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from proxmin import pgm
from proxmin.operators import prox_unity, prox_unity_plus

CENTRE = np.array([2.0, 0.5])
BEST = {prox_unity: np.array([1.25, -0.25]), prox_unity_plus: np.array([1.0, 0.0])}
for prox, best in BEST.items():
    seen = np.array([0.5, 0.5])
    converged = pgm(seen, lambda x: x - CENTRE, lambda *_, **__: 0.5, prox=prox, e_rel=1e-10, max_iter=10000)[0]
    values = [((x - CENTRE) ** 2).sum() / 2 for x in (best, seen)]
    print(f"{prox.__name__}: expected {best} at {values[0]:.4f}, seen {seen.round(6)} at {values[1]:.4f}, converged {all(converged)}")
    assert all(converged) and np.abs(seen - [0.8, 0.2]).max() < 1e-6, "it ends elsewhere now"
first, second = (prox_unity(np.array([x, 0.0]) - [0.0, 1.0], 1.0) for x in (1.25, 1.5))
apart = float(np.abs(first - second).max())
print(f"two points 0.25 apart: expected at most 0.25 apart afterwards, seen {apart:.4f}")
assert apart > 1, "nonexpansive here now"
PYTHON
