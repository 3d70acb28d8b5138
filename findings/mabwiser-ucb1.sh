#!/usr/bin/env bash
# mabwiser 2.7.4: UCB1 never pulls an arm without a history: the index of such an arm is 0, not infinite, and regret is linear
#
# Expected: UCB1 (Auer, Cesa-Bianchi and Fischer, 2002) plays every arm once before it compares indices, so that an arm
# not yet seen comes first.
# Seen: an arm that the first `fit` did not hold keeps expectation 0, below every index of an arm with rewards in [0, 1]:
# after one pull of an arm of mean 0.3 it is pulled in all of the next 500 rounds, the arm of mean 0.9 never. Who
# starts with one pull of each arm gets the paper's policy, the better arm in most rounds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'mabwiser==2.7.4' 'numpy==2.4.6' 'scipy==1.17.1' 'pandas==3.1.1' 'scikit-learn==1.9.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from mabwiser.mab import MAB, LearningPolicy

MEANS, ROUNDS = {"worse": 0.3, "better": 0.9}, 500


def share_of_better(first_pulls):
    draws = np.random.default_rng(1)
    bandit = MAB(list(MEANS), LearningPolicy.UCB1(alpha=1), seed=1)
    bandit.fit(first_pulls, [1] * len(first_pulls))
    pulls = 0
    for _ in range(ROUNDS):
        arm = bandit.predict()
        pulls += arm == "better"
        bandit.partial_fit([arm], [int(draws.random() < MEANS[arm])])
    return pulls / ROUNDS


unseen, seen = share_of_better(["worse"]), share_of_better(["worse", "better"])
print(f"share of the better arm, started from the worse one alone: expected above 0.5, seen {unseen}; from both {seen}")
assert unseen == 0 and seen > 0.5, "an arm without a history is pulled now"
PYTHON
