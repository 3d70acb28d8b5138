#!/usr/bin/env bash
# pyproximal 0.13.0: Huber.prox is not the proximal map of the Huber function: proximal gradient ends at 0.95 or at 0.9 depending on its step
#
# Expected: for f(x) = (x - 1.9)^2 / 2 and Huber's function with alpha = 1 proximal gradient ends at 0.95 for every step
# below 2, and a proximal map is nondecreasing.
# Seen: prox takes the quadratic's map where |x| <= alpha and the absolute value's above; the border of the true map is
# alpha + tau. So it jumps down at alpha, from alpha^2 / (alpha + tau) to alpha - tau, and at step 0.5 the method ends
# at 0.9, at a larger value. Wrong are the points with alpha < |x| < alpha + tau, no others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyproximal==0.13.0' 'pylops==2.8.0' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from pyproximal import L2, Huber
from pyproximal.optimization.primal import ProximalGradient

CENTRE, ALPHA, TAU = 1.9, 1.0, 0.5
smooth, huber = L2(b=np.array([CENTRE])), Huber(ALPHA)
ends = {}
for step in (0.05, 0.5):
    ends[step] = float(ProximalGradient(smooth, huber, x0=np.zeros(1), tau=step, niter=2000)[0])
    value = (ends[step] - CENTRE) ** 2 / 2 + huber(np.array([ends[step]]))
    print(f"step {step}: expected the minimiser 0.95, value 0.9025; seen {ends[step]:.6f}, value {value:.6f}")
below, above = (float(huber.prox(np.array([x]), TAU)[0]) for x in (ALPHA, ALPHA + 1e-9))
print(f"prox at alpha and just above, tau {TAU}: expected {ALPHA / (1 + TAU):.6f} twice, seen {below:.6f} and {above:.6f}")
assert abs(ends[0.05] - 0.95) < 1e-6 and abs(ends[0.5] - 0.9) < 1e-6, "proximal gradient ends elsewhere now"
assert abs(below - 2 / 3) < 1e-6 and abs(above - 1 / 2) < 1e-6, "the map has no such jump now"
PYTHON
