"""The reference recursions of the models, found by their names, and run on a sequence of gradients."""

from __future__ import annotations

import difflib
import importlib
import inspect
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from theorylab import models
from theorylab.conformance.sequences import Sequence
from theorylab.errors import require

MATRIX = ("x.shape[1]", "= x.shape", "x[i, j]", "x[:, ")
"""What only a step of matrices says."""
RATE = 0.1
"""Value of a parameter `rate` to which the paper gives none."""


class Reference(NamedTuple):
    """A recursion as its paper writes it: the module that defines it, and how to run it."""

    name: str
    module: Any

    @property
    def source(self) -> str:
        """First sentence of the module's docstring: what it is, and whether it was read or is recalled."""
        return " ".join((self.module.__doc__ or "").split("\n\n")[0].split())

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the layer that it is tried on: four coordinates, or two by two where the paper speaks of matrices."""
        body = inspect.getsource(getattr(self.module.step, "py_func", self.module.step))
        return (2, 2) if any(sign in body for sign in MATRIX) else (4,)

    def parameters(self, **given: Any) -> dict[str, Any]:
        """The paper's parameters by name, with those given put over them; InputError for one that it does not have."""
        known = {"rate": RATE} if "rate" in self.module.Method._fields else {}
        known |= self.module.Method._field_defaults
        unknown = sorted(set(given) - set(self.module.Method._fields))
        allowed = ", ".join(self.module.Method._fields)
        require(not unknown, f"{self.name} has no parameter {', '.join(unknown)}: its parameters are {allowed}")
        missing = sorted(set(self.module.Method._fields) - set(known | given))
        require(not missing, f"the paper of {self.name} leaves {', '.join(missing)} open: give a value")
        return known | given

    def run(self, sequence: Sequence, at: Callable[[int], Mapping[str, Any]], shift: np.ndarray) -> np.ndarray:
        """Points (steps + 1, *shape), with the parameters at(t) of each step.

        Gradients are multiplied by 1 + shift, of shape (steps, size). The body runs as plain Python: it is the oracle
        of its kernel, and nothing is compiled.
        """
        x = sequence.start.copy()
        memory = np.zeros((self.module.MEMORIES, *x.shape))
        if start := getattr(self.module, "start", None):
            getattr(start, "py_func", start)(self._method(at(1)), x, memory)
        points = [x.copy()]
        step = getattr(self.module.step, "py_func", self.module.step)
        more = list(inspect.signature(step).parameters)[5:]
        with np.errstate(all="ignore"):
            for t in range(1, sequence.steps + 1):
                gradient = sequence.gradient(t, x) * (1.0 + shift[t - 1].reshape(x.shape))
                try:
                    step(self._method(at(t)), t, x, gradient, memory, *(sequence.extra(name, t, x) for name in more))
                except (ZeroDivisionError, ValueError):  # which compiled code makes an infinity or a nan of
                    x[...] = math.nan
                points.append(x.copy())
        return np.array(points)

    def _method(self, parameters: Mapping[str, Any]) -> Any:
        return self.module.Method(**parameters)


def references() -> dict[str, str]:
    """Name of each reference, and its module: those of `theorylab/models/*/optimisers` that define `step`."""
    found = {}
    for path in sorted(Path(models.__path__[0]).glob("*/optimisers/*.py")):
        text = path.read_text(encoding="utf-8")
        if "class Method(" in text and "MEMORIES" in text:
            found[path.stem] = f"theorylab.models.{path.parents[1].name}.optimisers.{path.stem}"
    return found


def reference(name: str) -> Reference:
    """The reference of that name. Raises InputError where there is none."""
    known = references()
    close = difflib.get_close_matches(str(name), known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    require(name in known, f"no reference recursion {name!r}{hint}; there are {', '.join(known)}")
    return Reference(name, cast(Any, importlib.import_module(known[name])))
