#!/usr/bin/env bash
# convergence 0.6.7: a table whose error grows under refinement gets a positive order, and its "asymptotic ratio" is f2/f1 whatever the data
#
# Expected: the order of f = 1 + 0.1/h on h = 1, 1/2, 1/4 is -1, or an error; and a check of the asymptotic range that
# tells a table of constant order from one whose order still moves.
# Seen: order +1, no warning. With three grids of one ratio the order is solved from the same three values that the
# ratio r^p GCI(fine) / GCI(coarse) is made of, so the ratio is |f2/f1|: near 1 for any table on a large constant.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'convergence==0.6.7'
"$folder/venv/bin/python" -W error - <<'PYTHON'
from convergence import Convergence


def judged(function):
    study = Convergence()
    study.add_grids([(h, function(h)) for h in (1.0, 0.5, 0.25)])
    row = study[0]
    return row.fine.p, row.asymptotic_ratio


order, _ = judged(lambda h: 1 + 0.1 / h)
print(f"f = 1 + 0.1/h: expected order -1 or an error, seen {order:.6f}")
assert abs(order - 1) < 1e-6, "no longer +1"

for name, wiggle in (("of order 2", (0.0, 0.0, 0.0)), ("of no order", (0.3, 0.0, -0.2))):
    table = dict(zip((1.0, 0.5, 0.25), wiggle, strict=True))
    f = lambda h: 1000 + h**2 + table[h]
    _, ratio = judged(f)
    print(f"asymptotic ratio of a table {name}: {ratio:.9f}; f2/f1 = {f(0.5) / f(0.25):.9f}")
    assert abs(ratio - f(0.5) / f(0.25)) < 1e-6, "no longer f2/f1"
PYTHON
