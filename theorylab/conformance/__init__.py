"""Packages on trial: whether an optimiser that people run is the recursion that its paper defines.

A reference is a module of `theorylab/models/*/optimisers`; a row (`rows/PACKAGE.toml`) says which call of which package
claims to be it; the trial feeds both the same gradients and compares the points. `check` does the same for an
implementation of one's own.
"""

from __future__ import annotations

from theorylab.conformance.own import NotTheRecursion, check
from theorylab.conformance.references import references

__all__ = ["NotTheRecursion", "check", "references"]
