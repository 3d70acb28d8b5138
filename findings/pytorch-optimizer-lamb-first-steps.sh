#!/usr/bin/env bash
# pytorch_optimizer 4.1.0: the first step of `Lamb` is ten times as long as LAMB's: the correction 1/(1 - b1^t) is multiplied onto a step that was scaled to rate |x|
#
# Expected: whatever the gradients, a LAMB step without decay has the length rate |x|: that is the method.
# Seen: the direction of Adam's raw moments is scaled to |x|, where a correction no longer changes anything; then the rate
# is divided by 1 - b1^t. The lengths are 10, 5.3, 3.7, 2.9, ... times rate |x|; with rate 0.1 the first is |x| itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pytorch_optimizer==4.1.0' 'torch==2.13.0' 'numpy==2.4.6'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import torch
from pytorch_optimizer import Lamb

RATE, DECAY = 1e-3, 0.9
x = torch.nn.Parameter(torch.tensor([3.0, 4.0], dtype=torch.float64))
optimiser, seen = Lamb([x], lr=RATE, betas=(DECAY, 0.999), weight_decay=0.0), []
for _ in range(5):
    before = x.detach().clone()
    x.grad = torch.tensor([0.1, -0.2], dtype=torch.float64)
    optimiser.step()
    seen.append(((x.detach() - before).norm() / (RATE * before.norm())).item())
print("length / (rate |x|): expected 1 in every step, seen", " ".join(f"{one:.4f}" for one in seen))
assert all(abs(one * (1 - DECAY**t) - 1) < 1e-4 for t, one in enumerate(seen, 1)), "other lengths now"
PYTHON
