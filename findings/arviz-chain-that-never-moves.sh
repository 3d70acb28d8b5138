#!/usr/bin/env bash
# arviz-stats 0.8.0: draws that all coincide count as fully effective, with Monte Carlo error 0: an event never seen has probability 0 exactly
#
# Expected: an effective sample size of 0 or nan (other packages give one or the other), and no error estimate, where
# no draw differs from another.
# Seen: the sample size is the number of draws, for a chain that never moved as for independent draws of an indicator
# that was never 1, and the standard error is 0. Only R-hat is nan, for both. A probability of 1/5000 estimated from
# 4000 independent draws gets 0 +- 0 in 45 % of runs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'arviz-stats==0.8.0' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from arviz_stats.base import array_stats

CHAINS, DRAWS, RUNS = 4, 1000, 400


def summary(values):
    axes = {"chain_axis": 0, "draw_axis": 1}
    return float(array_stats.ess(values, method="mean", **axes)), float(array_stats.mcse(values, method="mean", **axes))


size, error = summary(np.ones((CHAINS, DRAWS)))
print(f"{CHAINS} chains of {DRAWS} equal draws: expected effective size 0 or nan, seen {size}, standard error {error}")
assert (size, error) == (CHAINS * DRAWS, 0), "counted otherwise now"
events = np.random.default_rng(1).random((RUNS, CHAINS, DRAWS)) < 1 / 5000
certain = np.mean([summary(run.astype(float)) == (CHAINS * DRAWS, 0) for run in events])
print(f"an event of probability 1/5000: expected never 0 +- 0, seen in {certain:.0%} of {RUNS} runs")
assert 0.35 < certain < 0.55, "rarer now"
PYTHON
