#!/usr/bin/env bash
# pymdptoolbox 4.0-b3: ValueIteration with epsilon = 0.01 returns, as "the optimal value function", values 550 off: it stops by the span
#
# Expected: V within epsilon of the optimal values, as the textbooks' stop by the largest change of V gives it.
# Seen: it stops as soon as V - V' is nearly constant, which is enough for an epsilon-optimal policy, and returns V
# without the constant that is still missing. On a two-state chain that mixes in a step V is (2.7, 3.8) after 6 sweeps
# at discount 0.999; PolicyIteration of the same package gives (554.9, 556.0). ValueIterationGS and
# PolicyIterationModified stop the same way. The count of sweeps says nothing about the rate of value iteration then:
# it barely depends on the discount.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pymdptoolbox==4.0-b3' 'numpy==1.26.4' 'scipy==1.12.0'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from mdptoolbox.mdp import PolicyIteration, PolicyIterationModified, ValueIteration, ValueIterationGS

moves = np.array([[[0.5, 0.5], [0.5, 0.5]], [[0.6, 0.4], [0.4, 0.6]]])
rewards = np.array([[0.0, 0.0], [1.0, 1.0]])
EPSILON = 0.01
for discount in (0.9, 0.99, 0.999):
    exact = PolicyIteration(moves, rewards, discount)
    exact.run()
    chain = moves[list(exact.policy), [0, 1]]
    assert np.allclose(exact.V, np.linalg.solve(np.eye(2) - discount * chain, [0.0, 1.0])), "not the exact values"
    for method in (ValueIteration, ValueIterationGS, PolicyIterationModified):
        run = method(moves, rewards, discount, epsilon=EPSILON)
        run.run()
        off = float(np.abs(np.subtract(run.V, exact.V)).max())
        share = off / max(exact.V)
        print(f"discount {discount}, {method.__name__}: expected within {EPSILON}, seen {off:.3f} off after {run.iter} sweeps")
        assert run.policy == exact.policy, "another policy now"
        assert off > 0.5 and (method is not ValueIteration or (share > 0.6 and run.iter < 10)), "closer now"
PYTHON
