"""Semidefinite programmes of performance estimation: set up, solved, and how far their optimum is known then."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import InputError

Floats = NDArray[np.float64]
LEAST_GAP = 1e-6
"""Relative gap that is granted at least: the solver stops inaccurately at times, by its own tolerance."""


def programme(classes: str) -> tuple[Any, Any]:
    """An empty problem of PEPit, and its module of `classes`: 'functions' or 'operators'.

    Raises InputError without the extra `certificates`.
    """
    try:
        package, declared = (importlib.import_module(name) for name in ("PEPit", f"PEPit.{classes}"))
    except ImportError as error:
        raise InputError(f"worst cases need PEPit ({error}): pip install 'theorylab[certificates]'") from None
    return package.PEP(), declared


def optimum(problem: Any) -> tuple[float, float]:
    """Primal and dual value of a problem of PEPit, in its own units, by Clarabel."""
    dual = float(problem.solve(wrapper="cvxpy", solver="CLARABEL", verbose=0))
    return float(problem.objective.eval()), dual


def upper_values(solved: Sequence[tuple[float, float]]) -> tuple[Floats, Floats]:
    """Dual values of m pairs (primal, dual), and how far, relatively, the optimum may be from them, (m,) each.

    The optimum lies between both values, up to how far the solver violated its constraints: LEAST_GAP pays for that.
    """
    primal, dual = np.array(solved, dtype=float).T
    return dual, np.maximum(np.abs(dual - primal) / np.abs(dual), LEAST_GAP)
