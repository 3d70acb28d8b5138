#!/usr/bin/env bash
# ville 0.1.0: an asymptotic confidence sequence of width 0 while all observations are equal, so that a rare event is excluded at its first look
#
# Expected: as long as all observations coincide the variance is not known and there is no finite interval (other
# packages give none, or ask for bounds).
# Seen: [0, 0]. For 0/1 data of mean 0.002 the sequence at level 5 % leaves out the truth in about four runs of five.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'ville==0.1.0' 'numpy==2.2.6'
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from ville import AsymptoticCS

MEAN, RUNS, SIZE = 0.002, 500, 100
draws = np.random.default_rng(1).random((RUNS, SIZE)) < MEAN
missed, width = 0, None
for row in draws.astype(float):
    sequence = AsymptoticCS(alpha=0.05, min_samples=SIZE).update(row)
    low, high = float(sequence.lower_[-1]), float(sequence.upper_[-1])
    missed += not low <= MEAN <= high
    if not row.any():
        width = high - low
print(f"width after {SIZE} zeros: {width}; truth {MEAN} left out in {missed} of {RUNS} runs at a stated 5 %")
assert width == 0 and missed > 0.7 * RUNS, "no longer so"
PYTHON
