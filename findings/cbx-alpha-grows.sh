#!/usr/bin/env bash
# cbx 1.0.4: `CBO(f).optimize()` is not the paper's recursion with the alpha that was given: alpha grows by 5 % a step, from 1 to 131.5 in a hundred
#
# Expected: consensus-based optimisation with constant alpha (1 by default), dt = 0.1 and sigma = 1, as the docstring of
# `CBO` says; proofs need 2 lambda > d sigma^2 for the mean square distance to the consensus to contract.
# Seen: the default schedule multiplies alpha by 1.05 after every step (`sched=None`, or `step()` by hand, keeps it), also
# an alpha given by hand; dt is 0.01 and sigma 5.1 with lambda 1, thirteen times outside the condition in one dimension.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'cbx==1.0.4' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from cbx.dynamics import CBO

STEPS = 100


def alpha_after(start, **schedule):
    dynamics = CBO(lambda x: (x**2).sum(axis=-1), d=1, N=20, max_it=STEPS, verbosity=0, alpha=start)
    dynamics.optimize(**schedule)
    assert dynamics.it == STEPS, "another number of steps now"
    return float(dynamics.alpha.max())


for start in (1.0, 30.0):
    default, constant = alpha_after(start), alpha_after(start, sched=None)
    print(f"alpha {start}: expected {start} after {STEPS} steps, seen {default:.4f}; with sched=None {constant}")
    assert abs(default / (start * 1.05**STEPS) - 1) < 1e-9 and constant == start, "another schedule now"
plain = CBO(lambda x: (x**2).sum(axis=-1), d=1)
print(f"defaults: expected dt 0.1, sigma 1; seen dt {plain.dt}, sigma {plain.sigma}, lambda {plain.lamda}")
assert (plain.dt, plain.sigma, plain.lamda) == (0.01, 5.1, 1.0), "other defaults now"
PYTHON
