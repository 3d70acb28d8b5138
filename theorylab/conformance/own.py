"""A user's own implementation against a reference, for their test suite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from theorylab.conformance.references import reference
from theorylab.conformance.sequences import Sequence
from theorylab.conformance.trial import compare
from theorylab.errors import require

Step = Callable[[np.ndarray, np.ndarray, Any], tuple[Any, Any]]


class NotTheRecursion(AssertionError):  # noqa: N818 - it reads as the sentence that a test report prints
    """An implementation that is not the reference: the message says on which sequence, at which step, by how much."""


def check(step: Step, algorithm: str, **parameters: Any) -> None:
    """Nothing, if `step` is the recursion that the paper of `algorithm` defines, to rounding, on all sequences.

    `step(x, gradient, state)` returns the next point and the next state; the state of the first step is None, and x and
    gradient are arrays of shape (4,), or (2, 2) where the paper speaks of matrices. `parameters` are put over the
    paper's, by the names of the reference, such as `rate=0.01`: the implementation has to be made with the same. Single
    precision is recognised by the type of the points returned.

    Raises NotTheRecursion, an AssertionError, where they part, and where no sequence told them from a recursion whose
    real parameter other than 0 is 1% off; InputError for an unknown algorithm or parameter.
    """
    require(callable(step), f"check needs a function step(x, gradient, state), not {step!r}")
    one = reference(algorithm)
    known, shape = one.parameters(**parameters), one.shape
    kinds: set[np.dtype[Any]] = set()

    def run(sequence: Sequence) -> np.ndarray:
        x, state, points = sequence.start, None, [sequence.start]
        with np.errstate(all="ignore"):
            for t in range(1, sequence.steps + 1):
                found = step(x.copy(), sequence.gradient(t, x), state)
                pair = isinstance(found, tuple) and len(found) == 2
                require(pair, f"step returned {type(found).__name__}: return the next point and the next state")
                after, state = found
                kinds.add(np.asarray(after).dtype)
                x = np.asarray(after, dtype=float)
                require(x.shape == shape, f"step returned a point of shape {x.shape}, not {shape}")
                points.append(x)
        return np.array(points)

    run(Sequence("probe", "", lambda t, x: np.ones(4), 1, shape))
    kind = kinds.pop()
    single = kind.kind == "f" and kind.itemsize < 8
    precision = float(np.finfo(kind if single else float).eps)
    found = compare(run, one, lambda t: known, precision)
    if found.difference is not None:
        raise NotTheRecursion(f"not {algorithm}: {found.difference}. The recursion: {one.source}")
    if found.blind:
        raise NotTheRecursion(f"cannot tell: no sequence shows {algorithm} with another {', '.join(found.blind)}")
