"""theorylab puts published theorems about learning algorithms on trial.

A study states a claim, simulates it, lays the prediction over the measurement, and gives a verdict with a known
error probability. `theorylab.run(study)` runs one; `theorylab list` on the command line names them all.

Notation. Public arguments are words; the letters of the papers appear inside formulas only.

| word              | letter      | meaning                                                             |
|-------------------|-------------|---------------------------------------------------------------------|
| eigenvalues       | λ_i, l      | spectrum of the data covariance H, in the eigenbasis                |
| error             | e_t         | iterate minus minimiser, w_t - w*                                   |
| step_size         | δ, d        | constant step of SGD                                                |
| ema_decay         | α, a        | average <- decay * average + (1 - decay) * iterate                  |
| noise_std         | σ           | standard deviation of the label noise                               |
| batch             | B           | samples averaged in one gradient                                    |
| steps             | N, t        | number of iterations made; 0 is the start                           |
| contraction       | q_i         | 1 - step_size * eigenvalue, the mean factor per step                |
| risk              | R           | excess risk 1/2 sum_i λ_i e_i^2                                     |
| noise feedback    | S           | sum_j λ_j E e_j^2 = 2 risk, fed to every direction by random data    |
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# One BLAS and one Numba thread, unless the user says otherwise before they are imported: work is shared out over
# replicas, and sums that BLAS splits over threads would make bytes depend on the number of cores.
for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
if "numba" not in sys.modules:  # which does not bear a change of mind
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
IMPORTED_AT = time.time()
"""When this process loaded the laboratory, in seconds of the epoch: sources edited later are not trusted."""

LAZY = {  # public names and their modules, imported at first use: theorylab.sources follows them
    "run": "study",
    "discover": "study",
    "load": "study",
    "Source": "study",
    "Result": "results",
    "Curve": "replicas",
    "exact": "replicas",
    "stacked": "replicas",
    "replicate": "replicas",
    "using": "tasks",
    "grid": "grids",
    "Rival": "verdicts",
    "Bounded": "verdicts",
    "Check": "verdicts",
    "Verdict": "verdicts",
    "agrees": "verdicts",
    "below": "verdicts",
    "above": "verdicts",
    "decays_as": "verdicts",
    "geometric": "verdicts",
    "monotone": "verdicts",
    "ordered": "verdicts",
    "threshold": "verdicts",
    "Power": "verdicts",
    "bracket": "verdicts",
    "brackets": "verdicts",
    "script": "cli",
}
__all__ = ["__version__", *LAZY]

if TYPE_CHECKING:
    from theorylab.cli import script as script
    from theorylab.grids import grid as grid
    from theorylab.replicas import Curve as Curve
    from theorylab.replicas import exact as exact
    from theorylab.replicas import replicate as replicate
    from theorylab.replicas import stacked as stacked
    from theorylab.results import Result as Result
    from theorylab.study import Source as Source
    from theorylab.study import discover as discover
    from theorylab.study import load as load
    from theorylab.study import run as run
    from theorylab.tasks import using as using
    from theorylab.verdicts import Bounded as Bounded
    from theorylab.verdicts import Check as Check
    from theorylab.verdicts import Power as Power
    from theorylab.verdicts import Rival as Rival
    from theorylab.verdicts import Verdict as Verdict
    from theorylab.verdicts import above as above
    from theorylab.verdicts import agrees as agrees
    from theorylab.verdicts import below as below
    from theorylab.verdicts import bracket as bracket
    from theorylab.verdicts import brackets as brackets
    from theorylab.verdicts import decays_as as decays_as
    from theorylab.verdicts import geometric as geometric
    from theorylab.verdicts import monotone as monotone
    from theorylab.verdicts import ordered as ordered
    from theorylab.verdicts import threshold as threshold


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return getattr(importlib.import_module(f"theorylab.{LAZY[name]}"), name)
    raise AttributeError(f"module 'theorylab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *LAZY])
