#!/usr/bin/env bash
# PEPit 0.5.1: the printed guarantee of nonconvex gradient descent, "for step <= 1/L", holds at 1/L only: at 1/(4L) its own solver finds 3.2 times as much
#
# Expected: `wc_gradient_descent` (nonconvex_optimization) prints a theoretical guarantee 4 L / (3 n) that its docstring
# states for every step <= 1/L; a certificate stays below it.
# Seen: the semidefinite program gives 4 / (n step (4 - L step)) (the rate of Abbaszadehpeivasti, de Klerk and Zamani,
# 2021, which the docstring cites): equal at step 1/L, 1.71 times larger at 1/(2L), 3.2 times at 1/(4L).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pepit==0.5.1' 'clarabel==0.11.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from PEPit.examples.nonconvex_optimization import wc_gradient_descent

steps = 5
for step in (1.0, 0.5, 0.25):
    found, printed = wc_gradient_descent(L=1.0, gamma=step, n=steps, solver="CLARABEL", verbose=-1)
    exact = 4 / (steps * step * (4 - step))
    print(f"step {step:4}: printed guarantee {printed:.6f}, solver {found:.6f}, 4/(n step (4 - L step)) {exact:.6f}")
    assert abs(found / exact - 1) < 1e-3, "the solver finds something else now"
    assert abs(printed - 4 / (3 * steps)) < 1e-12, "another guarantee is printed now"
PYTHON
