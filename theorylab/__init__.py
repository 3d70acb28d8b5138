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

Glossary. Names, messages and pages use these words in these meanings.

| word                       | meaning                                                                        |
|----------------------------|--------------------------------------------------------------------------------|
| study, claim, rival        | a module that puts a paper's statement on trial; the statement; a wrong one    |
|                            | that the same data must reject                                                 |
| deterministic, simulated   | a curve computed up to a rounding bound; one of independent replicas           |
| units in the last place    | spacings of floats, 2^-52 of the value: how rounding bounds are counted        |
| supported                  | compatible with the claim and incompatible with the rival                      |
| refuted, inconclusive      | incompatible with the claim; compatible with both                              |
| acceptance region          | what a claim allows for an estimate: up to half way to its rival               |
| warning                    | why an interval may be wrong for these data (heavy tails, few replicas)        |
| interim analysis           | a verdict on the replicas so far, in a run that goes on until it is decided    |
| replica, replication       | one of the independent runs that `replicate` makes; a study over fresh seeds   |
| level, power, share        | error probability of a check; chance that it refutes what is wrong; a fraction |
| horizon                    | how far a run goes: its last step, or time                                     |
| mutant                     | a standard mistake in a claim or in the code, which the data should refute     |
| minimum detectable effect  | the smallest error of a claim that the data would have refuted                 |
| finding                    | a published claim that came out false, needs a condition, or is misread        |
| form miss                  | how often intervals of rates miss by their form, as measured: part of p-values |
| family-wise error rate     | chance of any false verdict in a paper, as far as noise makes them (Holm)      |
| false discovery rate       | expected share of false verdicts among those given (Benjamini and Yekutieli)   |
| read, recalled, derived    | a source whose text was seen; one known from memory; a statement proved here   |

Public names, as in `from theorylab import run, exact, agrees`; `help(theorylab.run)` has the arguments of one.

| names                                  | what they are                                                        |
|----------------------------------------|----------------------------------------------------------------------|
| run, Result                            | put a study on trial, at its quick or its full setting; what came out |
| load, discover                         | the module of a study by its name; all studies that are known        |
| script                                 | what the last line of a study calls, so that it runs by itself       |
| Source, Finding                        | where a claim comes from; what is wrong with it                      |
| Curve, exact, stacked                  | values at points x; deterministic ones; several of these in one      |
| replicate, grid                        | simulated curves of a kernel; deterministic values over many points  |
| log_steps, using                       | steps spread evenly in the logarithm; executor, workers and progress |
| agrees, below, above                   | checks of a mean against a prediction or a bound                     |
| ordered, monotone, threshold           | checks of one curve below another, of its steps, of a critical value |
| decays_as, geometric, Power            | checks of an exponent or of a factor; x^p log^q x                    |
| bracket, brackets                      | a critical value between two settings, by bisection; many of them    |
| judge                                  | the rate of a table of numbers, without a study                      |
| Rival, Check, Verdict, Bounded         | what the same data must reject; a claim with its verdict; known      |
|                                        | bounds of every replica                                              |
| jit, streams                           | modules: compiling kernels; their random numbers                     |
| spectra, rates, plots                  | modules: eigenvalues; exponents of curves; figures                   |
| conformance                            | module: an optimiser of one's own against its paper's recursion      |
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

LAZY = {  # public names and their modules, imported at first use: theorylab.numerics.sources follows them
    "run": "trials.runs",
    "discover": "trials.study",
    "load": "trials.selectors",
    "Source": "trials.citations",
    "Finding": "trials.citations",
    "Result": "trials.results",
    "Curve": "curves",
    "exact": "curves",
    "log_steps": "curves",
    "stacked": "curves",
    "replicate": "running.replicas",
    "using": "running.tasks",
    "grid": "running.grids",
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
    "judge": "verdicts.judging",
    "script": "views.cli",
}
MODULES = {  # modules that a study uses as `theorylab.NAME`
    "conformance": "conformance",
    "jit": "numerics.jit",
    "spectra": "numerics.spectra",
    "streams": "numerics.streams",
    "rates": "verdicts.rates",
    "plots": "views.plots",
}
__all__ = ["__version__", *LAZY, *MODULES]

if TYPE_CHECKING:
    from theorylab import conformance as conformance
    from theorylab.curves import Curve as Curve
    from theorylab.curves import exact as exact
    from theorylab.curves import log_steps as log_steps
    from theorylab.curves import stacked as stacked
    from theorylab.numerics import jit as jit
    from theorylab.numerics import spectra as spectra
    from theorylab.numerics import streams as streams
    from theorylab.running.grids import grid as grid
    from theorylab.running.replicas import replicate as replicate
    from theorylab.running.tasks import using as using
    from theorylab.trials.citations import Finding as Finding
    from theorylab.trials.citations import Source as Source
    from theorylab.trials.results import Result as Result
    from theorylab.trials.runs import run as run
    from theorylab.trials.selectors import load as load
    from theorylab.trials.study import discover as discover
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
    from theorylab.verdicts import rates as rates
    from theorylab.verdicts import threshold as threshold
    from theorylab.verdicts.judging import judge as judge
    from theorylab.views import plots as plots
    from theorylab.views.cli import script as script


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return getattr(importlib.import_module(f"theorylab.{LAZY[name]}"), name)
    if name in MODULES:
        return importlib.import_module(f"theorylab.{MODULES[name]}")
    raise AttributeError(f"module 'theorylab' has no attribute {name!r}")


def shown(how: str, what: Any) -> Any:
    """What views make of a result ('text', 'html': str), of a figure ('svg': bytes), of a hunt ('hunt': Figure).

    'figure' makes one of what draws it. Results know no view: they ask here, where all public names are known.
    """
    module, function = {
        "text": ("views.tables", "as_text"), "html": ("views.tables", "as_html"), "svg": ("views.plots", "svg"),
        "figure": ("views.plots", "styled"), "hunt": ("views.hunts", "figure"),
    }[how]  # fmt: skip
    return getattr(importlib.import_module(f"theorylab.{module}"), function)(what)


def __dir__() -> list[str]:
    return sorted([*globals(), *LAZY, *MODULES])
