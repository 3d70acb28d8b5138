#!/usr/bin/env bash
# convergence 0.6.7: values below 1e-4 are left out in silence, so that the order of a table depends on its unit
#
# Expected: a table of errors (h, h^2) and the same table in other units have the same order, 2.
# Seen: in units of 50 there is no result at all, and no warning; in units of 20 the finest grids are left out and the
# answer comes from the coarse ones. The limit is a default argument, zero_tol=1e-4, that is compared with the value.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'convergence==0.6.7'
"$folder/venv/bin/python" -W error - <<'PYTHON'
from convergence import Convergence

STEPS = (0.25, 0.125, 0.0625, 0.03125, 0.015625)


def grids_used(unit):
    study = Convergence()
    # A bend at the finest grid, where the order changes from 2 to 1: only who looks there sees it.
    study.add_grids([(h, unit * (0.001 + (h**2 if h > 0.03 else h / 32))) for h in STEPS])
    return len(study)


counts = {unit: grids_used(unit) for unit in (1.0, 0.05, 0.02)}
print(f"expected the same three triplets of grids in every unit, seen {counts}")
assert counts == {1.0: 3, 0.05: 1, 0.02: 0}, "other grids are used now"
PYTHON
