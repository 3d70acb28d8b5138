"""Certificates of the models: how they are found, and their record.

What a family certifies stands in its module `certificates`, as a function `certificates()` that returns a
list; being there is its registration.
"""

from __future__ import annotations

import difflib
import importlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from theorylab import models
from theorylab.errors import require
from theorylab.numerics.balls import precision
from theorylab.numerics.proofs import Certificate
from theorylab.trials import selectors

BITS = 128
"""Default precision of midpoints, in bits."""


def families() -> list[str]:
    """The families that have a module `certificates`, by name; being there is its registration."""
    return sorted(path.parent.name for path in Path(models.__path__[0]).glob("*/certificates.py"))


def named(family: str) -> str:
    """The family of that name; InputError names the nearest if it has no certificates."""
    known = families()
    close = difflib.get_close_matches(family, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    require(family in known, f"no certificates for {family!r}{hint}; there are some for {', '.join(known)}")
    return family


def chosen(words: Sequence[str]) -> list[str]:
    """The families with certificates that the words mean (as of `theorylab.trials.selectors`); all for no words.

    Raises InputError for a word that means nothing, or nothing of a family that has certificates.
    """
    known, found = families(), []
    for word in words:
        names = [word] if word in known else sorted({x.name.split(".")[0] for x in selectors.select([word])})
        require(set(names) & set(known), f"no certificates for {word!r}; there are some for {', '.join(known)}")
        found += [name for name in names if name in known]
    return list(dict.fromkeys(found)) or known


def certify(family: str, bits: int = BITS) -> list[Certificate]:
    """All certificates of a family, at a precision. InputError for an unknown family or bad bits.

    What breaks in it becomes a certificate with the verdict error.
    """
    name = f"theorylab.models.{named(family)}.certificates"
    with precision(bits):
        try:
            found = importlib.import_module(name).certificates()
        except Exception as error:
            return [_failed("the certificates are found", f"{type(error).__name__}: {error}")]
    return list(found) or [_failed("there are certificates", "the module returned none")]


def _failed(claim: str, reason: str) -> Certificate:
    return Certificate(claim, "error", "", math.nan, math.nan, reason)


def record(family: str, certificates: Sequence[Certificate], bits: int) -> dict[str, Any]:
    """The certificates of a family as JSON values, with the versions that made them; the same bytes every time."""
    import flint

    import theorylab

    versions = {"theorylab": theorylab.__version__, "python-flint": flint.__version__}
    return {
        "schema": 1,
        "family": family,
        "bits": bits,
        "versions": versions,
        "certificates": [one.to_json() for one in certificates],
    }
